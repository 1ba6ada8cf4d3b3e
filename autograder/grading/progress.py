"""What a person sees while submissions are graded: a line each, and a bar below."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
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
            TextColumn(
                "{task.fields[running]} running, {task.fields[failed]} failed, "
                "{task.fields[saved]} trainings saved"
            ),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=self._console,
            transient=True,
            disable=not shown or not self._console.is_terminal,
        )
        self._assignment = assignment
        self._failed = self._saved = 0
        self._task = self._bar.add_task(assignment, total=total, running=0, failed=0, saved=0)

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

    def say(self, text: str) -> None:
        """Print a line that is about no submission."""
        self._console.print(text, markup=False)

    def running(self, number: int, student: str = "") -> None:
        """Say how many submissions are being run, and whose if it is one."""
        title = f"{self._assignment}: {student}" if student else self._assignment
        self._bar.update(self._task, description=escape(title), running=number)

    def done(self, result: Result) -> Result:
        """Print the line of a graded submission; return its result."""
        self._failed += result.status == status.FAILED
        self._saved += result.trainings_saved
        self._bar.update(self._task, advance=1, failed=self._failed, saved=self._saved)
        score = f"{result.score:g} of {result.max_score:g}"
        note = ""
        if result.status not in _IN_ORDER and result.messages:
            note = f"  {result.messages[0]}"
        self._console.print(
            escape(f"{result.student_id:<28} {score:>12}  {result.status}{note}"), style=None
        )
        return result

    def stop(self, left: int) -> None:
        """Say that a person stopped the grading."""
        self._console.print(
            f"Stopped. {left} submissions are left; the same command goes on with them."
        )
