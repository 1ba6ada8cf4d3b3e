"""Inputs of networks that see pictures, and of those that see what another network made of them."""

from pathlib import Path

import keras
import numpy as np
import pytest

from autograder.grading import inputs
from data_scripts import narrow_vgg19

PICTURES = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3), dtype=np.uint8)
EXERCISE = "09_santa_vgg19"


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


def test_features_are_made_before_a_sandbox_can_only_read_them(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.arange(5) % 2
    splits = inputs.Splits(PICTURES, labels, PICTURES[:2], labels[:2], PICTURES, labels)
    monkeypatch.setattr(inputs, "training_inputs", lambda exercise: splits)
    monkeypatch.setattr(inputs, "hidden_inputs", lambda exercise, seed: (PICTURES[2:], labels[2:]))
    monkeypatch.setattr(inputs, "course_weights", dict)
    monkeypatch.delenv("EIGHT_FACES_QUICK", raising=False)
    inputs.prepare(EXERCISE, tmp_path / "course")
    monkeypatch.delattr(narrow_vgg19, "base_features")
    for pictures in (PICTURES[:2], PICTURES[2:]):
        assert inputs.as_taken(pictures, EXERCISE, "head").shape == (len(pictures), 2048)


def test_rows_of_a_flat_network() -> None:
    assert inputs.as_taken(np.zeros((3, 28, 28, 1)), "02_mnist_cnn", "a").shape == (3, 784)
