"""What calibration measures: trainings of one assignment, good and weak, on hidden sets."""

import json
import secrets
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from autograder import exercises
from autograder.grading import inputs
from autograder.grading.reference import STYLES
from data_scripts import digits, faces
from data_scripts.cache import write_atomically

SETS = 5
SEED_STEP = 1000
"""Seeds of the runs after the first: the course seed plus multiples of this."""

WEAK = ("untrained", "one_epoch", "shuffled_labels", "raw_input")

Sets = list[tuple[np.ndarray, np.ndarray]]


class CalibrationRuns:
    """Data, trainings and measurements of one assignment; nothing is made before it is needed.

    Parameters
    ----------
    assignment : str
    folder : pathlib.Path
        Where the seeds of the hidden sets are kept, so that all assignments and an interrupted
        command use the same ones. They are neither the course's nor committed.
    """

    def __init__(self, assignment: str, folder: Path) -> None:
        self.assignment = assignment
        self.folder = folder
        self.table = exercises.load(assignment)
        raw_differs = inputs.KINDS[assignment] not in inputs.PRETRAINED
        self.weak_kinds = WEAK if raw_differs else WEAK[:-1]

    @cached_property
    def splits(self) -> inputs.Splits:
        """Inputs and labels as the notebook prepares them."""
        return inputs.training_inputs(self.assignment)

    @cached_property
    def sets(self) -> Sets:
        """Hidden sets, each of 2,000 inputs and labels."""
        return [inputs.hidden_inputs(self.assignment, seed) for seed in _seeds(self.folder)]

    def run(self, network: str, number: int) -> dict[str, Any]:
        """Train once, as a student would, and measure on all hidden sets."""
        seed = self.table.seed + SEED_STEP * number
        style = STYLES[number % len(STYLES)]
        return {
            "seed": seed,
            "style": style,
            "set": number % SETS,
            "accuracies": self._scores(network, self.splits, seed, style, None),
        }

    def weak(self, network: str, kind: str) -> dict[str, Any]:
        """Do what must not earn points, with the course seed, and measure on all hidden sets."""
        splits, epochs = self.splits, None
        if kind == "untrained":
            epochs = 0
        elif kind == "one_epoch":
            epochs = 1
        elif kind == "shuffled_labels":
            order = np.random.default_rng(self.table.seed).permutation(len(splits.y_train))
            splits = splits._replace(y_train=splits.y_train[order])
        elif kind == "raw_input":
            splits = _raw_inputs(self.assignment)
        return {"accuracies": self._scores(network, splits, self.table.seed, STYLES[0], epochs)}

    def _scores(
        self, network: str, splits: inputs.Splits, seed: int, style: str, epochs: int | None
    ) -> list[float]:
        from autograder.grading.trainings import scores, train

        model = train(self.assignment, network, splits, seed=seed, style=style, epochs=epochs)
        return scores(self.assignment, network, model, self.sets)


def _raw_inputs(assignment: str) -> inputs.Splits:
    """Pixels of 0 to 255: preparing them was forgotten."""
    is_digits = inputs.KINDS[assignment] == "digits"
    images = digits.load_digits() if is_digits else faces.load_faces(48)
    return inputs.Splits(
        *(array.astype("float32") if array.ndim > 1 else array for array in images)
    )


def _seeds(folder: Path) -> list[int]:
    path = folder / "hidden_sets.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        seeds = [f"{secrets.randbits(128):032x}" for _ in range(SETS)]
        write_atomically(path, json.dumps(seeds).encode("ascii"))
    return [int(seed, 16) for seed in json.loads(path.read_text(encoding="ascii"))]
