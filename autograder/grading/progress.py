"""What a person sees while submissions are graded: a line each, and a bar below."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from autograder.grading import status
from autograder.grading.results import Result

_IN_ORDER = frozenset({status.GRADED, status.REPAIRED})


class Progress:
    """Shows the grading of one assignment.

    Parameters
    ----------
    assignment : str
        Name of the assignment.
    total : int
        Number of submissions.
    shown : bool
        False shows nothing at all.
    """

    def __init__(self, assignment: str, total: int, *, shown: bool) -> None:
        self._shown = shown
        self._console = Console(file=sys.stderr, quiet=not shown, highlight=False, soft_wrap=True)
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not shown or not self._console.is_terminal,
        )
        self._assignment = assignment
        self._task = self._bar.add_task(assignment, total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def start(self, student: str) -> None:
        """Say whose submission is being graded."""
        self._bar.update(self._task, description=escape(f"{self._assignment}: {student}"))

    def done(self, result: Result) -> None:
        """Print the line of a graded submission."""
        self._bar.advance(self._task)
        score = f"{result.score:g} of {result.max_score:g}"
        note = ""
        if result.status not in _IN_ORDER and result.messages:
            note = f"  {result.messages[0]}"
        self._console.print(
            escape(f"{result.student_id:<28} {score:>12}  {result.status}{note}"), style=None
        )

    def stop(self, left: int) -> None:
        """Say that a person stopped the grading."""
        self._console.print(
            f"Stopped. {left} submissions are left; the same command goes on with them."
        )
