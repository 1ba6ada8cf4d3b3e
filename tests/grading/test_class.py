"""The whole class through the pipeline: everybody gets the right score, status and message."""

import os
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
import tiny_class
import tiny_course
from tiny_class import CLASS

from autograder.grading import status
from autograder.grading.course import open_course
from autograder.grading.pipeline import Result, write_grades

pytestmark = pytest.mark.slow(minutes=3)


def points_of(result: Result) -> dict[str, float]:
    return {task.grade_id: task.score for task in result.tasks}


def test_nobody_is_missing(results: dict[str, Result]) -> None:
    assert sorted(results) == sorted(CLASS)


@pytest.mark.parametrize("student", CLASS)
def test_score_status_and_message(student: str, results: dict[str, Result]) -> None:
    expected = CLASS[student][1]
    result = results[student]
    tests = {"answer_test": expected.answer, "list_test": expected.numbers}
    assert points_of(result) == {**tests, "noise_test": expected.noise, "why": 0.0}, result
    assert result.status == expected.status, result
    assert expected.says in "\n".join(result.messages), result
    assert result.score == expected.answer + expected.numbers + expected.noise
    assert result.max_score == tiny_course.POINTS
    assert all(type(number) is float for number in (result.score, result.max_score))


def test_every_lost_point_has_a_message(results: dict[str, Result]) -> None:
    for result in results.values():
        for task in result.tasks:
            if task.score < task.max_score and result.status not in status.PLACEHOLDERS:
                assert task.message, (result.student_id, task)
            assert len(task.message.splitlines()) <= 2


def test_messages_hold_no_hidden_test(results: dict[str, Result]) -> None:
    said = "\n".join(text for result in results.values() for text in result.messages)
    assert "the_hidden_truth" not in said
    assert "correct_ones" not in said


def test_submitted_files_are_untouched(
    graded_course: Path, handed_in: dict[str, bytes], results: dict[str, Result]
) -> None:
    assert results
    assert tiny_class.contents(graded_course / "submitted") == handed_in


def test_grades_file_has_a_line_a_submission(results: dict[str, Result], tmp_path: Path) -> None:
    path = tmp_path / "deep" / "grades.csv"
    write_grades(list(results.values()), path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "assignment,student_id,score,max_score,status"
    assert len(lines) == 1 + len(CLASS)
    assert "tiny,reference,7,10,graded" in lines
    assert [entry.name for entry in path.parent.iterdir()] == ["grades.csv"]


def test_personal_data_is_gone(graded_course: Path, results: dict[str, Result]) -> None:
    assert results
    path = graded_course / "autograded" / "colab" / tiny_course.NAME / "tiny.ipynb"
    assert "Jo Student" not in path.read_text(encoding="utf-8")


def test_output_is_capped(graded_course: Path, results: dict[str, Result]) -> None:
    assert results
    path = graded_course / "autograded" / "flood_of_output" / tiny_course.NAME / "tiny.ipynb"
    assert path.stat().st_size < 60_000
    assert "Output truncated" in path.read_text(encoding="utf-8")


def test_restored_cells_stand_at_their_place(
    graded_course: Path, results: dict[str, Result]
) -> None:
    assert results
    for student, name in {"deleted_test_cell": "list_test", "deleted_setup_cell": "setup"}.items():
        path = graded_course / "autograded" / student / tiny_course.NAME / "tiny.ipynb"
        order = [cell.id for cell in nbformat.read(path, as_version=4).cells]
        right = [cell.id for cell in tiny_course.released(graded_course).cells]
        assert [found for found in order if found in right] == right, name


def test_nothing_is_left_running(results: dict[str, Result]) -> None:
    assert results
    children = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(os.getpid())],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert "ipykernel" not in children


THROUGH_THE_COMMAND = [
    "reference",
    "nothing_done",
    "wrong_answer",
    "Zoë_Łuczak",
    "syntax_error",
    "endless_loop",
    "killed_kernel",
    "score_nan",
    "deleted_test_cell",
    "deleted_setup_cell",
    "copied_gap_second_filled",
    "changed_test_cell",
    "colab",
    "other_kernelspec",
    "schema_too_new",
    "marks_lost",
    "file_empty",
    "file_truncated",
    "file_utf16",
    "format_old",
    "other_notebook",
    "renamed",
]


def test_the_nbgrader_command_gives_the_same(
    results: dict[str, Result], released_course: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(released_course, tmp_path / "course"))
    for student in THROUGH_THE_COMMAND:
        CLASS[student][0](root, student)
    tiny_course.nbgrader(root, "autograde", tiny_course.NAME)
    assert gradebook_scores(root, THROUGH_THE_COMMAND) == {
        student: points_of(results[student]) for student in THROUGH_THE_COMMAND
    }


def gradebook_scores(root: Path, students: list[str]) -> dict[str, dict[str, float]]:
    with open_course(root).gradebook() as gradebook:
        return {
            student: {
                grade.name: grade.score
                for grade in gradebook.find_submission_notebook("tiny", "tiny", student).grades
            }
            for student in students
        }
