"""Grade large classes while workers are killed: ``python -m tests.measure_scale 100 1000``.

In a quick run (``EIGHT_FACES_QUICK=1``) next to nothing is trained, so that what a submission costs
besides is what is seen. Each class has a store of its own, empty at the beginning.
"""

import argparse
import collections
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from autograder.grading import benchmark, status
from autograder.grading.quiet import QUIET

FOLDER: Final = Path("build") / "scale"
_MIB: Final = 2**20
_LOOK: Final = 0.5  # seconds between two looks at the grading
_LINE: Final = 60.0  # seconds between two printed lines


@dataclass
class Watched:
    """What was seen of a grading.

    Attributes
    ----------
    seconds : float
        How long it took.
    memory : list of float
        Resident memory of the driver in MiB, one a printed line, workers left out.
    killed : int
        How many workers were killed.
    """

    seconds: float = 0.0
    memory: list[float] = field(default_factory=list)
    killed: int = 0


def grade(root: Path, assignment: str, workers: int, kill_every: float) -> Watched:
    """Grade a class, print once a minute what is seen, and kill workers.

    Parameters
    ----------
    root : Path
        The course.
    assignment : str
        What is graded.
    workers : int
        How many submissions at a time.
    kill_every : float
        Seconds between two workers that are killed; 0 kills none.
    """
    for name in (".autograder", "autograded"):
        shutil.rmtree(root / name, ignore_errors=True)
    command = [Path(sys.executable).with_name("autograder"), "grade", assignment, "--force"]
    command += ["--workers", str(workers), "--json", "results.json"]
    chooses = random.Random(0)
    seen = Watched()
    begin = time.monotonic()
    next_line, next_kill = begin + _LINE, begin + (kill_every or float("inf"))
    with (root / "scale.log").open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, **QUIET, "EIGHT_FACES_COURSE": str(root)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        driver = psutil.Process(process.pid)
        while process.poll() is None:
            time.sleep(_LOOK)
            now = time.monotonic()
            if now >= next_kill:
                next_kill += kill_every
                seen.killed += _kill_one(driver, chooses)
            if now >= next_line and driver.is_running():
                next_line += _LINE
                seen.memory.append(driver.memory_info().rss / _MIB)
                graded = len(list((root / ".autograder" / "logs" / assignment).glob("*.log")))
                print(
                    f"{now - begin:7.0f} s {graded:5} begun or graded, {seen.killed:3} killed, "
                    f"driver {seen.memory[-1]:.1f} MiB",
                    flush=True,
                )
    seen.seconds = time.monotonic() - begin
    if process.returncode:
        raise SystemExit(f"ended with {process.returncode}; see {root / 'scale.log'}")
    return seen


def _kill_one(driver: psutil.Process, chooses: random.Random) -> bool:
    workers = [child for child in driver.children() if _is_worker(child)]
    if not workers:
        return False
    chooses.choice(workers).kill()
    return True


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _report(root: Path, size: int, seen: Watched) -> None:
    results = json.loads((root / "results.json").read_text("utf-8"))["results"]
    failed = [one["student_id"] for one in results if one["status"] == status.FAILED]
    points: dict[str, collections.Counter[float]] = collections.defaultdict(collections.Counter)
    for one in results:
        points[one["student_id"].rpartition("_")[2]][one["score"]] += 1
    half = len(seen.memory) // 2
    halves = [part for part in (seen.memory[:half], seen.memory[half:]) if part]
    memory = ", then ".join(f"{statistics.median(part):.1f}" for part in halves)
    print(
        f"{size} submissions: {seen.seconds:.0f} s, {seen.seconds / size:.2f} s each; "
        f"{seen.killed} workers killed; {len(results)} results, {len(failed)} failed; "
        f"driver, medians of the halves: {memory or 'not seen'} MiB",
        flush=True,
    )
    for kind, found in sorted(points.items()):
        print(f"  {kind}: " + ", ".join(f"{n} with {p:g} points" for p, n in found.items()))


def main() -> None:
    """Read the command line, grade, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="+", type=int)
    parser.add_argument("--assignment", default="03_faces_fc")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kill-every", type=float, default=60.0, metavar="SECONDS")
    asked = parser.parse_args()
    for size in asked.sizes:
        root = FOLDER.resolve() / f"{asked.assignment}-{size}"
        benchmark.make_class(root, benchmark.Case(asked.assignment, size, "realistic"))
        _report(root, size, grade(root, asked.assignment, asked.workers, asked.kill_every))


if __name__ == "__main__":
    main()
