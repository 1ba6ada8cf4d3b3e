"""Run nbgrader's own generator, with the course's settings and our preprocessors."""

import copy
import logging
from pathlib import Path

from autograder.release.regions import MARKER

SAVE_CELLS = "nbgrader.preprocessors.SaveCells"

PREPROCESSORS = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "autograder.release.thresholds.FillThresholds",
    "autograder.release.address.FillSettings",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "autograder.release.tidy.TidyCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    SAVE_CELLS,
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "autograder.release.tidy.TidyCells",
    "autograder.release.contents.ListCells",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""nbgrader's own list and order, without InstantiateTests, which would start a kernel.

Thresholds and settings are filled in before SaveCells, so that the gradebook's copy of a cell holds
them; cells are tidied before each ComputeChecksums, so that the checksums are those of the released text.
`nbgrader_config.py` reads this list, so that the `nbgrader` command writes the same bytes.
"""

CELLS_FIXED = "Cannot add or remove cells"
NOTEBOOKS_FIXED = "Cannot modify existing assignment"


class ReleaseError(RuntimeError):
    """A release that was refused; the message says why and what to do."""


def generate(course_root: Path, assignment: str, output: Path, *, record: bool = True) -> None:
    """Write the students' version of an assignment to a folder of our choice.

    Parameters
    ----------
    course_root : pathlib.Path
    assignment : str
    output : pathlib.Path
        Existing folder; the students' version becomes ``output/<assignment>``.
    record : bool
        Record the cells in the course's gradebook. Without it the files are the same, and no
        gradebook is opened.

    Raises
    ------
    ReleaseError
        If nbgrader refuses the assignment.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    from autograder.grading.course import open_course

    config = copy.deepcopy(open_course(course_root).app.config)
    # Absolute steps win over the course directory in nbgrader's paths.
    config.CourseDirectory.root = str(course_root)
    config.CourseDirectory.release_directory = str(output.resolve())
    config.CourseDirectory.assignment_id = assignment
    config.GenerateAssignment.no_database = not record
    config.GenerateAssignment.preprocessors = [
        name for name in PREPROCESSORS if record or name != SAVE_CELLS
    ]
    log, records = _quiet_log()
    course = CourseDirectory(config=config, log=log)
    converter = GenerateAssignment(coursedir=course, config=config, log=log)
    try:
        converter.start()
    except Exception as error:
        raise ReleaseError(_explain(assignment, records, error)) from error


def _quiet_log() -> tuple[logging.Logger, list[str]]:
    """Return a logger that shows nothing, and the list that it fills."""
    records: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    log = logging.Logger("autograder.release", logging.WARNING)
    log.addHandler(Keep())
    return log, records


def _explain(assignment: str, records: list[str], error: Exception) -> str:
    text = "\n".join([*records, str(error)])
    if CELLS_FIXED in text or NOTEBOOKS_FIXED in text:
        return (
            f"{assignment}: the gradebook holds submissions of this assignment, so graded, answer "
            "and locked cells can no longer be added, removed or renamed; their text and points "
            "may still change. Undo that change, or release it as a new assignment. To start over "
            "and lose the grades: copy gradebook.db aside, then run "
            f"`nbgrader db assignment remove {assignment} --force`."
        )
    lines = [line for line in text.splitlines() if line.strip() and not MARKER.search(line)]
    reason = next((line for line in reversed(lines) if "Error: " in line), lines[-1])
    return f"{assignment}: nbgrader could not generate the release: {reason.strip()}"
