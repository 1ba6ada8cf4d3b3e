"""A network written as the code of a notebook cell, in the ways in which people write it.

The code uses the names ``keras`` and ``layers``, which every notebook imports in its first cell.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from autograder.grading.mutator.layers import RELU, SOFTMAX, Layer

STYLES = ("sequential", "add_calls", "functional", "activation_argument")
"""Ways of writing a network."""

_TAKES_ACTIVATION = ("Dense", "Conv2D")
_COMMUTE_WITH_RELU = ("Dropout", "MaxPooling2D")


def spell(
    layers: Sequence[Layer],
    input_shape: Sequence[int],
    variable: str,
    style: str = "sequential",
    choose: random.Random | None = None,
) -> str:
    """Write layers as code that assigns a model to `variable`.

    Parameters
    ----------
    layers : sequence of (kind, settings)
        What the model consists of.
    input_shape : sequence of int
        Without the batch.
    variable : str
        Name that the model gets.
    style : str
        One of `STYLES`.
    choose : random.Random, optional
        Makes the spelling vary: ``ReLU()`` for ``Activation("relu")``, ``Reshape((-1,))`` for
        Flatten, names, neighbours that commute the other way round, and so on. The network
        stays the same.

    Returns
    -------
    str
        Python code.

    Raises
    ------
    ValueError
        If the style is unknown.
    """
    if style not in STYLES:
        raise ValueError(f"unknown style {style!r}; there are {', '.join(STYLES)}")
    written = list(layers)
    if choose is not None:
        written = _commuted(written, choose)
    if style == "activation_argument":
        written = _fused(written, choose)
    calls = [_call(kind, settings, choose) for kind, settings in written]
    shape = f"keras.Input(shape={tuple(input_shape)!r})"
    if style == "functional":
        return _functional(shape, calls, written, variable, choose)
    if style == "add_calls":
        lines = [f"{variable} = keras.Sequential()", f"{variable}.add({shape})"]
        return "\n".join([*lines, *(f"{variable}.add({call})" for call in calls)])
    listed = "".join(f"    {entry},\n" for entry in (shape, *calls))
    return f"{variable} = keras.Sequential([\n{listed}])"


def _functional(
    shape: str,
    calls: list[str],
    written: list[Layer],
    variable: str,
    choose: random.Random | None,
) -> str:
    lines = [f"inputs = {shape}", "x = inputs"]
    for call, (kind, settings) in zip(calls, written, strict=True):
        by_function = choose is not None and kind == "Activation" and choose.random() < 0.3
        if by_function:
            lines.append(f"x = keras.activations.{settings['activation']}(x)")
        else:
            lines.append(f"x = {call}(x)")
    return "\n".join([*lines, f"{variable} = keras.Model(inputs, x)"])


def _fused(layers: list[Layer], choose: random.Random | None) -> list[Layer]:
    """Write activations as arguments of the layer before; with `choose` only some of them."""
    result: list[Layer] = []
    for kind, settings in layers:
        can_fuse = (
            kind == "Activation"
            and result
            and result[-1][0] in _TAKES_ACTIVATION
            and "activation" not in result[-1][1]
        )
        if can_fuse and (choose is None or choose.random() < 0.7):
            result[-1] = (result[-1][0], {**result[-1][1], **settings})
        else:
            result.append((kind, settings))
    return result


def _commuted(layers: list[Layer], choose: random.Random) -> list[Layer]:
    result = list(layers)
    for place in range(len(result) - 1):
        follows = result[place + 1][0] in _COMMUTE_WITH_RELU
        if result[place] == RELU and follows and choose.random() < 0.5:
            result[place], result[place + 1] = result[place + 1], result[place]
    return result


def _call(kind: str, settings: dict[str, Any], choose: random.Random | None) -> str:
    """Write one layer, such as ``layers.Dense(200)``."""
    if choose is not None:
        other = _other_call((kind, settings), choose)
        if other:
            return other
    arguments: list[str] = []
    for name, value in settings.items():
        if (name, value) == ("strides", (1, 1)):
            continue
        if isinstance(value, tuple) and value[0] == value[1]:
            as_pair = choose is not None and choose.random() < 0.5
            value = value if as_pair else value[0]
        by_position = not arguments or (name == "kernel_size" and len(arguments) == 1)
        text = f'"{value}"' if isinstance(value, str) else repr(value)
        arguments.append(text if by_position else f"{name}={text}")
    if choose is not None and choose.random() < 0.3:
        arguments.append(f'name="mine_{choose.randrange(10**9)}"')
    return f"layers.{kind}({', '.join(arguments)})"


def _other_call(layer: Layer, choose: random.Random) -> str | None:
    """Write a layer in another way that makes the same, or None for the ordinary way."""
    others = {
        "Flatten": ["layers.Reshape((-1,))"],
        "MaxPooling2D": ['layers.MaxPool2D((2, 2), padding="same")', "layers.MaxPooling2D()"],
        "BatchNormalization": ["layers.BatchNormalization(axis=-1)"],
    }.get(layer[0], [])
    if layer == RELU:
        others = ["layers.ReLU()", "layers.Activation(keras.activations.relu)"]
    if layer == SOFTMAX:
        others = ["layers.Softmax()", "layers.Activation(keras.activations.softmax)"]
    if layer[0] == "MaxPooling2D" and layer[1]["pool_size"] != (2, 2):
        others = []
    if layer[0] == "Dense" and set(layer[1]) == {"units"}:
        units = layer[1]["units"]
        others = [f'layers.Dense({units}, kernel_initializer="he_normal")']
        others += [f'layers.Dense(units={units}, activation="linear")']
    return choose.choice(others) if others and choose.random() < 0.6 else None
