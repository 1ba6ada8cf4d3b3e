"""Grade one submission through nbgrader's autograde, in one go or in two halves.

Between the halves lies what costs time and touches no gradebook: running the notebooks. Elsewhere
(`autograder.grading.remote_run`) it needs nothing but the sanitized notebooks and the files beside
them. Whatever happens to a submission, it has a result.
"""

import io
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.utils import rmtree
from sqlalchemy.exc import SQLAlchemyError

from autograder.grading import status
from autograder.grading.attached import timestamp_in
from autograder.grading.blueprint import KnownCells
from autograder.grading.candidates import fingerprint
from autograder.grading.course import Course
from autograder.grading.files import write_text
from autograder.grading.results import Result, collect, read_autograded

LOGS = Path(".autograder") / "logs"

RUNS = "autograder.grading.execute.RunNotebook"
"""The step between the halves, as it stands in the configuration."""

Run = Callable[[NotebookNode, dict[str, Any]], tuple[NotebookNode, dict[str, Any]]]
"""Takes the place of that step; like ``preprocess`` of a preprocessor."""


class OneSubmission(Autograde):  # type: ignore[misc]
    """nbgrader's autograde for exactly one student, whatever the folder is called or holds.

    nbgrader finds submissions by patterns: it would pass over a folder without a notebook, and a
    name with brackets. From here on everything is stock.

    Attributes
    ----------
    known_cells : KnownCells or None
        For `autograder.grading.exporter.SubmissionExporter`, which otherwise loads them itself.
    """

    known_cells: KnownCells | None = None

    def init_notebooks(self) -> None:
        """Name the notebooks of the assignment; their files need not exist."""
        directory = self.coursedir
        folder = self._format_source(directory.assignment_id, directory.student_id)
        self.assignments = {folder: [f"{folder}/{name}.ipynb" for name in self.notebook_names]}
        self.notebooks: list[str] = []


class FirstHalf(OneSubmission):
    """Stops before a notebook is run: sanitized notebooks lie in ``autograded/``."""

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Sanitize a notebook."""
        self.log.info("Sanitizing %s", notebook_filename)
        self._sanitizing = True
        self._init_preprocessors()
        BaseConverter.convert_single_notebook(self, notebook_filename)
        self.sanitized = True

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """Leave the files writable for the second half."""

    def run_post_convert_hook(self) -> None:
        """Leave that to the second half."""


class SecondHalf(OneSubmission):
    """Goes on with the sanitized notebooks."""

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Keep what the first half wrote."""
        return True

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Leave out what the first half has done."""

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Take what the run left of a notebook, and score it."""
        self._sanitizing = False
        self._init_preprocessors()
        try:
            directory = self.coursedir
            folder = self._format_dest(directory.assignment_id, directory.student_id)
            name = Path(notebook_filename).name
            self.log.info("Autograding %s", name)
            BaseConverter.convert_single_notebook(self, f"{folder}/{name}")
        finally:
            self._sanitizing = True


@dataclass
class Grader:
    """Grades submissions of one assignment.

    Attributes
    ----------
    course : Course
        The course.
    assignment : str
        Name of the assignment.
    notebooks : list of str
        Names of its notebooks.
    """

    course: Course
    assignment: str
    notebooks: list[str]
    _logs: dict[str, str] = field(default_factory=dict)

    @cached_property
    def known_cells(self) -> KnownCells:
        """What the gradebook knows of cells, loaded once for all submissions."""
        release = self.course.folder("release", ".", self.assignment)
        return KnownCells(self.course.db_url, release, self.assignment, self.notebooks)

    def known(self, student: str) -> Result | None:
        """Return the result of what lies in ``submitted/``, or None where that has to be graded."""
        if self.is_outdated(student):
            return None
        try:
            return collect(self.course, self.assignment, student, self.notebooks)
        except (LookupError, AttributeError, TypeError, ValueError):
            return None  # no longer in the gradebook, or changed by hand: grading mends both

    def is_outdated(self, student: str) -> bool:
        """Tell whether what was graded before failed, or is not what lies in ``submitted/`` now."""
        submitted = self.course.folder("submitted", student, self.assignment)
        autograded = self.course.folder("autograded", student, self.assignment)
        if timestamp_in(submitted) != timestamp_in(autograded):
            return True
        handed_in = fingerprint(submitted)
        for notebook in self.notebooks:
            try:
                nb = read_autograded(self.autograded(student, notebook))
                record = status.record(nb)
                failed = status.status_of(nb) == status.FAILED
            except (OSError, AttributeError, TypeError, ValueError):
                return True
            if failed or not record.get(status.FINISHED) or record.get("fingerprint") != handed_in:
                return True
        return False

    def autograded(self, student: str, notebook: str) -> Path:
        """Return where a student's notebook lies when it has been graded."""
        folder = self.course.folder("autograded", student, self.assignment)
        return folder / f"{notebook}.ipynb"

    def grade(self, student: str) -> Result:
        """Grade a submission, also where it has been graded before."""
        with self._reported(student) as report:
            self._convert(OneSubmission, student, report.log)
            report.result = collect(self.course, self.assignment, student, self.notebooks)
        return report.only

    def begin(self, student: str) -> Result | None:
        """Do the first half.

        Returns
        -------
        Result or None
            None when the notebooks have to be run now; a result when nothing is left to do.
        """
        with self._reported(student) as report:
            if not self._convert(FirstHalf, student, report.log).sanitized:
                report.result = collect(self.course, self.assignment, student, self.notebooks)
        self._logs[student] = report.log.getvalue()
        return report.result

    def finish(self, student: str, run: Run, log: str = "") -> Result:
        """Do the second half.

        Parameters
        ----------
        student : str
            Whose first half is done.
        run : callable
            Gives back the notebooks as the run left them.
        log : str, optional
            What was said meanwhile.
        """
        with self._reported(student, self._logs.pop(student, "") + log) as report:
            self._convert(SecondHalf, student, report.log, run)
            report.result = collect(self.course, self.assignment, student, self.notebooks)
        return report.only

    def forget(self, student: str) -> None:
        """Undo the first half, as nbgrader does when a submission is not graded to the end."""
        folder = self.course.folder("autograded", student, self.assignment)
        if folder.is_dir():
            rmtree(str(folder))

    def nothing_handed_in(self, student: str) -> Result:
        """Return the result of a student without a folder."""
        with self.course.gradebook() as gradebook:
            most = float(gradebook.find_assignment(self.assignment).max_score)
        message = f"There is no folder submitted/{student}/{self.assignment}."
        return Result(self.assignment, student, 0.0, most, status.NO_NOTEBOOK, [message])

    def _convert(
        self,
        kind: type[OneSubmission],
        student: str,
        log: io.StringIO,
        run: Run | None = None,
    ) -> OneSubmission:
        directory = self.course.directory(self.assignment, student)
        converter = kind(coursedir=directory, parent=self.course.app)
        converter.notebook_names = self.notebooks
        converter.known_cells = self.known_cells
        converter.force = True
        converter.sanitized = False
        if run is not None:
            steps = converter.autograde_preprocessors
            converter.autograde_preprocessors = [run if step == RUNS else step for step in steps]
        with self.course.converting(log):
            converter.start()
        return converter

    @contextmanager
    def _reported(self, student: str, log: str = "") -> Iterator["_Report"]:
        """Turn whatever happens into a result, and keep the log."""
        report = _Report(io.StringIO())
        report.log.write(log)
        file = LOGS / self.assignment / f"{_file_name(student)}.log"
        try:
            yield report
        except (Exception, SystemExit) as error:
            report.log.write(traceback.format_exc())
            message = f"Grading failed: {_reason(error)}. The instructor has to look at {file}."
            most = self._record_nothing(student)
            names = (self.assignment, student)
            report.result = Result(*names, 0.0, most, status.FAILED, [message])
        finally:
            write_text(self.course.root / file, report.log.getvalue())

    def _record_nothing(self, student: str) -> float:
        """Give the student a submission with 0 points in the gradebook.

        Hand grades stay as they are. Returns the points possible.
        """
        try:
            with self.course.gradebook() as gradebook:
                gradebook.update_or_create_student(student)
                submission = gradebook.update_or_create_submission(self.assignment, student)
                for notebook in submission.notebooks:
                    for found in notebook.grades:
                        found.auto_score = 0
                        found.needs_manual_grade = found.manual_score is not None
                gradebook.db.commit()
                return float(submission.max_score)
        except (SQLAlchemyError, sqlite3.Error):
            return 0.0


@dataclass
class _Report:
    log: io.StringIO
    result: Result | None = None

    @property
    def only(self) -> Result:
        assert self.result is not None, "a step that ends without an error has a result"
        return self.result


def _reason(error: BaseException) -> str:
    if isinstance(error, NbGraderException):
        return "nbgrader stopped"
    text = str(error).strip().splitlines()
    name = type(error).__name__
    return f"{name}: {text[0][:200]}" if text else name


def _file_name(student: str) -> str:
    return "".join(c if c.isalnum() or c in "-_. " else "_" for c in student)
