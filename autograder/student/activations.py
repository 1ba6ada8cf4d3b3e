"""What each layer of a network makes of one image: as arrays, and as one picture."""

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograder.student.data import scale

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

Prepare = Callable[[np.ndarray], np.ndarray]
"""Turns grey images (n, 28, 28), uint8, into what the network takes."""

INPUT = "image"
"""Name of the first row: what the network is shown."""

MOST_MAPS = 64
"""Feature maps of a layer that are shown; more would be too small to see."""

_WIDTH, _MARGIN, _LABELS, _GAP, _LINE = 544, 8, 190, 2, 19
_TEXT, _LETTERS = 16, 22
# Height of letters, for the picture is shown at two thirds of its size; letters of a name.
_MAP, _CELLS = 32, (30, 16, 12, 8, 6, 4, 3, 2)
# Largest side of a feature map, and the sides that single numbers may have, in pixels.
_ZERO, _POSITIVE, _NEGATIVE = (24, 24, 24), (255, 212, 92), (110, 184, 255)


class Picture(NamedTuple):
    """A picture and what it shows in words.

    Attributes
    ----------
    png : bytes
        The picture, a PNG file.
    text : str
        Alternative text.
    """

    png: bytes
    text: str


def layer_outputs(model: Any, inputs: np.ndarray) -> dict[str, np.ndarray]:
    """Send a batch through a network and keep what comes out of every layer.

    Parameters
    ----------
    model : keras.Model
        A built Sequential or functional model with one input.
    inputs : numpy.ndarray, shape (n, ...)
        As the model takes them.

    Returns
    -------
    dict of str to numpy.ndarray
        By the name of the layer, in the order in which data pass them; first axis n. Dropout and
        batch normalisation do what they do in a test. Layers inside a nested model stand for it.
    """
    import keras

    from autograder.models.graph import UnreadableModelError, chain_of_operations

    results: dict[str, np.ndarray] = {}
    try:
        operations = chain_of_operations(model)
    except UnreadableModelError:  # it has branches, which only Keras itself can follow
        return _branching_outputs(model, inputs)
    tensor = inputs
    for operation in operations:
        tensor = operation(tensor)
        name = operation.name
        while name in results:  # a nested model may use a name again
            name += "'"
        results[name] = keras.ops.convert_to_numpy(tensor)
    return results


def _branching_outputs(model: Any, inputs: np.ndarray) -> dict[str, np.ndarray]:
    import keras

    inner = [one for one in model.operations if not isinstance(one, keras.layers.InputLayer)]
    follow = keras.Function(model.inputs, [one.output for one in inner], name="all_layers")
    return {
        one.name: keras.ops.convert_to_numpy(values)
        for one, values in zip(inner, follow(inputs), strict=True)
    }


def activations(model: Any, image: np.ndarray, prepare: Prepare = scale) -> dict[str, np.ndarray]:
    """Show a network one image and return the activations of all its layers.

    Parameters
    ----------
    model : keras.Model
        As in `layer_outputs`; takes images of this size with one channel.
    image : numpy.ndarray of uint8, shape (28, 28)
        Light on black, 0 to 255.
    prepare : callable
        Turns images (n, 28, 28) into the model's input; by default pixels from 0 to 1.

    Returns
    -------
    dict of str to numpy.ndarray
        By the name of the layer, in their order, without the axis of the batch.

    Raises
    ------
    ValueError
        If the model does not take such images.
    """
    inputs = np.asarray(prepare(image[None]))
    wanted = tuple(model.input_shape[1:])
    if inputs.shape[1:] != wanted:
        raise ValueError(
            f"this network takes inputs of shape {wanted}, but a digit has {inputs.shape[1:]}; "
            "give `prepare`, the function that makes the network's input out of images (n, 28, 28)"
        )
    return {name: values[0] for name, values in layer_outputs(model, inputs).items()}


def probabilities(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the class probabilities that a network ends with.

    Parameters
    ----------
    values : mapping of str to numpy.ndarray
        What `activations` returns.

    Returns
    -------
    numpy.ndarray of float64, shape (classes,)
        0 to 1, sum 1; where the network has no softmax, the softmax of its outputs.
    """
    last = np.asarray(list(values.values())[-1], dtype="float64").ravel()
    if last.min() >= 0 and abs(last.sum() - 1) < 1e-3:
        return last
    raised = np.exp(last - last.max())
    return np.asarray(raised / raised.sum())


def activation_picture(values: Mapping[str, np.ndarray], image: np.ndarray) -> Picture:
    """Draw the activations of all layers below one another, a row a layer.

    Parameters
    ----------
    values : mapping of str to numpy.ndarray
        What `activations` returns. Shapes (height, width, channels) become a tile a channel, rows
        of numbers a strip of cells.
    image : numpy.ndarray of uint8, shape (28, 28)
        What the network was shown.

    Returns
    -------
    Picture
        Each layer has a scale of its own: dark is 0, yellow the layer's largest value, and
        negative numbers are blue.
    """
    from PIL import Image, ImageDraw

    rows = [(INPUT, _shape(image), _tiles(image[..., None]))]
    rows += [(name, _shape(array), _drawn(array)) for name, array in values.items()]
    heights = [max(len(tiles), 2 * _LINE) + _MARGIN for _, _, tiles in rows]
    size = (_LABELS + _WIDTH + 2 * _MARGIN, sum(heights) + 2 * _MARGIN + _LINE)
    canvas = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(canvas), _font()
    for (name, shape, tiles), top in zip(rows, _tops(heights), strict=True):
        pen.text((_MARGIN, top), _short(name), "black", font)
        pen.text((_MARGIN, top + _LINE), shape, "#444444", font)
        canvas.paste(Image.fromarray(tiles), (_LABELS, top))
    pen.text((_MARGIN, size[1] - _LINE - _MARGIN // 2), "dark: 0   yellow: positive   blue: "
             "negative   each layer on its own scale", "#444444", font)  # fmt: skip
    return Picture(_png(canvas), _in_words(values))


def _tops(heights: list[int]) -> list[int]:
    return [_MARGIN + sum(heights[:place]) for place in range(len(heights))]


def _font() -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(_TEXT)


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"


def _shape(array: np.ndarray) -> str:
    shown = " x ".join(f"{side:,}" for side in array.shape)
    return (
        shown if array.ndim < 3 or array.shape[-1] <= MOST_MAPS else f"{shown}, first {MOST_MAPS}"
    )


def _png(canvas: "Image") -> bytes:
    buffer = io.BytesIO()
    canvas.save(buffer, "PNG")
    return buffer.getvalue()


def _drawn(array: np.ndarray) -> np.ndarray:
    """Draw one layer, RGB."""
    if array.ndim == 3:
        return _tiles(array[..., :MOST_MAPS])
    flat = array.ravel()
    cell = next(
        side for side in _CELLS if side == _CELLS[-1] or _rows(len(flat), side) * side <= 32
    )
    rows = _rows(len(flat), cell)
    across = -(-len(flat) // rows)
    padded = np.full(rows * across, np.nan)
    padded[: len(flat)] = flat
    return _enlarged(_colours(padded.reshape(rows, across)), cell)


def _rows(count: int, side: int) -> int:
    """Return how many rows of squares are needed, and no more than fit side by side."""
    return -(-count // (_WIDTH // side))


def _tiles(array: np.ndarray) -> np.ndarray:
    """Draw feature maps (height, width, channels) as tiles on white, RGB."""
    height, width, channels = array.shape
    zoom = max(1, _MAP // max(height, width))
    down = _rows(channels, width * zoom + _GAP)
    across = -(-channels // down)
    sheet = np.full(
        (down * (height * zoom + _GAP), across * (width * zoom + _GAP), 3), 255, dtype=np.uint8
    )
    coloured = _colours(array)
    for channel in range(channels):
        row, column = divmod(channel, across)
        top, left = row * (height * zoom + _GAP), column * (width * zoom + _GAP)
        tile = _enlarged(coloured[:, :, channel], zoom)
        sheet[top : top + height * zoom, left : left + width * zoom] = tile
    return sheet


def _colours(array: np.ndarray) -> np.ndarray:
    """Colour numbers: dark at 0, yellow above, blue below, white where there is none."""
    values = np.asarray(array, dtype="float32")
    strength = values / max(float(np.nanmax(np.abs(values), initial=0.0)), 1e-12)
    ends = np.where(strength[..., None] >= 0, _POSITIVE, _NEGATIVE)
    share = np.abs(np.nan_to_num(strength))[..., None]
    colours = np.rint(np.array(_ZERO) + (ends - np.array(_ZERO)) * share)
    colours[np.isnan(values)] = 255
    return np.asarray(colours, dtype=np.uint8)


def _enlarged(array: np.ndarray, times: int) -> np.ndarray:
    enlarged: np.ndarray = array.repeat(times, axis=0).repeat(times, axis=1)
    return enlarged


def _in_words(values: Mapping[str, np.ndarray]) -> str:
    layers = "; ".join(
        f"{name}: {_shape(array)}, {np.mean(array > 0):.0%} above zero"
        for name, array in values.items()
    )
    chances = probabilities(values)
    return (
        f"The image and the activations of {len(values)} layers, a row a layer. {layers}. "
        f"The network says {chances.argmax()}, with a probability of {chances.max():.2f}."
    )


def canvas_to_digit(canvas: np.ndarray) -> np.ndarray:
    """Make of a drawing an image like those of the course: as large, and centred by mass.

    Parameters
    ----------
    canvas : numpy.ndarray of uint8, shape (height, width)
        Light on black, 0 to 255.

    Returns
    -------
    numpy.ndarray of uint8, shape (28, 28)
        The drawing in a box of 20 x 20 pixels, its centre of mass in the middle; all black for an
        empty canvas.
    """
    from PIL import Image

    from data_scripts.digits_renderer import BOX, SIDE

    digit = np.zeros((SIDE, SIDE), dtype=np.uint8)
    inked = canvas > canvas.max() // 8
    if not inked.any():
        return digit
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    cut = canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    zoom = BOX / max(cut.shape)
    height, width = (max(1, round(side * zoom)) for side in cut.shape)
    small = np.asarray(Image.fromarray(cut).resize((width, height)), dtype="float64")
    weights = small.sum()
    if weights == 0:
        return digit
    middle = (SIDE - 1) / 2
    top = round(middle - float((small.sum(axis=1) @ np.arange(height)) / weights))
    left = round(middle - float((small.sum(axis=0) @ np.arange(width)) / weights))
    top, left = min(max(top, 0), SIDE - height), min(max(left, 0), SIDE - width)
    digit[top : top + height, left : left + width] = np.rint(small)
    return digit
