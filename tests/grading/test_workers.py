"""Many submissions at a time: the same grades, and none is lost with a worker."""

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import distributed
import psutil
import pytest
import tiny_class
from tiny_course import filled, hand_in

from autograder.grading import status
from autograder.grading.pipeline import grade
from autograder.grading.sandbox import sandbox_problem
from autograder.grading.sandbox.bubblewrap import find_bubblewrap
from tests.grading.trainer import nets_course
from tests.grading.trainer.nets_course import FIT, FUNCTIONAL, SEQUENTIAL

pytestmark = pytest.mark.slow(minutes=6)

LONG = 240.0
"""Seconds in which a command ends on the busiest machine."""

BUSY = "open('busy', 'w')\nwhile True: pass"
KILLS_ITS_WORKER = "import os\nos.kill(os.getppid(), 9)"

MIXED = (
    *("reference", "wrong_answer", "endless_loop", "killed_kernel", "other_kernelspec"),
    *("O'Brien & Sons [3] + (copy)", "file_picture", "no_notebook_at_all", "other_notebook"),
)


@pytest.fixture
def scratch() -> Iterator[Path]:
    """Where sandboxes are made; a short path, because sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        yield Path(folder)


@pytest.fixture
def slow_course(course: Path) -> Path:
    """A course in which a cell may run until somebody ends it, also on a slow machine."""
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write("c.RunNotebook.cell_timeout = {'default': 300.0}\n")
        config.write("c.RunNotebook.notebook_timeout = {'default': 300.0}\n")
    return course


@contextmanager
def command(
    course: Path, *arguments: str, assignment: str = "tiny", **variables: str
) -> Iterator["subprocess.Popen[str]"]:
    """Run `autograder grade` in the course; nothing of it is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", assignment, *arguments],
        cwd=course,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    family: list[psutil.Process] = []
    try:
        yield process
        with_children(process.pid, family)
    finally:
        with_children(process.pid, family)
        process.kill()
        process.wait()
        for one in family:
            if one.is_running():
                one.kill()


def with_children(process: int, family: list[psutil.Process]) -> None:
    """Note what a process has started."""
    try:
        family += psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return


def results_of(
    course: Path, *arguments: str, assignment: str = "tiny", **variables: str
) -> dict[str, dict[str, object]]:
    """Run the command to its end and return what it wrote for machines, by student."""
    options = (*arguments, "--json", "results.json")
    with command(course, *options, assignment=assignment, **variables) as process:
        out, err = process.communicate(timeout=LONG)
    assert process.returncode == 0, out + err
    assert "Traceback" not in err
    return read(course / "results.json")


def read(file: Path) -> dict[str, dict[str, object]]:
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["format"] == 1
    return {entry["student_id"]: entry for entry in found["results"]}


def wait_for(found: Callable[[], object]) -> object:
    """Wait until there is something, and return it."""
    deadline = time.monotonic() + LONG / 2
    while time.monotonic() < deadline:
        if something := found():
            return something
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def running_in(folder: Path) -> list[psutil.Process]:
    """Return the processes that have a folder in their command line."""
    found = psutil.process_iter(["cmdline"])
    return [one for one in found if any(str(folder) in part for part in one.info["cmdline"] or ())]


def worker_of(scratch: Path) -> psutil.Process | None:
    """Return the worker whose student's code says that it is busy."""
    for file in scratch.glob("*/work/busy"):
        for process in running_in(file.parents[1]):
            parent = process.parent()
            if parent is not None and "spawn_main" in " ".join(parent.cmdline()):
                return parent
    return None


def notebooks(course: Path) -> dict[str, bytes]:
    """Return what was written, but for a cell whose number depends on the kernel's last breath."""
    found = tiny_class.contents(course / "autograded")
    return {name: text for name, text in found.items() if not name.startswith("killed_kernel")}


def test_the_same_results_as_in_one_process(course: Path, tmp_path: Path) -> None:
    for student in MIXED:
        tiny_class.CLASS[student][0](course, student)
    hand_in(course, "reads_a_file", filled(course, list_gap="numbers = eval(open('n').read())"))
    (course / "submitted" / "reads_a_file" / "tiny" / "n").write_text("[1, 2, 3, 4]")
    alone = Path(shutil.copytree(course, tmp_path / "alone"))
    expected = {found.student_id: asdict(found) for found in grade(alone, "tiny", progress=False)}
    found = results_of(course, "--workers", "2")
    assert found == expected
    assert found["reads_a_file"]["score"] == 7
    assert set(found["reference"]) == {
        *("assignment", "student_id", "score", "max_score", "status", "messages", "tasks"),
        *("waiting", "trainings_saved", "again"),
    }
    before = notebooks(course)
    assert before == notebooks(alone)
    assert results_of(course) == expected
    assert notebooks(course) == before


def test_a_submission_whose_worker_is_killed_is_run_again(slow_course: Path, scratch: Path) -> None:
    once = "import os, time\nopen('busy', 'w')\ntime.sleep(8)\nnumbers = [1, 2, 3, 4]"
    hand_in(slow_course, "ada", filled(slow_course, list_gap=once))
    hand_in(slow_course, "bob", filled(slow_course))
    hand_in(slow_course, "cy", filled(slow_course))
    options = ("--workers", "2", "--json", "results.json")
    with command(slow_course, *options, TMPDIR=str(scratch)) as process:
        worker = wait_for(lambda: worker_of(scratch))
        assert isinstance(worker, psutil.Process)
        worker.kill()
        out, err = process.communicate(timeout=LONG)
    assert process.returncode == 0, out + err
    found = read(slow_course / "results.json")
    assert {name: entry["score"] for name, entry in found.items()} == {"ada": 7, "bob": 7, "cy": 7}
    assert list(scratch.iterdir()) == []
    assert running_in(scratch) == []


def test_a_submission_that_kills_every_worker_fails_alone(course: Path) -> None:
    for student in ("ada", "bob"):
        hand_in(course, student, filled(course, why=student))
    hand_in(course, "killer", filled(course, list_gap=KILLS_ITS_WORKER))
    found = results_of(course, "--workers", "2", "--no-sandbox")
    assert (found["ada"]["score"], found["bob"]["score"]) == (7, 7)
    killer = found["killer"]
    assert (killer["score"], killer["max_score"], killer["status"]) == (0, 10, status.FAILED)
    messages = killer["messages"]
    assert isinstance(messages, list)
    assert messages[0] == (
        "It could not be run. It was begun 3 times, and each time the worker that ran it ended: "
        "killed, or out of memory."
    )
    assert killer["waiting"] == 1  # the answer can be graded by hand all the same


def test_control_c_ends_workers_and_the_next_call_goes_on(slow_course: Path, scratch: Path) -> None:
    hand_in(slow_course, "ada", filled(slow_course))
    for student in ("bob", "cy"):
        hand_in(slow_course, student, filled(slow_course, list_gap=BUSY))
    with command(slow_course, "--workers", "2", TMPDIR=str(scratch)) as process:
        wait_for(lambda: len(list(scratch.glob("*/work/busy"))) == 2)
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the workers as well
        out, err = process.communicate(timeout=LONG)
    assert process.returncode == 130, out + err
    assert "Stopped. 2 submissions are left" in err
    assert "Traceback" not in err
    assert list(scratch.iterdir()) == []
    assert running_in(scratch) == []
    graded = slow_course / "autograded"
    assert [path.parts[-2] for path in graded.glob("*/tiny")] == ["ada"]
    before = (graded / "ada/tiny/tiny.ipynb").stat().st_mtime_ns
    for student in ("bob", "cy"):
        hand_in(slow_course, student, filled(slow_course, why=student))
    found = results_of(slow_course, "--workers", "2")
    assert {name: entry["score"] for name, entry in found.items()} == {"ada": 7, "bob": 7, "cy": 7}
    assert (graded / "ada/tiny/tiny.ipynb").stat().st_mtime_ns == before


@contextmanager
def cluster(folder: Path, hidden: Path, workers: int = 1) -> Iterator[tuple[str, dict[str, str]]]:
    """Start a scheduler and workers that know nothing of this process, speaking TLS.

    Yields the scheduler's address, and the environment variables that a client needs.
    """
    keys = distributed.Security.temporary()
    (folder / "ca.pem").write_text(keys.tls_ca_file)
    (folder / "key.pem").write_text(keys.tls_client_key)
    variables = {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(folder / "ca.pem")}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        prefix = f"DASK_DISTRIBUTED__COMM__TLS__{role}"
        variables[f"{prefix}__CERT"] = str(folder / "ca.pem")
        variables[f"{prefix}__KEY"] = str(folder / "key.pem")
    environment = {**os.environ, **variables}
    file = folder / "scheduler.json"
    apart = [str(find_bubblewrap()), "--dev-bind", "/", "/", "--tmpfs", str(hidden), "--"]
    python = [sys.executable, "-m"]
    with ExitStack() as stack:

        def start(*arguments: str) -> None:
            process = subprocess.Popen(arguments, cwd=folder, env=environment)
            stack.callback(process.wait)
            stack.callback(process.terminate)

        known = ["--protocol", "tls", "--scheduler-file", str(file)]
        start(
            *[*python, "distributed.cli.dask_scheduler", *known, "--host", "127.0.0.1"],
            *["--port", "0", "--no-dashboard"],
        )
        wait_for(file.exists)
        for _ in range(workers):
            start(
                *[*apart, *python, "distributed.cli.dask_worker", *known, "--host", "127.0.0.1"],
                *["--nthreads", "1", "--memory-limit", "0", "--no-nanny", "--no-dashboard"],
                *["--local-directory", str(folder)],
            )
        yield json.loads(file.read_text())["address"], variables


@pytest.mark.skipif(bool(sandbox_problem()), reason=sandbox_problem())
def test_workers_of_a_cluster_see_no_course(course: Path, tmp_path: Path) -> None:
    for student in ("reference", "wrong_answer", "file_picture"):
        tiny_class.CLASS[student][0](course, student)
    hand_in(
        course, "spy", filled(course, list_gap=f"import os\nprint(os.listdir({str(course)!r}))")
    )
    hand_in(course, "reads_a_file", filled(course, list_gap="numbers = eval(open('n').read())"))
    (course / "submitted" / "reads_a_file" / "tiny" / "n").write_text("[1, 2, 3, 4]")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with cluster(folder, course) as (address, variables):
        found = results_of(course, "--scheduler", address, **variables)
        again = results_of(course, "--scheduler", address, "--force", **variables)
    assert address.startswith("tls://")
    assert {name: entry["score"] for name, entry in found.items()} == {
        "reference": 7,
        "wrong_answer": 4,
        "file_picture": 0,
        "spy": 3,
        "reads_a_file": 7,
    }
    assert again == found
    assert found["file_picture"]["status"] == status.NOT_A_NOTEBOOK


@pytest.mark.skipif(bool(sandbox_problem()), reason=sandbox_problem())
def test_workers_of_a_cluster_share_trainings_and_recordings(tmp_path: Path) -> None:
    course, folder = tmp_path / "course", tmp_path / "elsewhere"
    answers = {"ada": SEQUENTIAL, "bob": FUNCTIONAL, "cy": SEQUENTIAL, "dee": FUNCTIONAL}
    nets_course.write_course(course, {name: (text, FIT) for name, text in answers.items()})
    folder.mkdir()
    with cluster(folder, course, workers=2) as (address, variables):
        ask = functools.partial(results_of, course, assignment=nets_course.NAME, **variables)
        first = ask("--scheduler", address)
        again = ask("--scheduler", address, "--regrade")
    assert {name: entry["score"] for name, entry in first.items()} == dict.fromkeys(answers, 2)
    # One of the four trained, on one of the two workers, and the other three were given the same.
    assert sorted(str(entry["trainings_saved"]) for entry in first.values()) == ["0", "1", "1", "1"]
    # The workers had forgotten the course meanwhile: what is checked again is what the driver has.
    assert {name: entry["again"] for name, entry in again.items()} == dict.fromkeys(answers, "")
    assert {name: entry["score"] for name, entry in again.items()} == dict.fromkeys(answers, 2)


def test_a_scheduler_that_is_not_there(course: Path) -> None:
    hand_in(course, "ada", filled(course))
    with command(course, "--scheduler", "tcp://127.0.0.1:9") as process:
        _, err = process.communicate(timeout=LONG)
    assert process.returncode == 1
    assert "There is no Dask scheduler at tcp://127.0.0.1:9" in err
    assert "Traceback" not in err


def test_workers_and_scheduler_exclude_each_other(course: Path) -> None:
    with command(course, "--workers", "2", "--scheduler", "tcp://127.0.0.1:9") as process:
        _, err = process.communicate(timeout=LONG)
    assert process.returncode == 1
    assert "say one" in err


def test_a_configuration_that_can_not_be_sent(course: Path) -> None:
    for student in ("ada", "bob"):
        hand_in(course, student, filled(course))
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write("c.RunNotebook.on_cell_start = print\n")
    with command(course, "--workers", "2") as process:
        _, err = process.communicate(timeout=LONG)
    assert process.returncode == 1
    assert "c.RunNotebook in nbgrader_config.py can't be sent to workers" in err
