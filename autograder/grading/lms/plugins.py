"""Plugins of nbgrader's zip_collect: archives unpacked safely, and layouts that need no pattern.

``nbgrader_config.py`` names them, so that ``nbgrader zip_collect`` uses them as well;
`autograder.grading.lms.collect` adds who may replace what.
"""

import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import parse_utc
from traitlets import Enum, Unicode

from autograder.grading.blueprint import KnownCells
from autograder.grading.course import Course, open_course
from autograder.grading.lms import layouts, records
from autograder.grading.lms.archive import Unpacked
from autograder.grading.lms.attempts import Choice, choose
from autograder.grading.lms.layouts import Reader, Source
from autograder.grading.lms.owners import Left, identify
from autograder.grading.lms.people import People, known_people, read_roster
from autograder.grading.lms.unpack import BadArchiveError, unpack

CHOICES: Final = ("moodle", "canvas", layouts.OWN, layouts.PATTERN)
"""Names of all layouts; the last uses ``FileNameCollectorPlugin.named_regexp``."""


class UnknownLayoutError(Exception):
    """No layout explains the names of a download; the message says what to do."""


class SafeExtractor(ExtractorPlugin):  # type: ignore[misc]
    """Unpacks the archives of a download, and those in them, with bounds.

    Attributes
    ----------
    found : Unpacked
        What was left out, over all archives.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.found = Unpacked()

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack what lies in a folder into another; a single archive without its own folder.

        Raises
        ------
        BadArchiveError
            If the only archive can't be read.
        """
        files = sorted(path for path in Path(archive_path).rglob("*") if path.is_file())
        into = Path(extracted_path)
        for file in files:
            if file.suffix.lower() != ".zip":
                shutil.copy2(file, into / file.name)
                continue
            try:
                found = unpack(file, into / file.name if len(files) > 1 else into)
            except BadArchiveError as error:
                if len(files) == 1:
                    raise BadArchiveError(f"{file.name}: {error}") from error
                self.log.error("%s: %s", file, error)
                continue
            self.found.problems += found.problems
            self.found.rubbish += found.rubbish
            for problem in found.problems:
                self.log.warning("%s: %s", problem.path, problem.reason)


class LmsCollector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Finds each student's latest notebook among the files of a download.

    nbgrader asks file by file; the answer for all of them is worked out at the first question, so
    that of several attempts only the latest is named. Two without times would end its collection.

    Attributes
    ----------
    choice : Choice
        The chosen notebooks, and why the other files are not.
    recognised : str
        The layout in use.
    """

    layout = Enum(
        ("", *CHOICES), default_value="", help="Layout of the download; empty to recognise it."
    ).tag(config=True)
    roster = Unicode("", help="CSV file that says who the students are.").tag(config=True)
    student = Unicode("", help="Whose archive it is, where the archive does not say.").tag(
        config=True
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choice = Choice()
        self.people = People(())
        self.recognised = ""
        self._reader: Reader = layouts.moodle
        self._answers: dict[str, dict[str, str]] | None = None

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Return whose submission a file is; None when it is nobody's, or not the latest."""
        if self._answers is None:
            self._answers = self._work_out()
        return self._answers.get(os.path.realpath(submitted_file))

    def _work_out(self) -> dict[str, dict[str, str]]:
        app = self.parent
        root = Path(os.path.realpath(app._format_collect_path(app.extracted_directory)))
        course = open_course(Path(app.coursedir.root))
        assignment = str(app.coursedir.assignment_id)
        archives = sorted(Path(app._format_collect_path(app.archive_directory)).glob("*"))
        archive = archives[0].name if len(archives) == 1 else ""
        release = course.folder("release", ".", assignment)
        known = KnownCells(course.db_url, release, assignment, course.notebooks(assignment))
        sources = self._read_names(root, list(known.grade_ids), archive)
        self.people = self._people(course, assignment)
        blueprints = list(known.blueprints.values())
        chosen = choose(sources, root, self.recognised, blueprints, known.grade_ids, self.people)
        self.choice.attempts = chosen.attempts
        self.choice.left += chosen.left
        return {
            str(attempt.path): {
                "student_id": student,
                "file_id": f"{notebook}.ipynb",
                "timestamp": self.time(student, attempt.source, attempt.path).isoformat(" "),
            }
            for (student, notebook), attempt in chosen.attempts.items()
        }

    def time(self, student: str, source: Source, path: Path) -> datetime:
        """Return the best known time of a submission, UTC without a zone."""
        known = self.submitted(student, source)
        packed = datetime.fromtimestamp(int(path.stat().st_mtime), tz=UTC).replace(tzinfo=None)
        return known or packed

    def owner(self, path: str) -> str:
        """Return whose a file of the download is, also one that was not unpacked; or nothing."""
        source = self._reader(PurePosixPath(path))
        if source is None:
            return ""
        found = identify([source], self.people, self.recognised)[source]
        return found if isinstance(found, str) else ""

    def submitted(self, student: str, source: Source) -> datetime | None:
        """Return when a student handed in, if the roster or the name of the file says so."""
        if source.submitted:
            return datetime.fromisoformat(source.submitted)
        return self.people.submitted(student)

    def _people(self, course: Course, assignment: str) -> People:
        if self.roster:
            return read_roster(course.root / self.roster)
        with course.gradebook() as gradebook:
            known = known_people(gradebook)
        return People([*known, *records.people(course.root, assignment)])

    def _read_names(self, root: Path, assignments: list[str], archive: str) -> list[Source]:
        paths = [
            PurePosixPath(path.relative_to(root).as_posix())
            for path in sorted(root.rglob("*"))
            if path.is_file()
        ]
        readers: dict[str, Reader] = {
            **layouts.LAYOUTS,
            layouts.OWN: layouts.own(assignments, archive, self.student),
        }
        if self.named_regexp:
            readers[layouts.PATTERN] = self._by_pattern
        self.recognised = self.layout or layouts.recognise(paths, readers)
        if self.recognised not in readers:
            raise UnknownLayoutError(
                "the files are not named as Moodle, Canvas or our own archives name them: "
                f"{', '.join(map(str, paths[:3])) or 'there are none'}. Say --layout, or whose "
                "archive it is with --student, or set c.FileNameCollectorPlugin.named_regexp"
            )
        self._reader = readers[self.recognised]
        sources = []
        for path in paths:
            source = self._reader(path)
            if source is None:
                reason = f"is not named as files of the layout {self.recognised} are"
                self.choice.left.append(Left(str(path), reason))
            else:
                sources.append(source)
        return sources

    def _by_pattern(self, path: PurePosixPath) -> Source | None:
        """Read a path with nbgrader's own pattern."""
        found = self._match(str(path))
        if not found or not found.get("student_id"):
            return None
        name = f"{found.get('first_name') or ''} {found.get('last_name') or ''}".strip()
        when = _time_in_name(found.get("timestamp") or "")
        file = f"{PurePosixPath(found['file_id']).stem}{path.suffix}"
        return Source(path, found["student_id"], name, file, submitted=when)


def _time_in_name(text: str) -> str:
    """Read a time; of nbgrader's example, 2016-01-30-15-00-00, its reader takes 00 for a zone."""
    numbers = re.fullmatch(r"(\d{4}-\d\d-\d\d)[-_ T](\d\d)-(\d\d)-(\d\d)", text)
    if numbers:
        text = f"{numbers[1]} {numbers[2]}:{numbers[3]}:{numbers[4]}"
    try:
        return str(parse_utc(text).isoformat(" ")) if text else ""
    except (ValueError, OverflowError):
        return ""
