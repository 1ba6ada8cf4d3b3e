"""The training network: changing its stage and folding its batch norms keep what it computes."""

import keras
import numpy as np
import pytest

from data_scripts import narrow_vgg, pretrain_data, pretrain_network

PEOPLE = 1000


@pytest.fixture(scope="module")
def averaging() -> keras.Model:
    """Give the first stage batch norms that do something."""
    keras.utils.set_random_seed(0)
    model = pretrain_network.build_training_network(PEOPLE, flat=False, dropout=0.2)
    generator = np.random.default_rng(0)
    for layer in model.layers:
        if layer.name.endswith(pretrain_network.NORM_SUFFIX):
            layer.set_weights(
                [generator.uniform(0.5, 1.5, array.shape) for array in layer.get_weights()]
            )
    return model


@pytest.mark.slow
def test_stages_and_folding_keep_the_function(averaging: keras.Model) -> None:
    flat = pretrain_network.build_training_network(PEOPLE, flat=True, dropout=0.2)
    pretrain_network.spread_over_map(averaging, flat)
    folded = narrow_vgg.build_network(narrow_vgg.NARROW_WIDTHS)
    narrow_vgg.set_layer_weights(folded, pretrain_network.folded_weights(flat))
    pixels = np.random.default_rng(1).integers(0, 256, (3, 100, 100, 3), dtype=np.uint8)
    images = np.asarray(narrow_vgg.preprocess(pixels))
    expected = averaging.predict_on_batch(images)
    scale = np.abs(expected).max()
    for model in (flat, folded):
        np.testing.assert_allclose(model.predict_on_batch(images), expected, atol=1e-4 * scale)


def test_fused_batch_norm_equals_that_of_keras() -> None:
    ours = pretrain_network.FusedBatchNormalization(momentum=0.9)
    theirs = keras.layers.BatchNormalization(momentum=0.9)
    x = np.random.default_rng(2).normal(3, 2, (16, 4, 4, 5)).astype(np.float32)
    for training in (True, False):
        expected = theirs(x, training=training)
        np.testing.assert_allclose(ours(x, training=training), expected, rtol=1e-2, atol=1e-2)
    vectors = x.reshape(-1, 5)
    for_vectors = pretrain_network.FusedBatchNormalization()
    assert for_vectors(vectors, training=False).shape == vectors.shape


def test_batches_are_preprocessed_and_whole() -> None:
    x = np.random.default_rng(3).integers(0, 256, (10, 100, 100, 3), dtype=np.uint8)
    phase = pretrain_data.Phase(64, 1, 1e-3, batch=4)
    seen = list(pretrain_data.batches((x, np.arange(10)), phase, None))
    assert [images.shape for images, _ in seen] == [(4, 64, 64, 3), (4, 64, 64, 3), (2, 64, 64, 3)]
    assert np.concatenate([labels for _, labels in seen]).tolist() == list(range(10))
    np.testing.assert_allclose(seen[0][0], narrow_vgg.preprocess(x[:4], 64), atol=1e-3)
    training = list(pretrain_data.batches((x, np.arange(10)), phase, 7))
    assert [len(labels) for _, labels in training] == [4, 4]
    assert len({int(label) for _, labels in training for label in labels}) == 8


def test_convolutions_of_a_folded_network_are_a_beginning(averaging: keras.Model) -> None:
    before = averaging.get_layer("fc1").get_weights()[0]
    weights = narrow_vgg.narrow_weights()
    pretrain_network.begin_with(averaging, weights)
    for name in ("block1_conv1", "block5_conv3"):
        (kernel,) = averaging.get_layer(name).get_weights()
        np.testing.assert_array_equal(kernel, weights[f"{name}.kernel"])
        norm = averaging.get_layer(name + pretrain_network.NORM_SUFFIX)
        np.testing.assert_array_equal(norm.get_weights()[1], weights[f"{name}.bias"])
    np.testing.assert_array_equal(averaging.get_layer("fc1").get_weights()[0], before)


def test_fewer_kinds_than_units_have_several_units_each() -> None:
    model = pretrain_network.build_training_network(250, flat=True, dropout=0.2)
    kernel, bias = model.get_layer("predictions").get_weights()
    bias = np.arange(250, dtype=np.float32)
    model.get_layer("predictions").set_weights([kernel, bias])
    weights = pretrain_network.folded_weights(model)
    np.testing.assert_array_equal(weights["predictions.bias"], np.arange(1000) % 250)
    np.testing.assert_array_equal(weights["predictions.kernel"][:, 250:500], kernel)
