"""Nothing in a submission acts on the machine of its reader."""

import re

import nbformat
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.grading.active import RemoveActiveContent, clean
from autograder.student import plots

PICTURE = '<img alt="curves" src="data:image/png;base64,iVBORw0KGgo=">'


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<iframe src="//elsewhere"></iframe>',
        '<svg onload="alert(1)"></svg>',
        '<form action="//elsewhere"><input></form>',
        '<img src="https://elsewhere/counts-readers.png">',
        '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
        '<style>body { background: url("//elsewhere") }</style>',
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        '<p style="background: url(//elsewhere)">x</p>',
    ],
)
def test_nothing_active_is_left(html: str) -> None:
    cleaned = clean(html)
    for part in ("<script", "<iframe", "<svg", "<form", "<style", "<math"):
        assert part not in cleaned
    tags = cleaned.split("<")[1:]
    assert not any(" on" in tag or "javascript:" in tag or "elsewhere" in tag.split(">")[0]
                   for tag in tags), cleaned  # fmt: skip
    assert "svg+xml" not in cleaned


def test_tables_and_embedded_pictures_stay() -> None:
    for html in (
        PICTURE,
        "<table><tbody><tr><td>1</td></tr></tbody></table>",
        "a <b>bold</b> word",
    ):
        assert clean(html) == html


def cleaned(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return RemoveActiveContent().preprocess_cell(cell, {}, 0)[0]


def test_outputs_that_run_are_left_out() -> None:
    data = {"text/plain": "x", "application/javascript": "alert(1)", "text/html": PICTURE}
    cell = new_code_cell(outputs=[new_output("display_data", data=data)])
    assert set(cleaned(cell).outputs[0].data) == {"text/plain", "text/html"}
    assert cell.outputs[0].data["text/html"] == PICTURE


def test_an_answer_in_plain_words_is_not_touched() -> None:
    answer = "a < b, `x <= 3` & **bold**: $p < 0.05$"
    cell = new_markdown_cell(answer, metadata={"nbgrader": {"solution": True, "grade": True}})
    assert cleaned(cell).source == answer


def test_a_script_in_an_answer_is_text() -> None:
    cell = new_markdown_cell(
        "Because.<script>alert(1)</script>", metadata={"nbgrader": {"solution": True}}
    )
    assert "<script" not in cleaned(cell).source
    assert "Because." in cell.source


def test_a_figure_of_the_course_stays_byte_for_byte() -> None:
    figure = Figure()
    figure.subplots().plot([1, 2])
    page = plots.bundle(figure, 'A line & a "text" that isn\'t <b>')["text/html"]
    assert clean(page) == page


@pytest.mark.parametrize(
    "html",
    [
        '<img alt="x" src="data:image/png;base64,AAAA"><script>alert(1)</script>',
        '<img alt="x" onerror="alert(1)" src="data:image/png;base64,AAAA">',
        '<img alt="x" src="data:image/svg+xml;base64,AAAA">',
        '<img alt="x" src="data:image/png;base64,AA" onload="alert(1)">',
        '<img alt="&"onload=alert(1) x="" src="data:image/png;base64,AA">',
        '<img alt="x" src="data:image/png;base64,AAAA">\n<script>alert(1)</script>',
    ],
)
def test_what_only_looks_like_a_figure_is_cleaned(html: str) -> None:
    cleaned = clean(html)
    assert cleaned != html
    assert "<script" not in cleaned
    assert not re.search(r"<img[^>]*\bon\w+\s*=", cleaned)
