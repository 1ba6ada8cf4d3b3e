"""Grading on other data than the course's own is refused, once and clearly."""

import io
from pathlib import Path

import pytest
import tiny_course
from nbgrader.apps import NbGraderAPI
from tiny_course import filled, hand_in

from autograder.grading.course import CourseError, open_course
from autograder.grading.pipeline import grade
from autograder.place import DATA


def test_original_data(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(course, "ada", filled(course))
    monkeypatch.setenv(DATA, "original")
    with pytest.raises(CourseError, match=r"can't be graded on the original data .*Unset"):
        grade(course, tiny_course.NAME, progress=False)
    assert not (course / "autograded").exists()
    monkeypatch.setenv(DATA, "embedded")
    (result,) = grade(course, tiny_course.NAME, progress=False)
    assert (result.score, result.waiting) == (7.0, 1)  # the question is graded by hand


def test_typing_mistake(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(course, "ada", filled(course))
    monkeypatch.setenv(DATA, "orginal")
    with pytest.raises(CourseError, match=r"EIGHT_FACES_DATA says .orginal."):
        grade(course, tiny_course.NAME, progress=False)


def test_formgraders_button(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(course, "ada", filled(course))
    monkeypatch.setenv(DATA, "original")
    opened = open_course(course)
    api = NbGraderAPI(coursedir=opened.directory(), parent=opened.app)
    with opened.converting(log := io.StringIO()):
        done = api.autograde(tiny_course.NAME, "ada", force=True)
    assert not done["success"]
    said = "".join((log.getvalue(), done.get("log") or "", done.get("error") or ""))
    assert "can't be graded on the original data" in said
