"""Arrays as raw bytes: C order, little-endian, named by the SHA-256 of these bytes."""

import hashlib
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from autograder.transport.limits import RefusedError, TransportError

DTYPES: Final = frozenset(
    {
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    }
)
"""Types that travel; others are turned into one of these, or do not travel."""

LONGEST_SIDE: Final = 1_000_000_000
MOST_SIDES: Final = 32
MOST_TILES: Final = 4
_WORTH_A_LOOK: Final = 1_000_000  # bytes
HEX: Final = frozenset("0123456789abcdef")

Raw = np.ndarray[Any, np.dtype[np.uint8]]


def plain_array(array: np.ndarray) -> np.ndarray:
    """Return an array that travels with the same numbers: contiguous, little-endian.

    Parameters
    ----------
    array : numpy.ndarray
        Of any numeric type, shape and order.

    Returns
    -------
    numpy.ndarray
        Of one of `DTYPES`; the same object where nothing had to be done.

    Raises
    ------
    RefusedError
        If it does not hold numbers.
    """
    dtype = array.dtype.newbyteorder("<")
    if dtype.name in ("longdouble", "float96", "float128", "bfloat16"):
        dtype = np.dtype("float32" if dtype.name == "bfloat16" else "float64")
    if dtype.name not in DTYPES:
        raise RefusedError(_not_numbers(array), f"array of {array.dtype}"[:100])
    return np.require(array.astype(dtype, copy=False), requirements="C")


def _not_numbers(array: np.ndarray) -> str:
    if array.dtype.kind == "O":
        return (
            "is an array of Python objects, not of numbers. Most likely it was made from rows of "
            "unequal length, or from numbers and texts together."
        )
    return f"is an array of type {array.dtype}. Use an array of numbers instead."


def raw_bytes(array: np.ndarray) -> Raw:
    """Return the bytes of a plain array without copying them."""
    flat: Raw = array.reshape(-1).view(np.uint8)
    return flat


def digest_of(raw: Raw) -> str:
    """SHA-256 of some bytes, as hexadecimal digits."""
    return hashlib.sha256(raw.data).hexdigest()


def is_digest(text: object) -> bool:
    """Tell whether something is a SHA-256 in hexadecimal digits."""
    return type(text) is str and len(text) == 64 and set(text) <= HEX


def tiles_of(array: np.ndarray) -> int:
    """Return how many equal pieces lie side by side in every row of an array.

    Rows of features of a widened network are such: a quarter says it all.

    Parameters
    ----------
    array : numpy.ndarray
        As `plain_array` returns it.

    Returns
    -------
    int
        `MOST_TILES` or half of it, else 1; always 1 for an array too small to be worth the look.
    """
    if array.nbytes < _WORTH_A_LOOK or array.itemsize > 8:
        return 1
    bits = array.view(f"u{array.itemsize}")  # -0.0 is not 0.0 here, and a NaN is itself
    for times in (MOST_TILES, MOST_TILES // 2):
        if array.shape[-1] % times == 0:
            pieces = bits.reshape(-1, times, array.shape[-1] // times)
            if all(np.array_equal(some[:, 1:], some[:, :-1]) for some in (pieces[:1], pieces)):
                return times
    return 1


def checked_shape(sides: object) -> tuple[int, ...]:
    """Return the shape that a message gives.

    Raises
    ------
    TransportError
        If it is no shape.
    """
    if type(sides) is not list or len(sides) > MOST_SIDES:
        raise TransportError("an array has no proper shape")
    if any(type(side) is not int or not 0 <= side <= LONGEST_SIDE for side in sides):
        raise TransportError("an array has a side that is no whole number of a sensible size")
    if math.prod(max(side, 1) for side in sides) > LONGEST_SIDE:
        raise TransportError("an array has a shape that is far too large")
    return tuple(sides)


def checked_dtype(name: object) -> np.dtype[Any]:
    """Return the type of numbers that a message names.

    Raises
    ------
    TransportError
        If it does not travel.
    """
    if type(name) is not str or name not in DTYPES:
        raise TransportError("an array has an unknown type of numbers")
    return np.dtype(name).newbyteorder("<")


def size_in_bytes(shape: Sequence[int], dtype: np.dtype[Any]) -> int:
    """Bytes of an array of that shape and type."""
    return math.prod(shape) * dtype.itemsize


def array_from(raw: Raw, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Look at bytes as an array, without copying them.

    Parameters
    ----------
    raw : numpy.ndarray of uint8, shape (n,)
    shape : tuple of int
    dtype : numpy.dtype

    Returns
    -------
    numpy.ndarray
        Read-only.

    Raises
    ------
    TransportError
        If the bytes do not make such an array.
    """
    if raw.size != size_in_bytes(shape, dtype):
        raise TransportError(
            f"an array is said to have the shape {shape} and the type {dtype.name}, which does "
            f"not fit its {raw.size} bytes"
        )
    if dtype.kind == "b" and raw.size and raw.max() > 1:
        raise TransportError("an array of True and False holds something else")
    array = raw.view(dtype).reshape(shape)
    array.flags.writeable = False
    return array
