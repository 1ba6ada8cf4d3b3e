"""Solutions for students, after the deadline: the answers, without hidden tests and mark schemes."""

import copy
import datetime
import re
from pathlib import Path
from typing import Any

from autograder.grading.thresholds import load_calibration
from autograder.release.address import fill_settings
from autograder.release.cells import Cell, read_notebook
from autograder.release.generate import ReleaseError
from autograder.release.leaks import MARK_SCHEME
from autograder.release.regions import MARKER
from autograder.release.settings import CourseSettings
from autograder.release.thresholds import PLACEHOLDER, fill

GAP_LINE = re.compile(r"\s*\w+ = \.\.\.\s*")
"""What stands in a gap for the answer that the next lines give."""


def solution_notebook(
    course_root: Path, source: Path, settings: CourseSettings, place: str
) -> dict[str, Any]:
    """Make the notebook that students may read after the deadline.

    Parameters
    ----------
    course_root : pathlib.Path
    source : pathlib.Path
        A notebook of its ``source/``.
    settings : CourseSettings
    place : str
        Path of the new notebook in the student tree, for its badge.

    Returns
    -------
    dict
        The notebook, not executed, as JSON: solutions in their places, no hidden test, no mark
        scheme, and nothing of nbgrader's, so that it can't be handed in by mistake.
    """
    notebook = read_notebook(source)
    made = copy.deepcopy(notebook.raw)
    made["cells"] = []
    for cell in notebook.cells:
        text = _public(cell)
        if PLACEHOLDER.search(text):
            text = fill(text, _calibration(course_root, source.parent.name))
        raw = copy.deepcopy(cell.raw)
        raw["source"] = fill_settings(text, settings, place).rstrip()
        for key in ("nbgrader", "deletable", "editable"):
            raw["metadata"].pop(key, None)
        made["cells"].append(raw)
    return made


def _public(cell: Cell) -> str:
    """Return a cell's text with its solution, and without what stays secret."""
    lines: list[str] = []
    hidden = scheme = False
    for line in cell.source.splitlines():
        if marker := MARKER.search(line):
            hidden = marker[1] == "BEGIN" and marker[2] != "SOLUTION"
            scheme = False
            continue
        scheme = scheme or line.startswith(MARK_SCHEME)
        if hidden or scheme or (cell.is_gap and GAP_LINE.fullmatch(line)):
            continue
        lines.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _calibration(course_root: Path, assignment: str) -> dict[str, Any]:
    """Read the calibration that the release took its accuracies from."""
    from autograder.grading.course import open_course

    config = open_course(course_root).app.config
    folder = config.get("FillThresholds", {}).get("calibration_dir", "")
    return load_calibration(assignment, Path(folder) if folder else None)


def require_deadline_passed(
    course_root: Path, assignment: str, now: datetime.datetime | None = None
) -> None:
    """Refuse to publish a solution while somebody may still hand in.

    Parameters
    ----------
    course_root : pathlib.Path
        Its gradebook knows due dates and extensions; without a due date nothing is refused.
    assignment : str
    now : datetime.datetime, optional
        In UTC, without time zone, as nbgrader keeps its dates.

    Raises
    ------
    ReleaseError
        With the latest deadline.
    """
    from nbgrader.api import MissingEntry

    from autograder.grading.course import open_course

    if now is None:
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    with open_course(course_root).gradebook() as gradebook:
        try:
            known = gradebook.find_assignment(assignment)
        except MissingEntry:
            return
        due = [known.duedate, *(submission.duedate for submission in known.submissions)]
        latest = max((date for date in due if date is not None), default=None)
    if latest is not None and latest > now:
        raise ReleaseError(
            f"the solution of {assignment} is not published: it may be handed in until "
            f"{latest:%Y-%m-%d %H:%M} UTC (due dates and extensions are in the gradebook)"
        )
