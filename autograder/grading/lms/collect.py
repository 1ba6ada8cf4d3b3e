"""Collect submissions from an archive that a learning management system gave out."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from nbgrader.apps.zipcollectapp import ZipCollectApp

from autograder.grading.course import Course, CourseError, open_course
from autograder.grading.files import hashes
from autograder.grading.lms import records
from autograder.grading.lms.attempts import Attempt, plain_name
from autograder.grading.lms.deliver import UNKNOWN_AGE, Delivery, deliver
from autograder.grading.lms.member_names import printable
from autograder.grading.lms.plugins import CHOICES, LmsCollector, SafeExtractor, UnknownLayoutError
from autograder.grading.lms.recognise import assignment_of
from autograder.grading.lms.sheets import SheetError
from autograder.grading.lms.unpack import BadArchiveError

_SCRATCH: Final = Path(".autograder")


@dataclass(frozen=True)
class Row:
    """What became of one file.

    Attributes
    ----------
    student : str
        Whose it is; empty if nobody knows.
    file : str
        The file, as the archive calls it.
    attempt : str
        Which attempt it is, in words.
    done : str
        What was done with it.
    """

    student: str
    file: str
    attempt: str
    done: str


@dataclass
class Collected:
    """What became of an archive.

    Attributes
    ----------
    assignment, layout : str
        What it holds, and in which layout.
    taken : list of Row
        A row a student, in the order of their ids.
    left : list of Row
        Files that were not taken, and why.
    missing : int
        How many of them may be somebody's submission.
    notes : list of str
        What else the instructor should know.
    """

    assignment: str = ""
    layout: str = ""
    taken: list[Row] = field(default_factory=list)
    left: list[Row] = field(default_factory=list)
    missing: int = 0
    notes: list[str] = field(default_factory=list)


class _Collection(ZipCollectApp):  # type: ignore[misc]
    """nbgrader's zip_collect, which puts what it found into place in a safe way."""

    course: Course
    scratch: Path
    replace_all: bool
    result: Collected

    def _transfer_files(self, collected_data: Mapping[str, Mapping[str, Any]]) -> None:
        for student in sorted(collected_data):
            self._transfer(student, collected_data[student])

    def _transfer(self, student: str, data: Mapping[str, Any]) -> None:
        collector, assignment = self.collector_plugin_inst, self.result.assignment
        attempts = [one for (who, _), one in collector.choice.attempts.items() if who == student]
        files = {
            Path(target).name: Path(source)
            for source, target in zip(data["src_files"], data["dest_files"], strict=True)
        }
        for attempt in attempts:
            files |= {name: path for name, path in attempt.attached.items() if name not in files}
        first = attempts[0].source
        digests = hashes(files)
        record = records.Record(
            collector.recognised,
            first.lms_id,
            first.name,
            max(one.source.attempt for one in attempts),
            max(one.path.stat().st_mtime for one in attempts),
            digests,
        )
        times = [collector.submitted(student, one.source) for one in attempts]
        delivery = Delivery(files, max((t for t in times if t), default=None), record)
        folder = self.course.folder("submitted", student, assignment)
        before = records.load(self.course.root, assignment, student)
        try:
            done, there = deliver(
                folder, delivery, before, scratch=self.scratch, force=self.replace_all
            )
        except OSError as error:
            done, there = f"not taken: {error.strerror} ({error.filename})", False
            self.result.missing += 1
        self.result.missing += UNKNOWN_AGE in done
        if there:
            records.save(self.course.root, assignment, student, record)
        self.result.taken += [_row(student, one, done) for one in attempts]


def _row(student: str, attempt: Attempt, done: str) -> Row:
    source = attempt.source
    notes = list(attempt.notes)
    if attempt.found.problem:
        notes.append(f"it can't be read: {attempt.found.problem}")
    if attempt.attached:
        notes.append(f"with {', '.join(map(printable, attempt.attached))}")
    if plain_name(source.file) != source.file.removesuffix(".ipynb"):
        notes.append(f"was called {printable(source.file)}")
    said = "; ".join([done, *notes])
    return Row(student, printable(str(source.path)), _attempt(attempt), said)


def _attempt(attempt: Attempt) -> str:
    source = attempt.source
    words = [f"file {source.attempt[0]}" if source.attempt[0] else ""]
    words.append(f"upload {source.attempt[1] + 1}" if source.attempt[1] else "")
    words += [source.submitted, "late" if source.late else ""]
    return ", ".join(word for word in words if word)


def collect(
    course_root: Path,
    archive: Path,
    *,
    assignment: str = "",
    layout: str = "",
    roster: Path | None = None,
    student: str = "",
    force: bool = False,
) -> Collected:
    """Put the submissions of a download into ``submitted/``.

    Parameters
    ----------
    course_root : Path
        Folder that holds ``nbgrader_config.py``.
    archive : Path
        What the learning management system gave out, a ZIP archive.
    assignment : str, optional
        Name of the assignment; recognised by what the notebooks hold if not given.
    layout : str, optional
        One of `autograder.grading.lms.plugins.CHOICES`; recognised if not given.
    roster : Path, optional
        CSV file that says who the students are. Who is not in it is not collected.
    student : str, optional
        Whose archive it is, where the archive does not say.
    force : bool, optional
        Replace submissions that are there, whichever is later.

    Returns
    -------
    Collected
        A submission that is there is replaced only by a later one.

    Raises
    ------
    autograder.grading.course.CourseError
        If the archive, the roster or the assignment can't be used; nothing was changed then.
    """
    course = open_course(course_root)
    if not archive.is_file():
        raise CourseError(f"there is no file {archive}")
    if layout and layout not in CHOICES:
        raise CourseError(f"there is no layout {layout!r}; there are {', '.join(CHOICES)}")
    with _scratch(course.root) as scratch:
        app = _application(course, scratch, archive)
        given = {"layout": layout, "roster": str(roster.resolve()) if roster else ""}
        given["student"] = student
        app.config.LmsCollector.update({name: text for name, text in given.items() if text})
        app.replace_all = force
        try:
            app.init_plugins()
            app.extract_archive_files()
            app.result.assignment = assignment or assignment_of(course, scratch / "extracted")
            course.notebooks(app.result.assignment)  # raises when it is not released
            app.coursedir.assignment_id = app.result.assignment
            app.process_extracted_files()
        except (BadArchiveError, UnknownLayoutError, SheetError) as error:
            raise CourseError(str(error)) from error
        return _summed_up(app, course)


@contextmanager
def _scratch(root: Path) -> Iterator[Path]:
    """Make a folder on the disk of the course, for `Path.rename` can't cross disks."""
    (root / _SCRATCH).mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="collecting-", dir=root / _SCRATCH))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _application(course: Course, scratch: Path, archive: Path) -> _Collection:
    app = _Collection()
    app.log_level = "CRITICAL"  # what a person has to know is in the result
    app.update_config(course.app.config)
    app.coursedir = course.directory()
    app.extractor_plugin, app.collector_plugin = SafeExtractor, LmsCollector
    app.downloaded_directory = str(scratch.relative_to(course.root))
    app.collect_directory_structure = "{downloaded}/{collect_step}"
    (scratch / "archive").mkdir()
    (scratch / "extracted").mkdir()
    name = archive.name if archive.suffix.lower() == ".zip" else f"{archive.name}.zip"
    (scratch / "archive" / name).symlink_to(archive.resolve())
    app.course, app.scratch, app.result = course, scratch, Collected()
    return app


def _summed_up(app: _Collection, course: Course) -> Collected:
    result, collector, found = app.result, app.collector_plugin_inst, app.extractor_plugin_inst
    result.layout = collector.recognised
    for left in collector.choice.left:
        result.left.append(Row(left.student, printable(left.file), "", left.reason))
        result.missing += left.matters
    for problem in found.found.problems:
        owner = collector.owner(problem.path)
        result.left.append(Row(owner, printable(problem.path), "", problem.reason))
        result.missing += problem.lost
    if found.found.rubbish:
        result.notes.append(
            f"files of operating systems and checkpoints that were passed over: "
            f"{found.found.rubbish}"
        )
    if collector.recognised == "moodle" and not collector.people.complete:
        result.notes.append(
            "Moodle numbers participants anew in each assignment; give its grading worksheet with "
            "--roster, so that a student has one id in all of them"
        )
    times = any(person.submitted for person in collector.people.people)
    if _has_due_date(course, result.assignment) and not times and collector.recognised != "own":
        result.notes.append(
            f"{result.assignment} has a due date, and the archive says only when it was "
            "downloaded: nbgrader may take submissions for late. A roster with times tells it"
        )
    return result


def _has_due_date(course: Course, assignment: str) -> bool:
    with course.gradebook() as gradebook:
        return gradebook.find_assignment(assignment).duedate is not None
