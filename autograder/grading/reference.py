"""Keras models built from the tables: the reference that calibration and tests train.

This module never goes into the students' wheel, which holds no code that builds a target.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.exercises import LayerSpec, Network, Training

STYLES = ("sequential", "add_calls", "functional", "activation_argument")
"""Accepted ways of writing a network; under one seed all have the same initial weights."""


def build(network: Network, style: str = "sequential") -> Any:
    """Build a network of the tables.

    Parameters
    ----------
    network : Network
        The network.
    style : str
        One of `STYLES`.

    Returns
    -------
    keras.Model
        Built, and not compiled.

    Raises
    ------
    ValueError
        If the style is unknown.
    """
    import keras

    if style not in STYLES:
        raise ValueError(f"unknown style {style!r}; there are {', '.join(STYLES)}")
    layers = keras_layers(network.layers, fuse_activations=style == "activation_argument")
    inputs = keras.Input(network.input)
    if style == "functional":
        outputs = inputs
        for layer in layers:
            outputs = layer(outputs)
        return keras.Model(inputs, outputs)
    if style == "add_calls":
        model = keras.Sequential()
        for layer in (inputs, *layers):
            model.add(layer)
        return model
    return keras.Sequential([inputs, *layers])


def compiled(network: Network, training: Training, style: str = "sequential") -> Any:
    """Build a network and compile it with the course constants and the metric accuracy.

    Parameters
    ----------
    network : Network
        The network.
    training : Training
        Optimiser, learning rate and loss.
    style : str
        One of `STYLES`.

    Returns
    -------
    keras.Model
        Compiled, and not trained.
    """
    import keras

    model = build(network, style)
    optimizer = keras.optimizers.get(training.optimizer)
    optimizer.learning_rate = training.learning_rate
    model.compile(optimizer=optimizer, loss=training.loss, metrics=["accuracy"])
    return model


def keras_layers(specs: Sequence[LayerSpec], fuse_activations: bool = False) -> list[Any]:
    """Make the Keras layers of a table.

    Parameters
    ----------
    specs : sequence of LayerSpec
        Layers of a table.
    fuse_activations : bool
        Write an activation right after Dense or Conv2D as its ``activation`` argument.

    Returns
    -------
    list of keras.Layer
    """
    import keras

    written: list[tuple[str, dict[str, Any]]] = []
    for spec in specs:
        fuses = (
            fuse_activations
            and spec.kind == "Activation"
            and bool(written)
            and written[-1][0] in ("Dense", "Conv2D")
            and "activation" not in written[-1][1]
        )
        if fuses:
            written[-1] = (written[-1][0], {**written[-1][1], **spec.settings})
        else:
            written.append((spec.kind, spec.arguments))
    return [getattr(keras.layers, kind)(**settings) for kind, settings in written]
