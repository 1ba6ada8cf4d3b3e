"""A mended notebook is released while submissions are in: what did not change keeps its grade."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import tiny_course
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder import cli
from autograder.grading.course import open_course
from autograder.grading.pipeline import grade
from autograder.release import publish

Scores = dict[str, dict[str, float]]


@pytest.fixture
def run(course: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    monkeypatch.chdir(course)
    mend(course, as_lint_wants_it)

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(cli.app, arguments)
        assert result.exit_code == 0, result.output
        return result.output

    return invoke


def scores(root: Path, **how: bool) -> Scores:
    return {
        result.student_id: {task.grade_id: task.score for task in result.tasks}
        for result in grade(root, tiny_course.NAME, progress=False, **how)
    }


def with_gradebook(root: Path, change: Callable[[Gradebook], object]) -> None:
    with open_course(root).gradebook() as gradebook:
        change(gradebook)
        gradebook.db.commit()


def graded_by_hand(gradebook: Gradebook) -> None:
    found = gradebook.find_grade("why", "tiny", "tiny", "ada")
    found.manual_score, found.needs_manual_grade = 2.5, False


def mend(root: Path, change: Callable[[nbformat.NotebookNode], object]) -> None:
    path = root / "source" / "tiny" / "tiny.ipynb"
    nb = nbformat.read(path, as_version=4)
    change(nb)
    nbformat.write(nb, path)


def as_lint_wants_it(nb: nbformat.NotebookNode) -> None:
    tiny_course.cell(nb, "noise_test").source += "\npassed = True"


def a_list_of_three(nb: nbformat.NotebookNode) -> None:
    """The text, the solution and the test of one task change; its points too."""
    tiny_course.cell(nb, "list_text").source = "## A list of three"
    gap, test = tiny_course.cell(nb, "list_gap"), tiny_course.cell(nb, "list_test")
    gap.source = gap.source.replace("[1, 2, 3, 4]", "[1, 2, 3]")
    test.source = test.source.replace("[1, 2, 3, 4]", "[1, 2, 3]").replace("/ 4", "/ 3")
    test.source = test.source.replace("of=4", "of=6")
    test.metadata.nbgrader.points = 6


@pytest.mark.slow
@pytest.mark.parametrize("how", [{"regrade": True}, {"force": True}], ids=["regrade", "force"])
def test_unchanged_tasks_keep_their_grades(
    course: Path, run: Callable[..., str], tmp_path: Path, how: dict[str, bool]
) -> None:
    run("release", "tiny", "--no-rehearsal")
    run("release", "tiny", "--publish", str(tmp_path / "students"))
    tiny_course.hand_in(course, "ada", tiny_course.filled(course))
    wrong = {"answer_gap": "answer = 41", "list_gap": "numbers = [1, 2, 9]"}
    tiny_course.hand_in(course, "bob", tiny_course.filled(course, **wrong))
    before = scores(course)
    with_gradebook(course, graded_by_hand)
    assert before["ada"] == {"answer_test": 2, "list_test": 4, "noise_test": 1, "why": 0}
    assert before["bob"] == {"answer_test": 0, "list_test": 2, "noise_test": 1, "why": 0}

    mend(course, a_list_of_three)
    result = CliRunner().invoke(
        cli.app, ["release", "tiny", "--publish", str(tmp_path / "students")]
    )
    assert "is stale" in result.stderr
    run("release", "tiny", "--no-rehearsal")
    run("release", "tiny", "--publish", str(tmp_path / "students"))
    published = json.loads((tmp_path / "students" / "tiny" / "tiny.ipynb").read_text())
    assert any("A list of three" in "".join(cell["source"]) for cell in published["cells"])

    after = scores(course, **how)
    assert after["ada"] == {"answer_test": 2, "list_test": 6, "noise_test": 1, "why": 2.5}
    assert after["bob"] == {"answer_test": 0, "list_test": 4, "noise_test": 1, "why": 0}


def test_cells_stay_once_something_is_handed_in(course: Path, run: Callable[..., str]) -> None:
    run("release", "tiny", "--no-rehearsal")
    tiny_course.hand_in(course, "ada", tiny_course.filled(course))
    before = scores(course)
    released = (course / "release" / "tiny" / "tiny.ipynb").read_bytes()

    def drop_a_test(nb: nbformat.NotebookNode) -> None:
        nb.cells.remove(tiny_course.cell(nb, "noise_test"))

    mend(course, drop_a_test)
    result = CliRunner().invoke(cli.app, ["release", "tiny", "--no-rehearsal"])
    assert result.exit_code == 1
    assert "can no longer be added, removed or renamed" in " ".join(result.stderr.split())
    assert (course / "release" / "tiny" / "tiny.ipynb").read_bytes() == released
    with pytest.raises(publish.ReleaseError, match="not current"):
        publish.plan(course, ["tiny"], [])
    assert scores(course, force=True) == before
