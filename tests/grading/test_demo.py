"""The demo class: who is in it, how its course is made, and how surprises are found."""

import shutil
from pathlib import Path

import pytest

from autograder import exercises
from autograder.grading import demo, demo_class
from autograder.grading.mutator import KINDS
from autograder.grading.results import Result, TaskResult

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("assignment", demo_class.CLASSES)
def test_the_class_has_at_least_ten_students_of_known_kinds(assignment: str) -> None:
    students = demo_class.CLASSES[assignment]
    assert len(students) >= 10
    assert len(set(students)) == len(students)
    table = exercises.load(assignment)
    assert all(KINDS[student].applies(table) for student in students)


@pytest.mark.parametrize("assignment", demo_class.CLASSES)
def test_right_answers_in_three_spellings_are_in_each_class(assignment: str) -> None:
    right = {"reference", "functional_api", "activation_argument"}
    assert right <= set(demo_class.CLASSES[assignment])


@pytest.mark.parametrize("assignment", demo_class.CLASSES)
def test_every_student_hands_something_in(assignment: str, tmp_path: Path) -> None:
    for part in ("source", "release"):
        if not (ROOT / part / assignment).is_dir():
            pytest.skip(f"{part}/{assignment} is not there yet")
        shutil.copytree(ROOT / part / assignment, tmp_path / part / assignment)
    students = demo_class.write_class(tmp_path, assignment)
    assert students == list(demo_class.CLASSES[assignment])
    for student in students:
        files = list((tmp_path / "submitted" / student / assignment).iterdir())
        assert [path.suffix for path in files] == [".ipynb"]


def result(student: str, *tasks: tuple[str, float]) -> Result:
    rows = [TaskResult(name, score, 2.0, "a message") for name, score in tasks]
    return Result("03_faces_fc", student, 0.0, 0.0, "graded", [], rows)


EXPECTED = [("network_a_test", 2.0), ("network_b_test", 2.0)]


def surprises(*results: Result) -> list[str]:
    absent = "has no result"
    found = demo_class.surprises("03_faces_fc", results)
    return [text for text in found if absent not in text]


def test_nothing_surprises_when_points_are_lost_where_they_should() -> None:
    assert surprises(result("reference", *EXPECTED)) == []
    assert surprises(result("wrong_units", EXPECTED[0], ("network_b_test", 0.0))) == []


def test_points_lost_elsewhere_surprise() -> None:
    (problem,) = surprises(result("reference", EXPECTED[0], ("network_b_test", 1.0)))
    assert "reference lost points on network_b_test: a message" in problem


def test_points_kept_by_a_mistake_surprise() -> None:
    (problem,) = surprises(result("wrong_units", *EXPECTED))
    assert "wrong_units kept all points on network_b_test" in problem


def test_answers_graded_by_hand_do_not_surprise() -> None:
    assert surprises(result("reference", ("question_results", 0.0))) == []


def test_a_missing_student_surprises() -> None:
    found = demo_class.surprises("03_faces_fc", [])
    assert len(found) == len(demo_class.CLASSES["03_faces_fc"])


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    (root / "source" / "03_faces_fc" / ".ipynb_checkpoints").mkdir(parents=True)
    (root / "source" / "03_faces_fc" / "03_faces_fc.ipynb").write_text("{}")
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    return root


def test_the_demo_is_a_course_of_its_own_with_short_timeouts(course: Path, tmp_path: Path) -> None:
    demo.make_course(course, tmp_path / "demo", ["03_faces_fc"])
    config = (tmp_path / "demo" / "nbgrader_config.py").read_text()
    assert config.startswith("c = get_config()\n")
    assert "cell_timeout" in config
    assert sorted(path.name for path in (tmp_path / "demo/source/03_faces_fc").iterdir()) == [
        "03_faces_fc.ipynb"
    ]


def test_a_second_demo_goes_on_and_a_changed_source_begins_anew(
    course: Path, tmp_path: Path
) -> None:
    target = tmp_path / "demo"
    demo.make_course(course, target, ["03_faces_fc"])
    (target / "submitted").mkdir()
    (target / ".secret").mkdir()
    (target / "gradebook.db").touch()
    demo.make_course(course, target, ["03_faces_fc"])
    assert (target / "submitted").exists()
    (course / "source" / "03_faces_fc" / "03_faces_fc.ipynb").write_text('{"new": 1}')
    demo.make_course(course, target, ["03_faces_fc"])
    assert not (target / "submitted").exists()
    assert not (target / "gradebook.db").exists()
    assert (target / ".secret").exists()
    assert (target / "source/03_faces_fc/03_faces_fc.ipynb").read_text() == '{"new": 1}'
