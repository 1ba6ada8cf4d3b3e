"""Write the grades of an assignment for a learning management system."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from autograder.grading.course import CourseError, open_course
from autograder.grading.lms.canvas import CanvasExporter
from autograder.grading.lms.exporters import Exported, LmsExporter
from autograder.grading.lms.moodle import MoodleExporter

FORMATS: Final[dict[str, type[LmsExporter]]] = {"moodle": MoodleExporter, "canvas": CanvasExporter}


def export(
    course_root: Path,
    assignment: str,
    *,
    system: str,
    into: Path,
    template: Path | None = None,
    column: str = "",
    roster: Path | None = None,
    students: Sequence[str] = (),
    provisional: bool = False,
    scale: bool = False,
) -> Exported:
    """Write the grades of an assignment.

    Parameters
    ----------
    course_root : Path
        Folder that holds ``nbgrader_config.py``.
    assignment : str
        Name of the assignment.
    system : str
        ``moodle`` or ``canvas``.
    into : Path
        The file, whole or not at all; may be the template.
    template : Path, optional
        What the system gave out: only the column of grades is changed.
    column : str, optional
        Header of that column, where it is not recognised.
    roster : Path, optional
        CSV file that says who the students are.
    students : sequence of str, optional
        Only these.
    provisional : bool, optional
        Also grades that are not final.
    scale : bool, optional
        Convert points where the system's maximum differs.

    Returns
    -------
    Exported
        What was written, and who was left out.

    Raises
    ------
    autograder.grading.course.CourseError
        If the system is not known, or a file or the assignment can't be used; nothing is written.
    """
    if system not in FORMATS:
        raise CourseError(f"there is no format {system!r}; there are {', '.join(FORMATS)}")
    course = open_course(course_root)
    course.app.coursedir = course.directory(assignment)
    exporter = FORMATS[system](parent=course.app)
    exporter.to, exporter.assignment, exporter.student = str(into), [assignment], list(students)
    exporter.template = str(template) if template else ""
    exporter.roster = str(roster) if roster else ""
    exporter.column, exporter.provisional, exporter.scale = column, provisional, scale
    with course.gradebook() as gradebook:
        exporter.export(gradebook)
    return exporter.result
