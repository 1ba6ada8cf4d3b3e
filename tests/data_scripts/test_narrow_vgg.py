"""The narrow VGG16: widening keeps the function, rounding is bounded, the file is whole."""

import hashlib
from importlib.resources import files

import keras
import numpy as np
import pytest

from data_scripts import narrow_vgg, narrow_vgg19, weights_file, widening
from data_scripts.narrow_vgg import FULL_WIDTHS, NARROW_WIDTHS

TINY = {"block1_conv1": 3, "block1_conv2": 5, "block2_conv1": 4, "fc1": 6, "fc2": 5}
WIDE = {"block1_conv1": 12, "block1_conv2": 13, "block2_conv1": 16, "fc1": 24, "fc2": 5}


def _tiny_network(widths: dict[str, int]) -> keras.Model:
    """Stand in for VGG16: pooling after each block, then the dense layers."""
    inputs = x = keras.Input((8, 8, 3))
    for name, width in widths.items():
        if "conv" in name:
            x = keras.layers.Conv2D(width, 3, padding="same", activation="relu", name=name)(x)
            if name in ("block1_conv2", "block2_conv1"):
                x = keras.layers.MaxPooling2D()(x)
        elif name == "fc1":
            x = keras.layers.Dense(width, activation="relu", name=name)(keras.layers.Flatten()(x))
        else:
            x = keras.layers.Dense(width, name=name)(x)
    return keras.Model(inputs, x)


@pytest.fixture
def tiny_weights() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    weights = {}
    for layer in _tiny_network(TINY).layers:
        if layer.weights:
            kernel, bias = (generator.normal(0, 0.3, array.shape) for array in layer.get_weights())
            weights[f"{layer.name}.kernel"] = kernel.astype(np.float32)
            weights[f"{layer.name}.bias"] = bias.astype(np.float32)
    return weights


def test_widening_preserves_the_function(tiny_weights: dict[str, np.ndarray]) -> None:
    narrow, wide = _tiny_network(TINY), _tiny_network(WIDE)
    narrow_vgg.set_layer_weights(narrow, tiny_weights)
    narrow_vgg.set_layer_weights(wide, widening.widen(tiny_weights, WIDE))
    images = np.random.default_rng(1).normal(0, 1, (7, 8, 8, 3)).astype(np.float32)
    expected, got = narrow.predict_on_batch(images), wide.predict_on_batch(images)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


def test_copies_have_equal_incoming_and_different_outgoing_weights(
    tiny_weights: dict[str, np.ndarray],
) -> None:
    wide = widening.widen(tiny_weights, WIDE)
    first = wide["block1_conv1.kernel"]  # fed by the picture, whose channels are not copied
    np.testing.assert_array_equal(first[..., :3], first[..., 3:6])
    outgoing = wide["block1_conv2.kernel"]
    for unit in range(3):
        copies = outgoing[:, :, unit::3]
        assert copies.shape[2] == 4
        for one in range(4):
            for other in range(one):
                assert not np.allclose(copies[:, :, one], copies[:, :, other], rtol=0.05)


def test_copies_are_told_apart_by_adam(tiny_weights: dict[str, np.ndarray]) -> None:
    wide = _tiny_network(WIDE)
    narrow_vgg.set_layer_weights(wide, widening.widen(tiny_weights, WIDE))
    generator = np.random.default_rng(2)
    images = generator.normal(0, 1, (64, 8, 8, 3)).astype(np.float32)
    wide.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    for _ in range(5):
        wide.train_on_batch(images, generator.integers(0, 5, 64))
    kernel = wide.get_layer("block1_conv2").get_weights()[0]
    assert np.abs(kernel[..., 0] - kernel[..., 5]).max() > 1e-3  # another split to begin with
    kernel = wide.get_layer("block1_conv1").get_weights()[0]
    assert np.abs(kernel[..., 0] - kernel[..., 3]).max() > 1e-4  # equal to begin with


def test_shares_add_up_to_one() -> None:
    for narrow, wide in ((16, 64), (512, 4096), (3, 13), (5, 5)):
        senders, receivers = widening.owners(narrow, wide), widening.owners(10, 40)
        part = widening.shares(senders, receivers)
        sums = np.stack([part[senders == unit].sum(axis=0) for unit in range(narrow)])
        np.testing.assert_allclose(sums, 1, rtol=2e-7)
        if wide % narrow == 0:
            assert np.all(sums == 1)


def test_narrowing_and_widening_the_output_are_refused(tiny_weights: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="cannot widen"):
        widening.owners(8, 4)
    with pytest.raises(ValueError, match="output layer fc2"):
        widening.widen(tiny_weights, WIDE | {"fc2": 10})


def test_quantising_is_off_by_at_most_half_a_step(tiny_weights: dict[str, np.ndarray]) -> None:
    tiny_weights["fc1.kernel"][:, 0] = 0  # a unit without incoming weights
    small = widening.quantise(tiny_weights)
    back = widening.dequantise(small)
    assert list(back) == list(tiny_weights)
    for name, array in tiny_weights.items():
        assert back[name].dtype == np.float32
        if name.endswith(".kernel"):
            assert small[name].dtype == np.int8
            scale = small[name.replace(".kernel", ".scale")]
            assert np.all(np.abs(back[name] - array) <= 0.5001 * scale)
        else:
            np.testing.assert_array_equal(back[name], array)


def test_folding_equals_layer_and_batch_norm() -> None:
    generator = np.random.default_rng(3)
    kernel, x = generator.normal(0, 1, (10, 4)), generator.normal(0, 1, (6, 10))
    norm = {name: generator.uniform(0.5, 2, 4) for name in ("gamma", "beta", "mean", "variance")}
    folded, bias = narrow_vgg.fold(kernel, norm, epsilon=1e-3)
    normed = (x @ kernel - norm["mean"]) / np.sqrt(norm["variance"] + 1e-3)
    np.testing.assert_allclose(x @ folded + bias, normed * norm["gamma"] + norm["beta"], rtol=1e-4)


def test_pictures_are_preprocessed_as_vgg16_wants_them() -> None:
    images = np.random.default_rng(4).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    expected = keras.applications.vgg16.preprocess_input(images.astype(np.float32))
    np.testing.assert_allclose(narrow_vgg.preprocess(images), expected, atol=1e-4)


@pytest.mark.parametrize("subject", weights_file.STEMS)
def test_a_file_is_small_whole_and_as_the_manifest_says(subject: str) -> None:
    folder = files("data_scripts").joinpath("course_weights")
    content = folder.joinpath(weights_file.file_of(subject)).read_bytes()
    told = weights_file.manifest(subject)
    assert len(content) == told["bytes"] < 15_000_000
    found = hashlib.sha256(content).hexdigest()
    assert found == told["sha256"] == weights_file.weights_hash(subject)


@pytest.mark.parametrize("subject", weights_file.STEMS)
def test_a_file_holds_the_narrow_network(subject: str) -> None:
    weights = narrow_vgg.narrow_weights(subject)
    assert {name: weights[f"{name}.bias"].size for name in NARROW_WIDTHS} == NARROW_WIDTHS
    assert list(NARROW_WIDTHS) == list(FULL_WIDTHS)
    assert all(np.isfinite(array).all() for array in weights.values())
    assert weights["fc1.kernel"].shape == (7 * 7 * 128, 1024)


def test_vgg19_has_three_layers_more() -> None:
    weights = narrow_vgg19.narrow_weights()
    assert [name for name in narrow_vgg19.NARROW_WIDTHS if name not in NARROW_WIDTHS] == list(
        narrow_vgg19.ADDED
    )
    widths = {name: weights[f"{name}.bias"].size for name in narrow_vgg19.NARROW_WIDTHS}
    assert widths == narrow_vgg19.NARROW_WIDTHS
    assert list(narrow_vgg19.FULL_WIDTHS) == list(narrow_vgg19.NARROW_WIDTHS)
    for name, array in narrow_vgg.narrow_weights().items():
        np.testing.assert_array_equal(weights[name], array)


def test_missing_weights_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_file, "STEMS", {"people": "not-there"})
    with pytest.raises(FileNotFoundError, match=r"course weights are missing.*pretrain_vgg16"):
        weights_file.manifest()
