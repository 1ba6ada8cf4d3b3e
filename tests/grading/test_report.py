"""The report: what it says, that it is one safe page, and that it needs no colour to be read."""

import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.grading import report, report_figures
from autograder.grading.report_data import Assignment, Submission, read_submission
from autograder.grading.results import Result, TaskResult

VOID = {"meta", "br", "rect", "line", "circle", "link", "img"}
EVIL = "<script>alert('x')</script>"


class Outline(HTMLParser):
    """Collects tags and texts, and fails on tags that do not match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text += data


def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


def submission(student: str, one: float, two: float, why: str = "", **more: object) -> object:
    tasks = [
        TaskResult("network_b_test", one, 4.0, why if one < 4 else ""),
        TaskResult("accuracy_b_test", two, 3.0, why if two < 3 else ""),
        TaskResult("question_results", 0.0, 6.0, "Waits to be graded by hand."),
    ]
    status = str(more.pop("status", "graded"))
    result = Result("03_faces_fc", student, one + two, 13.0, status, [], tasks)
    hand = frozenset({"question_results"})
    return Submission(result, hand=hand, **more)  # type: ignore[arg-type]


@pytest.fixture
def page() -> str:
    return report.render(
        [
            Assignment(
                "03_faces_fc",
                [
                    submission("reference", 4, 3, accuracies={"b": 0.61}, feedback="../a b/x.html"),
                    submission("wrong", 0, 1.5, f"expected 400, got {EVIL}", accuracies={"b": 0.4}),
                    submission(EVIL, 0, 0, status="timeout", message=EVIL, repairs=[EVIL, "Two."]),
                ],  # type: ignore[list-item]
            )
        ],
        notes=["Run without a sandbox."],
    )


def test_the_page_is_well_formed_and_says_what_happened(page: str) -> None:
    text = " ".join(outline(page).text.split())
    assert "Run without a sandbox." in text
    assert "7 of 7" in text
    assert "1.5 of 7" in text
    assert "2 graded, 1 timeout" in text
    assert "Network b, three layers" in text
    assert "Accuracy of network b" in text
    assert "question results (6 points)" in text
    assert "every task: 0 of 7" in text


def test_text_of_students_is_escaped(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert EVIL in outline(page).text


def test_the_page_needs_nothing_else(page: str) -> None:
    addresses = [
        value
        for _, attributes in outline(page).tags
        for name, value in attributes.items()
        if name in ("src", "href")
    ]
    assert "../a%20b/x.html" in addresses
    assert not [address for address in addresses if str(address).startswith(("http", "//"))]
    assert "url(" not in page
    assert "@import" not in page


def test_figures_have_alternative_texts_with_the_values(page: str) -> None:
    figures = [attributes for tag, attributes in outline(page).tags if tag == "svg"]
    assert len(figures) == 2
    assert all(figure["role"] == "img" for figure in figures)
    alternatives = " ".join(str(figure["aria-label"]) for figure in figures)
    assert "1 from 90 to 100 %" in alternatives
    assert "0.400, 0.610" in alternatives


def test_mean_share_counts_students_without_the_task() -> None:
    absent = Submission(Result("03_faces_fc", "absent", 0.0, 13.0, "failed"))
    assignment = Assignment("03_faces_fc", [submission("reference", 4, 3), absent])  # type: ignore[list-item]
    (network, accuracy) = assignment.task_summaries()
    assert (network.share, network.full, network.none) == (0.5, 1, 1)
    assert accuracy.share == 0.5
    assert assignment.shares == [1.0, 0.0]


def test_a_course_without_grades_says_so() -> None:
    assert "Nothing is graded yet." in outline(report.render([])).text


def relative_luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_colours_have_enough_contrast_on_white(page: str) -> None:
    style = page[page.index("<style>") : page.index("</style>")]
    colours = set(re.findall(r"[; ]color: (#[0-9a-f]{6})", style)) | {report_figures.INK}
    assert len(colours) >= 3
    for colour in colours:
        assert 1.05 / (relative_luminance(colour) + 0.05) >= 4.5


def test_figure_colours_stand_out_from_white() -> None:
    for colour in (report_figures.BLUE, report_figures.VERMILION):
        assert 1.05 / (relative_luminance(colour) + 0.05) >= 3


class StubCourse:
    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, step: str, student: str, assignment: str) -> Path:
        return self.root / step / student / assignment


def test_reads_accuracies_repairs_and_feedback_of_a_notebook(tmp_path: Path) -> None:
    def graded(name: str, **more: object) -> dict[str, object]:
        return {"nbgrader": {"grade_id": name, "grade": True, "points": 3, **more}}

    printed = new_output("stream", text="Accuracy on the 400 test images: 0.512. To reach ...\n")
    forged = new_output("stream", text="Accuracy on the 400 test images: 0.999.\n")
    nb = new_notebook(
        cells=[
            new_code_cell("", metadata={}, outputs=[forged]),
            new_code_cell("", metadata=graded("accuracy_b_test"), outputs=[printed]),
            new_markdown_cell("", metadata=graded("question", solution=True)),
        ],
        metadata={"eight_faces": {"repairs": ["An id was missing."], "message": "It stopped."}},
    )
    course = StubCourse(tmp_path)
    for step, name in (("autograded", "x.ipynb"), ("feedback", "x.html")):
        folder = course.folder(step, "ada", "x")
        folder.mkdir(parents=True)
        nbformat.write(nb, folder / name)
    result = Result("x", "ada", 1.0, 2.0, "graded")
    found = read_submission(course, tmp_path / "report", result)  # type: ignore[arg-type]
    assert found.accuracies == {"b": 0.512}
    assert found.repairs == ["An id was missing."]
    assert found.message == "It stopped."
    assert found.hand == {"question"}
    assert found.feedback == "../feedback/ada/x/x.html"
