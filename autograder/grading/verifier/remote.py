"""Functions of the student: called in the student's own process, with data alone."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograder.student.outcome import CheckFailed
from autograder.transport.read import write_values

MOST_CALLS: Final = 100
"""Calls of a student's functions in one submission."""

LARGEST_ARGUMENTS: Final = 64_000_000
"""Bytes that one call may send."""


class RemoteCalls:
    """Calls functions in the student's process.

    Parameters
    ----------
    exchange : pathlib.Path
        Folder through which values come and go.
    ask : callable
        Sends a message to the grading process and returns the answer.
    read : callable
        Reads the folder of a result, and returns the value or raises `CheckFailed`.
    """

    def __init__(
        self,
        exchange: Path,
        ask: Callable[[dict[str, str]], dict[str, Any]],
        read: Callable[[str, Path], Any],
    ) -> None:
        self._exchange = exchange
        self._ask = ask
        self._read = read
        self._calls = 0

    def __call__(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a function.

        Parameters
        ----------
        name : str
            Its name in the notebook.
        arguments, keywords : tuple, dict
            Data alone: numbers, texts, arrays, and lists, tuples and dicts of these. An argument
            that is a `pathlib.Path` is a file: it is sent along, and the function is given the
            path of its copy.

        Raises
        ------
        CheckFailed
            If the function raised, took too long, or returned something that is no data.
        """
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise CheckFailed(f"the tests may call your functions {MOST_CALLS} times, no more.")
        folder = self._exchange / f"arguments-{self._calls}"
        write_values(_message(arguments, keywords), folder)
        size = sum(path.stat().st_size for path in folder.iterdir())
        if size > LARGEST_ARGUMENTS:
            raise ValueError(f"{size:,} bytes of arguments are too much for one call")
        try:
            answer = self._ask({"call": name, "arguments": folder.name})
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if "values" not in answer:
            raise CheckFailed(f"your function {name} could not be called: {answer.get('error')}")
        return self._read(name, Path(answer["values"]))


def _message(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
    """Return what travels: arguments, and the files that some of them name."""
    by_place: dict[Any, Any] = dict(enumerate(arguments))
    by_place |= keywords
    files = {
        place: (path.name, np.frombuffer(path.read_bytes(), np.uint8))
        for place, path in by_place.items()
        if isinstance(path, Path)
    }
    given = {place: None if place in files else value for place, value in by_place.items()}
    message: dict[str, Any] = {
        "arguments": tuple(given[place] for place in range(len(arguments))),
        "keywords": {name: given[name] for name in keywords},
    }
    return {**message, "files": files} if files else message
