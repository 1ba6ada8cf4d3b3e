"""The grading process's side of the trainer: a process that trains, started when it is needed."""

import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from autograder.grading.verifier.channel import ChannelError
from autograder.grading.verifier.client import LARGEST_MESSAGE
from autograder.grading.verifier.copying import CopyError, copy_message
from autograder.grading.verifier.supervisor import END_SECONDS, Supervisor
from autograder.grading.verifier.worker import Box, Worker
from autograder.transport.fitting import FIT

MODULE: Final = "autograder.grading.trainer"

_READ_SECONDS: Final = 120.0  # to read a training and to name it
_TRAININGS: Final = 25  # that one process does; TensorFlow does not give back all memory
_QUESTION: Final = 0.1  # of a training, by the memory that is not given back
_LEARNT: Final = 1 << 30  # bytes of weights that one process keeps


class TrainerError(Exception):
    """A training that was not done; the text says why, for the student."""


class Described(NamedTuple):
    """What a training is.

    Attributes
    ----------
    name : str
        SHA-256 of everything that decides what comes of it.
    work : float
        About how many floating-point operations it takes.
    samples : int
        Samples of one epoch.
    start : str
        SHA-256 of the weights that it starts from.
    fresh : bool
        Whether these look as if nobody had trained them.
    kind : str
        ``fit``; or what is asked of a network, as `autograder.transport.answering` names it.
    """

    name: str
    work: float
    samples: int
    start: str
    fresh: bool
    kind: str = FIT


class Trainer:
    """Reads trainings and does them, one after the other.

    Parameters
    ----------
    make_box : callable
        Returns a new sandbox; called whenever a process is started.
    command : sequence of str, optional
        The program; this Python with the trainer's module if not given.
    """

    def __init__(
        self, make_box: Callable[[], Box], command: Sequence[str] = (sys.executable, "-m", MODULE)
    ) -> None:
        self._processes = Supervisor(make_box, command)
        self._setups: tuple[str, ...] | None = None
        self._done = 0.0
        self._share = 1.0
        self._learnt: dict[Path, int] = {}
        self._learnt_by: Worker | None = None

    def describe(
        self, values: Path, setups: Sequence[str], trained: Iterable[Path] = ()
    ) -> Described:
        """Read the training, or the question, that `train` will do.

        Parameters
        ----------
        values : Path
            Folder with the message; copied first.
        setups : sequence of str
            Setup cells, whose arrays need not be in the message.
        trained : iterable of Path
            Results of trainings, whose weights need not be in it either.

        Raises
        ------
        TrainerError
            If it can't be done here.
        """
        worker = self._ready(tuple(setups))
        for folder in trained:
            self._learn(worker, folder)
        copy = worker.place("values")
        try:
            copy_message(values, copy, LARGEST_MESSAGE)
        except CopyError as error:
            raise TrainerError(str(error)) from None
        answer = self._ask(worker, {"do": "name", "values": str(copy)}, _READ_SECONDS)
        found = [answer.get(field) for field in Described._fields]
        if [type(value) for value in found] != [str, float, int, str, bool, str]:
            raise TrainerError(self._lose(ChannelError("answered with something odd")))
        described = Described(*found)  # type: ignore[arg-type]
        self._share = 1.0 if described.kind == FIT else _QUESTION
        return described

    def train(self, result: Path, seconds: float) -> None:
        """Do what was described last.

        Parameters
        ----------
        result : Path
            Where the message with what came of it goes; must not exist.
        seconds : float
            How long it may take.

        Raises
        ------
        TrainerError
            If it took too long or failed.
        """
        worker = self._processes.restored()
        made = worker.place("result")
        self._done += self._share
        self._ask(worker, {"do": "train", "result": str(made)}, seconds)
        try:
            copy_message(made, result, LARGEST_MESSAGE)
        except CopyError as error:
            raise TrainerError(str(error)) from None
        finally:
            worker.clear()

    def close(self) -> None:
        """End the process."""
        self._processes.stop(END_SECONDS)

    def _ready(self, setups: tuple[str, ...]) -> Worker:
        if self._done >= _TRAININGS:
            self._processes.stop(END_SECONDS)
            self._done = 0.0
        try:
            if setups != self._setups:
                self._processes.begin()
                self._setups = setups
                for source in setups:
                    self._processes.setup(source)
            worker = self._processes.restored()
        except ChannelError as trouble:
            raise TrainerError(f"the trainer {trouble}") from None
        worker.clear()
        return worker

    def _learn(self, worker: Worker, folder: Path) -> None:
        if worker is not self._learnt_by:
            self._learnt, self._learnt_by = {}, worker
        if folder in self._learnt:
            return
        size = sum(path.stat().st_size for path in folder.iterdir())
        if self._learnt and sum(self._learnt.values()) + size > _LEARNT:
            self._ask(worker, {"do": "forget"}, _READ_SECONDS)
            self._learnt = {}
        copy = worker.place("trained")
        shutil.copytree(folder, copy)
        self._ask(worker, {"do": "learn", "folder": str(copy)}, _READ_SECONDS)
        self._learnt[folder] = size

    def _ask(self, worker: Worker, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        try:
            answer = worker.ask(message, seconds)
        except ChannelError as trouble:
            raise TrainerError(self._lose(trouble)) from None
        except BaseException:
            self._processes.stop()  # it is in the middle of something
            raise
        for key in ("refused", "failed"):
            if key in answer:
                raise TrainerError(str(answer[key])[:500])
        return answer

    def _lose(self, trouble: ChannelError) -> str:
        return f"the trainer {self._processes.lose(trouble)}"
