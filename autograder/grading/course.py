"""The course as nbgrader sees it: configuration, folders, gradebook."""

import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import Application

from autograder.grading.gradebooks import share_engines

CONFIG_NAME = "nbgrader_config.py"


class CourseError(RuntimeError):
    """The course can't be used as it is; the message says what to do."""


@dataclass(frozen=True)
class Course:
    """A course directory with its configuration loaded.

    Attributes
    ----------
    root : Path
        Folder that holds ``nbgrader_config.py``.
    app : nbgrader.apps.baseapp.NbGrader
        Carries the configuration; parent of nbgrader's converters.
    """

    root: Path
    app: Any

    def directory(self, assignment: str = "", student: str = "*") -> CourseDirectory:
        """Return nbgrader's own view of the course, for one assignment and student."""
        directory = CourseDirectory(parent=self.app, root=str(self.root))
        directory.assignment_id = assignment
        directory.student_id = student
        return directory

    @property
    def db_url(self) -> str:
        """Address of the gradebook."""
        return str(self.directory().db_url)

    @property
    def course_id(self) -> str:
        """Name of the course in the gradebook."""
        return str(self.directory().course_id)

    @contextmanager
    def converting(self, log: io.StringIO) -> Iterator[None]:
        """Keep what nbgrader says while it works in a log, and off the terminal."""
        handler = logging.StreamHandler(log)
        handler.setLevel(logging.INFO)
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.app.log.addHandler(handler)
        try:
            with warnings.catch_warnings():
                # nbgrader's own, about how it uses its database, nbconvert and nbclient.
                warnings.simplefilter("ignore")
                yield
        finally:
            self.app.log.removeHandler(handler)

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """Open the gradebook, and close it at the end."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            with Gradebook(self.db_url, self.course_id) as gradebook:
                yield gradebook

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Return the folder of one step: ``source``, ``submitted``, ``autograded``, ..."""
        directory = self.directory()
        name = getattr(directory, f"{step}_directory")
        return Path(os.path.normpath(directory.format_path(name, student, assignment)))

    def students(self, assignment: str, step: str = "submitted") -> list[str]:
        """Return the students who have a folder of the assignment, sorted."""
        root = self.folder(step, ".", ".")
        if not root.is_dir():
            return []
        return sorted(
            path.name
            for path in root.iterdir()
            if not path.name.startswith(".") and (path / assignment).is_dir()
        )

    def notebooks(self, assignment: str) -> list[str]:
        """Return the names of an assignment's notebooks.

        Raises
        ------
        CourseError
            If the gradebook does not know the assignment.
        """
        with self.gradebook() as gradebook:
            try:
                names = [nb.name for nb in gradebook.find_assignment(assignment).notebooks]
            except MissingEntry:
                names = []
        if not names:
            raise CourseError(
                f"The gradebook does not know {assignment}. "
                f"Release it first: autograder release {assignment}"
            )
        return names


def open_course(course_root: Path) -> Course:
    """Load the configuration of a course, as the ``nbgrader`` command does in its folder.

    Parameters
    ----------
    course_root : Path
        Folder that holds ``nbgrader_config.py``.

    Raises
    ------
    CourseError
        If the folder holds no ``nbgrader_config.py``.
    """
    root = Path(course_root).resolve()
    if not (root / CONFIG_NAME).is_file():
        raise CourseError(f"{root} holds no {CONFIG_NAME}; give the folder of the course.")
    put_tools_on_path()
    share_engines()
    app = NbGrader()
    app.log_level = "CRITICAL"  # what a person has to know is said in the results
    app.load_cwd_config = False
    app.load_config_file()
    Application.load_config_file(app, CONFIG_NAME, path=str(root))
    return Course(root, app)


def put_tools_on_path() -> None:
    """Put this Python's programs on PATH: nbgrader calls ``alembic`` by name."""
    programs = str(Path(sys.prefix) / ("Scripts" if os.name == "nt" else "bin"))
    paths = os.environ.get("PATH", "").split(os.pathsep)
    if programs not in paths:
        os.environ["PATH"] = os.pathsep.join([programs, *paths])
