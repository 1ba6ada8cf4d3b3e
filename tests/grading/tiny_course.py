"""A course of one small assignment in plain Python, released with nbgrader, for the tests."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

REPOSITORY = Path(__file__).resolve().parents[2]
NAME = "tiny"
POINTS = 10.0

CONFIG = f"""
c = get_config()
load_subconfig("nbgrader_config.py", path={str(REPOSITORY)!r})
c.GenerateAssignment.preprocessors = [
    name for name in c.GenerateAssignment.preprocessors if "thresholds" not in name
]
c.RunNotebook.cell_timeout = {{"default": 3.0}}
c.RunNotebook.notebook_timeout = {{"default": 20.0}}
c.RunNotebook.interrupt_grace = 1.0
c.RunNotebook.memory = {{"default": 1.0}}
c.RunNotebook.disk = {{"default": 0.1}}
c.RunNotebook.max_output = 20000
c.SubmissionExporter.max_bytes = 300000
"""


def marked(cell: NotebookNode, **marks: object) -> NotebookNode:
    """Give a cell nbgrader metadata; its grade id is its id."""
    cell.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": cell.id,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        **marks,
    }
    return cell


def test_cell(name: str, points: float, source: str) -> NotebookNode:
    """Return a test cell."""
    cell = new_code_cell(source, id=name, metadata={"tags": ["raises-exception"]})
    return marked(cell, grade=True, locked=True, points=points)


def source_notebook() -> NotebookNode:
    """Return the source of the assignment: 2 + 4 + 1 automatic points and a question of 3."""
    setup = new_code_cell(
        "import sys\nimport warnings\n"
        "from autograder.student.outcome import CheckFailed, points, require_attempt",
        id="setup",
        metadata={"tags": ["setup"]},
    )
    cells = [
        new_markdown_cell("# A tiny assignment", id="title"),
        marked(setup, locked=True),
        marked(
            new_code_cell(
                "answer = ...\n### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", id="answer_gap"
            ),
            solution=True,
        ),
        test_cell(
            "answer_test",
            2,
            "require_attempt(answer, task='The answer')\n"
            "### BEGIN HIDDEN TESTS\n"
            "the_hidden_truth = 6 * 7  # nobody may read this\n"
            "if answer != the_hidden_truth:\n"
            "    raise CheckFailed(f'expected another number, got {answer}')\n"
            "### END HIDDEN TESTS",
        ),
        new_markdown_cell("## A list", id="list_text"),
        marked(new_code_cell("course_answer = 42", id="course_values"), locked=True),
        marked(
            new_code_cell(
                "numbers = ...\n### BEGIN SOLUTION\nnumbers = [1, 2, 3, 4]\n### END SOLUTION",
                id="list_gap",
            ),
            solution=True,
        ),
        test_cell(
            "list_test",
            4,
            "require_attempt(numbers, task='The list')\n"
            "fraction = 1.0\n"
            "### BEGIN HIDDEN TESTS\n"
            "correct_ones = sum(a == b for a, b in zip(numbers, [1, 2, 3, 4]))\n"
            "fraction = correct_ones / 4\n"
            "### END HIDDEN TESTS\n"
            "points(fraction, of=4)",
        ),
        test_cell(
            "noise_test",
            1,
            "require_attempt(answer, task='The answer')\n"
            "print('W0000 tensorflow says something', file=sys.stderr)\n"
            "warnings.warn('this is only a warning')",
        ),
        new_markdown_cell("## Why?", id="why_text"),
        marked(
            new_markdown_cell(
                "### BEGIN SOLUTION\nBecause the model answer says so.\n\n**Mark scheme**\n"
                "3 points for a joke.\n### END SOLUTION",
                id="why",
            ),
            grade=True,
            solution=True,
            points=3,
        ),
    ]
    nb = new_notebook(cells=cells)
    nb.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return nb


def other_notebook() -> NotebookNode:
    """Return the source of a second assignment that shares the id of its setup cell."""
    cells = [
        marked(new_code_cell("import math", id="setup"), locked=True),
        marked(new_code_cell("root = ...", id="root_gap"), solution=True),
        test_cell("root_test", 1, "assert root == 2"),
    ]
    nb = new_notebook(cells=cells)
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return nb


def make_course(root: Path) -> Path:
    """Write the course and release its assignments, as ``nbgrader generate_assignment`` does."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    for name, nb in ((NAME, source_notebook()), ("other", other_notebook())):
        (root / "source" / name).mkdir(parents=True)
        nbformat.write(nb, root / "source" / name / f"{name}.ipynb")
        nbgrader(root, "generate_assignment", name)
    return root


def nbgrader(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the ``nbgrader`` command in the course."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONWARNINGS"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def released(root: Path, name: str = NAME) -> NotebookNode:
    """Return the notebook that a student gets."""
    return nbformat.read(root / "release" / name / f"{name}.ipynb", as_version=4)


def cell(nb: NotebookNode, name: str) -> NotebookNode:
    """Return a cell by its id."""
    return next(found for found in nb.cells if found.id == name)


def filled(root: Path, **texts: str) -> NotebookNode:
    """Return a notebook with everything right, but for the cells whose text is given."""
    nb = released(root)
    right = {
        "answer_gap": "answer = 42",
        "list_gap": "numbers = [1, 2, 3, 4]",
        "why": "Because it is funny.",
    }
    for name, text in {**right, **texts}.items():
        cell(nb, name).source = text
    return nb


def hand_in(root: Path, student: str, nb: NotebookNode, file: str = f"{NAME}.ipynb") -> Path:
    """Write a notebook into a student's folder, exactly as it is."""
    return hand_in_text(root, student, json.dumps(nb, ensure_ascii=False), file)


def hand_in_text(root: Path, student: str, text: str | bytes, file: str = f"{NAME}.ipynb") -> Path:
    """Write a file into a student's folder."""
    path = root / "submitted" / student / NAME / file
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = text.encode("utf-8", errors="surrogatepass") if isinstance(text, str) else text
    path.write_bytes(raw)
    return path


def changed(nb: NotebookNode, change: Callable[[NotebookNode], object]) -> NotebookNode:
    """Return a copy of a notebook after a change to it."""
    nb = copy.deepcopy(nb)
    change(nb)
    return nb
