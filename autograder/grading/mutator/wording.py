"""One layer as code: in the ordinary way, or in one of the many others that make the same."""

from __future__ import annotations

import random
from typing import Any

from autograder.grading.mutator.layers import RELU, SOFTMAX, Layer

_ALIASES = {
    "Conv2D": ["Conv2D", "Convolution2D"],
    "MaxPooling2D": ["MaxPooling2D", "MaxPool2D"],
}
_FIRST = ("units", "filters", "rate", "pool_size", "activation")
"""Arguments that people write without a name."""

_EXPLICIT = {
    "Dense": [
        *("use_bias=True", 'kernel_initializer="he_normal"', 'bias_initializer="zeros"'),
        "kernel_initializer=keras.initializers.GlorotUniform(seed=1)",
    ],
    "Conv2D": [
        *("use_bias=True", "dilation_rate=1", "groups=1", 'data_format="channels_last"'),
        *('kernel_initializer="he_uniform"', "strides=1", "strides=(1, 1)"),
    ],
    "MaxPooling2D": ['padding="same"', "strides=2", "strides=(2, 2)", "strides=None"],
    "Dropout": ["seed=7", "noise_shape=None"],
    "BatchNormalization": ["axis=-1", "momentum=0.99", "epsilon=0.001", "center=True"],
    "Flatten": ['data_format="channels_last"'],
}
"""Arguments that change nothing of what a network is."""

_ACTIVATION_CALLS = {
    "relu": [
        *("layers.ReLU()", "layers.Activation(keras.activations.relu)"),
        *('layers.Activation(activation="relu")', "layers.Activation(keras.ops.relu)"),
    ],
    "softmax": [
        *("layers.Softmax()", "layers.Softmax(axis=-1)"),
        *("layers.Activation(keras.activations.softmax)", "layers.Activation(keras.ops.softmax)"),
    ],
}


def call(kind: str, settings: dict[str, Any], choose: random.Random | None = None) -> str:
    """Write one layer, such as ``layers.Dense(200)``.

    Parameters
    ----------
    kind : str
        Name of the Keras class.
    settings : dict
        Its arguments; in the tables' order.
    choose : random.Random, optional
        Makes the wording vary; the layer stays the same.

    Returns
    -------
    str
    """
    if choose is None:
        return f"layers.{kind}({', '.join(_arguments(kind, settings))})"
    if kind == "Activation" and choose.random() < 0.6:
        others = _ACTIVATION_CALLS.get(settings["activation"], [])
        if others:
            return choose.choice(others)
    if kind == "Flatten" and choose.random() < 0.4:
        return "layers.Reshape((-1,))"
    arguments = _arguments(kind, settings, choose)
    named = {argument.split("=")[0] for argument in arguments if "=" in argument}
    if kind == "MaxPooling2D" and settings != {"pool_size": (2, 2)}:
        named |= {"padding", "strides"}  # only windows of 2 x 2 fill every picture of the course
    explicit = _EXPLICIT.get(kind, [])
    for extra in choose.sample(explicit, k=min(choose.choice((0, 0, 1)), len(explicit))):
        if extra.split("=")[0] not in named:
            arguments.append(extra)
    if choose.random() < 0.3:
        arguments.append(f'name="mine_{choose.randrange(10**9)}"')
    alias = choose.choice(_ALIASES.get(kind, [kind]))
    return f"layers.{alias}({', '.join(arguments)})"


def function_call(layer: Layer, choose: random.Random) -> str | None:
    """Write an activation or Flatten as a function of ``x``, now and then; else None."""
    if choose.random() > 0.4:
        return None
    if layer in (RELU, SOFTMAX):
        module = choose.choice(("keras.activations", "keras.ops"))
        return f"{module}.{layer[1]['activation']}(x)"
    if layer[0] == "Flatten":
        return "keras.ops.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))"
    return None


def nothing(choose: random.Random) -> str:
    """Write a layer that changes nothing."""
    return choose.choice(("layers.Identity()", 'layers.Activation("linear")'))


def _arguments(
    kind: str, settings: dict[str, Any], choose: random.Random | None = None
) -> list[str]:
    arguments: list[str] = []
    for name, value in settings.items():
        if kind == "Conv2D" and (name, value) == ("strides", (1, 1)):
            continue
        text = _value(name, value, choose)
        by_position = name in _FIRST if not arguments else name == "kernel_size"
        if choose is not None and choose.random() < 0.2:
            by_position = False
        # nothing may stand without its name after something that has one
        by_position = by_position and not any("=" in argument for argument in arguments[-1:])
        arguments.append(text if by_position else f"{name}={text}")
    return arguments


def _value(name: str, value: Any, choose: random.Random | None) -> str:
    if isinstance(value, tuple) and value[0] == value[1]:
        if choose is None:
            return repr(value[0])
        return choose.choice([repr(value[0]), repr(value), repr(list(value))])
    if choose is not None and name == "activation" and choose.random() < 0.4:
        return choose.choice([f"keras.activations.{value}", f"keras.ops.{value}"])
    if choose is not None and name == "padding" and choose.random() < 0.2:
        return f'"{value.upper()}"'
    return f'"{value}"' if isinstance(value, str) else repr(value)
