"""What the trainer has trained for the present submission, for hidden tests to ask about."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.transport.known import digest_of_weights
from autograder.transport.read import Reader, ReadLimits


@dataclass(frozen=True)
class Record:
    """A training that the trainer did.

    Attributes
    ----------
    digest : str
        SHA-256 of the weights that came of it.
    logs : list of dict
        Figures of every epoch, such as ``{"loss": 0.4, "accuracy": 0.9}``.
    fresh : bool
        Whether all training of these weights was done by the trainer.
    samples : int
        Most samples in an epoch of it.
    """

    digest: str
    logs: list[dict[str, float]]
    fresh: bool
    samples: int

    @property
    def figures(self) -> dict[str, list[float]]:
        """What a history of this training says."""
        return {name: [log[name] for log in self.logs if name in log] for name in self.logs[0]}


_records: dict[str, Record] = {}
_remarks: dict[str, None] = {}


def read(folder: Path, *, fresh: bool, samples: int) -> tuple[Record, list[np.ndarray]]:
    """Read what the trainer wrote; return its record and the weights.

    Parameters
    ----------
    folder : Path
        The message of the trainer.
    fresh, samples : bool and int
        As `Record` has them.

    Raises
    ------
    TransportError
        If the files are damaged.
    """
    found = Reader({}, ReadLimits(), None).read(folder)
    return Record(found["digest"], found["logs"], fresh, samples), found["weights"]


def forget() -> None:
    """Forget the submission before."""
    _records.clear()
    _remarks.clear()


def remember(record: Record) -> None:
    """Note a training of the present submission."""
    _records[record.digest] = record


def record_of(model: Any) -> Record | None:
    """Return the training that a model's weights came from; None when they came from elsewhere.

    Parameters
    ----------
    model : keras.Model
        The student's model.
    """
    return _records.get(digest_of_weights(model)) if _records else None


def remark(sentence: str) -> None:
    """Note something about the present test for whoever looks at the submission."""
    _remarks[sentence] = None


def take_remarks() -> list[str]:
    """Return what was noted since the last time."""
    found = list(_remarks)
    _remarks.clear()
    return found
