"""Grades as Moodle's grading worksheet: "Download grading worksheet", "Upload grading worksheet".

Columns and rules are those of ``mod/assign/gradingtable.php`` and of the importer,
``mod/assign/feedback/offline/importgradeslib.php``: it needs *Identifier*, *Grade* and *Last
modified (grade)*, finds people by the number in *Identifier*, skips lines whose grade is empty, and
refuses a line when Moodle's own grade was changed after the time in the last of them. Headers are
in the language of who downloads and uploads, so a template is the surest way.
"""

import re
from typing import Final

from autograder.grading.course import CourseError
from autograder.grading.lms.exporters import LmsExporter, LmsStudent, single_number
from autograder.grading.lms.grades import Grade
from autograder.grading.lms.people import COLUMNS, Person
from autograder.grading.lms.records import Record
from autograder.grading.lms.sheets import Sheet

HEADER: Final = (
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
    "Feedback comments",
)
_IDENTIFIER: Final = ("identifier", "id", "identificador")
_GRADE: Final = ("grade", "bewertung", "calificación")
_MAXIMUM: Final = ("maximum grade", "bestwertung", "calificación máxima")
_CHANGEABLE: Final = ("grade can be changed", "bewertung kann geändert werden")
_NO: Final = ("no", "nein")


class MoodleExporter(LmsExporter):
    """``nbgrader export --exporter=autograder.grading.lms.moodle.MoodleExporter``."""

    default_file = "moodle.csv"
    text_columns = tuple(
        name for what in ("name", "email", "login", "number") for name in COLUMNS[what]
    )

    def fresh(self, assignment: str, most: float) -> Sheet:
        """Return a worksheet without students, in English, as Moodle writes it for Excel."""
        self._most = most
        self.result.notes.append(
            "without a template only students whose Moodle number is known from collecting can be "
            "imported, by somebody whose Moodle speaks English"
        )
        return Sheet(list(HEADER))

    def row(self, grade: Grade, person: Person, record: Record | None, text: str) -> list[str]:
        """Return a line of the worksheet."""
        moodle = record is not None and record.layout == "moodle"
        number = record.lms_id if record is not None and moodle else ""
        known = record.name if record is not None else ""
        name = known or next((name for name in person.names if name), "") or grade.student_id
        email = next((key for key in person.keys if "@" in key), "")
        if not number:
            self.result.notes.append(f"{grade.student_id}: the number in Moodle is not known")
        identifier = f"Participant {number}" if number else ""
        return [identifier, name, email, "", text, f"{self._most:.2f}", "Yes", "-", "-", ""]

    def grade_column(self, sheet: Sheet, assignment: str) -> int:
        """Return the place of the grades."""
        at = self.named_column(sheet) if self.column else self.find_column(sheet, *_GRADE)
        if at < 0 or self._identifier(sheet) < 0:
            raise CourseError(
                "the template is no grading worksheet of Moodle's: it needs the columns Identifier "
                f"and Grade, and has {', '.join(sheet.header)}. For another language name the "
                "grades' column with --column"
            )
        return at

    def _identifier(self, sheet: Sheet) -> int:
        at = self.find_column(sheet, *_IDENTIFIER)
        if at >= 0:
            return at
        first = [sheet.cell(row, 0) for row in sheet.rows]
        return 0 if first and all(re.search(r"\D\d+$", text) for text in first) else -1

    def points_possible(self, sheet: Sheet, column: int) -> float | None:
        """Return the maximum grade; a scale in words has none."""
        at = self.find_column(sheet, *_MAXIMUM)
        return single_number([sheet.cell(row, at) for row in sheet.rows])

    def read_row(self, sheet: Sheet, row: list[str], column: int) -> LmsStudent | None:
        """Return whom a line is about."""
        number = re.search(r"(\d+)\s*$", sheet.cell(row, self._identifier(sheet)))
        if number is None:
            return None
        texts = [
            sheet.cell(row, self.find_column(sheet, *COLUMNS[what])).strip()
            for what in ("name", "email", "login", "number")
        ]
        changeable = sheet.cell(row, self.find_column(sheet, *_CHANGEABLE)).strip().casefold()
        closed = "Moodle has locked the grade" if changeable in _NO else ""
        keys = tuple(text for text in texts[1:] if text)
        return LmsStudent(number[1], texts[0], keys, closed)
