"""Arrays that the reader knows already: those of setup cells, and the course's VGG16."""

import json
import time
from typing import NamedTuple

import numpy as np
import pytest

from autograder.transport import known
from autograder.transport.known import arrays_in, course_weights


class Split(NamedTuple):
    images: np.ndarray
    labels: np.ndarray


def test_arrays_are_found_wherever_they_lie(notebook):
    split = Split(np.ones((2, 3)), np.arange(2, dtype=np.uint8))
    table = {"a": [np.zeros(4), {"b": np.float32([7])}]}
    found = arrays_in({"split": split, "table": table, "n": 3, "texts": np.array(["a"])})
    expected = [split.images, split.labels, table["a"][0], table["a"][1]["b"]]
    assert set(found) == {notebook.digest(array) for array in expected}
    assert all(found[notebook.digest(array)] is array for array in expected)


def test_values_that_hold_themselves_are_no_trouble():
    endless = [np.ones(2)]
    endless.append(endless)
    assert len(arrays_in({"endless": endless})) == 1


def test_an_array_that_cannot_change_is_hashed_once(monkeypatch):
    hashed = []
    digest_of = known.digest_of
    monkeypatch.setattr(known, "digest_of", lambda raw: hashed.append(1) or digest_of(raw))
    array = np.arange(5.0)
    arrays_in({"a": array})
    array[0] = 3
    arrays_in({"a": array})
    array.flags.writeable = False
    first = arrays_in({"a": array})
    assert list(arrays_in({"b": array})) == list(first)
    assert len(hashed) == 3


def test_arrays_in_odd_order_are_known_by_their_numbers(notebook):
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    notebook.known.update(arrays_in({"array": array}))
    notebook.space.update(copy=np.ascontiguousarray(array))
    folder = notebook.export("copy")
    assert not (folder / "arrays.safetensors").exists()
    np.testing.assert_array_equal(notebook.reader.read(folder)["copy"], array)


def test_an_array_is_made_when_it_is_needed_and_once_a_message(notebook):
    made = []
    array = np.arange(1000.0)
    notebook.known[notebook.digest(array)] = lambda: made.append(1) or array
    assert notebook.one(3) == 3
    assert made == []
    back = notebook.one([array, array, array.reshape(10, 100)])
    assert made == [1]
    assert back[2].shape == (10, 100)


def test_a_loader_that_makes_another_array_breaks_the_message_only(notebook):
    from autograder.transport.read import TransportError

    array = np.arange(10.0)
    notebook.known[notebook.digest(array)] = lambda: np.arange(3.0)
    with pytest.raises(TransportError, match="does not fit"):
        notebook.one(array)


SMALL = {"block1_conv1": 64, "block1_conv2": 64}


def test_course_weights_are_made_one_by_one(monkeypatch, tmp_path):
    """Only the first layers: the whole network takes 553 MB."""
    from data_scripts import narrow_vgg, narrow_vgg19
    from data_scripts.widening import widen

    monkeypatch.setenv("EIGHT_FACES_CACHE", str(tmp_path))
    assert course_weights(make=False) == {}
    small = {**SMALL, "block2_conv1": 128}
    for module in (narrow_vgg, narrow_vgg19):
        monkeypatch.setattr(module, "FULL_WIDTHS", small)
    loaders = course_weights()
    for narrow in (narrow_vgg19.narrow_weights(), narrow_vgg.narrow_weights("things")):
        narrow = {name: narrow[name] for name in narrow if name.split(".")[0] in SMALL}
        narrow |= {"end.kernel": np.zeros((16, 1), np.float32), "end.bias": np.zeros(1, np.float32)}
        whole = widen(narrow, {**SMALL, "end": 1})
        for name in ("block1_conv1.kernel", "block1_conv2.kernel", "block1_conv2.bias"):
            digest = known.digest_of(known.raw_bytes(whole[name]))
            np.testing.assert_array_equal(loaders[digest](), whole[name])
    assert set(course_weights(make=False)) == set(loaders)


def test_a_damaged_list_of_hashes_is_made_again(monkeypatch, tmp_path):
    from data_scripts import narrow_vgg, narrow_vgg19

    monkeypatch.setenv("EIGHT_FACES_CACHE", str(tmp_path))
    for module in (narrow_vgg, narrow_vgg19):
        monkeypatch.setattr(module, "FULL_WIDTHS", SMALL)
    first = set(course_weights())
    path = min(tmp_path.iterdir())
    path.write_text("{")
    assert set(course_weights()) == first
    assert json.loads(path.read_text())


@pytest.mark.full
def test_the_whole_feature_model_travels_as_hashes(notebook, cache_dir, capsys):
    """VGG16 up to fc1: 470 MB of weights, of which nothing crosses."""
    from data_scripts.full_features import full_feature_model

    begin = time.monotonic()
    loaders = course_weights()
    hashed = time.monotonic()
    course_weights()
    notebook.known.update(loaders)
    model = full_feature_model("course")
    notebook.space.update(feature_model=model)
    start = time.monotonic()
    folder = notebook.export("feature_model")
    written = time.monotonic()
    back = notebook.reader.read(folder)["feature_model"]
    read = time.monotonic()
    assert notebook.reader.read(notebook.export("feature_model"))["feature_model"] is back
    again = time.monotonic()
    with capsys.disabled():
        print(
            f"\nVGG16: hashes {hashed - begin:.1f} s, {notebook.size(folder):,} bytes, written in "
            f"{written - start:.1f} s, read in {read - written:.1f} s, again {again - read:.1f} s"
        )
    assert notebook.size(folder) < 50_000
    for mine, theirs in zip(model.get_weights(), back.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    x = np.random.default_rng(0).random((2, 224, 224, 3), np.float32) * 100
    np.testing.assert_array_equal(model.predict_on_batch(x), back.predict_on_batch(x))


@pytest.mark.slow
def test_the_base_of_vgg19_travels_as_hashes(notebook, monkeypatch, tmp_path):
    """Frozen below a head of the student's own, as in exercise 09: 80 MB, of which none crosses."""
    import keras

    from autograder.student.vgg import vgg19
    from data_scripts import narrow_vgg, narrow_vgg19

    monkeypatch.setenv("EIGHT_FACES_CACHE", str(tmp_path))
    widths = narrow_vgg.part_of(narrow_vgg19.FULL_WIDTHS, include_top=False)
    monkeypatch.setattr(narrow_vgg19, "FULL_WIDTHS", widths)
    base = vgg19("course", include_top=False, input_shape=(64, 64, 3))
    notebook.known.update(course_weights())
    base.trainable = False
    head = [keras.layers.Flatten(), keras.layers.Dense(2), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((64, 64, 3)), base, *head])
    notebook.space.update(model=model)
    folder = notebook.export("model")
    assert notebook.size(folder) < 100_000
    back = notebook.reader.read(folder)["model"]
    assert (len(back.weights), len(back.trainable_weights)) == (36, 4)
    for mine, theirs in zip(model.get_weights(), back.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.full
def test_course_weights_are_those_of_the_whole_networks():
    from data_scripts import narrow_vgg, narrow_vgg19

    loaders = course_weights()
    for network in (narrow_vgg, narrow_vgg19):
        whole = network.full_weights()
        for name, array in whole.items():
            assert known.digest_of(known.raw_bytes(array)) in loaders, name
    for digest, load in loaders.items():
        assert known.digest_of(known.raw_bytes(load())) == digest


@pytest.mark.full
def test_large_results_are_cheap(notebook, capsys):
    """06's features, and 03's flattened pictures, which are the bytes of a setup array."""
    generator = np.random.default_rng(0)
    standardised = generator.random((2000, 48, 48, 3), np.float32)
    notebook.known.update(arrays_in({"x_train": standardised}))
    notebook.space.update(
        features=generator.random((2800, 4096), np.float32),
        x_train_flat=standardised.reshape(2000, -1),
    )
    report = []
    for name in ("features", "x_train_flat", "features"):
        start = time.monotonic()
        folder = notebook.export(name)
        written = time.monotonic()
        notebook.reader.read(folder)
        read = time.monotonic()
        size = notebook.size(folder)
        report.append(
            f"{name}: {size:,} bytes, written in {written - start:.2f} s, "
            f"read in {read - written:.2f} s"
        )
    with capsys.disabled():
        print("", *report, sep="\n")
    assert size < 1000


@pytest.mark.full
def test_a_model_of_2_8_million_parameters_is_cheap(notebook, capsys):
    from autograder import exercises
    from autograder.grading import reference

    table = exercises.load("03_faces_fc")
    notebook.space.update(model=reference.compiled(table.networks["b"], table.training))
    start = time.monotonic()
    folder = notebook.export("model")
    written = time.monotonic()
    notebook.reader.read(folder)
    read = time.monotonic()
    with capsys.disabled():
        print(
            f"\n2.8 million parameters: {notebook.size(folder):,} bytes, written in "
            f"{written - start:.2f} s, read in {read - written:.2f} s"
        )
