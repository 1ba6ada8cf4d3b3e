"""An instructor's day: formgrader's buttons, from the source notebook to the feedback page."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from autograder import settings
from autograder.grading.mutator import write_submission
from tests.browser.accessible import require_accessible
from tests.browser.notebook_page import RUN
from tests.browser.server import Server, jupyter_lab

NAME = "03_faces_fc"
NOTEBOOK = Path(NAME) / f"{NAME}.ipynb"
STUDENT = "ada"
COMMENT = "Well seen. Which pictures does it take for whom, and why?"
SIZES = [
    pytest.param("1", id="quick", marks=pytest.mark.slow(minutes=2)),
    pytest.param("", id="full-size", marks=pytest.mark.full),
]


@pytest.fixture(params=SIZES)
def quick(request: pytest.FixtureRequest) -> str:
    """What the server has as the variable of quick runs."""
    return str(request.param)


@pytest.fixture
def course(repository: Path, tmp_path: Path) -> Path:
    """A course directory with the source of one assignment, and nothing else."""
    root = tmp_path / "course"
    shutil.copytree(repository / "source" / NAME, root / "source" / NAME)
    shutil.copy(repository / "nbgrader_config.py", root)
    return root


@pytest.fixture
def lab(course: Path, tmp_path: Path, quick: str) -> Iterator[Server]:
    """JupyterLab in the course directory."""
    with jupyter_lab(course, tmp_path, {settings.QUICK: quick, "EIGHT_FACES_COURSE": ""}) as server:
        yield server


def test_an_instructor_grades_an_assignment(
    lab: Server, page: Page, course: Path, repository: Path, screenshots: Path
) -> None:
    page.goto(lab.url("formgrader"))
    press(page, row(page, NAME).locator(".assign a"), "created the student version")
    released = course / "release" / NOTEBOOK
    assert released.read_bytes() == (repository / "release" / NOTEBOOK).read_bytes()

    folder = course / "submitted" / STUDENT / NAME
    write_submission("wrong_units", course / "source" / NOTEBOOK, released, folder)
    page.reload()
    page.screenshot(path=screenshots / "instructor-1-assignments.png")
    row(page, NAME).locator(".num-submissions a").click()
    press(page, row(page, STUDENT).locator(".autograde a"), "Successfully autograded")
    expect(row(page, STUDENT)).to_contain_text("needs manual grading")
    page.screenshot(path=screenshots / "instructor-2-autograded.png")

    _grade_the_question(page, screenshots)
    page.goto(lab.url("formgrader"))
    press(page, row(page, NAME).locator(".generate-feedback a"), "generated feedback")
    _look_at_the_feedback(page, course, screenshots)
    _look_at_the_report(page, course, screenshots)


def row(page: Page, text: str) -> Locator:
    """Find the row of a table by what stands in one of its cells."""
    cell = page.locator("td", has_text=re.compile(rf"^\s*{re.escape(text)}\s*$"))
    return page.locator("tbody tr").filter(has=cell)


def press(page: Page, button: Locator, message: str) -> None:
    """Press one of formgrader's buttons, read what it says in the end, and close that."""
    button.click()
    said = page.locator(".modal.in")
    expect(said).to_be_visible(timeout=RUN)
    expect(said).to_contain_text(message)
    said.get_by_role("button", name="OK").click()
    expect(page.locator(".modal-backdrop")).to_have_count(0)  # it fades away


def _grade_the_question(page: Page, screenshots: Path) -> None:
    page.get_by_role("link", name="Manual Grading").click()
    for name in (NAME, NAME, "Submission #1"):
        page.locator("tbody").get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state("networkidle")  # grades that arrive later overwrite what was typed
    field = page.locator("input#question_results")
    expect(field).to_be_enabled()
    answer = page.locator(".nbgrader_cell").filter(has=field)
    scheme = page.locator(".cell", has_text="Mark scheme (instructors only)").last
    assert answer.bounding_box()["y"] < scheme.bounding_box()["y"]
    with page.expect_response(re.compile(r"/api/grade/")) as answered:
        field.fill("5")
        field.press("Tab")
    assert answered.value.ok
    with page.expect_response(re.compile(r"/api/comment/")) as answered:
        page.locator("#question_results-comment").fill(COMMENT)
        page.locator("#question_results-comment").press("Tab")
    assert answered.value.ok
    scheme.scroll_into_view_if_needed()
    page.screenshot(path=screenshots / "instructor-3-by-hand.png")
    page.reload()
    expect(page.locator("input#question_results")).to_have_value("5")


def _look_at_the_feedback(page: Page, course: Path, screenshots: Path) -> None:
    file = course / "feedback" / STUDENT / NAME / f"{NAME}.html"
    page.goto(file.as_uri(), wait_until="domcontentloaded")
    page.screenshot(path=screenshots / "instructor-4-feedback.png")
    expect(page.locator("body")).to_contain_text("Your result")
    expect(page.locator("body")).to_contain_text(COMMENT)
    expect(row(page, "question_results")).to_contain_text("5 of 6")
    expect(row(page, "network_b_test")).to_contain_text("0 of 4")
    expect(page.locator("body")).not_to_contain_text("Mark scheme")
    expect(page.locator("body")).not_to_contain_text("HIDDEN TESTS")
    page.get_by_role("link", name="network_b_test").click()
    cell = page.locator(".nbgrader_cell", has=page.locator("a[name=network_b_test]"))
    expect(cell.locator(".panel-heading")).to_be_in_viewport(ratio=1)
    require_accessible(page)


def _look_at_the_report(page: Page, course: Path, screenshots: Path) -> None:
    folder = course / "build" / "report"
    command = [sys.executable, "-m", "autograder", "report", "--output", str(folder)]
    subprocess.run(command, cwd=course, check=True, capture_output=True)
    page.goto((folder / "index.html").as_uri())
    page.screenshot(path=screenshots / "instructor-5-report.png", full_page=True)
    require_accessible(page)
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.evaluate("link => getComputedStyle(link).outlineStyle") != "none"
    page.get_by_role("link", name=STUDENT).click()
    expect(page.locator("body")).to_contain_text("Your result")
