"""Grades as Canvas' gradebook: "Export", "Import".

Columns and rules are those of ``lib/gradebook_exporter.rb`` and ``lib/gradebook_importer.rb``: the
columns up to *Section* name the student, found by *ID*, else by *SIS User ID*, else by *SIS Login
ID*, else by name; a column of an assignment is called ``Title (number)``, and one without a number
is a new assignment; the line *Points Possible* sets an assignment's points. A cell that is emptied
takes a grade away, so nobody's is.
"""

import re
from typing import Final

from autograder.grading.course import CourseError
from autograder.grading.lms.exporters import LmsExporter, LmsStudent, single_number
from autograder.grading.lms.grades import Grade
from autograder.grading.lms.people import Person, plain
from autograder.grading.lms.records import Record
from autograder.grading.lms.sheets import Sheet

HEADER: Final = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS: Final = "    Points Possible"
_NOT_GRADES: Final = re.compile(
    r"(Current|Final|Override) (Score|Points|Grade|Status)\b", re.IGNORECASE
)
_PEOPLE: Final = {
    *(name.casefold() for name in HEADER),
    "lastname",
    "firstname",
    "integration id",
    "root account",
}
_CLOSED: Final = {"EX": "excused in Canvas", "N/A": "not given the assignment in Canvas"}


class CanvasExporter(LmsExporter):
    """``nbgrader export --exporter=autograder.grading.lms.canvas.CanvasExporter``."""

    default_file = "canvas.csv"
    text_columns = (*HEADER, "LastName", "FirstName", "Integration ID", "Root Account")

    def fresh(self, assignment: str, most: float) -> Sheet:
        """Return a gradebook without students; Canvas writes none of Excel's marks for UTF-8."""
        title = self.column or assignment
        if not re.search(r"\s\(\d+\)$", title):
            self.result.notes.append(
                f"the column {title} has no number: Canvas takes it for the assignment of just "
                'that title, or a new one. Say --column "Title (number)", or give a template'
            )
        return Sheet([*HEADER, title], [[POINTS, "", "", "", "", f"{most:.2f}"]], bom=False)

    def row(self, grade: Grade, person: Person, record: Record | None, text: str) -> list[str]:
        """Return a line of the gradebook."""
        canvas = record is not None and record.layout == "canvas"
        number = record.lms_id if record is not None and canvas else person.lms_id
        name = next((name for name in person.names if name), "")
        name = name or (record.name if record is not None else "") or grade.student_id
        login = "" if number else grade.student_id
        return [name, number, "", login, "", text]

    def grade_column(self, sheet: Sheet, assignment: str) -> int:
        """Return the place of the assignment's column: named so, or the only one that holds it."""
        if "id" not in [name.strip().casefold() for name in sheet.header]:
            raise CourseError(
                "the template is no gradebook of Canvas': it needs the columns Student, ID and "
                f"Section, and has {', '.join(sheet.header)}"
            )
        if self.column:
            return self.named_column(sheet)
        titles = {
            at: plain(re.sub(r"\s\(\d+\)$", "", name))
            for at, name in enumerate(sheet.header)
            if name.strip().casefold() not in _PEOPLE and not _NOT_GRADES.search(name)
        }
        same = [at for at, title in titles.items() if title == plain(assignment)]
        close = same or [at for at, title in titles.items() if plain(assignment) in title]
        if len(close) != 1:
            columns = ", ".join(sheet.header[at] for at in titles) or "none"
            raise CourseError(
                f"which column is {assignment}? Name it with --column. There are: {columns}"
            )
        return close[0]

    def points_possible(self, sheet: Sheet, column: int) -> float | None:
        """Return what stands in the line of points."""
        lines = [row for row in sheet.rows if "Points Possible" in sheet.cell(row, 0)]
        return single_number([sheet.cell(row, column) for row in lines])

    def read_row(self, sheet: Sheet, row: list[str], column: int) -> LmsStudent | None:
        """Return whom a line is about; neither points nor posting policies nor test students."""
        number = sheet.cell(row, self.find_column(sheet, "id")).strip()
        keys = tuple(
            text
            for name in ("sis user id", "sis login id", "integration id")
            if (text := sheet.cell(row, self.find_column(sheet, name)).strip())
        )
        name = sheet.cell(row, 0).strip()
        if self.find_column(sheet, "lastname") == 0:
            name = f"{sheet.cell(row, 1).strip()} {name}"
        if "Points Possible" in name or not (number or keys):
            return None
        if plain(name) in ("studenttest", "teststudent"):
            return None
        closed = _CLOSED.get(sheet.cell(row, column).strip().upper(), "")
        return LmsStudent(number, name, keys, closed)
