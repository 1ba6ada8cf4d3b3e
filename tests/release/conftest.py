"""A tiny course: one assignment with a cell of every kind."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.release import build

CONFIG = """\
from pathlib import Path

from autograder.release.generate import PREPROCESSORS

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "tiny"
c.GenerateAssignment.preprocessors = PREPROCESSORS
c.ClearSolutions.code_stub = {"python": ""}
c.ClearSolutions.text_stub = "Write your answer here."
c.FillThresholds.calibration_dir = str(Path(__file__).parent / "calibration")
"""


def cell(kind: str, cell_id: str, source: str, tags: tuple[str, ...] = (), **grading: Any) -> dict:
    metadata: dict[str, Any] = {"tags": list(tags)} if tags else {}
    if grading:
        switches = {"grade": False, "locked": False, "solution": False, "task": False}
        metadata["nbgrader"] = {"schema_version": 3, "grade_id": cell_id} | switches | grading
    made = {"cell_type": kind, "id": cell_id, "metadata": metadata, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


CELLS = [
    cell("markdown", "title", "# Adding up"),
    cell(
        "code",
        "setup",
        "import math\n\nfrom autograder.student import outcome\n"
        "from autograder.student.outcome import points\n\nnumbers = [1, 2, 3]",
        ("setup",),
        locked=True,
    ),
    cell("markdown", "task-total", "Add the numbers. At least {{accuracy:b}} is expected."),
    cell(
        "code",
        "total",
        "total = ...\n### BEGIN SOLUTION\ntotal = sum(number for number in numbers)\n"
        "### END SOLUTION",
        solution=True,
    ),
    cell(
        "code",
        "total-test",
        "assert total is not ..., 'still open'\nfraction = float(total > {{accuracy:b}})\n"
        "### BEGIN HIDDEN TESTS\nassert math.isclose(total, 6), 'the secret six'\n"
        "### END HIDDEN TESTS\npoints(fraction, of=2)",
        ("raises-exception",),
        grade=True,
        locked=True,
        points=2,
    ),
    cell("markdown", "question-sum", "**Question.** What is a sum?"),
    cell(
        "markdown",
        "answer-sum",
        "### BEGIN SOLUTION\nThe result of an addition.\n\n**Mark scheme**\n\n"
        "- 1 point for naming addition in any words\n### END SOLUTION",
        grade=True,
        solution=True,
        points=1,
    ),
]

KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def make_notebook() -> dict[str, Any]:
    made = {"cells": CELLS, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return copy.deepcopy(made)


@pytest.fixture
def good() -> dict[str, Any]:
    """A notebook without defects, to be changed by a test."""
    return make_notebook()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Write a notebook to a file."""

    def write_notebook(notebook: dict[str, Any]) -> Path:
        path = tmp_path / "tiny.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return write_notebook


def make_course(root: Path, notebook: dict[str, Any]) -> Path:
    (root / "source" / "tiny").mkdir(parents=True)
    (root / "calibration").mkdir()
    (root / "nbgrader_config.py").write_text(CONFIG)
    calibration = {"networks": {"b": {"threshold": 0.579}}}
    (root / "calibration" / "tiny.json").write_text(json.dumps(calibration))
    (root / "source" / "tiny" / "tiny.ipynb").write_text(json.dumps(notebook))
    return root


@pytest.fixture
def course(tmp_path: Path, good: dict[str, Any]) -> Path:
    """A course directory with the assignment ``tiny``, not released yet."""
    return make_course(tmp_path / "course", good)


@pytest.fixture(scope="session")
def built_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course, released once; tests work on copies."""
    root = make_course(tmp_path_factory.mktemp("tiny") / "course", make_notebook())
    build.release(root, "tiny")
    return root


@pytest.fixture
def edit_source() -> Callable[[Path, Callable[[dict[str, Any]], object]], None]:
    """Change the source notebook of a tiny course."""

    def edit(course: Path, change: Callable[[dict[str, Any]], object]) -> None:
        path = course / "source" / "tiny" / "tiny.ipynb"
        notebook = json.loads(path.read_text())
        change(notebook)
        path.write_text(json.dumps(notebook))

    return edit
