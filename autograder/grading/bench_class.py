"""Classes of a given size for `autograder bench`: a realistic one, and one in which all differ."""

import random
from pathlib import Path
from typing import Final

from autograder import exercises
from autograder.grading.mutator import KINDS, write_submission
from autograder.grading.mutator.notebook import Notebook, find, gaps, read, source, write

REALISTIC: Final = "realistic"
DIFFERENT: Final = "different"
MIXES: Final = (REALISTIC, DIFFERENT)

OF_THIRTY: Final = {"reference": 10, "rewritten": 10, "mistake": 6, "own": 4}
"""A realistic class of 30: right answers, the same in other words, common mistakes, own ways."""

_REWRITTEN: Final[tuple[str, ...]] = ("functional_api", "activation_argument", "add_calls")
_MISTAKES: Final[tuple[str, ...]] = (
    "wrong_units",
    "missing_relu",
    "missing_batch_norm",
    "wrong_rate",
    "untrained",
    "divided_by_255",
    "features_after_relu",
)
_ORDER: Final = 30  # seed; a gradebook's order tells nothing about who wrote the same
_BUILDS: Final = ("Sequential(", "keras.Model(", "Dense(")


def composition(size: int, mix: str) -> list[str]:
    """Say what each student of a class hands in.

    Parameters
    ----------
    size : int
        Number of students, 1 or more.
    mix : str
        One of `MIXES`.

    Returns
    -------
    list of str
        Keys of `OF_THIRTY`, one a student, in the order of their names: no kind comes first.
    """
    if mix == DIFFERENT:
        return ["own"] * size
    whole = sum(OF_THIRTY.values())
    bounds, total = {}, 0
    for kind, share in OF_THIRTY.items():
        total += share
        bounds[kind] = round(total * size / whole)
    kinds = [next(kind for kind, bound in bounds.items() if place < bound) for place in range(size)]
    random.Random(_ORDER).shuffle(kinds)
    return kinds


def write_bench_class(course_root: Path, assignment: str, size: int, mix: str) -> list[str]:
    """Write the submissions of a class.

    Parameters
    ----------
    course_root : Path
        A course with ``source/`` and ``release/`` of the assignment.
    assignment : str
        One of the course's own.
    size, mix : int and str
        As in `composition`.

    Returns
    -------
    list of str
        The students.
    """
    table = exercises.load(assignment)
    fitting = [name for name, kind in KINDS.items() if kind.applies(table)]
    choices: dict[str, list[str]] = {
        "rewritten": [name for name in _REWRITTEN if name in fitting],
        "mistake": [name for name in _MISTAKES if name in fitting][:2],
    }
    notebook = Path(assignment) / f"{assignment}.ipynb"
    students = []
    kinds = composition(size, mix)
    for place, kind in enumerate(kinds):
        names = choices.get(kind) or ["reference"]
        turn = kinds[:place].count(kind)
        student = f"student_{place:04}_{kind}"
        folder = course_root / "submitted" / student / assignment
        path = write_submission(
            names[turn % len(names)],
            course_root / "source" / notebook,
            course_root / "release" / notebook,
            folder,
        )
        if kind == "own":
            write(_own(read(path), place), path)
        students.append(student)
    return students


def _own(notebook: Notebook, number: int) -> Notebook:
    """Let networks start from random numbers of the student's own: right, and equal to nobody's."""
    for name in gaps(notebook):
        cell = find(notebook, name)
        text = source(cell)
        if cell["cell_type"] == "code" and any(word in text for word in _BUILDS):
            cell["source"] = f"keras.utils.set_random_seed({1000 + number})\n{text}"
    return notebook
