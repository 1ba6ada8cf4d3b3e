"""The check from end to end: look, run, pack, and say how to hand in."""

import importlib.util
import time
from pathlib import Path

from autograder.student.submission import attached, contents, locate, order, running
from autograder.student.submission.findings import Finding, note, problem
from autograder.student.submission.notebook import Submission, SubmissionError, read
from autograder.student.submission.pack import pack as make_zip


def check(path: Path, *, run: bool, pack: bool, minutes: float) -> list[Finding]:
    """Check a notebook file and print what was found.

    Parameters
    ----------
    path : pathlib.Path
    run : bool
        Whether to run it in a clean kernel.
    pack : bool
        Whether to write the ZIP.
    minutes : float
        How long the run may take.

    Returns
    -------
    list of Finding
        Also printed.

    Raises
    ------
    SubmissionError
        If the file is no notebook of the course, it can't be run, or the ZIP can't be written.
    """
    submission = read(path)
    saved = time.strftime("%H:%M on %d %B", time.localtime(path.stat().st_mtime))
    print(f"{path.name}, saved at {saved}: {submission.assignment}, {len(submission.cells)} cells.")
    files, left_out = attached.find(submission)
    findings = [*_unsaved(submission), *contents.look(submission)]
    findings += [*order.look(submission), *left_out]
    if run:
        findings += running.run(submission, files, minutes)
    for finding in sorted(findings, key=lambda one: not one.is_problem):
        print(finding)
    problems = sum(finding.is_problem for finding in findings)
    print(_summary(problems, run=run))
    if pack:
        target = _packed(submission, files)
        print(_how_to_hand_in(submission, target, files))
    return findings


def _unsaved(submission: Submission) -> list[Finding]:
    unsaved = locate.unsaved_runs(submission)
    if not unsaved:
        return []
    cells = "1 cell was" if unsaved == 1 else f"{unsaved} cells were"
    text = f"{cells} run since the file was saved. Save it (Ctrl + S, or Cmd + S) and check again."
    return [problem(text) if unsaved < len(submission.code) else note(text)]


def _summary(problems: int, *, run: bool) -> str:
    if problems:
        return f"{problems} {'problem' if problems == 1 else 'problems'} to mend."
    if run:
        return "No problems: the notebook runs from top to bottom."
    return "No problems that can be seen without running it."


def _packed(submission: Submission, files: list[Path]) -> Path:
    try:
        return make_zip(submission, files)
    except OSError as error:
        raise SubmissionError(
            f"The ZIP can't be written ({error.strerror}). Is the disk full, or the folder "
            "protected? You can hand in the notebook file itself."
        ) from error


def _how_to_hand_in(submission: Submission, target: Path, files: list[Path]) -> str:
    size = target.stat().st_size / 1e6
    with_files = f" and {', '.join(map(str, files))}" if files else ""
    lines = [
        f"Packed: {target.name} ({size:.1f} MB), with the notebook{with_files}, beside the "
        "notebook. Hand in this file where your course takes submissions (Moodle, Canvas, ...)."
    ]
    if importlib.util.find_spec("nbgrader") is not None:
        lines.append(
            "Where your course uses nbgrader's own exchange instead: Nbgrader > Assignment List > "
            f"Submit, or `nbgrader submit {submission.assignment}` in a shell."
        )
    return "\n".join(lines)
