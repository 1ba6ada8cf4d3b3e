"""Where a submission's trainings are asked for: looked up, or done once and kept for everybody."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from autograder.grading.sandbox.environment import decisive
from autograder.grading.store import Store, name_of
from autograder.grading.trainer.client import Described, Trainer, TrainerError
from autograder.grading.trainer.versions import versions
from autograder.grading.verifier.client import LARGEST_MESSAGE
from autograder.grading.verifier.copying import CopyError, copy_message
from autograder.transport.fitting import FIT, WISH
from autograder.transport.limits import VALUES
from autograder.transport.read import write_values

MOST_TRAININGS: Final = 100
"""Trainings that one submission may ask for."""

MOST_REQUESTS: Final = 500
"""Trainings and questions together."""

_ALIAS: Final = "same_as.json"
_TOO_MUCH: Final = (
    "This training is larger than the course allows: all trainings of this notebook together "
    "would take {:.1f} times as much work as one notebook may. Use the number of epochs and the "
    "pictures that the exercise says."
)


@dataclass(frozen=True)
class TrainingLimits:
    """How much one submission may train.

    Attributes
    ----------
    work : float
        Floating-point operations of all its trainings together, as
        `autograder.grading.trainer.request.Request.work` counts them.
    seconds : float
        How long one training may take.
    """

    work: float
    seconds: float


@dataclass
class Counts:
    """What came of the trainings that were asked for.

    Attributes
    ----------
    done, saved : int
        Trained now, and found in the store.
    elsewhere : int
        Left to the notebook's own process.
    """

    done: int = 0
    saved: int = 0
    elsewhere: int = 0


class Origin(NamedTuple):
    """Where the weights of a network come from.

    Attributes
    ----------
    fresh : bool
        Whether all of their training was done by the trainer.
    samples : int
        Most samples in an epoch of it.
    """

    fresh: bool
    samples: int


class Trained(NamedTuple):
    """What came of a training.

    Attributes
    ----------
    folder : Path
        The message of the trainer.
    origin : Origin
        Where its weights come from.
    """

    folder: Path
    origin: Origin


@dataclass
class Desk:
    """Answers the trainings of one submission.

    Parameters
    ----------
    store : Store
        Where results are kept.
    trainer : Trainer
        Does what is not there yet.
    wishes : Path
        Folder into which the student's process writes; nothing in it is trusted.
    answers : Path
        Folder that the student's process can only read.
    limits : TrainingLimits
        How much it may train.

    Attributes
    ----------
    counts : Counts
        What came of the trainings so far.
    """

    store: Store
    trainer: Trainer
    wishes: Path
    answers: Path
    limits: TrainingLimits
    counts: Counts = field(default_factory=Counts)
    _setups: list[str] = field(default_factory=list)
    _asked: int = 0
    _fits: int = 0
    _work: float = 0.0
    _origins: dict[str, Origin] = field(default_factory=dict)
    _trained: list[Trained] = field(default_factory=list)
    _results: list[Path] = field(default_factory=list)

    def setup(self, source: str) -> None:
        """Note a setup cell, whose arrays the student's process need not send."""
        self._setups.append(source)

    def waiting(self) -> Path | None:
        """Return a request that nobody has answered yet."""
        for path in self.wishes.glob(f"{WISH}*"):
            if not path.name.endswith(".part") and not (self.answers / path.name).exists():
                return path
        return None

    def answer(self, wish: Path) -> Trained | None:
        """Answer a request.

        Parameters
        ----------
        wish : Path
            As `waiting` returned it.

        Returns
        -------
        Trained or None
            None when it was no training, or the notebook does it itself, or not at all.
        """
        self._asked += 1
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "request")
            try:
                if self._asked > MOST_REQUESTS:
                    raise TrainerError(f"a notebook may ask {MOST_REQUESTS} times.")
                copy_message(wish, copy, LARGEST_MESSAGE)
                described, entry = self._entry(copy)
            except (CopyError, TrainerError) as error:
                self.counts.elsewhere += 1
                self._put(wish.name, {"elsewhere": str(error)})
                return None
            except _TooMuchError as error:
                self._put(wish.name, {"refused": str(error)})
                return None
        self._give(wish.name, entry)
        if described.kind != FIT:
            return None
        trained = Trained(entry, self._origin(described, entry))
        self._trained.append(trained)
        self._results.append(entry)
        return trained

    def take_trained(self) -> list[Trained]:
        """Return what was trained since the last time."""
        found, self._trained = self._trained, []
        return found

    def _origin(self, described: Described, entry: Path) -> Origin:
        """Say where weights come from; they may be those that another training starts from."""
        before = self._origins.get(described.start)
        if before is None:
            before = Origin(described.fresh, 0)
        origin = Origin(before.fresh, max(before.samples, described.samples))
        self._origins[digest_in(entry)] = origin
        return origin

    def _entry(self, request: Path) -> tuple[Described, Path]:
        """Return what came of a training, now or at some earlier time."""
        written = hashlib.sha256((request / VALUES).read_bytes()).hexdigest()
        alias = name_of(
            {
                "written": written,
                "setups": self._setups,
                "versions": versions(),
                "variables": decisive(os.environ),
            }
        )
        if (known := self.store.get(alias)) is not None:
            described = Described(*json.loads((known / _ALIAS).read_text("utf-8")))
            if (entry := self.store.get(described.name)) is not None:
                self._count(described)
                self.counts.saved += described.kind == FIT
                return described, entry
        described = self.trainer.describe(request, self._setups, self._results)
        self._count(described)
        with self.store.working_on(described.name):
            entry = self.store.get(described.name)
            if entry is None:
                entry = self.store.put(described.name, self._train)
                self.counts.done += described.kind == FIT
            else:
                self.counts.saved += described.kind == FIT
        self.store.put(alias, lambda folder: _write_alias(folder, described))
        return described, entry

    def _train(self, folder: Path) -> None:
        with tempfile.TemporaryDirectory() as around:
            made = Path(around, "result")
            self.trainer.train(made, self.limits.seconds)
            for path in made.iterdir():
                shutil.copyfile(path, folder / path.name)

    def _count(self, described: Described) -> None:
        self._work += described.work
        if described.kind != FIT:
            if self._work > self.limits.work:
                raise TrainerError("there is no work left to ask for.")
            return
        self._fits += 1
        if self._fits > MOST_TRAININGS:
            raise TrainerError(f"a notebook may train {MOST_TRAININGS} times.")
        if self._work > self.limits.work:
            raise _TooMuchError(_TOO_MUCH.format(self._work / self.limits.work))

    def _give(self, name: str, entry: Path) -> None:
        beside = self.answers / f"{name}.part"
        shutil.copytree(entry, beside)
        beside.rename(self.answers / name)

    def _put(self, name: str, values: dict[str, str]) -> None:
        write_values(values, self.answers / name)


def digest_in(entry: Path) -> str:
    """Return the SHA-256 of the weights in a message of the trainer."""
    message = json.loads((entry / VALUES).read_text("utf-8"))
    return str(message["values"]["digest"]["value"])


class _TooMuchError(Exception):
    """More work than a submission may ask for."""


def _write_alias(folder: Path, described: Sequence[object]) -> None:
    (folder / _ALIAS).write_text(json.dumps(list(described)), encoding="utf-8")
