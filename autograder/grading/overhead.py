"""Measure what trusted grading costs an honest submission, against a bare kernel.

``python -m autograder.grading.overhead`` runs the same notebook, hidden tests and all, in a bare
kernel as stock nbgrader does, and through `RunNotebook`: sandbox, transport and verifier. The ways
take turns, so that whatever else the machine does falls on each of them alike.
"""

import argparse
import copy
import json
import os
import platform
import shutil
import statistics
import subprocess
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder import settings
from autograder.grading import cells, status, verifiers
from autograder.grading.benchmark import prepare_data
from autograder.grading.course import Course, open_course
from autograder.grading.demo import make_course
from autograder.grading.execute import RunNotebook
from autograder.grading.files import write_text
from autograder.grading.mutator import write_submission
from autograder.grading.outputs import first_error
from autograder.grading.pipeline import OneSubmission
from autograder.grading.quiet import QUIET
from autograder.grading.sandbox import sandbox_problem
from autograder.grading.secret import course_root
from autograder.release.build import release
from autograder.release.generate import generate

TINY = "tiny"
STUDENT = "honest"
BARE, FIRST, NEXT = "bare kernel", "trusted, first", "trusted, following"
FOLDER = Path("build") / "overhead"
REPORT = Path("build") / "overhead.json"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and write the report.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line without the program's name; by default this process's own.
    """
    parser = argparse.ArgumentParser(prog="python -m autograder.grading.overhead")
    parser.add_argument("--assignment", action="append", default=[], help="such as 03_faces_fc")
    parser.add_argument("--repetitions", type=int, default=5, help="how often each way is gone")
    parser.add_argument("--full", action="store_true", help="no quick run: train at full length")
    parser.add_argument("--report", type=Path, default=REPORT, help="the JSON file to write")
    chosen = parser.parse_args(arguments)
    if not chosen.full:
        os.environ.setdefault(settings.QUICK, "1")
    found = {}
    for assignment in (TINY, *chosen.assignment):
        found[assignment] = measure(assignment, max(chosen.repetitions, 1))
        print(table(assignment, found[assignment]), flush=True)
    document = {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "quick": os.environ.get(settings.QUICK, ""),
        "assignments": found,
    }
    write_text(chosen.report, json.dumps(document, indent=1) + "\n")
    print(f"report    {chosen.report}")


def measure(assignment: str, repetitions: int) -> dict[str, Any]:
    """Grade an honest submission again and again, each way in turn.

    Parameters
    ----------
    assignment : str
        `TINY`, or one of the course's own.
    repetitions : int
        How often each way is gone.

    Returns
    -------
    dict
        ``seconds`` of every run and their ``median``, ``ratio`` to the bare kernel, and
        ``failed`` tests, each by way. A difference in failed tests makes the times worth little.
    """
    root = FOLDER.resolve() / assignment
    notebook, run = _prepare(root, assignment)
    seconds: dict[str, list[float]] = {BARE: [], FIRST: [], NEXT: []}
    failed: dict[str, int] = {}

    def timed(way: str, grade: Callable[[NotebookNode], object]) -> None:
        nb = copy.deepcopy(notebook)
        begin = time.perf_counter()
        grade(nb)
        seconds[way].append(round(time.perf_counter() - begin, 3))
        failed[way] = sum(
            cells.is_test(cell) and first_error(cell) is not None for cell in nb.cells
        )

    # What is asked once a machine, and files that are read for the first time, count for nobody.
    if problem := sandbox_problem():
        raise SystemExit(f"There is no sandbox here: {problem}")
    _bare(copy.deepcopy(notebook), root)
    for _ in range(repetitions):
        timed(BARE, lambda nb: _bare(nb, root))
        with verifiers.kept():
            timed(FIRST, run)
            timed(NEXT, run)
    medians = {way: round(statistics.median(times), 3) for way, times in seconds.items()}
    ratios = {way: round(median / medians[BARE], 2) for way, median in medians.items()}
    return {"seconds": seconds, "median": medians, "ratio": ratios, "failed": failed}


def table(assignment: str, found: dict[str, Any]) -> str:
    """Return the medians of an assignment as lines for the terminal.

    Parameters
    ----------
    assignment : str
        Its name.
    found : dict
        What `measure` returned.
    """
    head = f"{assignment:<24}{'median':>9}{'fastest':>10}{'slowest':>10}{'ratio':>8}{'failed':>8}"
    lines = [head]
    for way, times in found["seconds"].items():
        numbers = f"{found['median'][way]:>7.2f} s{min(times):>8.2f} s{max(times):>8.2f} s"
        lines.append(f"{way:<24}{numbers}{found['ratio'][way]:>8.2f}{found['failed'][way]:>8}")
    return "\n".join(lines)


def _prepare(root: Path, assignment: str) -> tuple[NotebookNode, Callable[[NotebookNode], object]]:
    """Make a course with one honest submission.

    Returns
    -------
    tuple
        The notebook as it would be run, and the function that does so in trusted grading.
    """
    if assignment == TINY:
        _make_tiny(root)
    else:
        make_course(course_root(), root, [assignment])
        prepare_data(root, assignment)
        if not (root / "release" / assignment).is_dir():
            release(root, assignment)
        name = Path(assignment) / f"{assignment}.ipynb"
        folder = root / "submitted" / STUDENT / assignment
        write_submission("reference", root / "source" / name, root / "release" / name, folder)
    course = open_course(root)
    course.app.config.RunNotebook.train_once = False  # nobody is to profit from the run before
    notebook, resources = _sanitized(course, assignment)

    def run(nb: NotebookNode) -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's own, as in the pipeline
            return RunNotebook(config=course.app.config).preprocess(nb, copy.copy(resources))

    return notebook, run


def _sanitized(course: Course, assignment: str) -> tuple[NotebookNode, dict[str, Any]]:
    """Return the submission with the hidden tests put back, and what `RunNotebook` needs."""
    directory = course.directory(assignment, STUDENT)
    converter = OneSubmission(coursedir=directory, parent=course.app)
    exporter = converter.exporter_class(parent=converter, config=converter.config)
    converter.exporter = exporter
    converter._init_preprocessors()
    path = str(course.folder("submitted", STUDENT, assignment) / f"{assignment}.ipynb")
    resources = converter.init_single_notebook_resources(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text, resources = exporter.from_filename(path, resources=resources)
    nb = nbformat.reads(text, as_version=4)
    if status.is_placeholder(nb):
        raise RuntimeError(f"{assignment}: {status.message_of(nb)}")
    return nb, resources


def _bare(nb: NotebookNode, root: Path) -> None:
    environment = {**os.environ, **QUIET, "EIGHT_FACES_COURSE": str(root)}
    client = NotebookClient(
        nb,
        timeout=None,
        allow_errors=True,
        store_widget_state=False,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(root)}},
    )
    client.execute(env=environment, stderr=subprocess.DEVNULL)


def _make_tiny(root: Path) -> None:
    """Make a course whose one assignment takes no time by itself: a number, a list, a function."""
    shutil.rmtree(root, ignore_errors=True)
    tasks = {
        "number": ("number = 42", "assert number == 42"),
        "squares": ("squares = [n * n for n in range(100)]", "assert squares[9] == 81"),
        "double": ("def double(x):\n    return 2 * x", "assert double(4) == 8"),
    }
    found = [_cell("setup", "import math", locked=True)]
    for name, (solution, test) in tasks.items():
        gap = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
        hidden = f"### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
        found.append(_cell(f"{name}_gap", gap, solution=True))
        found.append(_cell(f"{name}_test", hidden, grade=True, locked=True, points=1))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nb = new_notebook(cells=found, metadata={"kernelspec": kernel})
    config = (course_root() / "nbgrader_config.py").read_text(encoding="utf-8")
    write_text(root / "nbgrader_config.py", config)
    file = Path(TINY) / f"{TINY}.ipynb"
    write_text(root / "source" / file, nbformat.writes(nb))
    (root / "release").mkdir()
    generate(root, TINY, root / "release")
    answered = nbformat.read(root / "release" / file, as_version=4)
    for cell in answered.cells:
        if cell.id.endswith("_gap"):
            cell.source = tasks[cell.id.removesuffix("_gap")][0]
    write_text(root / "submitted" / STUDENT / file, nbformat.writes(answered))


def _cell(name: str, source: str, **marks: object) -> NotebookNode:
    cell = new_code_cell(source, id=name)
    kinds = {"grade": False, "solution": False, "locked": False, "task": False}
    cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": name, **kinds, **marks}
    if name == "setup":
        cell.metadata["tags"] = [name]
    return cell


if __name__ == "__main__":
    main()
