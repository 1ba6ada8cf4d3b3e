"""Grade the submissions of an assignment, one after the other, through nbgrader's autograde."""

import io
import sqlite3
import traceback
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SQLAlchemyError

from autograder.grading import status, verifiers, warm_kernels
from autograder.grading.candidates import fingerprint
from autograder.grading.course import Course, CourseError, open_course
from autograder.grading.execute import NO_SANDBOX
from autograder.grading.files import write_text
from autograder.grading.progress import Progress
from autograder.grading.results import Result, TaskResult, collect, write_grades
from autograder.grading.sandbox import sandbox_problem

__all__ = ["GradingInterrupted", "Result", "TaskResult", "grade", "write_grades"]

LOGS = Path(".autograder") / "logs"


class GradingInterrupted(KeyboardInterrupt):
    """Ctrl-C; ``results`` holds what was graded before, and the next call goes on from there."""

    def __init__(self, results: list[Result], left: int) -> None:
        super().__init__(f"stopped; {len(results)} graded, {left} left")
        self.results = results
        self.left = left


class OneSubmission(Autograde):  # type: ignore[misc]
    """nbgrader's autograde for exactly one student, whatever the folder is called or holds.

    nbgrader finds submissions by patterns: it would pass over a folder without a notebook, and a
    name with brackets. From here on everything is stock.
    """

    def init_notebooks(self) -> None:
        """Name the notebooks of the assignment; their files need not exist."""
        directory = self.coursedir
        folder = self._format_source(directory.assignment_id, directory.student_id)
        self.assignments = {folder: [f"{folder}/{name}.ipynb" for name in self.notebook_names]}
        self.notebooks: list[str] = []


def grade(
    course_root: Path,
    assignment: str,
    *,
    students: Sequence[str] | None = None,
    force: bool = False,
    regrade: bool = False,
    progress: bool = True,
    sandbox: bool = True,
) -> list[Result]:
    """Grade an assignment.

    A submission is graded when it has not been yet, when a newer one was handed in, when grading
    it failed before, or when ``force`` is given. No submission stops another.

    Parameters
    ----------
    course_root : Path
        Folder that holds ``nbgrader_config.py``.
    assignment : str
        Name of the assignment.
    students : sequence of str, optional
        Whom to grade; by default everybody with a folder in ``submitted/``.
    force : bool, optional
        Grade again what has been graded.
    regrade : bool, optional
        The same, but run a submission only where what is kept of its last run does not serve.
    progress : bool, optional
        Show a line a submission and a bar.
    sandbox : bool, optional
        False to run submissions with your own rights; the configuration may say so as well.

    Returns
    -------
    list of Result
        One for every student, also for those graded before.

    Raises
    ------
    autograder.grading.course.CourseError
        If there is no course, the assignment has not been released, or the sandbox does not
        work here.
    GradingInterrupted
        On Ctrl-C.
    """
    course = open_course(course_root)
    notebooks = course.notebooks(assignment)
    _choose_sandbox(course, sandbox)
    course.app.config.RunNotebook.regrade = regrade
    handed_in = course.students(assignment)
    chosen = handed_in if students is None else list(dict.fromkeys(students))
    again = force or regrade
    results: list[Result] = []
    with (
        Progress(assignment, len(chosen), shown=progress) as lines,
        verifiers.kept(),
        warm_kernels.kept(),
    ):
        for student in chosen:
            lines.start(student)
            try:
                if student in handed_in:
                    result = grade_one(course, assignment, student, notebooks, force=again)
                else:
                    result = _nothing_handed_in(course, assignment, student)
            except KeyboardInterrupt:
                lines.stop(len(chosen) - len(results))
                raise GradingInterrupted(results, len(chosen) - len(results)) from None
            results.append(result)
            lines.done(result)
    return results


def _choose_sandbox(course: Course, wanted: bool) -> None:
    settings = course.app.config.RunNotebook
    if not wanted:
        settings.sandbox = NO_SANDBOX
    problem = "" if settings.get("sandbox") == NO_SANDBOX else sandbox_problem()
    if problem:
        raise CourseError(
            f"Submissions can't be run apart from the rest of this machine: {problem}. "
            "To run them with your own rights all the same, say --no-sandbox; only do so with "
            "submissions that you trust."
        )


def grade_one(
    course: Course, assignment: str, student: str, notebooks: list[str], *, force: bool
) -> Result:
    """Grade one submission; whatever happens there is a result.

    Parameters
    ----------
    course : Course
        The course.
    assignment, student : str
        Whose work on what.
    notebooks : list of str
        Names of the assignment's notebooks.
    force : bool
        Grade it again when it has been graded.
    """
    log = io.StringIO()
    try:
        again = force or _is_outdated(course, assignment, student, notebooks)
        _autograde(course, assignment, student, notebooks, again, log)
        return collect(course, assignment, student, notebooks)
    except (Exception, SystemExit) as error:
        log.write(traceback.format_exc())
        file = LOGS / assignment / f"{_file_name(student)}.log"
        message = f"Grading failed: {_reason(error)}. The instructor has to look at {file}."
        most = _record_nothing(course, assignment, student)
        return Result(assignment, student, 0.0, most, status.FAILED, [message])
    finally:
        write_text(course.root / LOGS / assignment / f"{_file_name(student)}.log", log.getvalue())


def _is_outdated(course: Course, assignment: str, student: str, notebooks: list[str]) -> bool:
    """Tell whether what was graded before failed, or is not what lies in ``submitted/`` now."""
    handed_in = fingerprint(course.folder("submitted", student, assignment))
    graded = course.folder("autograded", student, assignment)
    for notebook in notebooks:
        try:
            nb = nbformat.read(graded / f"{notebook}.ipynb", as_version=4)
        except (OSError, ValueError):
            return True
        if status.status_of(nb) == status.FAILED:
            return True
        if status.record(nb).get("fingerprint") != handed_in:
            return True
    return False


def _autograde(
    course: Course,
    assignment: str,
    student: str,
    notebooks: list[str],
    force: bool,
    log: io.StringIO,
) -> None:
    directory = course.directory(assignment, student)
    converter = OneSubmission(coursedir=directory, parent=course.app)
    converter.notebook_names = notebooks
    converter.force = force
    with course.converting(log):
        converter.start()


def _record_nothing(course: Course, assignment: str, student: str) -> float:
    """Give the student a submission with 0 points in the gradebook; returns the points possible.

    Hand grades stay as they are.
    """
    try:
        with course.gradebook() as gradebook:
            gradebook.update_or_create_student(student)
            submission = gradebook.update_or_create_submission(assignment, student)
            for notebook in submission.notebooks:
                for found in notebook.grades:
                    found.auto_score = 0
                    found.needs_manual_grade = found.manual_score is not None
            gradebook.db.commit()
            return float(submission.max_score)
    except (SQLAlchemyError, sqlite3.Error):
        return 0.0


def _nothing_handed_in(course: Course, assignment: str, student: str) -> Result:
    with course.gradebook() as gradebook:
        most = float(gradebook.find_assignment(assignment).max_score)
    message = f"There is no folder submitted/{student}/{assignment}."
    return Result(assignment, student, 0.0, most, status.NO_NOTEBOOK, [message])


def _reason(error: BaseException) -> str:
    if isinstance(error, NbGraderException):
        return "nbgrader stopped"
    text = str(error).strip().splitlines()
    name = type(error).__name__
    return f"{name}: {text[0][:200]}" if text else name


def _file_name(student: str) -> str:
    return "".join(c if c.isalnum() or c in "-_. " else "_" for c in student)
