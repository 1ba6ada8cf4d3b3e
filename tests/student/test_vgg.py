"""Genuine VGG16 and VGG19 with course weights, and what is said when something is missing."""

from collections.abc import Callable, Iterator

import keras
import numpy as np
import pytest

from autograder import place
from autograder.student import vgg
from data_scripts import features, narrow_vgg, narrow_vgg19

LAYERS = [
    "block1_conv1", "block1_conv2", "block1_pool",
    "block2_conv1", "block2_conv2", "block2_pool",
    "block3_conv1", "block3_conv2", "block3_conv3", "block3_pool",
    "block4_conv1", "block4_conv2", "block4_conv3", "block4_pool",
    "block5_conv1", "block5_conv2", "block5_conv3", "block5_pool",
    "flatten", "fc1", "fc2", "predictions",
]  # fmt: skip


LAYERS_19 = [
    "block1_conv1", "block1_conv2", "block1_pool",
    "block2_conv1", "block2_conv2", "block2_pool",
    "block3_conv1", "block3_conv2", "block3_conv3", "block3_conv4", "block3_pool",
    "block4_conv1", "block4_conv2", "block4_conv3", "block4_conv4", "block4_pool",
    "block5_conv1", "block5_conv2", "block5_conv3", "block5_conv4", "block5_pool",
]  # fmt: skip


@pytest.fixture(scope="module")
def base() -> keras.Model:
    """VGG19 without its top, as exercise 09 uses it."""
    return vgg.vgg19("course", include_top=False, input_shape=(64, 64, 3))


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


def test_vgg19_without_top_is_the_one_of_keras(base: keras.Model) -> None:
    assert base.count_params() == 20_024_384
    assert base.output_shape == (None, 2, 2, 512)
    names = [layer.name for layer in base.layers if not isinstance(layer, keras.layers.InputLayer)]
    assert names == LAYERS_19
    genuine = keras.applications.VGG19(weights=None, include_top=False, input_shape=(64, 64, 3))
    assert [weight.shape for weight in base.weights] == [weight.shape for weight in genuine.weights]
    assert len(base.trainable_weights) == 32


def test_vgg19_gives_the_features_of_vgg16(base: keras.Model, images: np.ndarray) -> None:
    small = images[:, :64, :64].astype(np.float32)
    prepared = keras.applications.vgg19.preprocess_input(small.copy())
    np.testing.assert_array_equal(prepared, keras.applications.vgg16.preprocess_input(small))
    vgg16 = vgg.vgg16("course", include_top=False, input_shape=(64, 64, 3))
    expected, got = vgg16.predict_on_batch(prepared), base.predict_on_batch(prepared)
    assert np.linalg.norm(expected) > 1
    assert np.linalg.norm(got - expected) <= 1e-5 * np.linalg.norm(expected)


def test_narrow_features_of_vgg19_agree_within_rounding(
    base: keras.Model, images: np.ndarray
) -> None:
    small = images[:, 20:84, :64]
    prepared = keras.applications.vgg19.preprocess_input(small.astype(np.float32))
    expected = base.predict_on_batch(prepared)
    got = narrow_vgg19.base_features(small, batch_size=2)
    assert (got.shape, got.dtype) == ((5, 2, 2, 512), np.float32)
    assert np.linalg.norm(got - expected) <= 1e-5 * np.linalg.norm(expected)


def test_copies_in_the_added_layers_send_unequal_weights(base: keras.Model) -> None:
    for name, before in narrow_vgg19.ADDED.items():
        kernel, bias = base.get_layer(name).get_weights()
        assert kernel.shape[2:] == (base.get_layer(before).filters,) * 2
        assert not bias.any()
        outside = np.ones(kernel.shape, bool)
        outside[1, 1] = False
        assert not kernel[outside].any()
        units = kernel.shape[2] // 4
        shares = kernel[1, 1].reshape(4, units, 4, units)[:, 0, :, 0]  # of a unit's four copies
        np.testing.assert_array_equal(np.sort(shares, axis=0)[:, 0], np.array([1, 3, 5, 7]) / 16)
        assert len({tuple(row) for row in shares.tolist()}) == 4
        assert len({tuple(row) for row in shares.T.tolist()}) == 4


@pytest.mark.full
def test_vgg19_with_its_top_says_what_vgg16_says(full: keras.Model, images: np.ndarray) -> None:
    model = vgg.vgg19("course")
    assert model.count_params() == 143_667_240
    prepared = features.prepare_images(images)
    expected = full.predict_on_batch(prepared)
    np.testing.assert_allclose(model.predict_on_batch(prepared), expected, atol=1e-4)


@pytest.mark.parametrize("network", [vgg.vgg16, vgg.vgg19])
def test_the_top_takes_one_size_only(network: Callable[..., keras.Model]) -> None:
    with pytest.raises(ValueError, match=r"\(64, 64, 3\).*include_top=False"):
        network("course", input_shape=(64, 64, 3))


def test_the_environment_chooses_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(place.WEIGHTS, raising=False)
    assert vgg.chosen_weights() == "course"
    monkeypatch.setenv(place.WEIGHTS, "imagenet")
    assert vgg.chosen_weights() == "imagenet"
    assert vgg.chosen_weights("course") == "course"
    monkeypatch.setenv(place.WEIGHTS, "imgenet")
    with pytest.raises(ValueError, match=r"EIGHT_FACES_WEIGHTS says .imgenet."):
        vgg.chosen_weights()


def test_rendered_people_have_no_class_names() -> None:
    with pytest.raises(ValueError, match="do not exist and have no names"):
        vgg.decode_predictions(np.zeros((1, 1000), np.float32), weights="course")


@pytest.mark.parametrize(
    ("name", "include_top", "megabytes"),
    [("VGG16", True, 528), ("VGG16", False, 56), ("VGG19", True, 548), ("VGG19", False, 76)],
)
def test_imagenet_without_network_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str, include_top: bool, megabytes: int
) -> None:
    def refuse(*args: object, **settings: object) -> None:
        raise Exception("URL fetch failure on https://...: None -- Name or service not known")

    monkeypatch.setattr(keras.applications, name, refuse)
    monkeypatch.setenv(place.WEIGHTS, "imagenet")
    said = rf"weights of {name} .*\({megabytes} MB\).*no network here.*{name.lower()}\(.course.\)"
    with pytest.raises(OSError, match=said):
        getattr(vgg, name.lower())(include_top=include_top)


def test_imagenet_is_left_to_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}
    monkeypatch.setattr(keras.applications, "VGG19", lambda **given: asked.update(given))
    vgg.vgg19("imagenet", include_top=False, input_shape=(64, 64, 3))
    assert asked == {"weights": "imagenet", "include_top": False, "input_shape": (64, 64, 3)}


def test_a_shape_that_keras_refuses_is_no_missing_network() -> None:
    with pytest.raises(ValueError, match="at least 32x32"):
        vgg.vgg19("imagenet", include_top=False, input_shape=(16, 16, 3))


def test_the_course_knows_people_and_things() -> None:
    kernels = {
        subject: vgg.vgg16("course", include_top=False, input_shape=(32, 32, 3), subject=subject)
        .get_layer("block1_conv2")
        .get_weights()[0]
        for subject in ("people", "things")
    }
    assert not np.array_equal(kernels["people"], kernels["things"])
    with pytest.raises(ValueError, match=r'"people" or "things", but subject is "cats"'):
        vgg.vgg16(subject="cats")
