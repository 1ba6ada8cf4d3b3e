"""Features of pictures that everybody looks at are looked up; all else is worked out."""

import hashlib
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from autograder.transport import narrowing, seen_pictures

PICTURES = np.random.default_rng(1).normal(size=(5, 4, 4, 3)).astype("float32")
FEATURES = np.arange(10, dtype="float32").reshape(5, 2)
UNITS = np.array([0, 1, 0])


@pytest.fixture(autouse=True)
def known(monkeypatch):
    table = {
        hashlib.sha256(picture).digest(): row
        for picture, row in zip(PICTURES, FEATURES, strict=True)
    }
    monkeypatch.setattr(seen_pictures, "_known", lambda: table)


@pytest.fixture
def model(request):
    """A model of a class of its own whose narrow network gives two zeros a picture."""

    class Model(keras.Sequential):
        """Has methods of its own, so that those of Keras stay as they are."""

    narrow = keras.Sequential(
        [keras.Input((4, 4, 3)), layers.Flatten(), layers.Dense(2, kernel_initializer="zeros")]
    )
    makes_features = getattr(request, "param", True)
    narrowing.patch(Model, lambda _: narrowing.Narrow(narrow, UNITS, makes_features))
    return Model([keras.Input((4, 4, 3)), layers.Flatten(), layers.Dense(3)])


def test_known_pictures_are_looked_up_in_any_order_and_number(model):
    for places in ([0, 1, 2, 3, 4], [3], [4, 4, 0]):
        expected = FEATURES[places][:, UNITS]
        found = model.predict(PICTURES[places], verbose=0)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(model.predict_on_batch(PICTURES[places]), expected)
        tensor = keras.ops.convert_to_tensor(PICTURES[places])
        np.testing.assert_array_equal(model.predict_on_batch(tensor), expected)
    turned = np.asfortranarray(PICTURES)  # the same numbers, lying in another order
    np.testing.assert_array_equal(model.predict(turned, verbose=0), FEATURES[:, UNITS])


@pytest.mark.parametrize("batch_size", [None, 2])
def test_the_bar_is_the_one_of_keras(model, capsys, batch_size):
    model.predict(PICTURES, batch_size)
    looked_up = capsys.readouterr().out
    keras.Sequential(model.layers).predict(PICTURES, batch_size)
    ends = [re.findall(r"\d+/\d+", text)[-1] for text in (looked_up, capsys.readouterr().out)]
    assert ends == ["3/3" if batch_size else "1/1"] * 2
    model.predict(PICTURES, verbose=0)
    model.predict_on_batch(PICTURES)
    assert capsys.readouterr().out == ""


def changed(pictures):
    pictures = pictures.copy()
    pictures[2, 0, 0, 0] = np.nextafter(pictures[2, 0, 0, 0], 1, dtype="float32")
    return pictures


@pytest.mark.parametrize(
    "pictures", [changed(PICTURES), PICTURES.astype("float64"), PICTURES[:, ::-1]]
)
def test_one_other_picture_is_enough_to_work_all_out(model, pictures):
    assert not model.predict(pictures, verbose=0).any()


@pytest.mark.parametrize("model", [False], indirect=True)
def test_other_networks_work_out_what_they_make_of_pictures(model):
    assert not model.predict(PICTURES, verbose=0).any()


def test_what_keras_refuses_is_left_to_keras(model):
    with pytest.raises(ValueError, match="Invalid value in tensor used for shape"):
        model.predict(PICTURES, batch_size=-2, verbose=0)
    assert not model.predict(PICTURES, verbose=0, steps=1).any()


def test_a_data_set_is_left_to_keras(model):
    batches = tf.data.Dataset.from_tensor_slices(PICTURES).batch(2)
    assert not model.predict(batches, verbose=0).any()
