"""What grading needs of the side on which a student's code runs, and the live one.

A live side asks a kernel in its sandbox. `autograder.grading.recording` writes down what one
answered, and answers the same without a kernel.
"""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from nbformat import NotebookNode

from autograder.grading.exchange import Exchange
from autograder.grading.kernel_cells import KernelCells
from autograder.grading.trainer.desk import Trained
from autograder.grading.workplace import Workplace


class KernelSide(Protocol):
    """Runs cells, and gives values that tests ask for.

    `run`, `export`, `call` and `tell` may raise `KernelEndedError`.
    """

    def setup(self, source: str) -> None:
        """Learn what a setup cell is that the kernel will run."""

    def know(self, digests: list[str]) -> None:
        """Learn which arrays the verifier has, so that these travel as their SHA-256 alone."""

    def run(self, cell: NotebookNode, index: int, seconds: float) -> tuple[bool, float]:
        """Run a cell; return whether it ended in time, and the seconds that count."""

    def trainings(self) -> list[Trained]:
        """Return what the last cell that was run has had trained."""

    def export(self, test: str, names: list[str]) -> Path | None:
        """Write the values of names for a test; None when that took too long."""

    def call(self, function: str, arguments: Path, result: Path) -> str:
        """Call a function of the student, as `autograder.grading.exchange.Exchange.call` does."""

    def tell(self, states: dict[str, str]) -> None:
        """Tell the notebook's exercise what a test found."""

    def end_test(self) -> None:
        """Take note that the test is over."""

    def send_all(self) -> None:
        """Let everything be sent whole again: the verifier has lost what was sent before."""

    def alive(self) -> bool:
        """Tell whether the kernel runs."""

    def stopped_because(self) -> str:
        """Say which limit was passed, if the sandbox was stopped; empty otherwise."""


class LiveSide:
    """A kernel in its sandbox.

    Parameters
    ----------
    cells : KernelCells
        Runs cells in the kernel.
    place : Workplace
        Where the kernel runs.
    seconds : float
        How long an answer may take.
    """

    def __init__(self, cells: KernelCells, place: Workplace, seconds: float) -> None:
        self._cells = cells
        self._place = place
        self._seconds = seconds
        self._exchange = Exchange(place.sandbox, place.requests, self._ask)
        self._in_time = True

    # `KernelSide` says what each of these does.
    # ruff: noqa: D102

    def know(self, digests: Iterable[str]) -> None:
        self._place.requests.know(digests)

    def open_desk(self) -> None:
        """Let the notebook ask for trainings."""
        self._exchange.open_desk()

    def setup(self, source: str) -> None:
        self._place.desk.setup(source)

    def run(self, cell: NotebookNode, index: int, seconds: float) -> tuple[bool, float]:
        begin, waited = time.monotonic(), self._cells.waited
        in_time = self._cells.run_cell(cell, index, seconds)
        return in_time, time.monotonic() - begin - (self._cells.waited - waited)

    def trainings(self) -> list[Trained]:
        return self._place.desk.take_trained()

    def export(self, test: str, names: list[str]) -> Path | None:
        self._in_time = True
        folder = self._exchange.export(names)
        if self._in_time:
            return folder
        self._exchange.send_all()  # what was on its way did not arrive
        return None

    def call(self, function: str, arguments: Path, result: Path) -> str:
        return self._exchange.call(function, arguments, result)

    def tell(self, states: dict[str, str]) -> None:
        self._exchange.tell(states)

    def end_test(self) -> None:
        pass

    def send_all(self) -> None:
        self._exchange.send_all()

    def alive(self) -> bool:
        return self._cells.alive()

    def stopped_because(self) -> str:
        return self._place.sandbox.stopped_because

    def _ask(self, source: str) -> None:
        """Run a request of ours in the kernel, and remember when it took too long."""
        self._in_time = self._cells.run_silently(source, self._seconds) and self._in_time
