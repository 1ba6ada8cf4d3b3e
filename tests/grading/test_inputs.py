"""Inputs of networks that see pictures, and of those that see what another network made of them."""

import contextlib
from pathlib import Path

import keras
import numpy as np
import pytest

from autograder.grading import inputs
from data_scripts import narrow_vgg19, objects_features

PICTURES = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3), dtype=np.uint8)
EXERCISE = "09_santa_vgg19"
THINGS = "08_caltech101_transfer"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EIGHT_FACES_CACHE", str(tmp_path))
    return tmp_path


def test_a_network_that_sees_pictures_gets_them_as_vgg19_wants_them() -> None:
    wanted = keras.applications.vgg19.preprocess_input(PICTURES.astype("float32"))
    for network in ("frozen", "tuned"):
        taken = inputs.as_taken(PICTURES, EXERCISE, network)
        np.testing.assert_array_equal(taken, wanted)


def test_a_head_gets_features_that_are_worked_out_once(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = narrow_vgg19.base_features(PICTURES).reshape(5, 2048)
    first = inputs.as_taken(PICTURES, EXERCISE, "head")
    np.testing.assert_allclose(first, wanted, atol=1e-3)
    monkeypatch.delattr(narrow_vgg19, "base_features")
    np.testing.assert_array_equal(inputs.as_taken(PICTURES, EXERCISE, "head"), first)


def test_features_of_hidden_pictures_lie_where_no_student_sees_them(cache: Path) -> None:
    inputs.as_taken(PICTURES, EXERCISE, "head")
    kept = [path.name for path in cache.glob("*.arrays")]
    assert len(kept) == 1
    assert "hidden" in kept[0]  # autograder.grading.sandbox.binds.cache_binds leaves these out


@pytest.mark.parametrize("gives_points", [True, False])
def test_features_are_made_before_a_sandbox_can_only_read_them(
    gives_points: bool, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.arange(5) % 2
    splits = inputs.Splits(PICTURES, labels, PICTURES[:2], labels[:2], PICTURES, labels)
    monkeypatch.setattr(inputs, "training_inputs", lambda exercise: splits)
    monkeypatch.setattr(inputs, "hidden_inputs", lambda exercise, seed: (PICTURES[2:], labels[2:]))
    monkeypatch.setattr(inputs, "course_weights", dict)
    monkeypatch.setattr(inputs, "_is_calibrated", lambda assignment: gives_points)
    monkeypatch.delenv("EIGHT_FACES_QUICK", raising=False)
    inputs._fill.cache_clear()
    inputs.prepare(EXERCISE, tmp_path / "course")
    monkeypatch.delattr(narrow_vgg19, "base_features")
    assert inputs.as_taken(PICTURES[:2], EXERCISE, "head").shape == (2, 2048)
    hidden = contextlib.nullcontext() if gives_points else pytest.raises(AttributeError)
    with hidden:  # nobody looks at hidden pictures where accuracy gives no points
        assert inputs.as_taken(PICTURES[2:], EXERCISE, "head").shape == (3, 2048)


def test_which_exercises_give_points_for_accuracy() -> None:
    found = [name for name in inputs.KINDS if inputs._is_calibrated(name)]
    assert [name[:2] for name in found] == ["02", "03", "04", "05", "07"]


def test_things_are_seen_as_they_are_prepared_or_as_features(cache: Path) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    np.testing.assert_array_equal(inputs.as_taken(pictures, THINGS, "a"), pictures)
    wanted = keras.applications.vgg16.preprocess_input(pictures.astype("float32"))
    np.testing.assert_array_equal(inputs.as_taken(pictures, THINGS, "b"), wanted)
    features = objects_features.features_at_fc2(pictures)
    np.testing.assert_allclose(inputs.as_taken(pictures, THINGS, "last"), features, atol=1e-4)


def test_rows_of_a_flat_network() -> None:
    assert inputs.as_taken(np.zeros((3, 28, 28, 1)), "02_mnist_cnn", "a").shape == (3, 784)
