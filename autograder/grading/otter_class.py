"""The same class for otter-grader, to compare with: `otter run`, one submission after the other.

An otter test passes or fails, so that partial credit is lost; it runs in the student's own kernel,
where the test cell stood. Hand-graded answers are left out. Otter-grader asks for other versions
than TensorFlow's, so that it lies in an environment of its own, which `make bench` makes.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from autograder.grading.mutator.notebook import Cell, find, grade_id, read, source, write
from autograder.grading.thresholds import load_calibration
from autograder.release.thresholds import PLACEHOLDER, fill

COMMAND: Final = Path("build", "otter", "bin", "otter")
"""Where the program lies in the course directory."""

SUBMISSIONS: Final = "submissions"
RESULTS: Final = "results"

_ZIP: Final = "autograder.zip"
_TEST: Final = """\
from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = {points!r}


@test_case(points={points!r}, hidden=True)
def test(env):
    from autograder.grading.otter_class import run_test

    run_test({source!r}, {points!r}, env)
"""


def make_otter_class(ours: Path, root: Path, assignment: str, otter: Path) -> None:
    """Write a course's tests and submissions as otter-grader wants them.

    Parameters
    ----------
    ours : Path
        The course, with ``source/`` and ``submitted/``.
    root : Path
        Folder that gets ``autograder.zip`` and ``submissions/``.
    assignment : str
    otter : Path
        Otter-grader's program.

    Raises
    ------
    subprocess.CalledProcessError
        If it does not take the tests.
    """
    file = f"{assignment}.ipynb"
    tests = root / "tests"
    tests.mkdir(parents=True)
    cells = [cell for cell in read(ours / "source" / assignment / file)["cells"] if _is_test(cell)]
    for cell in cells:
        name, points = str(grade_id(cell)), cell["metadata"]["nbgrader"]["points"]
        text = _TEST.format(name=name, points=points, source=_filled(source(cell), assignment))
        (tests / f"{name}.py").write_text(text, encoding="utf-8")
    names = [str(grade_id(cell)) for cell in cells]
    for path in sorted((ours / "submitted").glob(f"*/{assignment}/{file}")):
        notebook = _with_tests(read(path), names)
        write(notebook, root / SUBMISSIONS / f"{path.parent.parent.name}.ipynb")
    config = {"print_summary": False, "logo": False}
    (root / "otter_config.json").write_text(json.dumps(config), encoding="utf-8")
    command: list[str | Path] = [
        otter,
        "generate",
        "-t",
        tests.name,
        "-c",
        "otter_config.json",
        "-o",
        _ZIP,
    ]
    subprocess.run([*command, "--no-requirements", "--no-environment"], cwd=root, check=True)


def run_test(text: str, points: float, space: dict[str, Any]) -> None:
    """Run a test cell among a student's names; called by otter-grader.

    Parameters
    ----------
    text : str
        The cell, whose last line may say the points.
    points : float
        What it is worth.
    space : dict
        The names of the notebook.

    Raises
    ------
    AssertionError
        If it gives less than all points; or whatever the cell raises.
    """
    tree = ast.parse(text)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "test", "exec"), space)
    if isinstance(last, ast.Expr):
        given = eval(compile(ast.Expression(last.value), "test", "eval"), space)
        if isinstance(given, int | float) and given < points:
            raise AssertionError(f"{given} of {points} points")


def grade(root: Path, otter: Path) -> None:
    """Run otter-grader on all submissions that `make_otter_class` wrote.

    Raises
    ------
    subprocess.CalledProcessError
        If it ends with an error.
    """
    for path in sorted((root / SUBMISSIONS).iterdir()):
        results = root / RESULTS / path.stem
        results.mkdir(parents=True)
        command: list[str | Path] = [otter, "run", "-a", _ZIP, "-o", results, "--no-logo", path]
        # Its kernels are those of the environment that comes first.
        search = os.pathsep.join([str(otter.parent), os.environ.get("PATH", "")])
        subprocess.run(command, cwd=root, env={**os.environ, "PATH": search}, check=True)


def points_of(root: Path) -> dict[str, float]:
    """Return each student's points after `grade`."""
    found = {}
    for path in sorted((root / RESULTS).glob("*/results.json")):
        tests = json.loads(path.read_text("utf-8"))["tests"]
        found[path.parent.name] = float(sum(test.get("score") or 0.0 for test in tests))
    return found


def _is_test(cell: Cell) -> bool:
    marks: Mapping[str, Any] = cell["metadata"].get("nbgrader", {})
    return cell["cell_type"] == "code" and bool(marks.get("grade")) and not marks.get("solution")


def _filled(text: str, assignment: str) -> str:
    return fill(text, load_calibration(assignment)) if PLACEHOLDER.search(text) else text


def _with_tests(notebook: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Let otter-grader run its tests where the test cells stand."""
    for name in names:
        cell = find(notebook, name)
        cell["source"] = ""
        cell["metadata"]["otter"] = {"tests": [name]}
    return notebook


if __name__ == "__main__":
    shutil.rmtree(Path(sys.argv[1]) / RESULTS, ignore_errors=True)
    grade(Path(sys.argv[1]), Path(sys.argv[2]))
