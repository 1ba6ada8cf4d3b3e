"""Make values again that are more than plain data: histories, tables, images, functions."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.transport.limits import RefusedError, TransportError
from autograder.transport.objects import MODES


class Function:
    """A function of the student, called in the student's own process.

    Parameters
    ----------
    name : str
        Its name in the notebook.
    call : callable
        Takes the name, a tuple and a dict.
    """

    def __init__(self, name: str, call: Callable[[str, tuple[Any, ...], dict[str, Any]], Any]):
        self.__name__ = name
        self._call = call

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the function with data and return data."""
        return self._call(self.__name__, arguments, keywords)

    def __repr__(self) -> str:
        return f"<function {self.__name__} of the notebook>"


def history(record: dict[Any, Any], epoch: list[Any], params: dict[Any, Any]) -> Any:
    """Return what ``fit`` returned: a ``keras.callbacks.History``, without its model."""
    import keras

    result = keras.callbacks.History()
    result.history, result.epoch, result.params = record, epoch, params
    return result


def table(columns: Sequence[tuple[Any, np.ndarray]], index: np.ndarray | None, rows: int) -> Any:
    """Return a table of pandas.

    Raises
    ------
    RefusedError
        If pandas is not installed here.
    TransportError
        If two columns have the same name.
    """
    try:
        import pandas  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        raise RefusedError(
            "is a table of pandas, which is not there where notebooks are checked. Use a "
            "dictionary of NumPy arrays."
        ) from None
    named = dict(columns)
    if len(named) != len(columns) or not 0 <= rows <= 10_000_000:
        raise TransportError("a table has two columns of the same name")
    return pandas.DataFrame(named, index=range(rows) if index is None else index)


def image(mode: object, pixels: np.ndarray) -> Any:
    """Return an image of Pillow.

    Raises
    ------
    TransportError
        If the pixels are none of such an image.
    """
    from PIL import Image

    if type(mode) is not str or MODES.get(mode) != pixels.dtype.name or not pixels.size:
        raise TransportError("an image is none")
    channels = pixels.shape[2:]
    if pixels.ndim not in (2, 3) or channels != {1: (), 2: (2,)}.get(len(mode), (len(mode),)):
        raise TransportError("an image is none")
    return Image.fromarray(pixels)


def clean(text: str) -> str:
    """Return a text that can be written as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def shown(text: str) -> str:
    """Return a text that can be shown to a person: no control characters."""
    return "".join(sign if sign.isprintable() else " " for sign in clean(text))
