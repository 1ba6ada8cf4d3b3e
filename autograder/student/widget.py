"""Draw a digit in a notebook and watch what every layer of a network makes of it."""

import base64
import html
import io
import json
from typing import Any

import numpy as np

from autograder.student.activations import (
    Picture,
    Prepare,
    activation_picture,
    activations,
    canvas_to_digit,
    probabilities,
)
from autograder.student.data import load_digits, scale

PNG_URL = "data:image/png;base64,"

STOCK = (3, 4, 7)
"""Digits that are shown where nobody can draw."""


def draw_a_digit(model: Any, prepare: Prepare = scale) -> None:
    """Show a canvas to draw a digit on, and beside it what the network makes of the drawing.

    Where there is no anywidget, digits of the test set are shown instead.

    Parameters
    ----------
    model : keras.Model
        A built Sequential or functional model for digits.
    prepare : callable
        Turns uint8 images (n, 28, 28) into the model's input; by default pixels from 0 to 1.
    """
    problem = _unfit(model, prepare)
    if problem:
        print(f"The demo can't show this network: {problem}.")
        return
    try:
        from autograder.student.digit_widget import DigitWidget
    except ImportError:
        print("Drawing needs the package anywidget (%pip install anywidget, then restart the "
              "kernel). Meanwhile, here are digits of the test set.")  # fmt: skip
        stock_digits(model, prepare)
        return
    from IPython.display import display

    widget = DigitWidget(lambda drawing: answer(model, drawing, prepare))
    display(widget)  # type: ignore[no-untyped-call]


def stock_digits(model: Any, prepare: Prepare = scale) -> None:
    """Show a few digits of the test set with what the network makes of them, without a widget.

    Parameters
    ----------
    model, prepare
        As in `draw_a_digit`.
    """
    from IPython.display import display

    problem = _unfit(model, prepare)
    if problem:
        print(f"The demo can't show this network: {problem}.")
        return
    digits = load_digits()
    for digit in STOCK:
        image = digits.x_test[np.flatnonzero(digits.y_test == digit)[0]]
        picture, chances = _seen(model, image, prepare)
        likely = ", ".join(f"{k} with {chances[k]:.2f}" for k in chances.argsort()[:-4:-1])
        line = f"A {digit} of the test set. The network says: {likely}."
        page = (
            f'<p>{line}</p><img alt="{html.escape(picture.text)}" src="{_url(picture)}" '
            'style="max-width: 100%">'
        )
        bundle = {"text/html": page, "text/plain": f"{line} {picture.text}"}
        display(bundle, raw=True)  # type: ignore[no-untyped-call]


def answer(model: Any, drawing: str, prepare: Prepare = scale) -> str:
    """Tell what a network makes of a drawing; the canvas in the browser shows the answer.

    Parameters
    ----------
    model, prepare
        As in `draw_a_digit`.
    drawing : str
        The canvas as the URL of a PNG picture, ``data:image/png;base64,...``; light on black.

    Returns
    -------
    str
        JSON: ``picture`` (a URL as well) and ``text`` of the activations, ``probabilities`` (one a
        class, 0 to 1); or ``error``, a sentence.
    """
    try:
        picture, chances = _seen(model, canvas_to_digit(read_drawing(drawing)), prepare)
    except Exception as error:  # whatever it is, whoever draws should see it
        return json.dumps({"error": f"The network could not look at the drawing: {error}"})
    rounded = [round(float(chance), 4) for chance in chances]
    return json.dumps({"picture": _url(picture), "text": picture.text, "probabilities": rounded})


def read_drawing(drawing: str) -> np.ndarray:
    """Return the pixels of a PNG picture that is given as a URL.

    Parameters
    ----------
    drawing : str
        ``data:image/png;base64,...``.

    Returns
    -------
    numpy.ndarray of uint8, shape (height, width)
        Grey, 0 to 255.

    Raises
    ------
    ValueError
        If it is something else.
    """
    from PIL import Image

    if not drawing.startswith(PNG_URL):
        raise ValueError("a drawing should arrive as a PNG picture")
    try:
        content = base64.b64decode(drawing[len(PNG_URL) :], validate=True)
        return np.asarray(Image.open(io.BytesIO(content), formats=["PNG"]).convert("L"))
    except (ValueError, OSError, SyntaxError) as error:  # Pillow's own, base64's, broken chunks
        raise ValueError(f"the drawing arrived damaged ({error})") from error


def _seen(model: Any, image: np.ndarray, prepare: Prepare) -> tuple[Picture, np.ndarray]:
    values = activations(model, image, prepare)
    return activation_picture(values, image), probabilities(values)


def _unfit(model: Any, prepare: Prepare) -> str:
    """Say why a network can't be shown; nothing if it can."""
    try:
        activations(model, np.zeros((28, 28), dtype=np.uint8), prepare)
    except Exception as error:
        return str(error).rstrip(".") or type(error).__name__
    return ""


def _url(picture: Picture) -> str:
    return PNG_URL + base64.b64encode(picture.png).decode("ascii")
