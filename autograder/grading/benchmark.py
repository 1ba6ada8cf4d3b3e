"""`autograder bench`: grade the same class with nbgrader, with otter-grader and with us, in turn.

Absolute times mislead on machines that others use as well, so that what counts is the ratio of two
times from one run. Each measurement is a row of build/bench.json; those that this machine has made
already, since it was started, are not made again. The others share nothing between submissions, so
that a part of a class, evenly drawn, tells what the whole costs them.
"""

import functools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]

from autograder import settings
from autograder.grading import otter_class
from autograder.grading.bench_class import MIXES, write_bench_class
from autograder.grading.demo import make_course
from autograder.grading.files import write_text
from autograder.grading.journal import Journal
from autograder.grading.quiet import QUIET
from autograder.grading.secret import course_root
from autograder.grading.stock import make_stock_course
from autograder.release.generate import generate

FOLDER: Final = Path("build") / "bench"
REPORT: Final = Path("build") / "bench.json"

STOCK: Final = "nbgrader"
OTTER: Final = "otter"
OURS: Final = "eight faces"

SIZES: Final = {
    "03_faces_fc": (1, 10, 30, 100),
    "07_faces_fine_tuning": (1, 10, 30),
    "05_faces_cnn_tricks": (10, 30),
    "06_faces_vgg_features": (30,),
}
"""Sizes of classes by assignment."""

_LOOK: Final = 0.5  # seconds between two looks at the memory, at least
_SHARE: Final = 0.05  # of the time that looks may take: each walks through all pages
_LONGEST_CELL: Final = 3600  # seconds; nobody in these classes runs for ever


class BenchError(Exception):
    """A grading that failed, so that its time means nothing."""


@dataclass(frozen=True)
class Case:
    """A class that is graded.

    Attributes
    ----------
    assignment : str
    size : int
        Number of students.
    mix : str
        ``realistic`` or ``different``.
    """

    assignment: str
    size: int
    mix: str


def cases(
    assignments: Sequence[str] = (), sizes: Sequence[int] = (), mixes: Sequence[str] = ()
) -> list[Case]:
    """Return the classes to grade, the small ones first.

    Parameters
    ----------
    assignments, sizes, mixes : sequence, optional
        Only these; by default all of `SIZES` and both mixes.
    """
    found = [
        Case(assignment, size, mix)
        for assignment in assignments or SIZES
        for size in sizes or SIZES.get(assignment, (10,))
        for mix in mixes or MIXES
    ]
    return sorted(found, key=lambda case: case.size)


def bench(
    chosen: Iterable[Case],
    *,
    workers: int | None = None,
    sample: int | None = None,
    report: Path = REPORT,
) -> list[dict[str, Any]]:
    """Measure classes, and write the report after each of them.

    Parameters
    ----------
    chosen : iterable of Case
        The classes.
    workers : int, optional
        How many submissions we grade at a time; as many as the machine is good for if not given.
    sample : int, optional
        Let nbgrader and otter-grader grade no more than this many submissions of a class, evenly
        drawn, and take the same time for each of the others; their rows say under ``graded`` how
        many it were. We always grade all.
    report : Path
        The JSON file of rows.

    Returns
    -------
    list of dict
        Rows of the report, also of earlier calls.

    Raises
    ------
    BenchError
        If a grading fails; what was measured before stays.
    """
    journal = Journal(report.with_suffix(".jsonl"))
    ways = [(STOCK, "first"), (OTTER, "first"), (OURS, "first"), (OURS, "regrade")]
    if not _otter().exists():
        print("otter-grader is not there and left out; `make bench` installs it.")
        ways.remove((OTTER, "first"))
    for case in chosen:
        common = {
            **asdict(case),
            "quick": settings.quick(),
            "workers": workers or 0,
            "machine": _machine(),
        }
        measured = {}
        for way, what in ways:
            graded = case.size if way == OURS else min(case.size, sample or case.size)
            key = {**common, "way": way, "what": what, "graded": graded}
            measured[way, what] = journal.measured(key, functools.partial(_measure, case, key))
        stock = measured[STOCK, "first"]["seconds"]  # it grades again as it graded first
        for row in measured.values():
            row["ratio_to_nbgrader"] = round(stock / row["seconds"], 2)
        print(_lines(case, measured.values()), flush=True)
        write_text(report, json.dumps(list(_rows(report, measured.values())), indent=1) + "\n")
    return list(json.loads(report.read_text("utf-8"))) if report.exists() else []


def _machine() -> str:
    """Tell machines apart, and their days: a ratio of times from two of them says nothing."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


def _rows(report: Path, new: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    names = ("assignment", "size", "mix", "way", "what", "quick", "workers")
    rows = json.loads(report.read_text("utf-8")) if report.exists() else []
    found = {tuple(row[name] for name in names): row for row in (*rows, *new)}
    return found.values()


def _lines(case: Case, rows: Iterable[dict[str, Any]]) -> str:
    head = f"{case.assignment}, {case.size} submissions, {case.mix}"
    body = [
        f"  {row['way']:<12} {row['what']:<8} {row['seconds']:>8.1f} s "
        f"{row['peak_memory'] / 1e6:>8,.0f} MB  {row['ratio_to_nbgrader']:>7.2f}"
        + ("" if row["graded"] == case.size else f"  from {row['graded']} of them")
        for row in rows
    ]
    return "\n".join([head, *body])


def _measure(case: Case, key: dict[str, Any]) -> dict[str, Any]:
    root = FOLDER.resolve() / f"{case.assignment}-{case.size}-{case.mix}"
    make_class(root, case)
    if key["way"] == STOCK:
        return _grade_with_stock(root, case, key["graded"])
    if key["way"] == OTTER:
        return _grade_with_otter(root, case, key["graded"])
    if key["what"] == "regrade":
        _change_a_hidden_test(root, case.assignment)
        return _grade(root, case, "--regrade", key["workers"])
    for name in (".autograder", "autograded"):
        shutil.rmtree(root / name, ignore_errors=True)
    return _grade(root, case, "--force", key["workers"])


def make_class(root: Path, case: Case) -> None:
    """Make a course with a class, assignment released and pictures made, unless it is there.

    Parameters
    ----------
    root : Path
        Folder of the course.
    case : Case
        The class.
    """
    if (root / "submitted").is_dir():
        return
    make_course(course_root(), root, [case.assignment])
    prepare_data(root, case.assignment)
    (root / "release").mkdir(exist_ok=True)
    generate(root, case.assignment, root / "release")
    write_bench_class(root, case.assignment, case.size, case.mix)


def prepare_data(root: Path, assignment: str) -> None:
    """Make pictures and features beforehand, so that no submission waits for them."""
    from autograder.grading import inputs

    print(f"Preparing the pictures of {assignment} and the hidden test pictures", flush=True)
    inputs.prepare(assignment, root)


def _grade(root: Path, case: Case, how: str, workers: int) -> dict[str, Any]:
    command = [_command("autograder"), "grade", case.assignment, how, "--json", "results.json"]
    command += ["--workers", str(workers)] if workers else []
    found = _timed(command, root)
    results = json.loads((root / "results.json").read_text("utf-8"))["results"]
    return {**found, "points": round(sum(result["score"] for result in results), 3)}


def _grade_with_stock(root: Path, case: Case, graded: int) -> dict[str, Any]:
    stock = root.with_name(f"{root.name}-stock")
    shutil.rmtree(stock, ignore_errors=True)
    make_stock_course(root, stock, case.assignment, _LONGEST_CELL)
    _leave(stock / "submitted", graded)
    start = _timed([_command("nbgrader"), "autograde", "--help"], stock)["seconds"]
    found = _timed([_command("nbgrader"), "autograde", case.assignment, "--force"], stock)
    return {**found, "seconds": _of_the_whole(found["seconds"], graded, case.size, once=start)}


def _leave(folder: Path, count: int) -> None:
    """Remove submissions but for some, evenly drawn, so that each kind keeps its share."""
    students = sorted(folder.iterdir(), key=lambda path: path.name.rpartition("_")[::-1])
    kept = {students[(2 * place + 1) * len(students) // (2 * count)] for place in range(count)}
    for student in {*students} - kept:
        shutil.rmtree(student) if student.is_dir() else student.unlink()


def _of_the_whole(seconds: float, graded: int, size: int, *, once: float = 0.0) -> float:
    """Tell what a class takes from what some of it took, of which `once` seconds come only once."""
    return round(once + (seconds - once) * size / graded, 2)


def _otter() -> Path:
    return course_root() / otter_class.COMMAND


def _grade_with_otter(root: Path, case: Case, graded: int) -> dict[str, Any]:
    folder = root.with_name(f"{root.name}-otter")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        otter_class.make_otter_class(root, folder, case.assignment, _otter())
    except subprocess.CalledProcessError as error:
        raise BenchError(f"otter generate ended with {error.returncode}") from error
    _leave(folder / otter_class.SUBMISSIONS, graded)
    found = _timed([sys.executable, "-m", otter_class.__name__, str(folder), str(_otter())], root)
    return {
        **found,
        "seconds": _of_the_whole(found["seconds"], graded, case.size),
        "points": round(sum(otter_class.points_of(folder).values()), 3),
    }


def _change_a_hidden_test(root: Path, assignment: str) -> None:
    """Add a line to a hidden test and record it, as an instructor who mends one does."""
    path = root / "source" / assignment / f"{assignment}.ipynb"
    marker = "### END HIDDEN TESTS"
    text = path.read_text("utf-8")
    write_text(path, text.replace(marker, f"# mended {time.time():.0f}\\n{marker}", 1))
    shutil.rmtree(root / "release" / assignment, ignore_errors=True)
    generate(root, assignment, root / "release")


def _command(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _timed(command: list[str], root: Path) -> dict[str, Any]:
    environment = {**os.environ, **QUIET, "EIGHT_FACES_COURSE": str(root)}
    log = root / "bench.log"
    begin = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        memory = _Memory(process.pid)
        code = process.wait()
    seconds, peak = time.monotonic() - begin, memory.end()
    if code:
        raise BenchError(f"{Path(command[0]).name} ended with {code}; its output is in {log}")
    return {"seconds": round(seconds, 2), "peak_memory": peak}


class _Memory:
    """Watches how much memory a process and its descendants have, shared parts counted once."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> int:
        """Stop watching; return the most bytes that were seen."""
        self._ended.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        pause = _LOOK
        while not self._ended.wait(pause):
            begin = time.monotonic()
            self._peak = max(self._peak, self._now())
            pause = max(_LOOK, (time.monotonic() - begin) / _SHARE)

    def _now(self) -> int:
        total = 0
        try:
            family = [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return 0
        for process in family:
            try:
                total += process.memory_full_info().pss
            except (psutil.Error, AttributeError):
                continue
        return total
