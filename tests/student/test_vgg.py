"""The genuine VGG16 with course weights, and what is said when something is not to be had."""

from collections.abc import Iterator

import keras
import numpy as np
import pytest

from autograder.student import vgg
from data_scripts import features, narrow_vgg

LAYERS = [
    "block1_conv1", "block1_conv2", "block1_pool",
    "block2_conv1", "block2_conv2", "block2_pool",
    "block3_conv1", "block3_conv2", "block3_conv3", "block3_pool",
    "block4_conv1", "block4_conv2", "block4_conv3", "block4_pool",
    "block5_conv1", "block5_conv2", "block5_conv3", "block5_pool",
    "flatten", "fc1", "fc2", "predictions",
]  # fmt: skip


@pytest.fixture(scope="module")
def full() -> Iterator[keras.Model]:
    """VGG16 with course weights: 553 MB, built once."""
    yield vgg.vgg16("course")
    keras.backend.clear_session()


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Pictures with some structure, 100 x 100: blots of colour under noise."""
    generator = np.random.default_rng(0)
    blots = generator.integers(0, 200, (5, 10, 10, 3)).repeat(10, axis=1).repeat(10, axis=2)
    return (blots + generator.integers(0, 56, blots.shape)).astype(np.uint8)


@pytest.mark.slow
def test_parameter_counts(full: keras.Model) -> None:
    assert full.count_params() == 138_357_544
    counts = {layer.name: layer.count_params() for layer in full.layers}
    assert counts["fc1"] == 102_764_544
    assert counts["fc2"] == 16_781_312
    assert counts["predictions"] == 4_097_000


@pytest.mark.slow
def test_layer_names_are_those_of_keras(full: keras.Model) -> None:
    names = [layer.name for layer in full.layers if not isinstance(layer, keras.layers.InputLayer)]
    assert names == LAYERS


@pytest.mark.slow
def test_narrow_and_full_features_agree_within_rounding(
    full: keras.Model, images: np.ndarray
) -> None:
    fc1 = full.get_layer("fc1")
    linear = keras.layers.Dense(4096)
    model = keras.Model(full.input, linear(fc1.input))
    linear.set_weights(fc1.get_weights())
    expected = features.extract_features(images, model=model, progress=False)
    got = features.extract_features(images, progress=False)
    assert got.shape == expected.shape == (5, 4096)
    assert np.linalg.norm(got - expected) <= 1e-5 * np.linalg.norm(expected)


@pytest.mark.slow
def test_narrow_and_full_networks_say_the_same(full: keras.Model, images: np.ndarray) -> None:
    narrow = narrow_vgg.build_network(narrow_vgg.NARROW_WIDTHS)
    narrow_vgg.set_layer_weights(narrow, narrow_vgg.narrow_weights())
    prepared = features.prepare_images(images)
    expected = keras.ops.softmax(narrow.predict_on_batch(prepared))
    np.testing.assert_allclose(full.predict_on_batch(prepared), expected, atol=1e-4)


def test_the_environment_chooses_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(vgg.VARIABLE, raising=False)
    assert vgg.chosen_weights() == "course"
    monkeypatch.setenv(vgg.VARIABLE, "imagenet")
    assert vgg.chosen_weights() == "imagenet"
    assert vgg.chosen_weights("course") == "course"
    monkeypatch.setenv(vgg.VARIABLE, "imgenet")
    with pytest.raises(ValueError, match=r"EIGHT_FACES_WEIGHTS says .imgenet."):
        vgg.chosen_weights()


def test_rendered_people_have_no_class_names() -> None:
    with pytest.raises(ValueError, match="do not exist and have no names"):
        vgg.decode_predictions(np.zeros((1, 1000), np.float32), weights="course")


def test_imagenet_without_network_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **settings: object) -> None:
        raise Exception("URL fetch failure on https://...: None -- Name or service not known")

    monkeypatch.setattr(keras.applications, "VGG16", refuse)
    with pytest.raises(OSError, match=r"no network here.*vgg16\(.course.\)"):
        vgg.vgg16("imagenet")
