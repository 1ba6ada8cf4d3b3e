"""Open files and read JSON that a hostile process wrote: plain files, plain data."""

import json
import math
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from autograder.transport.limits import TransportError

_MOST_BRACKETS: Final = 1_000_000  # each is an object of some 60 bytes or more once it is read
_MOST_COMMAS: Final = 2_000_000
_LONGEST_NUMBER: Final = 30
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_plain(path: Path, limit: int) -> tuple[BinaryIO, int]:
    """Open a file that must be a plain one.

    Parameters
    ----------
    path : pathlib.Path
    limit : int
        Most bytes that it may have.

    Returns
    -------
    file : binary file
    size : int
        Its bytes.

    Raises
    ------
    FileNotFoundError
        If there is none.
    TransportError
        If it is a link, a pipe, a device or a folder, or too large.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise
    except (OSError, ValueError):
        raise TransportError(f"{path.name} is no plain file") from None
    file = os.fdopen(descriptor, "rb") if _is_plain(descriptor) else None
    if file is None:
        os.close(descriptor)
        raise TransportError(f"{path.name} is no plain file")
    size = os.fstat(descriptor).st_size
    if size > limit:
        file.close()
        raise TransportError(f"{path.name} has {size / 1e6:,.0f} MB, more than {limit / 1e6:,.0f}")
    return file, size


def _is_plain(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def read_plain(path: Path, limit: int) -> bytes:
    """Read a file that must be a plain one of at most `limit` bytes; raises as `open_plain`."""
    file, size = open_plain(path, limit)
    with file:
        return file.read(size)


def parse(
    content: bytes | str, what: str, *, numbers: Literal["whole", "all"] = "whole"
) -> dict[str, Any]:
    """Read a JSON object that holds nothing odd.

    Parameters
    ----------
    content : bytes or str
        Bytes must be UTF-8.
    what : str
        What it is called in messages.
    numbers : {"whole", "all"}
        Whether there may be numbers with a point.

    Returns
    -------
    dict

    Raises
    ------
    TransportError
        If it is anything else, names a key twice, or would take much more memory than its size.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
    except UnicodeDecodeError:
        raise TransportError(f"{what} is not written in UTF-8") from None
    if text.count("[") + text.count("{") > _MOST_BRACKETS or text.count(",") > _MOST_COMMAS:
        raise TransportError(f"{what} holds too many values")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_repetition(what),
            parse_int=_whole(what),
            parse_float=_refusing(what) if numbers == "whole" else _finite(what),
            parse_constant=_refusing(what),
        )
    except TransportError:
        raise
    except RecursionError:
        raise TransportError(f"{what} is nested too deeply") from None
    except ValueError:
        raise TransportError(f"{what} is not proper JSON") from None
    if type(value) is not dict:
        raise TransportError(f"{what} is not proper JSON")
    return value


def _without_repetition(what: str) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise TransportError(f"{what} names something twice")
        return found

    return build


def _whole(what: str) -> Callable[[str], int]:
    def read(digits: str) -> int:
        if len(digits) > _LONGEST_NUMBER:
            raise TransportError(f"{what} holds a number that is far too large")
        return int(digits)

    return read


def _finite(what: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = float(text) if len(text) <= _LONGEST_NUMBER else math.inf
        if not math.isfinite(number):
            raise TransportError(f"{what} holds a number that is far too large")
        return number

    return read


def _refusing(what: str) -> Callable[[str], Any]:
    def refuse(text: str) -> Any:
        raise TransportError(f"{what} holds a number of a kind that has no place there")

    return refuse
