"""Exporters of nbgrader's ``export``: grades as a learning management system reads them.

`LmsExporter` has what both systems need; `autograder.grading.lms.moodle` and
`autograder.grading.lms.canvas` know the columns.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Unicode

from autograder.grading.course import Course, CourseError, open_course
from autograder.grading.lms import records
from autograder.grading.lms.grades import Grade, read_grades
from autograder.grading.lms.people import People, Person, known_people, read_roster
from autograder.grading.lms.sheets import Sheet, SheetError, harmless, number, read_sheet


@dataclass
class Exported:
    """What an export wrote, and what it did not.

    Attributes
    ----------
    path : Path
        The file.
    written : int
        Grades in it.
    open : list of str
        Students whose grade is not final, and why; left as they were unless asked for.
    unknown : list of str
        Students who handed in and are not in the template, or can't be found in the system.
    without : list of str
        People of the template who have handed in nothing, or who may be several students.
    notes : list of str
        What else the instructor should know.
    """

    path: Path
    written: int = 0
    open: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return everything as lines for a person."""
        found = [f"grades written to {self.path}: {self.written}", *self.notes]
        for title, names in (
            ("not final:", self.open),
            ("handed in here, but not in the template:", self.unknown),
            ("in the template, but without a grade here:", self.without),
        ):
            found += [title, *(f"  {name}" for name in names)] if names else []
        return found


@dataclass(frozen=True)
class LmsStudent:
    """One line of a template.

    Attributes
    ----------
    lms_id, name : str
        The person in the system.
    keys : tuple of str
        Login, number, e-mail.
    closed : str
        Why the system takes no grade for this person; empty if it does.
    """

    lms_id: str
    name: str
    keys: tuple[str, ...] = ()
    closed: str = ""


class LmsExporter(ExportPlugin):  # type: ignore[misc]
    """Writes the grades of one assignment, into a copy of a template where there is one."""

    template = Unicode("", help="CSV file that the system gave out; rows and columns stay.").tag(
        config=True
    )
    column = Unicode("", help="Header of the grades' column, where it is not recognised.").tag(
        config=True
    )
    roster = Unicode("", help="CSV file that says who the students are.").tag(config=True)
    provisional = Bool(False, help="Write grades that are not final, too.").tag(config=True)
    scale = Bool(False, help="Convert points to the system's maximum where it differs.").tag(
        config=True
    )

    default_file = "grades.csv"
    text_columns: tuple[str, ...] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.result = Exported(Path())

    def export(self, gradebook: Gradebook) -> None:
        """Write the file.

        Parameters
        ----------
        gradebook : nbgrader.api.Gradebook

        Raises
        ------
        autograder.grading.course.CourseError
            If no or several assignments are asked for, or the template can't be used; nothing is
            written then. Under the ``nbgrader`` command the message ends it instead.
        """
        try:
            self._export(gradebook)
        except (CourseError, SheetError) as error:
            if getattr(self.parent, "name", "") != "nbgrader-export":
                raise CourseError(str(error)) from error
            self.log.error("%s", error)
            sys.exit(1)
        for line in self.result.lines():
            self.log.info("%s", line)

    def _export(self, gradebook: Gradebook) -> None:
        course = open_course(Path(self.parent.coursedir.root))
        names = [str(name) for name in self.assignment]
        if len(names) != 1:
            raise CourseError("name one assignment: --assignment \"['03_faces_fc']\"")
        grades, most = read_grades(course, names[0], [str(one) for one in self.student])
        self.result = Exported(Path(self.to or self.default_file))
        if self.template:
            sheet = read_sheet(Path(self.template))
            self._fill(sheet, self._people(course, names[0], gradebook), grades, names[0], most)
        else:
            people = {person.student_id: person for person in known_people(gradebook)}
            sheet = self.fresh(names[0], most)
            for grade in grades:
                record = records.load(course.root, names[0], grade.student_id)
                person = people.get(grade.student_id, Person(grade.student_id))
                sheet.rows.append(self.row(grade, person, record, self._text(grade)))
        self._make_harmless(sheet)
        sheet.write(self.result.path)

    def _people(self, course: Course, assignment: str, gradebook: Gradebook) -> People:
        if self.roster:
            return read_roster(Path(self.roster))
        return People([*known_people(gradebook), *records.people(course.root, assignment)])

    def _text(self, grade: Grade, factor: float = 1.0) -> str:
        """Return what is written for a grade; empty when it stays away."""
        if grade.open:
            self.result.open.append(f"{grade.student_id}: {grade.open}")
        if not grade.graded or (grade.open and not self.provisional):
            return ""
        self.result.written += 1
        return f"{grade.score * factor:.2f}"

    def _fill(
        self, sheet: Sheet, people: People, grades: Sequence[Grade], assignment: str, most: float
    ) -> None:
        column = self.grade_column(sheet, assignment)
        theirs = self.points_possible(sheet, column)
        factor = self._factor(theirs, most)
        left = {grade.student_id: grade for grade in grades}
        owners: dict[str, list[tuple[list[str], LmsStudent]]] = {}
        for row in sheet.rows:
            line = self.read_row(sheet, row, column)
            if line is None:
                continue
            found = people.find(line.lms_id, line.name, line.keys)
            if len(found) == 1:
                owners.setdefault(next(iter(found)), []).append((row, line))
            elif line.lms_id in left:
                owners.setdefault(line.lms_id, []).append((row, line))
            else:
                several = f" (may be any of {', '.join(sorted(found))})" if found else ""
                self.result.without.append(f"{line.name or line.lms_id}{several}")
        for student, rows in owners.items():
            grade = left.pop(student, None)
            row, line = rows[0]
            if grade is None or len(rows) > 1 or line.closed:
                why = f" ({line.closed})" if line.closed else ""
                why = f" (several lines may be {student})" if len(rows) > 1 else why
                self.result.without += [f"{one.name or one.lms_id}{why}" for _, one in rows]
                continue
            if text := self._text(grade, factor):
                sheet.put(row, column, text)
                if theirs is not None and float(text) > theirs:
                    self.result.notes.append(f"{student}: {text} is more than {theirs:g}")
        self.result.unknown = [
            f"{one.student_id}: {f'{one.score:g} of {one.max_score:g}' if one.graded else one.open}"
            for one in left.values()
        ]

    def _factor(self, theirs: float | None, ours: float) -> float:
        if theirs is None or not ours or abs(theirs - ours) < 0.005:
            return 1.0
        if not self.scale:
            raise CourseError(
                f"the assignment has {ours:g} points here and {theirs:g} in the template; "
                "change one of them, or say --scale to convert"
            )
        self.result.notes.append(f"points were converted from {ours:g} to {theirs:g}")
        return theirs / ours

    def _make_harmless(self, sheet: Sheet) -> None:
        known = {name.casefold() for name in self.text_columns}
        places = [at for at, name in enumerate(sheet.header) if name.strip().casefold() in known]
        for row in sheet.rows:
            for at in places:
                if at < len(row):
                    row[at] = harmless(row[at])

    def find_column(self, sheet: Sheet, *names: str) -> int:
        """Return the place of the first column with one of these names, or -1."""
        headers = [header.strip().casefold() for header in sheet.header]
        return next((headers.index(name) for name in names if name in headers), -1)

    def named_column(self, sheet: Sheet) -> int:
        """Return the place of the column that the user named.

        Raises
        ------
        CourseError
            If the template has no such column.
        """
        at = self.find_column(sheet, self.column.strip().casefold())
        if at < 0:
            raise CourseError(
                f"the template has no column {self.column!r}. It has: {', '.join(sheet.header)}"
            )
        return at

    # What the systems differ in.

    def fresh(self, assignment: str, most: float) -> Sheet:
        """Return a file without students."""
        raise NotImplementedError

    def row(
        self, grade: Grade, person: Person, record: records.Record | None, text: str
    ) -> list[str]:
        """Return the line of a student in a file without template."""
        raise NotImplementedError

    def grade_column(self, sheet: Sheet, assignment: str) -> int:
        """Return the place of the grades in a template, or raise `CourseError`."""
        raise NotImplementedError

    def points_possible(self, sheet: Sheet, column: int) -> float | None:
        """Return how many points the system gives at most; None when it does not say."""
        raise NotImplementedError

    def read_row(self, sheet: Sheet, row: list[str], column: int) -> LmsStudent | None:
        """Return whom a line of a template is about; None when it is about nobody."""
        raise NotImplementedError


def single_number(texts: Sequence[str]) -> float | None:
    """Return the first of some texts that is a number."""
    return next((found for text in texts if (found := number(text)) is not None), None)
