"""Values that are more than plain data: models, histories, tables, images; and those that stay."""

import contextlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from autograder.transport import describe
from autograder.transport.limits import Node, RefusedError, type_name

Inner = Callable[[object], Node]
Arrays = Callable[[np.ndarray], Node]

MODES: Final = {"L": "uint8", "LA": "uint8", "RGB": "uint8", "RGBA": "uint8", "F": "float32",
                "I": "int32"}  # fmt: skip
"""Kinds of images that travel, and the numbers of their pixels."""

_VIEWS: Final[tuple[type, ...]] = (type({}.keys()), type({}.values()), type({}.items()))
_NOT_YET: Final = (types.GeneratorType, map, filter, zip, enumerate, reversed, *_VIEWS)


@contextlib.contextmanager
def within(place: str) -> Iterator[None]:
    """Add the place to what is refused in this block."""
    try:
        yield
    except RefusedError as refused:
        raise refused.within(place[:60]) from None


def encode(value: Any, inner: Inner, arrays: Arrays) -> Node | None:
    """Encode a Keras object, a table or an image; None for anything else.

    Parameters
    ----------
    value : object
    inner : callable
        Encodes a value within it.
    arrays : callable
        Encodes an array.

    Raises
    ------
    RefusedError
        If it is such an object, but cannot travel.
    """
    if "keras" in sys.modules:
        node = describe.encode(value, inner, arrays)
        if node is not None:
            return node
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return _table(value, inner, arrays)
    return _image(value, arrays) if is_image(value) else None


def is_image(value: object) -> bool:
    """Tell whether a value is an image of Pillow."""
    image = sys.modules.get("PIL.Image")
    return image is not None and isinstance(value, image.Image)


def _image(value: Any, arrays: Arrays) -> Node:
    if value.mode not in MODES:
        value = value.convert("RGBA" if "A" in value.mode else "L" if value.mode == "1" else "RGB")
    return {"kind": "image", "mode": value.mode, "array": arrays(np.asarray(value))}


def _table(value: Any, inner: Inner, arrays: Arrays) -> Node:
    if value.columns.nlevels > 1 or value.index.nlevels > 1 or not value.columns.is_unique:
        raise RefusedError("is a table with several levels of names. Use one name a column.")
    columns = []
    for place, name in enumerate(value.columns):
        with within(f"[{name!r}]"):
            columns.append([inner(name), arrays(np.asarray(value.iloc[:, place]))])
    start = list(value.index[:2]) == list(range(min(2, len(value))))
    counted = start and bool((np.asarray(value.index) == np.arange(len(value))).all())
    index = None if counted else arrays(np.asarray(value.index))
    return {"kind": "table", "columns": columns, "index": index, "rows": len(value)}


def sentence(value: object) -> str:
    """Say of a value that does not travel what it is, and what to use instead."""
    kind = type_name(value)
    if isinstance(value, (set, frozenset)):
        return "is a set, which has no order. Use a list instead; sorted(...) makes one of it."
    if isinstance(value, _NOT_YET):
        return f"is a {kind}, not values yet. list(...) makes a list of it."
    if isinstance(value, type):
        return f"is the class {value.__name__}. Did you forget the brackets after it?"
    if isinstance(value, types.ModuleType):
        return "is a module, not a value. Did you leave out what you wanted of it?"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "is made of bytes. Use a text or an array of numbers instead."
    if callable(value):
        return "is a function, where a value is wanted. Did you forget the brackets after it?"
    return (
        f"is of type {kind}, which cannot be checked. Use numbers, texts, lists, "
        "dictionaries, NumPy arrays, or Keras models with built-in layers."
    )
