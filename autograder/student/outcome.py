"""How a check ends: points, "not attempted yet", or a message that says what is wrong."""

import math
import textwrap
from typing import NoReturn

LINE = 90
"""Characters in a line of what a notebook shows; JupyterLab would break longer ones in a word."""


class CheckOutcome(AssertionError):  # noqa: N818 - students read these names; they are no faults
    """An outcome that costs points; notebooks show its message without a traceback.

    Parameters
    ----------
    message : str
        What is wrong, and what to try, for a student.
    cause : str
        Key of the message, for tests and statistics; empty where there is none.
    position : int
        Layer of the table that differs, from 1; 0 where the message is about something else.
    """

    def __init__(self, message: str = "", cause: str = "", position: int = 0) -> None:
        super().__init__(message)
        self.cause = cause
        self.position = position

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows instead of a traceback."""
        text = f"{self.heading}: {self}" + (f"\n{self.advice}" if self.advice else "")
        wrapper = textwrap.TextWrapper(LINE, break_long_words=False, break_on_hyphens=False)
        return [part for line in text.splitlines() for part in wrapper.wrap(line)]

    heading = "Check"

    advice = ""
    """What could help, for the student alone; no part of what graders and feedback show."""


class NotAttempted(CheckOutcome):
    """The gap still holds ``...``."""

    heading = "Not attempted yet"


class CheckFailed(CheckOutcome):
    """The gap was filled, and something in it is not right yet."""

    heading = "Not right yet"


class Share(float):
    """The share of a task that is right, 0 to 1, and what is to be said about the rest.

    Attributes
    ----------
    causes : tuple of str
        Keys of the messages.
    remarks : tuple of str
        The messages themselves, in the order in which a student reads them.
    """

    causes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @classmethod
    def of(cls, fraction: float, remarks: list[str], causes: list[str] | None = None) -> "Share":
        """Make a share out of a number and what there is to say."""
        share = cls(fraction)
        share.remarks, share.causes = tuple(remarks), tuple(causes or ())
        return share


def points(fraction: float, of: float) -> float:
    """Turn the share of a task that is right into points, as nbgrader reads them.

    Parameters
    ----------
    fraction : float
        Share of the task that is right, 0 to 1; values outside are clipped.
    of : float
        Points of the test cell, as in its nbgrader metadata.

    Returns
    -------
    float
        A plain Python float in 0 to ``of``. NumPy scalars, ``nan`` and booleans shown as the
        last value of a cell would give full marks in nbgrader, so they never leave here.

    Raises
    ------
    CheckFailed
        If ``fraction`` is not a finite number.
    """
    value = float(fraction)
    if not math.isfinite(value):
        raise CheckFailed(f"the share of points came out as {value}, which is not a number")
    return min(max(value, 0.0), 1.0) * float(of)


def fail(message: str) -> NoReturn:
    """Raise `CheckFailed` with the message."""
    raise CheckFailed(message)


def is_gap(value: object) -> bool:
    """Tell whether a value still is the ``...`` of an unfilled gap."""
    return value is Ellipsis


def require_before(*values: object, task: str) -> None:
    """Raise `NotAttempted` when what a task builds on still is the ``...`` of another gap.

    Parameters
    ----------
    *values : object
        What earlier cells assigned.
    task : str
        Title of the task that builds on them.
    """
    if any(is_gap(value) for value in values):
        raise NotAttempted(
            f"“{task}” builds on an earlier task that is still open. Do that one first, then run "
            "this cell again."
        )


def require_attempt(*values: object, task: str) -> None:
    """Raise `NotAttempted` when one of the values still is the ``...`` of its gap.

    Parameters
    ----------
    *values : object
        What the student's cell assigned.
    task : str
        Title of the task, for the message.
    """
    if any(is_gap(value) for value in values):
        raise NotAttempted(
            f"“{task}” is still open. Replace the three dots in the cell above and run it again."
        )
