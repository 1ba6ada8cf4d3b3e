"""Make the arrays of setup cells read-only, so that no test changes what later tests see."""

from collections.abc import Iterable

import numpy as np

_DEEPEST = 6


def protect(values: Iterable[object]) -> None:
    """Make arrays read-only, in tuples, lists, dicts and plain objects as well.

    Parameters
    ----------
    values : iterable of object
        Values of a setup cell.
    """
    seen: set[int] = set()
    for value in values:
        _protect(value, seen, _DEEPEST)


def _protect(value: object, seen: set[int], depth: int) -> None:
    if id(value) in seen or not depth:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        # A view can be written through the array that it looks into.
        while isinstance(value, np.ndarray):
            value.flags.writeable = False
            value = value.base
    elif isinstance(value, dict):
        for inner in value.values():
            _protect(inner, seen, depth - 1)
    elif isinstance(value, list | tuple | set):
        for inner in value:
            _protect(inner, seen, depth - 1)
