"""Measure how accurate a correctly solved exercise is, and set the accuracy to reach by it.

What is measured is the score of one student's training on one hidden set. Each run is a training
with a seed of its own, in one of the accepted spellings, and counts with its accuracy on one of
five hidden sets, in turn, so that the spread holds what differs between trainings and between
sets alike. The other sets are measured too and kept in the file for the reader.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from autograder.grading import fingerprint, tolerance
from autograder.grading.calibration_runs import CalibrationRuns
from autograder.grading.journal import Journal
from autograder.grading.thresholds import CalibrationError, calibration_path, load_calibration
from data_scripts.cache import write_atomically

NETWORKS = {
    "02_mnist_cnn": ("a", "b", "c"),
    "03_faces_fc": ("a", "b"),
    "04_faces_cnn": ("a",),
    "05_faces_cnn_tricks": ("b", "c"),
    "07_faces_fine_tuning": ("a", "b"),
}
"""Networks that are calibrated; those with "accuracy_points" in their file earn points."""

FEWEST_RUNS = 5
"""Fewer trainings say too little about their spread; k makes up for fewer than 20."""


def calibrate(course_root: Path, assignment: str, *, runs: int = 20, progress: bool = True) -> Path:
    """Train the reference of an assignment many times and write its calibration file.

    Every training is appended to ``build/calibrate/<assignment>.jsonl`` of the course; run again
    after an interruption, and it goes on where it stopped. What the present calibration file holds
    is not trained again either, if its inputs and versions are those of now; delete the file to
    measure everything anew. Each machine has hidden sets of its own.

    Parameters
    ----------
    course_root : pathlib.Path
        The course directory.
    assignment : str
        One of `NETWORKS`.
    runs : int
        Trainings of each network, at least `FEWEST_RUNS`; 20 is the rule.
    progress : bool
        Whether to print a line a training.

    Returns
    -------
    pathlib.Path
        The calibration file, in the package.

    Raises
    ------
    ValueError
        If the assignment gives no points for accuracy, or `runs` is below `FEWEST_RUNS`.
    """
    if assignment not in NETWORKS:
        raise ValueError(
            f"{assignment} gives no points for accuracy; there are {', '.join(NETWORKS)}"
        )
    if runs < FEWEST_RUNS:
        raise ValueError(f"a threshold needs at least {FEWEST_RUNS} runs, not {runs}")
    from autograder.grading.trainings import versions

    folder = course_root / "build" / "calibrate"
    trainings = CalibrationRuns(assignment, folder)
    tell = print if progress else _silent
    made_from = {"inputs_hash": fingerprint.inputs_hash(assignment), **versions()}
    journal = Journal(folder / f"{assignment}.jsonl", in_file(assignment, made_from))
    document = {
        "assignment": assignment,
        "source": "embedded",
        "statistic": "accuracy of one training on one hidden set of 2,000 pictures",
        "method": {
            "content": tolerance.CONTENT,
            "confidence": tolerance.CONFIDENCE,
            "reference": tolerance.SOURCE,
        },
        **fingerprint.ingredients(assignment),
        **made_from,
        "networks": measure(trainings, journal, runs, tell),
    }
    path = calibration_path(assignment)
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, render(document).encode("utf-8"))
    return path


def in_file(
    assignment: str, made_from: dict[str, Any], folder: Path | None = None
) -> list[dict[str, Any]]:
    """Return the measurements that the calibration file holds, as a journal has them.

    Parameters
    ----------
    assignment : str
    made_from : dict
        What the file must say of itself: ``inputs_hash`` and versions.
    folder : pathlib.Path, optional
        Another folder than the package's.

    Returns
    -------
    list of dict
        None if there is no file, or it was made from something else.
    """
    try:
        document = load_calibration(assignment, folder)
    except CalibrationError:
        return []
    if any(document.get(name) != value for name, value in made_from.items()):
        return []
    rows = []
    for name, network in document["networks"].items():
        here = {"inputs_hash": made_from["inputs_hash"], "network": name}
        for number, run in enumerate(network["runs"]):
            rows.append({**here, "run": number, **run})
        for kind, accuracy in network["weak"].items():
            rows.append({**here, "weak": kind, "accuracies": [accuracy]})
    return rows


def measure(
    trainings: CalibrationRuns, journal: Journal, runs: int, tell: Callable[[str], object]
) -> dict[str, Any]:
    """Return the entry of each network; only what the journal does not hold is trained."""
    identity: dict[str, Any] = {"inputs_hash": fingerprint.inputs_hash(trainings.assignment)}
    names = NETWORKS[trainings.assignment]
    weak: dict[str, dict[str, float]] = {name: {} for name in names}
    for name in names:
        for kind in trainings.weak_kinds:
            key = {**identity, "network": name, "weak": kind}
            row = journal.measured(key, partial(trainings.weak, name, kind))
            weak[name][kind] = max(row["accuracies"])
            tell(f"{trainings.assignment} {name}: {kind} reaches {weak[name][kind]:.4f}")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for number in range(runs):
        for name in names:
            key = {**identity, "network": name, "run": number}
            row = journal.measured(key, partial(trainings.run, name, number))
            rows[name].append(summary(row))
            tell(f"{trainings.assignment} {name}: run {number + 1} of {runs}, "
                 f"accuracy {rows[name][-1]['accuracy']:.4f}")  # fmt: skip
    return {name: entry(rows[name], weak[name]) for name in names}


def summary(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the calibration file says of one run."""
    return {
        "seed": row["seed"],
        "style": row["style"],
        "set": row["set"],
        "accuracy": row["accuracies"][row["set"]],
        "accuracies": row["accuracies"],
    }


def entry(runs: Sequence[dict[str, Any]], weak: dict[str, float]) -> dict[str, Any]:
    """Work out threshold and floor of one network.

    Parameters
    ----------
    runs : sequence of dict
        Each with its ``accuracy``, 0 to 1.
    weak : dict of str to float
        Best accuracy of each weak run.

    Returns
    -------
    dict
        ``threshold`` is the tolerance limit rounded down to 2 decimals, so that the number a
        student reads is the number that counts. ``accuracy_points`` is false, with a ``reason``,
        where a weak run reaches it.
    """
    values = [run["accuracy"] for run in runs]
    limit = tolerance.tolerance_limit(values)
    # The small number keeps 0.57 from becoming 0.56: 0.57 * 100 is 56.99999999999999.
    threshold = math.floor(limit * 100 + 1e-9) / 100
    floor = max(weak.values())
    result: dict[str, Any] = {
        "runs": list(runs),
        "mean": round(float(np.mean(values)), 4),
        "sd": round(float(np.std(values, ddof=1)), 5),
        "k": round(tolerance.tolerance_factor(len(values)), 4),
        "limit": round(limit, 4),
        "threshold": threshold,
        "floor": floor,
        "weak": weak,
        "accuracy_points": threshold > floor,
    }
    if not result["accuracy_points"]:
        best = max(weak, key=weak.__getitem__)
        result["reason"] = (
            f"the weak run {best} reaches {floor:.3f}, the threshold is {threshold:.2f}: accuracy "
            "cannot tell them apart"
        )
    return result


def is_current(assignment: str, folder: Path | None = None) -> list[str]:
    """Compare a calibration file with what it was made from, without training anything.

    Parameters
    ----------
    assignment : str
    folder : pathlib.Path, optional
        Another folder than the package's.

    Returns
    -------
    list of str
        What has changed since; empty if the file is current.
    """
    document = load_calibration(assignment, folder)
    return [
        f"{assignment}: the {name} has changed since the calibration; "
        f"run `autograder calibrate {assignment}`"
        for name, value in fingerprint.ingredients(assignment).items()
        if document.get(name) != value
    ]


def render(document: dict[str, Any]) -> str:
    """Return a document as JSON text, keys sorted, innermost lists and objects on one line."""
    text = json.dumps(document, indent=2, sort_keys=True)
    for innermost in (r"\[[^\[\]{}]*\]", r"\{[^{}]*\}"):
        text = re.sub(innermost, lambda match: " ".join(match[0].split()), text)
    return text + "\n"


def _silent(_line: str) -> None:
    pass
