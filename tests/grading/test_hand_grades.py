"""Hand grades: an unchanged answer stays final, a changed one is queued with its old score."""

from pathlib import Path

import nbformat
import pytest
import tiny_course
from formgrader import formgrader
from nbgrader.api import Comment, Grade

from autograder.grading import pipeline
from autograder.grading.course import open_course
from autograder.grading.pipeline import Result

STUDENT = "ada"


def grade(root: Path, *, force: bool = True) -> Result:
    return pipeline.grade(root, tiny_course.NAME, force=force, progress=False)[0]


def by_hand(root: Path, name: str, score: float) -> None:
    """Grade one cell as formgrader does."""
    with open_course(root).gradebook() as gradebook:
        found = gradebook.find_grade(name, "tiny", "tiny", STUDENT)
        found.manual_score = score
        found.needs_manual_grade = False
        gradebook.db.commit()


def entry(root: Path, name: str) -> tuple[Grade, Comment | None]:
    with open_course(root).gradebook() as gradebook:
        found = gradebook.find_grade(name, "tiny", "tiny", STUDENT)
        comment = gradebook.find_comment("why", "tiny", "tiny", STUDENT).comment
        return (found.score, found.needs_manual_grade), comment


def hand_in(root: Path, answer: str = "Because.", file: str = "tiny.ipynb", **more: str) -> None:
    tiny_course.hand_in(root, STUDENT, tiny_course.filled(root, why=answer, **more), file)


@pytest.fixture
def graded_by_hand(course: Path) -> Path:
    hand_in(course)
    first = grade(course)
    assert first.waiting == 1
    assert first.tasks[-1].message == "Waits to be graded by hand."
    by_hand(course, "why", 2.0)
    return course


def test_unchanged_answer_stays_final(graded_by_hand: Path) -> None:
    hand_in(graded_by_hand, answer_gap="answer = 41")
    for _ in range(2):
        result = grade(graded_by_hand)
        assert result.waiting == 0
        assert entry(graded_by_hand, "why") == ((2.0, False), None)
    assert result.score == 0 + 4 + 1 + 2


def test_changed_answer_is_queued_with_the_old_score(graded_by_hand: Path) -> None:
    hand_in(graded_by_hand, "Because it is so.")
    for _ in range(2):  # a second run before a person has looked changes nothing
        result = grade(graded_by_hand)
        assert result.waiting == 1
        (score, queued), comment = entry(graded_by_hand, "why")
        assert (score, queued) == (2.0, True)
        assert comment == "Changed since it was graded by hand; the earlier score was 2 of 3."
    path = graded_by_hand / "autograded" / STUDENT / "tiny" / "tiny.ipynb"
    scheme = nbformat.read(path, as_version=4).cells[-1]
    assert "the earlier score was 2 of 3" in scheme.source
    by_hand(graded_by_hand, "why", 3.0)
    assert grade(graded_by_hand).waiting == 0
    assert entry(graded_by_hand, "why") == ((3.0, False), None)


def test_renamed_file_does_not_empty_the_queue(graded_by_hand: Path) -> None:
    (graded_by_hand / "submitted" / STUDENT / "tiny" / "tiny.ipynb").unlink()
    hand_in(graded_by_hand, "Because it is so.", file="mine.ipynb")
    for _ in range(2):
        assert grade(graded_by_hand).waiting == 1
    by_hand(graded_by_hand, "why", 1.0)
    assert grade(graded_by_hand).waiting == 0


def test_without_a_memory_everything_is_queued(graded_by_hand: Path) -> None:
    for path in (graded_by_hand / ".autograder" / "answers").rglob("*.json"):
        path.write_text("damaged", encoding="utf-8")
    assert grade(graded_by_hand).waiting == 1


def test_overruled_test_stays_final_until_the_code_changes(graded_by_hand: Path) -> None:
    hand_in(graded_by_hand, list_gap="numbers = [1]")
    grade(graded_by_hand)
    by_hand(graded_by_hand, "list_test", 3.5)
    assert grade(graded_by_hand).waiting == 0
    assert entry(graded_by_hand, "list_test")[0] == (3.5, False)
    hand_in(graded_by_hand, list_gap="numbers = []")
    assert grade(graded_by_hand).waiting == 1
    assert entry(graded_by_hand, "why")[0] == (2.0, False)


def test_mark_scheme_is_shown_to_the_instructor(graded_by_hand: Path) -> None:
    path = graded_by_hand / "autograded" / STUDENT / "tiny" / "tiny.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    scheme = cells[[cell.id for cell in cells].index("why") + 1]
    assert scheme.source.startswith("**Mark scheme (instructors only)**")
    assert "3 points for a joke" in scheme.source
    assert "nbgrader" not in scheme.metadata
    assert scheme.metadata.tags == ["mark_scheme"]


@pytest.mark.slow
def test_hand_grades_given_in_formgrader_outlast_a_regrade(course: Path, tmp_path: Path) -> None:
    for student, answer in {"ada": "Because.", "bob": "So it is."}.items():
        nb = tiny_course.filled(course, why=answer)
        tiny_course.hand_in(course, student, nb)
    pipeline.grade(course, "tiny", progress=False)
    with formgrader(course, tmp_path / "server.log") as grader:
        for student in ("ada", "bob"):
            waiting = grader.grades("tiny", student)["why"]
            assert waiting["needs_manual_grade"]
            grader.score(waiting, 2.0)
        tiny_course.hand_in(course, "bob", tiny_course.filled(course, why="Or not."))
        ada, bob = pipeline.grade(course, "tiny", regrade=True, progress=False)
        assert (ada.again, ada.waiting, ada.score) == ("", 0, 9)
        assert (bob.again, bob.waiting) == ("", 1)  # no code has changed
        grade_of = {student: grader.grades("tiny", student)["why"] for student in ("ada", "bob")}
        assert not grade_of["ada"]["needs_manual_grade"]
        assert grade_of["bob"]["needs_manual_grade"]
        assert [grade_of[student]["manual_score"] for student in grade_of] == [2.0, 2.0]
        assert "the earlier score was 2 of 3" in str(grader.comments("tiny", "bob")["why"])
        assert grader.autograde("tiny", "ada")["success"]
        assert not grader.grades("tiny", "ada")["why"]["needs_manual_grade"]
