"""A small course of plain Python, and a class of submissions each with its own defect."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import tiny_class
import tiny_course

from autograder.grading.pipeline import Result, grade


@pytest.fixture(scope="session")
def released_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with its assignment released and nothing handed in; never change it."""
    return tiny_course.make_course(tmp_path_factory.mktemp("released") / "course")


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    """An own copy of the released course."""
    return Path(shutil.copytree(released_course, tmp_path / "course"))


@pytest.fixture(scope="session")
def graded_course(released_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with the whole class handed in and graded through the pipeline."""
    root = Path(shutil.copytree(released_course, tmp_path_factory.mktemp("graded") / "course"))
    tiny_class.hand_in_all(root)
    return root


@pytest.fixture(scope="session")
def handed_in(graded_course: Path) -> dict[str, bytes]:
    """What lay in ``submitted/`` before it was graded."""
    return tiny_class.contents(graded_course / "submitted")


@pytest.fixture(scope="session")
def results(graded_course: Path, handed_in: dict[str, bytes]) -> dict[str, Result]:
    """The results of the class by student."""
    found = grade(graded_course, tiny_course.NAME, progress=False)
    return {result.student_id: result for result in found}
