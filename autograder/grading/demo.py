"""`make demo`: a class of made-up students, handed in, graded and reported, from nothing."""

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from autograder.grading.demo_class import CLASSES, surprises, write_class
from autograder.grading.report_data import TEST_ENDING
from autograder.grading.results import Result

BANNER = (
    "The sandbox does not work here, so that these submissions are run without it, because they "
    "are ours. Never grade a real class like this on a machine that holds anything private."
)
OVERRIDES = """
# ---- Demo: the class holds endless loops, and nobody wants to wait for them -----------------
c.RunNotebook.cell_timeout = {"default": 60.0}  # it stands still while the trainer works
"""
MADE = ("source", "release", "submitted", "autograded", "feedback", "report", ".autograder")
STAMP = "made_from"
WIDTH = 120
"""Characters of a line where the output is no terminal."""


def run_demo(
    build_dir: Path,
    *,
    assignments: Sequence[str] = tuple(CLASSES),
) -> int:
    """Make a class of students, grade it, and show the result.

    `build_dir` becomes a course of its own, with its own gradebook. Run again, it goes on where
    it stopped; when source or code have changed it begins anew.

    Parameters
    ----------
    build_dir : pathlib.Path
        Such as ``build/demo``.
    assignments : sequence of str
        Some of `CLASSES`.

    Returns
    -------
    int
        0 if every submission was graded and lost points just where it should, else 1.
    """
    from rich.console import Console

    from autograder.grading import pipeline
    from autograder.grading.feedback import feedback
    from autograder.grading.report import write_report
    from autograder.grading.sandbox import sandbox_problem
    from autograder.grading.secret import course_root
    from autograder.release.build import release

    begin = time.monotonic()
    console = Console(soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDTH
    problem = sandbox_problem()
    console.print("[bold]Demo class[/bold]")
    if problem:
        console.print(f"{BANNER}\n({problem})", markup=False)
    console.print()
    demo = build_dir.resolve()
    make_course(course_root(), demo, assignments)
    results: list[Result] = []
    problems: list[str] = []
    with _preparing(demo, assignments) as prepared:
        for assignment in assignments:
            console.rule(assignment)
            with console.status("Preparing pictures and hidden test pictures"):
                prepared[assignment].result()
            if not (demo / "release" / assignment).is_dir():
                release(demo, assignment)
                write_class(demo, assignment)
            graded = pipeline.grade(demo, assignment, sandbox=not problem, workers=None)
            feedback(demo, assignment)
            results += graded
            problems += surprises(assignment, graded)
    pipeline.write_grades(results, demo / "grades.csv")
    page = write_report(demo, demo / "report", results, notes=[BANNER] if problem else [])
    console.print(table_of(results))
    for problem in problems:
        console.print(f"Not as it should be: {problem}", markup=False)
    console.print(f"grades    {_short(demo / 'grades.csv')}", markup=False)
    console.print(f"feedback  {_short(demo / 'feedback')}", markup=False)
    console.print(f"report    {_short(page)}", markup=False)
    console.print(f"{len(results)} submissions in {time.monotonic() - begin:.0f} s", markup=False)
    return int(bool(problems))


def make_course(course_root: Path, demo: Path, assignments: Sequence[str]) -> None:
    """Make the demo's course directory; what an older state of the project made is removed.

    Parameters
    ----------
    course_root : pathlib.Path
        The course that the demo copies its configuration and sources from.
    demo : pathlib.Path
        The demo's own course directory.
    assignments : sequence of str
    """
    stamp = fingerprint(course_root, assignments)
    demo.mkdir(parents=True, exist_ok=True)
    marker = demo / STAMP
    if marker.exists() and marker.read_text(encoding="ascii") == stamp:
        return
    marker.unlink(missing_ok=True)
    # The secret seed stays: the hidden pictures made from it are in the cache.
    for name in MADE:
        shutil.rmtree(demo / name, ignore_errors=True)
    for path in demo.glob("gradebook.db*"):
        path.unlink()
    config = (course_root / "nbgrader_config.py").read_text(encoding="utf-8")
    (demo / "nbgrader_config.py").write_text(config + OVERRIDES, encoding="utf-8")
    for assignment in assignments:
        shutil.copytree(
            course_root / "source" / assignment,
            demo / "source" / assignment,
            ignore=shutil.ignore_patterns(".*"),
        )
    marker.write_text(stamp, encoding="ascii")


def fingerprint(course_root: Path, assignments: Sequence[str]) -> str:
    """Hash of everything that the demo's grades depend on: sources, configuration and code."""
    import autograder
    import data_scripts

    digest = hashlib.sha256()
    for package in (autograder, data_scripts):
        digest.update(_hash_tree(Path(str(package.__file__)).parent))
    for assignment in assignments:
        digest.update(_hash_tree(course_root / "source" / assignment))
    digest.update((course_root / "nbgrader_config.py").read_bytes())
    return digest.hexdigest()


@contextmanager
def _preparing(demo: Path, assignments: Sequence[str]) -> Iterator[dict[str, Future[Path]]]:
    """Make pictures and features beside the grading, in the time that it leaves idle."""
    from autograder.grading import inputs

    pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_step_back)
    try:
        yield {name: pool.submit(inputs.prepare, name, demo) for name in assignments}
    finally:
        pool.shutdown(cancel_futures=True)


def _step_back() -> None:
    """Let the grading go first, and have the terminal for itself."""
    if hasattr(os, "nice"):
        os.nice(10)
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def table_of(results: Sequence[Result]) -> object:
    """Return the grades as a table for the terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        "assignment",
        "student",
        "score",
        "of",
        "status",
        "first loss",
        caption="Answers that a person grades count as 0 until then.",
    )
    for result in results:
        lost = (task for task in result.tasks if task.score < task.max_score)
        loss = next((task for task in lost if task.grade_id.endswith(TEST_ENDING)), None)
        table.add_row(
            result.assignment,
            result.student_id,
            f"{result.score:.3g}",
            f"{result.max_score:g}",
            result.status,
            Text(_first_line(loss.message) if loss else ""),
        )
    return table


def _first_line(text: str) -> str:
    line = text.strip().split("\n")[0]
    return line if len(line) <= 90 else f"{line[:89]}…"


def _hash_tree(folder: Path) -> bytes:
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.digest()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and "__pycache__" not in path.parts and not hidden:
            yield path


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
