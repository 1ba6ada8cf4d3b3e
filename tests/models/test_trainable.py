"""Frozen layers, and whether a model was compiled again after `trainable` was changed."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from autograder.exercises import Network, chain, counts_of
from autograder.models.compare import compare
from autograder.models.trainable import learned_arrays, parameters_that_learn
from autograder.student.checks import networks
from autograder.student.outcome import CheckFailed

SHAPE = (8, 8, 3)
RELU = ("Activation", {"activation": "relu"})
LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("Conv2D", {"filters": 4, "trainable": False}),
    RELU,
    ("Conv2D", {"filters": 4, "trainable": False}),
    RELU,
    ("MaxPooling2D", {}),
    ("Flatten", {}),
    ("Dense", {"units": 8}),
    RELU,
    ("Dense", {"units": 8}),
    ("Activation", {"activation": "softmax"}),
]
NETWORK = Network("x", "base and head", SHAPE, chain(SHAPE, LAYERS), counts_of(SHAPE, LAYERS))
HEAD = (64 + 1) * 8 + (8 + 1) * 8


def base_and_head() -> tuple[Any, Any]:
    base = keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Conv2D(4, 3, padding="same", activation="relu", name="block1_conv1"),
            layers.Conv2D(4, 3, padding="same", activation="relu", name="block1_conv2"),
            layers.MaxPooling2D(),
        ]
    )
    inputs = keras.Input(SHAPE)
    x = layers.Dense(8, activation="relu", name="hidden")(layers.Flatten()(base(inputs)))
    return base, keras.Model(inputs, layers.Dense(8, activation="softmax", name="output")(x))


def test_frozen_layers_count_as_not_trainable() -> None:
    assert NETWORK.parameters.trainable == HEAD
    assert [spec.trainable for spec in NETWORK.layers[:3:2]] == [False, False]
    assert NETWORK.layers[0].arguments["trainable"] is False
    assert "trainable" not in NETWORK.layers[-2].arguments


def test_a_frozen_base_is_the_network() -> None:
    base, model = base_and_head()
    base.trainable = False
    assert compare(model, NETWORK).matches
    assert parameters_that_learn(model) == HEAD


def test_a_base_that_learns_is_named_with_its_first_layer() -> None:
    _, model = base_and_head()
    difference = compare(model, NETWORK).difference
    assert difference is not None
    assert (difference.cause, difference.position) == ("not_frozen", 1)
    assert "block1_conv1" in difference.message
    assert f"parameters would learn instead of {HEAD}" in difference.message


def test_one_layer_that_learns_is_found() -> None:
    base, model = base_and_head()
    base.trainable = False
    base.layers[1].trainable = True
    difference = compare(model, NETWORK).difference
    assert difference is not None
    assert (difference.cause, difference.position) == ("not_frozen", 3)


def test_a_head_that_was_frozen_with_the_base_is_found() -> None:
    _, model = base_and_head()
    model.trainable = False
    difference = compare(model, NETWORK).difference
    assert difference is not None
    assert (difference.cause, difference.position) == ("frozen_layer", 7)


def trained(optimizer: Any) -> tuple[Any, Any, Any]:
    base, model = base_and_head()
    base.trainable = False
    return base, model, train(model, optimizer)


def train(model: Any, optimizer: Any = None) -> Any:
    if optimizer is not None:
        model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    x, y = np.ones((4, *SHAPE), "float32"), np.eye(8, dtype="float32")[:4]
    return model.fit(x, y, validation_data=(x, y), verbose=0)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_unfreezing_without_compiling_again_is_told(optimizer: str) -> None:
    base, model, _ = trained(optimizer)
    assert learned_arrays(model) == 4
    base.trainable = True
    assert learned_arrays(model) == 4
    assert len(model.trainable_weights) == 8
    model.compile(optimizer=optimizer, loss="categorical_crossentropy")
    assert learned_arrays(model) is None
    train(model)
    assert learned_arrays(model) == 8


def test_an_optimizer_that_keeps_nothing_can_not_tell() -> None:
    assert learned_arrays(trained(keras.optimizers.SGD())[1]) is None
    assert learned_arrays(base_and_head()[1]) is None


def test_the_check_of_a_training_says_that_compile_was_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base, model, history = trained(keras.optimizers.Adam(5e-5))
    base.trainable = True
    monkeypatch.setattr(networks, "_require_length", lambda *_: None)
    with pytest.raises(CheckFailed) as failure:
        networks.training("t", "b", history, model=model, exercise="03_faces_fc")
    assert failure.value.cause == "recompile_forgotten"
    assert "yours learned 4 of 8 arrays" in str(failure.value)
