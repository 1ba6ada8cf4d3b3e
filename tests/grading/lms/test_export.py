"""Grades as Moodle and Canvas import them: their columns, their templates, their rules."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import tiny_course
from archives import pack, text
from typer.testing import Result

from autograder.grading import status
from autograder.grading.candidates import fingerprint
from autograder.grading.course import open_course
from autograder.grading.lms import records
from autograder.grading.lms.collect import collect
from autograder.grading.lms.export import FORMATS
from autograder.grading.lms.exporters import LmsExporter
from autograder.grading.lms.records import Record
from autograder.grading.lms.sheets import harmless
from autograder.grading.pipeline import grade

Run = Callable[..., Result]

pytestmark = pytest.mark.slow

MOODLE = [
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
]
CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]


def graded(root: Path, student: str, score: float, *, waiting: bool = False, **kept: str) -> None:
    """Put a graded submission into the course, as the pipeline leaves one."""
    file = tiny_course.hand_in(root, student, tiny_course.filled(root))
    nb = nbformat.from_dict(json.loads(file.read_text()))
    status.record(nb).update(finished=True, fingerprint=fingerprint(file.parent), **kept)
    if kept.get("status"):
        status.set_status(nb, kept["status"], "said")
    done = root / "autograded" / student / "tiny" / "tiny.ipynb"
    done.parent.mkdir(parents=True)
    nbformat.write(nb, done)
    with open_course(root).gradebook() as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission("tiny", student)
        parts = {"answer_test": 2.0, "list_test": 4.0, "noise_test": 1.0, "why": 3.0}
        for name, most in parts.items():
            grade = gradebook.find_grade(name, "tiny", "tiny", student)
            given = min(most, score)
            score -= given
            grade.manual_score = given
            grade.needs_manual_grade = waiting and name == "why"
        gradebook.db.commit()


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8-sig", sign: str = ",") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=sign).writerows(rows)
    return path


@pytest.fixture
def graded_class(course: Path) -> Path:
    """Three students, collected from Moodle and graded; one waits for a person."""
    for student, name, number, score, waiting in (
        ("alee", "Anna Lee", "101", 9.5, False),
        ("bneill", "Bo O'Neill", "102", 2 / 3, False),
        ("zluczak", "Zoë Łuczak", "103", 7.0, True),
    ):
        graded(course, student, score, waiting=waiting)
        records.save(course, "tiny", student, Record("moodle", number, name, (0, 0), 0.0, {}))
    return course


def moodle_rows(*changes: tuple[int, int, str]) -> list[list[str]]:
    rows = [
        MOODLE,
        ["Participant 103", "Zoë Łuczak", "z@uni.example", "Submitted", "", "10.00"],
        ["Participant 101", "Anna Lee", "a@uni.example", "Submitted", "", "10.00"],
        ["Participant 102", "Bo O'Neill", "b@uni.example", "Submitted", "1.00", "10.00"],
        ["Participant 109", "Nobody Here", "n@uni.example", "No submission", "", "10.00"],
    ]
    for row in rows[1:]:
        row += ["Yes", "Tuesday, 3 November 2026, 9:00 AM", "-", 'well, "done"\nnext']
    for row_at, column, value in changes:
        rows[row_at][column] = value
    return rows


# ---- Moodle --------------------------------------------------------------------------------


def test_moodle_fills_its_worksheet(run: Run, graded_class: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "worksheet.csv", moodle_rows())
    into = tmp_path / "grades.csv"
    result = run("export", "tiny", "--format", "moodle", "--into", into, "--template", template)
    assert result.exit_code == 0, result.output
    assert read(into) == moodle_rows((2, 4, "9.50"), (3, 4, "0.67"))
    assert into.read_bytes().startswith(b"\xef\xbb\xbfIdentifier,Full name,")
    assert "zluczak: 1 answer waits to be graded by hand" in result.output
    assert "Nobody Here" in result.output
    assert f"grades written to {into}: 2" in result.output


def test_provisional_grades_are_written_when_asked(
    run: Run, graded_class: Path, tmp_path: Path
) -> None:
    template = write(tmp_path / "worksheet.csv", moodle_rows())
    into = tmp_path / "grades.csv"
    arguments = ("--format", "moodle", "--into", into, "--template", template, "--provisional")
    result = run("export", "tiny", *arguments)
    assert read(into)[1][4] == "7.00"
    assert "zluczak: 1 answer waits" in result.output


def test_moodle_without_a_template(run: Run, graded_class: Path, tmp_path: Path) -> None:
    into = tmp_path / "grades.csv"
    result = run("export", "tiny", "--format", "moodle", "--into", into)
    assert result.exit_code == 0, result.output
    rows = read(into)
    assert rows[0] == MOODLE
    assert rows[1] == ["Participant 101", "Anna Lee", "", "", "9.50", "10.00", "Yes", "-", "-", ""]
    assert [row[4] for row in rows[1:]] == ["9.50", "0.67", ""]


def test_moodle_in_german_with_semicolons(run: Run, graded_class: Path, tmp_path: Path) -> None:
    head = [
        *("ID", "Vollständiger Name", "E-Mail-Adresse", "Status", "Bewertung", "Bestwertung"),
        *("Bewertung kann geändert werden", "Zuletzt geändert (Abgabe)"),
        "Zuletzt geändert (Bewertung)",
    ]
    lines = [
        [
            "Teilnehmer/in101",
            "Anna Lee",
            "a@x.example",
            "Zur Bewertung",
            "",
            "10,00",
            "Ja",
            "-",
            "-",
        ],
        ["Teilnehmer/in102", "Bo", "b@x.example", "Zur Bewertung", "", "10,00", "Nein", "-", "-"],
    ]
    template = write(tmp_path / "w.csv", [head, *lines], "cp1252", ";")
    into = tmp_path / "grades.csv"
    result = run("export", "tiny", "--format", "moodle", "--into", into, "--template", template)
    assert result.exit_code == 0, result.output
    written = into.read_text(encoding="utf-8").splitlines()
    assert written[0] == ";".join(head)
    assert written[1].startswith("Teilnehmer/in101;Anna Lee;a@x.example;Zur Bewertung;9.50;10,00")
    assert "Bo (Moodle has locked the grade)" in result.output


def test_another_maximum_is_refused_or_converted(
    run: Run, graded_class: Path, tmp_path: Path
) -> None:
    rows = moodle_rows(*((at, 5, "100.00") for at in range(1, 5)))
    template = write(tmp_path / "w.csv", rows)
    arguments = ("--format", "moodle", "--into", tmp_path / "g.csv", "--template", template)
    refused = run("export", "tiny", *arguments)
    assert refused.exit_code == 1
    assert "10 points here and 100 in the template" in refused.output
    assert not (tmp_path / "g.csv").exists()
    assert run("export", "tiny", *arguments, "--scale").exit_code == 0
    assert read(tmp_path / "g.csv")[2][4] == "95.00"


def test_other_languages_name_their_column(run: Run, graded_class: Path, tmp_path: Path) -> None:
    rows = [["Tunniste", "Nimi", "Arvosana"], ["Osallistuja 101", "Anna Lee", ""]]
    template = write(tmp_path / "w.csv", rows)
    arguments = ("--format", "moodle", "--into", tmp_path / "g.csv", "--template", template)
    refused = run("export", "tiny", *arguments)
    assert "name the grades' column with --column" in refused.output
    assert run("export", "tiny", *arguments, "--column", "Arvosana").exit_code == 0
    assert read(tmp_path / "g.csv")[1] == ["Osallistuja 101", "Anna Lee", "9.50"]


def test_template_may_be_overwritten(run: Run, graded_class: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "w.csv", moodle_rows())
    run("export", "tiny", "--format", "moodle", "--into", template, "--template", template)
    assert read(template)[2][4] == "9.50"


# ---- Canvas --------------------------------------------------------------------------------


def canvas_rows(*grades: str) -> list[list[str]]:
    head = [*CANVAS, "Other (7)", "Tiny (42)", "Assignments Current Score", "Final Grade"]
    read_only = ["(read only)", "(read only)"]
    return [
        head,
        ["", "", "", "", "", "", "Manual Posting", "", ""],
        ["    Points Possible", "", "", "", "", "5.00", "10.00", *read_only],
        ["Lee, Anna", "101", "S1", "alee", "Lab 1", "3.00", grades[0], "60.00", "B"],
        ["O'Neill, Bo", "102", "S2", "bneill", "Lab 1", "", grades[1], "", ""],
        ["Łuczak, Zoë", "555", "", "", "Lab 2 and Lab 3", "EX", grades[2], "", ""],
        ["Here, Nobody", "109", "S9", "nhere", "Lab 1", "", grades[3], "", ""],
        ["Student, Test", "999", "", "0815", "Lab 1", "", "", "", ""],
    ]


def test_canvas_fills_its_gradebook(run: Run, graded_class: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "t.csv", canvas_rows("1.00", "", "", "2.00"), "utf-8")
    into = tmp_path / "g.csv"
    result = run("export", "tiny", "--format", "canvas", "--into", into, "--template", template)
    assert result.exit_code == 0, result.output
    assert read(into) == canvas_rows("9.50", "0.67", "", "2.00")
    assert into.read_bytes().startswith(b"Student,ID,")
    assert "zluczak: 1 answer waits" in result.output
    assert "Here, Nobody" in result.output
    assert "Student, Test" not in result.output


def test_canvas_excused_and_unassigned_stay(run: Run, graded_class: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "t.csv", canvas_rows("EX", "N/A", "", ""))
    into = tmp_path / "g.csv"
    result = run("export", "tiny", "--format", "canvas", "--into", into, "--template", template)
    assert read(into) == canvas_rows("EX", "N/A", "", "")
    assert "Lee, Anna (excused in Canvas)" in result.output
    assert "O'Neill, Bo (not given the assignment in Canvas)" in result.output


def test_canvas_without_a_template(run: Run, course: Path, tmp_path: Path) -> None:
    graded(course, "alee", 7.0)
    records.save(course, "tiny", "alee", Record("canvas", "101", "leeanna", (9, 0), 0.0, {}))
    graded(course, "bneill", 3.0)
    into = tmp_path / "g.csv"
    arguments = ("--format", "canvas", "--into", into, "--column", "Tiny, the first (42)")
    assert run("export", "tiny", *arguments).exit_code == 0
    assert read(into) == [
        [*CANVAS, "Tiny, the first (42)"],
        ["    Points Possible", "", "", "", "", "10.00"],
        ["leeanna", "101", "", "", "", "7.00"],
        ["bneill", "", "", "bneill", "", "3.00"],
    ]


def test_canvas_asks_which_column(run: Run, graded_class: Path, tmp_path: Path) -> None:
    rows = [[*CANVAS, "tiny one (1)", "tiny two (2)"], ["Lee, Anna", "101", "", "", "", "", ""]]
    template = write(tmp_path / "t.csv", rows)
    arguments = ("--format", "canvas", "--into", tmp_path / "g.csv", "--template", template)
    refused = run("export", "tiny", *arguments)
    assert refused.exit_code == 1
    assert "--column. There are: tiny one (1), tiny two (2)" in refused.output
    assert run("export", "tiny", *arguments, "--column", "tiny two (2)").exit_code == 0
    assert read(tmp_path / "g.csv")[1] == ["Lee, Anna", "101", "", "", "", "", "9.50"]


def test_two_lines_that_may_be_one_student_get_nothing(
    run: Run, graded_class: Path, tmp_path: Path
) -> None:
    rows = [[*CANVAS, "Tiny (1)"]]
    rows += [["Lee, Anna", number, "", "", "", ""] for number in ("8801", "8802")]
    template = write(tmp_path / "t.csv", rows)
    arguments = ("--format", "canvas", "--into", tmp_path / "g.csv", "--template", template)
    result = run("export", "tiny", *arguments)
    assert [row[5] for row in read(tmp_path / "g.csv")[1:]] == ["", ""]
    assert "Lee, Anna (several lines may be alee)" in result.output
    assert "bneill: 0.666667 of 10" in result.output


# ---- both ----------------------------------------------------------------------------------


@pytest.mark.parametrize("system", FORMATS)
def test_what_is_not_final_is_left_out_and_said(
    system: str, run: Run, course: Path, tmp_path: Path
) -> None:
    graded(course, "doubtful", 7.0, status=status.PROVISIONAL)
    graded(course, "unlucky", 0.0, status=status.FAILED)
    graded(course, "stale", 7.0)
    tiny_course.hand_in(course, "stale", tiny_course.released(course))
    tiny_course.hand_in(course, "ungraded", tiny_course.filled(course))
    into = tmp_path / "g.csv"
    result = run("export", "tiny", "--format", system, "--into", into)
    assert result.exit_code == 0, result.output
    for said in (
        "doubtful: points for an accuracy are provisional",
        "unlucky: it could not be graded",
        "stale: a newer submission has not been graded yet",
        "ungraded: has not been graded yet",
        f"grades written to {into}: 0",
    ):
        assert said in result.output


@pytest.mark.parametrize("system", FORMATS)
@pytest.mark.parametrize("name", ["=1+1", "+A1", "-2+3", "@SUM(A1)", "\t=cmd|' /C calc'!A0"])
def test_names_are_no_formulas(
    system: str, name: str, run: Run, course: Path, tmp_path: Path
) -> None:
    graded(course, "eve", 7.0)
    records.save(course, "tiny", "eve", Record(system, "101", name, (0, 0), 0.0, {}))
    into = tmp_path / "g.csv"
    assert run("export", "tiny", "--format", system, "--into", into).exit_code == 0
    assert any(f"'{name}" in row for row in read(into))
    assert name not in [cell for row in read(into) for cell in row]


def test_numbers_and_dashes_are_no_formulas() -> None:
    assert [harmless(cell) for cell in ("-", "-1.5", "+3", "7", "")] == ["-", "-1.5", "+3", "7", ""]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no table"),
        (b"PK\x03\x04xlsx", "is an Excel file"),
        (b"a,b\n1,2\n", "is no "),
        (None, "can't be read"),
    ],
)
@pytest.mark.parametrize("system", FORMATS)
def test_templates_that_are_none(
    system: str, content: bytes | None, says: str, run: Run, graded_class: Path, tmp_path: Path
) -> None:
    template = tmp_path / "t.csv"
    if content is not None:
        template.write_bytes(content)
    arguments = ("--format", system, "--into", tmp_path / "g.csv", "--template", template)
    result = run("export", "tiny", *arguments)
    assert result.exit_code == 1
    assert says in result.output
    assert not (tmp_path / "g.csv").exists()


def test_unknown_format(run: Run, course: Path, tmp_path: Path) -> None:
    result = run("export", "tiny", "--format", "blackboard", "--into", tmp_path / "g.csv")
    assert result.exit_code == 1
    assert "there are moodle, canvas" in result.output


@pytest.mark.parametrize("exporter", FORMATS.values())
def test_nbgraders_export_gives_the_same(
    exporter: type[LmsExporter], run: Run, graded_class: Path, tmp_path: Path
) -> None:
    into = tmp_path / "ours.csv"
    system = next(name for name, one in FORMATS.items() if one is exporter)
    run("export", "tiny", "--format", system, "--into", into)
    name = f"{exporter.__module__}.{exporter.__name__}"
    theirs = tmp_path / "theirs.csv"
    tiny_course.nbgrader(
        graded_class,
        *("export", f"--exporter={name}", "--assignment", "['tiny']", "--to", str(theirs)),
    )
    assert theirs.read_bytes() == into.read_bytes()


def test_from_download_to_worksheet(run: Run, course: Path, tmp_path: Path) -> None:
    archive = pack(
        tmp_path / "a.zip", {"Anna Lee_101_assignsubmission_file_/tiny.ipynb": text(course)}
    )
    collect(course, archive)
    template = write(tmp_path / "w.csv", moodle_rows())
    into = tmp_path / "g.csv"
    result = run("export", "tiny", "--format", "moodle", "--into", into, "--template", template)
    assert "101: has not been graded yet" in result.output
    assert read(into) == moodle_rows()
    assert grade(course, "tiny", progress=False)[0].score == 7.0
    arguments = ("--format", "moodle", "--into", into, "--template", template, "--provisional")
    result = run("export", "tiny", *arguments)
    assert "101: 1 answer waits to be graded by hand" in result.output
    assert read(into) == moodle_rows((2, 4, "7.00"))
