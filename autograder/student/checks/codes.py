"""Checks of the code of an image: the row of numbers that a network decides on."""

from typing import Any

import numpy as np

from autograder.models.canonical import CanonicalLayer, canonical_layers
from autograder.models.graph import UnreadableModelError
from autograder.student.activations import layer_outputs
from autograder.student.checks.arrays import as_array, require_shape
from autograder.student.outcome import fail, require_attempt, require_before

SAMPLE = 8
"""Images on which a code model is compared with the network it was cut from."""


def code_layer(title: str, variant: str | None, name: Any, length: Any, *, model: Any) -> float:
    """Check which layer gives the code that a network decides on, and how long the code is.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    name : str
        The student's answer: name of the dense layer before the last one, or of an activation or
        dropout right after it.
    length : int
        The student's answer: how many numbers the code has.
    model : keras.Model
        The student's network.

    Returns
    -------
    float
        1.0, or 0.5 where only one of the two answers is right.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(name, length, task=title)
    require_before(model, task=title)
    layers = _code_layers(model)
    problems = [
        problem
        for problem in (_wrong_name(name, layers, model), _wrong_length(length, layers))
        if problem
    ]
    if len(problems) == 2:
        fail(" ".join(problems))
    if problems:
        print(problems[0])
        return 0.5
    if name == layers[0].name and not layers[0].fused and len(layers) > 1:
        print(f"“{name}” gives the numbers before the activation that follows it; both are called "
              "code.")  # fmt: skip
    return 1.0


def code_model(
    title: str, variant: str | None, cut: Any, *, model: Any, images: np.ndarray
) -> float:
    """Check a model that returns the codes of a network.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    cut : keras.Model
        The student's model, with the input and the weights of `model`.
    model : keras.Model
        The student's network.
    images : numpy.ndarray of float32, shape (n, 28, 28, 1)
        Images to try both on, prepared for the network.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(cut, task=title)
    require_before(model, task=title)
    if not callable(getattr(cut, "predict", None)):
        fail(
            f"code_model should be a model; yours is {type(cut).__name__}. keras.Model(input, "
            "output) makes one; what a layer puts out is only its end."
        )
    sample = images[:SAMPLE]
    _require_codes(cut.predict(sample, verbose=0), model, sample, "What code_model returns")
    return 1.0


def codes(title: str, variant: str | None, values: Any, *, model: Any, images: np.ndarray) -> float:
    """Check the codes of images against the student's own network.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    values : array-like, shape (n, length)
        The student's codes.
    model : keras.Model
        The student's network.
    images : numpy.ndarray of float32, shape (n, 28, 28, 1)
        The images that were to be encoded, prepared for the network.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(values, task=title)
    require_before(model, task=title)
    _require_codes(values, model, images, "codes")
    return 1.0


def _code_layers(model: Any) -> list[CanonicalLayer]:
    """Return the dense layer before the last one, and what stands between the two."""
    try:
        layers = canonical_layers(model)
    except UnreadableModelError:
        layers = []
    dense = [place for place, layer in enumerate(layers) if layer.kind == "Dense"]
    if len(dense) < 2:
        fail(
            "this task looks at the layer before the last Dense layer of your network, and yours "
            "has none. Complete the network first."
        )
    return layers[dense[-2] : dense[-1]]


def _wrong_name(name: Any, layers: list[CanonicalLayer], model: Any) -> str:
    known = [layer.name for layer in canonical_layers(model)]
    if not isinstance(name, str):
        return (
            f'The name of a layer is a text in quotation marks, such as "{known[0]}"; yours is '
            f"{type(name).__name__}."
        )
    if name in [layer.name for layer in layers]:
        return ""
    if name not in known:
        return (
            f"Your network has no layer “{name}”; it has {', '.join(dict.fromkeys(known))}. Keras "
            "numbers the names anew when a network is built again: layers.Dense(..., "
            'name="a name of your own") keeps them.'
        )
    if known.index(name) < known.index(layers[0].name):
        return (
            f"“{name}” comes too early: between it and the decision another Dense layer still "
            "makes new features. Which layer does the last Dense layer look at?"
        )
    return f"“{name}” is the decision itself, one number for each digit, not what it rests on."


def _wrong_length(length: Any, layers: list[CanonicalLayer]) -> str:
    (expected,) = layers[0].output_shape or (0,)
    if isinstance(length, int | float | np.number) and length == expected:
        return ""
    return (
        f"The length of the code should be a whole number, how many numbers the layer puts out for "
        f"one image; {length!r} is not it. Look at the layer's output shape in the summary."
    )


def _require_codes(values: Any, model: Any, images: np.ndarray, name: str) -> None:
    """Raise when values are not the codes of these images."""
    layers = _code_layers(model)
    (length,) = layers[0].output_shape or (0,)
    array = as_array(values, name)
    require_shape(array, (len(images), int(length or 0)), name, "One row an image, as long as the "
                  "code.")  # fmt: skip
    outputs = layer_outputs(model, images)
    accepted = [outputs[layer.name] for layer in layers if layer.name in outputs]
    if any(_close(array, expected) for expected in accepted):
        return
    if any(_close(np.sort(array.sum(1)), np.sort(expected.sum(1))) for expected in accepted):
        fail(f"{name}: these are the codes, in another order than the images. Do not shuffle.")
    fail(
        f"{name}: the shape is right, but these are not the numbers inside your network for these "
        "images. The code model must be made of the layers of model_cnn, with their trained "
        "weights; a layer that is made anew starts with random ones. Run the cells again from the "
        "network on if you trained once more in between."
    )


def _close(given: np.ndarray, expected: np.ndarray) -> bool:
    size = float(np.abs(expected).max(initial=0.0))
    return bool(np.allclose(given, expected, rtol=1e-3, atol=1e-4 * size + 1e-7))
