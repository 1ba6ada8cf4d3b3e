"""Run a notebook from top to bottom in a clean kernel, as grading will."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder import settings
from autograder.student.live import LiveLine, duration, open_line
from autograder.student.submission.contents import is_open
from autograder.student.submission.findings import Finding, note, problem
from autograder.student.submission.notebook import Cell, Submission, SubmissionError

WAITING: Final = "NotAttempted"
WRONG: Final = "CheckFailed"

MISSING: Final = (
    "Running the notebook needs the packages nbclient and ipykernel, and {name} is not here. "
    "Install them with `pip install nbclient ipykernel`, or check without running (run=False; "
    "--no-run in a shell) and do Kernel > Restart Kernel and Run All Cells yourself."
)


@dataclass(frozen=True)
class Outcome:
    """How a cell ended.

    Attributes
    ----------
    cell : Cell
    error : str
        Name of its exception; empty if there was none.
    text : str
        Message of the exception.
    value : str
        Its last value, as text.
    """

    cell: Cell
    error: str = ""
    text: str = ""
    value: str = ""


class StoppedError(Exception):
    """The run did not reach the end; the message says why."""


def run(submission: Submission, attached: list[Path], minutes: float) -> list[Finding]:
    """Run a notebook in a folder of its own, and say what came of it.

    Parameters
    ----------
    submission : Submission
    attached : list of pathlib.Path
        Files that it reads, relative to its folder: the only ones that are there.
    minutes : float
        How long the whole may take.

    Returns
    -------
    list of Finding

    Raises
    ------
    SubmissionError
        If no kernel can be started.
    """
    outcomes: list[Outcome] = []
    line = open_line()
    stopped = ""
    with _folder(submission, attached) as folder:
        try:
            outcomes.extend(_outcomes(submission, folder, minutes, line))  # keeps what came first
        except StoppedError as error:
            stopped = str(error)
    cells = len(submission.code)
    line.end(f"Ran {len(outcomes)} of {cells} code cells.", len(outcomes) / max(cells, 1))
    known = {task_of(cell) for cell in submission.cells if cell.is_gap and is_open(cell)}
    findings = [
        finding
        for one in outcomes
        if not (one.error == WAITING and task_of(one.cell) in known)  # said already
        for finding in _judge(submission, one)
    ]
    if stopped:
        findings.append(problem(stopped))
    return [*findings, *_points(outcomes)]


@contextmanager
def _folder(submission: Submission, attached: list[Path]) -> Iterator[Path]:
    """Make a folder with what would be handed in, so that the student's own files stay as is."""
    with tempfile.TemporaryDirectory(prefix="submission-check-") as name:
        for file in attached:
            target = Path(name) / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(submission.path.parent / file, target)
        yield Path(name)


def _outcomes(
    submission: Submission, folder: Path, minutes: float, line: LiveLine
) -> Iterator[Outcome]:
    client, errors = _client(submission, folder)
    begin = time.monotonic()
    deadline = begin + minutes * 60
    client.timeout_func = lambda cell: max(int(deadline - time.monotonic()), 1)
    line.update("A clean kernel starts.", 0.0)
    cells = submission.code
    with _kernel(client):
        for number, cell in enumerate(cells):
            line.milestone(
                f"Running {submission.name(cell)}, {number + 1} of {len(cells)}; "
                f"{duration(time.monotonic() - begin)} so far",
                number / len(cells),
            )
            try:
                client.execute_cell(client.nb.cells[number], number)
            except errors.CellTimeoutError as error:
                raise StoppedError(
                    f"{submission.name(cell)} was still running when the {minutes:g} minutes of "
                    "the check were over. Give it more (minutes=120; --minutes 120 in a shell), or "
                    "look for a loop that never ends."
                ) from error
            except errors.DeadKernelError as error:
                raise StoppedError(
                    f"the kernel died in {submission.name(cell)}. Most often it is out of memory: "
                    "close other notebooks (Kernel > Shut Down) and check again."
                ) from error
            yield _outcome(cell, client.nb.cells[number].outputs)


def _client(submission: Submission, folder: Path) -> tuple[Any, Any]:
    try:
        import ipykernel  # noqa: F401
        import nbformat
        from nbclient import NotebookClient, exceptions
    except ImportError as error:
        raise SubmissionError(MISSING.format(name=error.name)) from error
    code = [nbformat.v4.new_code_cell(cell.source) for cell in submission.code]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=code),
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    return client, exceptions


@contextmanager
def _kernel(client: Any) -> Iterator[None]:
    """Start a kernel and end it, whatever happens."""
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ, settings.UNATTENDED: "1"}
    environment.pop("JPY_SESSION_NAME", None)
    # What a cell prints comes in messages; the rest is what libraries tell the terminal.
    setup = client.setup_kernel(env=environment, stderr=subprocess.DEVNULL)
    try:
        setup.__enter__()
    except Exception as error:
        raise SubmissionError(
            f"No clean kernel could be started ({type(error).__name__}: {error}). Check without "
            "running (run=False; --no-run in a shell), and do Kernel > Restart Kernel and Run All "
            "Cells yourself."
        ) from error
    try:
        yield
    finally:
        setup.__exit__(None, None, None)


def _outcome(cell: Cell, outputs: list[Any]) -> Outcome:
    error = next((out for out in outputs if out.output_type == "error"), None)
    results = [out for out in outputs if out.output_type == "execute_result"]
    value = str(results[-1].data.get("text/plain", "")) if results else ""
    if error is None:
        return Outcome(cell, value=value)
    return Outcome(cell, str(error.ename), str(error.evalue), value)


def task_of(cell: Cell) -> str:
    """Return the name of the task to which a gap or a check belongs."""
    return cell.grade_id.rpartition("_")[0]


def _judge(submission: Submission, outcome: Outcome) -> Iterator[Finding]:
    cell, name = outcome.cell, submission.name(outcome.cell)
    if not outcome.error:
        of = cell.marks.get("points")
        if cell.is_test and (points := _number(outcome.value)) is not None and points != of:
            yield note(f"partly right, {points:g} of {of:g} points: {name}.")
    elif cell.is_test and outcome.error == WAITING:
        yield problem(f"not attempted: {name}. {outcome.text}")
    elif cell.is_test and outcome.error == WRONG:
        yield problem(f"not right yet: {name}. {outcome.text}")
    elif not cell.may_raise or cell.is_test:
        text = outcome.text.splitlines()[0] if outcome.text else ""
        yield problem(
            f"{name} ends with {outcome.error}: {text[:200]}. In a clean kernel nothing is there "
            "but what the cells above have made."
        )


def _points(outcomes: list[Outcome]) -> Iterator[Finding]:
    tests = [one for one in outcomes if one.cell.is_test]
    if not tests:
        return
    whole = sum(_number(one.cell.marks.get("points")) or 0.0 for one in tests)
    got = sum(
        min(points if (points := _number(one.value)) is not None else possible, possible)
        for one in tests
        if not one.error and (possible := _number(one.cell.marks.get("points")) or 0.0)
    )
    yield note(
        f"the checks in this notebook give {got:g} of {whole:g} points. Grading also measures "
        "pictures that nobody has seen, and a person reads your answers."
    )


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
