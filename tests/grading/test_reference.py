from typing import Any

import keras
import numpy as np
import pytest

from autograder.exercises import Counts, Network, load
from autograder.grading import reference
from autograder.models.compare import compare

LARGE = 100_000_000
"""Parameters of a network that takes gigabytes, and a minute, to build in each style."""


def _marks(network: Network) -> tuple[pytest.MarkDecorator, ...]:
    return (pytest.mark.full,) if network.parameters.total > LARGE else ()


BUILT = [
    pytest.param(network, id=f"{exercise[:2]}{key}", marks=_marks(network))
    for exercise in (
        "02_mnist_cnn",
        "03_faces_fc",
        "04_faces_cnn",
        "05_faces_cnn_tricks",
        "07_faces_fine_tuning",
        "08_caltech101_transfer",
        "09_santa_vgg19",
    )
    for key, network in load(exercise).networks.items()
]


def counts_in_keras(model: Any) -> Counts:
    def size(weights: Any) -> int:
        return sum(int(np.prod(weight.shape)) for weight in weights)

    return Counts(
        model.count_params(), size(model.trainable_weights), size(model.non_trainable_weights)
    )


@pytest.mark.parametrize("network", BUILT)
def test_keras_has_the_shapes_and_counts_of_the_table(network: Network) -> None:
    model = reference.build(network)
    assert counts_in_keras(model) == network.parameters
    assert model.input_shape == (None, *network.input)
    assert len(model.layers) == len(network.layers)
    for layer, spec in zip(model.layers, network.layers, strict=True):
        assert type(layer).__name__ == spec.kind
        assert layer.output.shape[1:] == spec.output_shape
        assert layer.count_params() == spec.parameters


@pytest.mark.parametrize("network", BUILT)
def test_all_styles_have_the_same_initial_weights_under_one_seed(network: Network) -> None:
    weights = []
    for style in reference.STYLES:
        keras.utils.set_random_seed(11)
        weights.append(reference.build(network, style).get_weights())
    for other in weights[1:]:
        for one, another in zip(weights[0], other, strict=True):
            np.testing.assert_array_equal(one, another)


def test_compiled_takes_the_course_constants() -> None:
    table = load("07_faces_fine_tuning")
    model = reference.compiled(table.networks["a"], table.training)
    assert model.loss == "categorical_crossentropy"
    assert type(model.optimizer).__name__ == "Adam"
    assert float(model.optimizer.learning_rate) == pytest.approx(table.training.learning_rate)
    assert model.compiled


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="add_calls"):
        reference.build(load("03_faces_fc").networks["a"], "poem")


@pytest.mark.slow
def test_whole_vgg16_of_keras_is_the_table() -> None:
    table = load("06_faces_vgg_features")
    model = keras.applications.VGG16(weights=None)
    assert counts_in_keras(model) == table.networks["vgg16"].parameters
    assert model.count_params() == 138_357_544
    found = {name: model.get_layer(name).count_params() for name in ("fc1", "fc2", "predictions")}
    assert found == {"fc1": 102_764_544, "fc2": 16_781_312, "predictions": 4_097_000}
    assert compare(model, table.networks["vgg16"]).matches

    network = table.networks["features"]
    after_relu = keras.Model(model.input, model.get_layer("fc1").output)
    result = compare(after_relu, network)
    assert result.difference is not None
    assert result.difference.cause == "extra_activation"

    linear = keras.layers.Dense(4096)
    features = keras.Model(model.input, linear(model.get_layer("flatten").output))
    assert features.count_params() == 117_479_232
    assert compare(features, network).matches
    features.trainable = False  # nothing is trained in 06, so frozen weights are no mistake
    assert compare(features, network).matches
