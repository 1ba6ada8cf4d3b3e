"""A network written as the code of a notebook cell, in the ways in which people write it.

The code uses the names ``keras`` and ``layers``, which every notebook imports in its first cell.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from autograder.grading.mutator.layers import RELU, Layer
from autograder.grading.mutator.wording import call, function_call, nothing

STYLES = ("sequential", "add_calls", "functional", "activation_argument")
"""Ways of writing a network."""

_TAKES_ACTIVATION = ("Dense", "Conv2D")
_SEQUENTIAL = ("keras.Sequential", "keras.models.Sequential")
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
        Flatten, names, explicit defaults, models in models, neighbours that commute the other
        way round, and so on. The network stays the same.

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
    calls = [call(kind, settings, choose) for kind, settings in written]
    shape = f"keras.Input(shape={tuple(input_shape)!r})"
    if style == "functional":
        return _functional(shape, calls, written, variable, choose)
    if choose is not None:
        calls = _nested(_with_nothing(calls, choose), choose)
        shape = shape.replace("keras.", choose.choice(["keras.", "layers.", "keras.layers."]))
    if style == "add_calls":
        lines = [f"{variable} = keras.Sequential()", f"{variable}.add({shape})"]
        return "\n".join([*lines, *(f"{variable}.add({call})" for call in calls)])
    if choose is not None and choose.random() < 0.15:  # the shape is given afterwards
        listed = "".join(f"    {entry},\n" for entry in calls)
        built = f"{variable}.build((None, *{tuple(input_shape)!r}))"
        return f"{variable} = keras.Sequential([\n{listed}])\n{built}"
    listed = "".join(f"    {entry},\n" for entry in (shape, *calls))
    maker = "keras.Sequential" if choose is None else choose.choice(_SEQUENTIAL)
    return f"{variable} = {maker}([\n{listed}])"


def _functional(
    shape: str,
    calls: list[str],
    written: list[Layer],
    variable: str,
    choose: random.Random | None,
) -> str:
    lines = [f"inputs = {shape}", "x = inputs"]
    for written_call, layer in zip(calls, written, strict=True):
        function = function_call(layer, choose) if choose is not None else None
        lines.append(f"x = {function or f'{written_call}(x)'}")
    ends = "inputs, x"
    if choose is not None and choose.random() < 0.3:
        ends = "inputs=inputs, outputs=x"
    return "\n".join([*lines, f"{variable} = keras.Model({ends})"])


def _with_nothing(calls: list[str], choose: random.Random) -> list[str]:
    """Put a layer that changes nothing somewhere, now and then."""
    place = choose.randrange(len(calls) + 1)
    return [*calls[:place], nothing(choose), *calls[place:]] if choose.random() < 0.2 else calls


def _nested(calls: list[str], choose: random.Random) -> list[str]:
    """Put neighbours into a model of their own, now and then."""
    if choose.random() > 0.25:
        return calls
    start = choose.randrange(len(calls))
    end = choose.randrange(start + 1, len(calls) + 1)
    return [*calls[:start], f"keras.Sequential([{', '.join(calls[start:end])}])", *calls[end:]]


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
