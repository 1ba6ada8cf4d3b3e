"""Keep a verifier process ready for the present submission: start it, replace it, end it."""

import contextlib
import functools
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from autograder.grading.sandbox.limits import GIB
from autograder.grading.verifier.channel import ChannelError, TooLateError
from autograder.grading.verifier.replies import SetupResult, read_setup, require_done
from autograder.grading.verifier.worker import MODULE, Box, Worker

SUBMISSIONS: Final = 25
"""Submissions that one process serves, however much memory it comes to hold."""

MEMORY: Final = int(1.5 * GIB)
"""Bytes that a process may hold and serve more: TensorFlow does not give back all memory."""

BEGIN_SECONDS: Final = 120.0
"""How long a process may take to start, or to forget a submission."""

END_SECONDS: Final = 2.0
"""How long a process may take to end by itself."""


Step = Callable[[Worker], SetupResult]
"""Something that a process has to do before the next test, and that a new one has to do again."""


class Supervisor:
    """Starts processes and runs the setup cells of the present submission in each new one.

    Parameters
    ----------
    make_box : callable
        Returns a new sandbox; called whenever a process is started.
    command : sequence of str, optional
        The program; this Python with the verifier's module if not given.
    setup_seconds : float
        How long a setup cell may take.

    Attributes
    ----------
    broken : str
        Why no cell of the present submission can be run any more; empty when it can.
    log : str
        Last lines that a process wrote which was lost; for the instructor.
    known : list of str
        SHA-256 of arrays that need not be sent in the present submission.
    """

    def __init__(
        self,
        make_box: Callable[[], Box],
        command: Sequence[str] = (sys.executable, "-m", MODULE),
        *,
        setup_seconds: float = 600.0,
    ) -> None:
        self._make_box = make_box
        self._command = command
        self._setup_seconds = setup_seconds
        self._worker: Worker | None = None
        self._begun = False
        self._served = 0
        self._steps: list[Step] = []
        self.broken = ""
        self.log = ""
        self.known: list[str] = []

    def start(self) -> None:
        """Start the process, without waiting for it."""
        with contextlib.suppress(ChannelError):
            self._start()

    def begin(self) -> None:
        """Forget the submission before, and begin with another one."""
        self._steps, self.broken, self._begun = [], "", False
        self.known = []
        if self._served >= SUBMISSIONS and self._worker and self._worker.memory() > MEMORY:
            self.stop(END_SECONDS)
        self.ready()
        self._served += 1

    def ready(self) -> bool:
        """Make sure that the process is there and has run the setup cells.

        Returns
        -------
        bool
            False when nothing has been sent to this process, or there is none.
        """
        if self._worker and self._worker.alive and self._begun:
            return True
        if not self.broken:
            with contextlib.suppress(ChannelError):
                self.restored()
        return False

    def setup(self, source: str) -> SetupResult:
        """Run a setup cell of the present submission.

        Parameters
        ----------
        source : str
            The cell as the course wrote it.

        Returns
        -------
        SetupResult
            After an error no test of this submission can be checked.
        """
        if self.broken:
            return SetupResult(self.broken)
        step = functools.partial(self._run_setup, source=source)
        try:
            found = step(self.restored())
        except ChannelError as trouble:
            self.broken = self.broken or self.lose(trouble)
            return SetupResult(self.broken)
        self._steps.append(step)
        self.known = found.known
        if found.error:
            self.broken = f"could not run a cell of the course: {found.error}"
        return SetupResult(self.broken, found.names, found.known)

    def learn(self, folder: Path, origin: dict[str, Any]) -> list[str]:
        """Let the process know what came of a training.

        Parameters
        ----------
        folder : Path
            What the trainer wrote; stays where it is.
        origin : dict
            Where the weights come from.

        Returns
        -------
        list of str
            As `known`; no more than before if it can't be learnt.
        """
        step = functools.partial(self._run_learn, folder=folder, origin=origin)
        try:
            found = step(self.restored())
        except ChannelError as trouble:
            if not self.broken:
                self.lose(trouble)
            return self.known
        if not found.error:
            self._steps.append(step)
            self.known = found.known
        return self.known

    def restored(self) -> Worker:
        """Return the process, ready for the next cell of the present submission.

        Raises
        ------
        ChannelError
            If there can be none; `broken` then says why.
        """
        if self._worker and not self._worker.alive:
            self.stop()
        try:
            worker = self._start()
            if not self._begun:
                self._begin(worker)
        except ChannelError as trouble:
            self.broken = self.lose(trouble)
            raise ChannelError(self.broken) from None
        self._begun = True
        return worker

    def died(self) -> bool:
        """Tell whether the process has ended by itself since it was last used."""
        return self._worker is not None and not self._worker.alive

    def lose(self, trouble: ChannelError) -> str:
        """Kill the process after trouble with it, and return what is known about why."""
        reason = str(trouble)
        if self._worker:
            if not isinstance(trouble, TooLateError):
                reason = self._worker.why() or reason
            self.log = self._worker.log()
            self.stop()
        return reason

    def stop(self, seconds: float = 0.0) -> None:
        """End the process, at once or within some seconds."""
        worker, self._worker = self._worker, None
        self._begun = False
        if worker:
            worker.stop(seconds)

    def _start(self) -> Worker:
        if self._worker is None:
            self._served, self._begun = 0, False
            try:
                self._worker = Worker(self._make_box(), self._command)
            except OSError as error:
                raise ChannelError(f"could not be started: {error}") from None
        return self._worker

    def _begin(self, worker: Worker) -> None:
        worker.clear()
        require_done(worker.ask({"do": "begin", "exchange": str(worker.exchange)}, BEGIN_SECONDS))
        for step in self._steps:
            error = step(worker).error
            if error:
                raise ChannelError(f"could not run a cell of the course again: {error}")

    def _run_setup(self, worker: Worker, source: str) -> SetupResult:
        message = {"do": "setup", "source": source}
        return read_setup(worker.ask(message, self._setup_seconds))

    def _run_learn(self, worker: Worker, folder: Path, origin: dict[str, Any]) -> SetupResult:
        copy = worker.place("trained")
        shutil.copytree(folder, copy)
        try:
            message = {"do": "learn", "folder": str(copy), **origin}
            return read_setup(worker.ask(message, BEGIN_SECONDS))
        finally:
            shutil.rmtree(copy, ignore_errors=True)
