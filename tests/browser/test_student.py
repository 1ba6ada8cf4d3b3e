"""A student's day: 03 in JupyterLab, from the first look to nbgrader's Validate button."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder import exercises, settings
from autograder.grading.mutator import notebook as mutator
from autograder.release.worksheets import configure, copy_new
from tests.browser.accessible import require_accessible
from tests.browser.notebook_page import NotebookPage, open_from_folder
from tests.browser.server import Server, jupyter_lab

NAME = "03_faces_fc"
NOTEBOOK = Path(NAME) / f"{NAME}.ipynb"
SIZES = [
    pytest.param("1", id="quick", marks=pytest.mark.slow(minutes=2)),
    pytest.param("", id="full-size", marks=pytest.mark.full),
]


@pytest.fixture(params=SIZES)
def quick(request: pytest.FixtureRequest) -> str:
    """What the server has as the variable of quick runs."""
    return str(request.param)


@pytest.fixture
def work(repository: Path, tmp_path: Path) -> Path:
    """What `make lab` copies for a student."""
    copy_new(repository / "release", tmp_path / "work")
    configure(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def lab(work: Path, tmp_path: Path, quick: str) -> Iterator[Server]:
    """JupyterLab as `make lab` starts it."""
    with jupyter_lab(work, tmp_path, {settings.QUICK: quick}) as server:
        yield server


def test_a_student_does_an_exercise(
    lab: Server, page: Page, work: Path, repository: Path, screenshots: Path, quick: str
) -> None:
    notebook = open_from_folder(page, lab.url("lab"), work / NOTEBOOK)
    tests = test_cells(notebook)
    _an_untouched_notebook_runs_to_its_end(notebook, tests, screenshots)
    _hints_come_one_at_a_time(notebook)
    _fill_all_gaps(notebook, repository)
    notebook.restart_and_run_all()
    skipped = [name for name in tests if quick and name.startswith("accuracy_")]
    _every_check_says_done(notebook, tests, skipped, screenshots)
    require_accessible(page, ".jp-Cell-outputArea")
    _validation_finds(notebook, skipped, screenshots)


def test_cells(notebook: NotebookPage) -> list[str]:
    return [
        cell["id"]
        for cell in notebook.saved()["cells"]
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade")
    ]


test_cells.__test__ = False  # type: ignore[attr-defined]


def look_at(notebook: NotebookPage, name: str, path: Path) -> None:
    """Take a picture of the window with a cell in its middle."""
    notebook.cell(name).evaluate("cell => cell.scrollIntoView({block: 'center'})")
    notebook.page.screenshot(path=path)


def _an_untouched_notebook_runs_to_its_end(
    notebook: NotebookPage, tests: list[str], screenshots: Path
) -> None:
    notebook.run_all()
    for name in tests:
        expect(notebook.output(name)).to_contain_text("Not attempted yet")
    notebook.save()
    failed = [
        cell["id"]
        for cell in notebook.saved()["cells"]
        if any(output["output_type"] == "error" for output in cell.get("outputs", []))
    ]
    assert failed == tests
    look_at(notebook, "one_hot_test", screenshots / "student-1-not-attempted.png")


def _hints_come_one_at_a_time(notebook: NotebookPage) -> None:
    hints = exercises.load(NAME).tasks["one_hot"].hints
    assert len(hints) >= 2
    notebook.add_below("one_hot_test", "hint", 'exercise.hint("one_hot")')
    expect(notebook.output("hint")).to_contain_text(hints[0])
    expect(notebook.output("hint")).not_to_contain_text(hints[1])


def _fill_all_gaps(notebook: NotebookPage, repository: Path) -> None:
    source = mutator.read(repository / "source" / NOTEBOOK)
    released = mutator.read(repository / "release" / NOTEBOOK)
    filled = mutator.fill(released, mutator.reference_answers(source))
    wanted = {name: mutator.source(mutator.find(filled, name)) for name in mutator.gaps(filled)}
    for name, text in wanted.items():
        notebook.write(name, text)
    notebook.save()
    saved = notebook.saved()
    assert {name: mutator.source(mutator.find(saved, name)) for name in wanted} == wanted


def _every_check_says_done(
    notebook: NotebookPage, tests: list[str], skipped: list[str], screenshots: Path
) -> None:
    for name in tests:
        if name in skipped:
            expect(notebook.output(name)).to_contain_text(settings.SKIPPED)
        elif not name.startswith("accuracy_"):
            expect(notebook.output(name)).to_contain_text("done")
        expect(notebook.output(name)).not_to_contain_text("Not attempted")
    progress = notebook.output("progress")
    tasks = exercises.load(NAME).tasks.values()
    for task in tasks:
        expect(progress).to_contain_text(task.title)
    assert progress.inner_text().count("✓ done") == len(tasks)
    for name in ("sample-figure", "curves", "accuracy-figure", "confusion-figure"):
        picture = notebook.output(name).locator("img")
        assert len(picture.get_attribute("alt") or "") > 40, name
    look_at(notebook, "network_b_test", screenshots / "student-2-done.png")
    look_at(notebook, "curves", screenshots / "student-3-curves.png")
    look_at(notebook, "progress", screenshots / "student-4-progress.png")


def _validation_finds(notebook: NotebookPage, failing: list[str], screenshots: Path) -> None:
    dialog = notebook.validate()
    notebook.page.screenshot(path=screenshots / "student-5-validated.png")
    saved = notebook.saved()
    if failing:
        shown = dialog.locator(".validation-failed pre")
        sources = [mutator.source(mutator.find(saved, name)).strip() for name in failing]
        expect(dialog.get_by_text("The following cell failed:")).to_have_count(len(failing))
        assert [text for text in shown.all_inner_texts() if text in sources] == sources
    else:
        expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    notebook.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
