"""Honest submissions get the same points here as in nbgrader as it comes, which trusts them."""

from pathlib import Path

import nbformat
import pytest

from autograder.grading import cells, demo
from autograder.grading.demo_class import CLASSES
from autograder.grading.stock import make_stock_course
from tests.adversarial.stock import autograde
from tests.adversarial.trial import task_points

pytestmark = pytest.mark.full

DIFFERENT = {
    ("03_faces_fc", "deleted_test_cell"): "the deleted test's points are not given",
    ("07_faces_fine_tuning", "copied_test_cell"): "no score, for an id is there twice",
    ("07_faces_fine_tuning", "kernel_killed"): "no score, for the kernel ended",
}
"""Where stock nbgrader is wrong, and how: it must be so, or the line has to go.

Files that can't be read have no points in either; in stock they have no score at all.
"""


@pytest.mark.parametrize("assignment", CLASSES)
def test_demo_class_has_the_points_of_stock_nbgrader(
    assignment: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = repository / "build" / "test-stock" / assignment
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    assert demo.run_demo(ours, assignments=(assignment,)) == 0
    stock = make_stock_course(ours, tmp_path / "course", assignment)
    monkeypatch.setenv("EIGHT_FACES_COURSE", str(stock))  # for the kernels
    other = {}
    for student in CLASSES[assignment]:
        autograde(stock, assignment, student)
        found = task_points(stock, assignment, student)
        expected = task_points(ours, assignment, student)
        for task in talking_tests(stock, assignment, student):
            print(
                f"{assignment} {student} {task}: {found[task]:g} in stock, {expected[task]:g} here"
            )
            assert found.pop(task) <= expected.pop(task)
        if found != expected:
            other[assignment, student] = {
                task: (points, found.get(task)) for task, points in expected.items()
            }
    assert set(other) == {key for key in DIFFERENT if key[0] == assignment}, other


def talking_tests(root: Path, assignment: str, student: str) -> list[str]:
    """Return the tests in which something came to stderr: nbgrader takes their points for that.

    TensorFlow's log lines do, now and then.
    """
    path = root / "autograded" / student / assignment / f"{assignment}.ipynb"
    if not path.exists():
        return []
    return [
        str(cells.grade_id(cell))
        for cell in nbformat.read(path, as_version=4).cells
        if cells.is_test(cell) and any(out.get("name") == "stderr" for out in cell.outputs)
    ]
