"""Feedback pages show what was expected and got, and neither hidden tests nor mark schemes."""

import html
import re
from pathlib import Path

import pytest
import tiny_class
import tiny_course
from tiny_class import CLASS

from autograder.grading import status
from autograder.grading.feedback import feedback
from autograder.grading.pipeline import Result, grade

pytestmark = pytest.mark.slow
HIDDEN = ("the_hidden_truth", "correct_ones =", "nobody may read", "HIDDEN TESTS")


def read(path: Path) -> str:
    """Return the text of a page, without its style sheets and tags."""
    body = path.read_text(encoding="utf-8").split("<body>", 1)[1]
    return html.unescape(re.sub(r"<[^>]*>", "", body))


@pytest.fixture(scope="module")
def pages(graded_course: Path, results: dict[str, Result]) -> dict[str, str]:
    assert results
    written = feedback(graded_course, tiny_course.NAME)
    return {path.parents[1].name: read(path) for path in written}


def test_everybody_gets_a_page(pages: dict[str, str]) -> None:
    assert sorted(pages) == sorted(CLASS)


@pytest.mark.parametrize("student", CLASS)
def test_no_hidden_test_and_no_mark_scheme(student: str, pages: dict[str, str]) -> None:
    for text in (*HIDDEN, "3 points for a joke", "the model answer"):
        assert text not in pages[student], text


def test_what_happened_is_told(pages: dict[str, str], results: dict[str, Result]) -> None:
    assert "expected another number, got 41" in pages["wrong_answer"]
    assert "Traceback" not in pages["wrong_answer"]
    assert "Your notebook was graded after small repairs." in pages["colab"]
    assert "The test ‘list_test’ was missing; it was put back." in pages["deleted_test_cell"]
    for student, result in results.items():
        if result.status in status.PLACEHOLDERS:
            assert result.messages[0] in pages[student]


SNEAKY = {
    "reads_its_history": "numbers = [1]\nprint(In)\nprint(*In, sep='\\n')",
    "shows_the_frame": (
        "import inspect\n"
        "class Number(int):\n"
        "    def __eq__(self, other):\n"
        "        raise ValueError(inspect.stack()[1].code_context)\n"
        "numbers = [Number(1)]"
    ),
    "fails_inside_the_test": (
        "class Number(int):\n"
        "    def __eq__(self, other):\n"
        "        return 1 / 0\n"
        "numbers = [Number()]"
    ),
}


def test_code_that_shows_the_test_is_blotted_out(course: Path) -> None:
    for student, text in SNEAKY.items():
        nb = tiny_course.filled(course, list_gap=text)
        # Run after the test: by then the kernel has seen its source.
        nb.cells.append(tiny_class.new_code_cell("print(In)\nprint(*In, sep='\\n')", id="later"))
        tiny_course.hand_in(course, student, nb)
    grade(course, tiny_course.NAME, progress=False)
    for path in feedback(course, tiny_course.NAME):
        page = read(path)
        for text in HIDDEN:
            if text != "HIDDEN TESTS":
                assert text not in page, (path, text)


def test_the_command_writes_the_same_page(graded_course: Path, pages: dict[str, str]) -> None:
    tiny_course.nbgrader(
        graded_course, "generate_feedback", tiny_course.NAME, "--student=wrong_answer", "--force"
    )
    path = graded_course / "feedback" / "wrong_answer" / "tiny" / "tiny.html"
    assert read(path) == pages["wrong_answer"]
