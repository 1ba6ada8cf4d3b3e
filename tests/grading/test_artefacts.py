"""A regrade: what the last run gave serves until something changes that could change it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tiny_class
from nbformat.v4 import new_code_cell
from nbgrader.utils import compute_checksum
from tiny_course import NAME, cell, filled, hand_in, released
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grading import workplace
from autograder.grading.course import open_course
from autograder.grading.pipeline import Result, grade
from autograder.grading.regrading import summary
from autograder.grading.sandbox import Sandbox

FUNCTION = "def double(x):\n    return 2 * x\nnumbers = [1, 2, 3, 4]"


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Sandboxes that were made for student code."""
    made: list[object] = []

    class Counted(Sandbox):
        def __init__(self, *args: Any, **more: Any) -> None:
            made.append(self)
            super().__init__(*args, **more)

    monkeypatch.setattr(workplace, "Sandbox", Counted)
    return made


def run(root: Path, **more: Any) -> dict[str, Result]:
    return {found.student_id: found for found in grade(root, NAME, progress=False, **more)}


def regrade(root: Path) -> dict[str, Result]:
    return run(root, regrade=True)


def points(result: Result) -> dict[str, float]:
    return {task.grade_id: task.score for task in result.tasks}


def rewrite(root: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a cell of the course in the gradebook, as a new release does."""
    with open_course(root).gradebook() as gradebook:
        found = gradebook.find_source_cell(name, NAME, NAME)
        made = cell(released(root), name)
        made.source = found.source = change(found.source)
        found.checksum = compute_checksum(made)
        gradebook.db.commit()


def notebook(root: Path, student: str) -> dict[str, Any]:
    path = root / "autograded" / student / NAME / f"{NAME}.ipynb"
    nb: dict[str, Any] = json.loads(path.read_text("utf-8"))
    nb["metadata"]["eight_faces"].pop("again", None)
    return nb


STRANGE = [
    "reference",
    "wrong_answer",
    "syntax_error",
    "endless_loop",
    "endless_loop_ignoring_interrupts",
    "killed_kernel",
    "exits",
    "flood_of_output",
    "half_a_character_printed",
    "score_true",
    "deleted_test_cell",
    "gap_replaced_by_own_cell",
    "file_empty",
]


@pytest.mark.slow
def test_a_regrade_gives_the_same_without_running_anything(
    course: Path, kernels: list[object]
) -> None:
    for student in STRANGE:
        tiny_class.CLASS[student][0](course, student)
    first = run(course)
    notebooks = {student: notebook(course, student) for student in first}
    kernels.clear()
    second = regrade(course)
    assert second == first
    assert {student: notebook(course, student) for student in second} == notebooks
    assert kernels == []
    assert summary(list(second.values())).splitlines() == [
        "regrade: 12 checked again without running, 0 run again, 1 with nothing to run"
    ]


def test_a_changed_hidden_test_changes_scores_and_runs_no_student_code(
    course: Path, kernels: list[object]
) -> None:
    hand_in(course, "ada", filled(course))
    hand_in(course, "bob", filled(course, answer_gap="answer = 41", list_gap="numbers = [1]"))
    assert [result.score for result in run(course).values()] == [7, 2]
    kernels.clear()
    rewrite(course, "answer_test", lambda text: text.replace("6 * 7", "41"))
    rewrite(course, "list_test", lambda text: text.replace("/ 4\n", "\n"))
    found = regrade(course)
    assert points(found["ada"]) == {"answer_test": 0, "list_test": 4, "noise_test": 1, "why": 0}
    assert points(found["bob"]) == {"answer_test": 2, "list_test": 4, "noise_test": 1, "why": 0}
    assert "expected another number, got 42" in found["ada"].messages[0]
    assert kernels == []
    assert regrade(course) == found


def change_student_cell(root: Path) -> None:
    hand_in(root, "ada", filled(root, answer_gap="answer = 40 + 2"))


def change_file(root: Path) -> None:
    (root / "submitted" / "ada" / NAME / "helper.py").write_text("x = 2\n", "utf-8")


def change_locked_cell(root: Path) -> None:
    rewrite(root, "course_values", lambda text: text + " + 0")


def change_setup_cell(root: Path) -> None:
    rewrite(root, "setup", lambda text: text + "\nimport math")


def change_limit(root: Path) -> None:
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('c.RunNotebook.memory = {"default": 1.5}\n')


def damage(root: Path) -> None:
    for path in (root / ".autograder" / "store").rglob("values.json"):
        path.write_text(path.read_text("utf-8").replace("42", "43"), "utf-8")


def lose(root: Path) -> None:
    shutil.rmtree(root / ".autograder")


CHANGES = {
    change_student_cell: "its code has changed",
    change_locked_cell: "its code has changed",
    change_setup_cell: "its code has changed",
    change_file: "files beside the notebook have changed",
    change_limit: "settings of the grading have changed",
    damage: "what was kept of its last run is gone or damaged",
    lose: "nothing is kept of its last run",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_could_change_the_values_runs_again(
    course: Path, kernels: list[object], change: Callable[[Path], None]
) -> None:
    hand_in(course, "ada", filled(course))
    change_file(course)
    (course / "submitted" / "ada" / NAME / "helper.py").write_text("x = 1\n", "utf-8")
    run(course)
    kernels.clear()
    change(course)
    found = regrade(course)["ada"]
    assert found.score == 7
    assert found.again == CHANGES[change]
    assert len(kernels) == 1
    again = regrade(course)["ada"]
    assert (again, again.again, len(kernels)) == (found, "", 1)


def test_other_data_or_versions_run_again(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.grading import artefacts

    hand_in(course, "ada", filled(course))
    run(course)
    with monkeypatch.context() as patch:
        patch.setattr(artefacts, "_course_files", lambda: {"faces.py": "0"})
        assert "the data or the course's own modules" in str(regrade(course)["ada"].again)
        patch.setattr(artefacts, "_versions", lambda: {"keras": "4"})
        assert "versions of Python or its packages" in str(regrade(course)["ada"].again)


def test_a_function_runs_again_for_new_arguments_alone(course: Path, kernels: list[object]) -> None:
    hand_in(course, "ada", filled(course, list_gap=FUNCTION))
    hand_in(course, "bob", filled(course))
    rewrite(course, "list_test", lambda _: "numbers\nassert double(3) == 6\npoints(1.0, of=4)")
    assert [points(result)["list_test"] for result in run(course).values()] == [4, 0]
    kernels.clear()
    rewrite(course, "list_test", lambda text: text.replace("== 6", "== 6.0\nassert numbers"))
    assert [result.again for result in regrade(course).values()] == ["", ""]
    assert kernels == []
    rewrite(course, "list_test", lambda text: text.replace("double(3)", "2 + double(2)"))
    found = regrade(course)
    assert found["ada"].again == "the test ‘list_test’ calls double with other arguments now"
    assert found["bob"].again == ""  # has no such function
    assert points(found["ada"])["list_test"] == 4
    assert len(kernels) == 1


def test_a_test_that_reads_more_runs_again(course: Path, kernels: list[object]) -> None:
    hand_in(course, "ada", filled(course, answer_gap="answer = 42\nextra = 1"))
    run(course)
    kernels.clear()
    rewrite(course, "answer_test", lambda text: "assert extra == 1\n" + text)
    found = regrade(course)["ada"]
    assert found.again == "the test ‘answer_test’ did not read extra then"
    assert (found.score, len(kernels)) == (7, 1)
    rewrite(course, "answer_test", lambda text: text.replace("answer", "extra"))
    assert regrade(course)["ada"].again == ""


def test_arrays_that_an_earlier_test_brought_are_never_missed(
    course: Path, kernels: list[object]
) -> None:
    array = "import numpy\nanswer = numpy.arange(5.0)\n"
    hand_in(course, "ada", filled(course, answer_gap=array, list_gap="numbers = answer"))
    rewrite(course, "answer_test", lambda _: "points(float(sum(answer) / 10), of=2)")
    rewrite(course, "list_test", lambda _: "points(float(sum(numbers) / 10), of=4)")
    first = run(course)
    assert points(first["ada"])["list_test"] == 4
    assert regrade(course)["ada"].again == ""
    kernels.clear()
    rewrite(course, "answer_test", lambda _: "points(1.0, of=2)")
    found = regrade(course)
    assert found == first
    assert "no longer ask for all values" in str(found["ada"].again)
    assert len(kernels) == 1


def test_force_runs_everything_and_takes_the_place_of_what_was_kept(
    course: Path, kernels: list[object]
) -> None:
    throw = "import time\nanswer = 42 if time.time_ns() % 2 else 41"
    hand_in(course, "ada", filled(course, answer_gap=throw))
    scores = {run(course, force=True)["ada"].score for _ in range(3)}
    assert len(kernels) == 3
    last = run(course)["ada"]
    assert [regrade(course)["ada"] for _ in range(2)] == [last, last]
    assert scores <= {5, 7}


def test_the_kept_values_are_of_this_student_and_cell(course: Path) -> None:
    nb = filled(course)
    nb.cells.insert(3, new_code_cell("print(answer)"))
    hand_in(course, "ada", nb)
    hand_in(course, "bob", filled(course, answer_gap="answer = 1"))
    first = run(course)
    shutil.rmtree(course / "submitted" / "bob")
    shutil.copytree(course / "submitted" / "ada", course / "submitted" / "bob")
    found = regrade(course)
    assert found["ada"] == first["ada"]
    assert (found["bob"].score, found["bob"].again) == (7, "its code has changed")


def test_the_command_counts(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EIGHT_FACES_COURSE", str(course))
    hand_in(course, "ada", filled(course))
    runner = CliRunner()
    first = runner.invoke(app, ["grade", NAME, "--regrade"])
    assert first.exit_code == 0, first.output
    assert "0 checked again without running, 1 run again" in first.output
    assert "1 run again because nothing is kept of its last run" in first.output
    second = runner.invoke(app, ["grade", NAME, "--regrade"])
    assert "1 checked again without running, 0 run again" in second.output
    assert "regrade:" not in runner.invoke(app, ["grade", NAME]).output
    both = runner.invoke(app, ["grade", NAME, "--regrade", "--force"])
    assert both.exit_code == 1
    assert "give one of them" in both.output
