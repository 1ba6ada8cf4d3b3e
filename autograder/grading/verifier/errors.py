"""Exceptions as error outputs: a message for a person, never a traceback or a line of the test."""

from collections.abc import Callable
from typing import Any, Final

from autograder.student.outcome import CheckFailed, CheckOutcome, NotAttempted

LONGEST_MESSAGE: Final = 4_000
"""Characters of a check's message."""

LONGEST_LINE: Final = 400
"""Characters of any other error."""


def output(error: BaseException) -> dict[str, Any]:
    """Return the error output of an exception.

    Parameters
    ----------
    error : BaseException
        What stopped a test cell.

    Returns
    -------
    dict
        Messages of checks and assertions as they are, of others the first line. What an exception
        was raised from, its notes and its traceback are left out.
    """
    name = _name(error)
    if isinstance(error, AssertionError):
        message = text_of(error, str)[:LONGEST_MESSAGE]
        shown = f"{error.heading}: {message}" if isinstance(error, CheckOutcome) else message
    else:
        message = first_line(_text(error))
        shown = sentence(error)
    return plain(name, message, shown or name)


def plain(name: str, message: str, shown: str | None = None) -> dict[str, Any]:
    """Return an error output from its parts.

    Parameters
    ----------
    name : str
        Kind of error.
    message : str
        What it says.
    shown : str, optional
        What stands in place of a traceback; the message if not given.
    """
    shown = message if shown is None else shown
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [shown]}


def sentence(error: BaseException) -> str:
    """Return an exception as one line: its kind, and its message."""
    message = first_line(_text(error))
    return f"{_name(error)}: {message}" if message else _name(error)


def text_of(value: object, how: Callable[[Any], str]) -> str:
    """Return ``str`` or ``repr`` of a value, or a placeholder when that raises."""
    try:
        return clean(str(how(value)))
    except BaseException:
        return f"<{type(value).__name__} that cannot be shown>"


def first_line(text: str) -> str:
    """Return the first line that is not blank, shortened."""
    line = next((line.strip() for line in text[:100_000].splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def clean(text: str) -> str:
    """Return text that can be written as UTF-8."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _name(error: BaseException) -> str:
    for kind in (NotAttempted, CheckFailed):
        if isinstance(error, kind):
            return kind.__name__
    return type(error).__name__


def _text(error: BaseException) -> str:
    # A SyntaxError's own text goes on with where it is.
    return clean(str(error.msg)) if isinstance(error, SyntaxError) else text_of(error, str)
