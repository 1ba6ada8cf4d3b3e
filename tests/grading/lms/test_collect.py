"""`autograder collect`: from downloads in their documented layouts to ``submitted/``."""

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import tiny_course
from archives import EVENING, MORNING, own, pack, packed, submitted, text, utc
from typer.testing import Result

from autograder.grading.course import open_course
from autograder.grading.lms.collect import Collected, collect

Run = Callable[..., Result]

pytestmark = pytest.mark.slow


def moodle(name: str, number: int) -> str:
    return f"{name}_{number}_assignsubmission_file_"


def done(found: Collected) -> dict[str, str]:
    return {row.student: row.done for row in found.taken}


def reasons(found: Collected) -> dict[str, str]:
    return {row.file: row.done for row in found.left}


# ---- layouts -------------------------------------------------------------------------------


def test_moodle_with_folders(run: Run, course: Path, tmp_path: Path) -> None:
    archive = pack(
        tmp_path / "ML-Tiny-77.zip",
        {
            f"{moodle('Anna Lee', 101)}/tiny.ipynb": text(course),
            f"{moodle('Zoë Łuczak', 102)}/tiny.ipynb": text(course, "answer = 1"),
            f"{moodle('Bo O’Neill', 103)}/sub/folder/tiny.ipynb": text(course),
        },
    )
    result = run("collect", archive)
    assert result.exit_code == 0, result.output
    assert "tiny, layout moodle" in result.output
    assert "give its grading worksheet with --roster" in result.output
    for student in ("101", "102", "103"):
        assert submitted(course, student), result.output
    folder = course / "submitted" / "101" / "tiny"
    assert sorted(path.name for path in folder.iterdir()) == ["timestamp.txt", "tiny.ipynb"]
    assert (folder / "timestamp.txt").read_text() == utc(MORNING)


def test_moodle_without_folders(course: Path, tmp_path: Path) -> None:
    archive = pack(
        tmp_path / "a.zip",
        {
            f"{moodle('Anna Lee', 101)}tiny.ipynb": text(course),
            f"{moodle('Bo Neill', 102)}tiny.zip": own(text(course, "answer = 1")),
        },
    )
    found = collect(course, archive)
    assert done(found) == {"101": "taken", "102": "taken"}
    assert "answer = 1" in str(submitted(course, "102"))


def test_canvas_takes_the_latest_upload(run: Run, course: Path, tmp_path: Path) -> None:
    archive = pack(
        tmp_path / "submissions.zip",
        {
            "leeanna_12345_67890_tiny.ipynb": text(course, "answer = 1"),
            "leeanna_LATE_12345_67895_tiny-1.ipynb": text(course),
            "neillbo_12346_67891_tiny-2.ipynb": text(course),
            "łuczakzoë_12347_67892_tiny.zip": own(text(course)),
        },
    )
    result = run("collect", archive)
    assert result.exit_code == 0, result.output
    assert submitted(course, "12345") == text(course)
    assert "file 67895, upload 2, late" in result.output
    assert "leeanna_12345_67890_tiny.ipynb (12345): an earlier attempt than" in result.output
    assert submitted(course, "12346")
    assert submitted(course, "12347")


def test_canvas_number_decides_when_nothing_else_does(course: Path, tmp_path: Path) -> None:
    archive = pack(
        tmp_path / "s.zip",
        {
            "leeanna_12345_67890_tiny-10.ipynb": text(course),
            "leeanna_12345_67890_tiny-9.ipynb": text(course, "answer = 9"),
            "leeanna_12345_67890_tiny.ipynb": text(course, "answer = 0"),
        },
    )
    assert done(collect(course, archive)).keys() == {"12345"}
    assert submitted(course, "12345") == text(course)


def test_our_own_archives_in_one(course: Path, tmp_path: Path) -> None:
    archive = pack(
        tmp_path / "all.zip",
        {
            "tiny_anna.zip": own(text(course)),
            "bo/tiny.zip": own(text(course)),
            "tiny_zoë_b (1).zip": own(text(course)),
        },
    )
    assert done(collect(course, archive)) == {"anna": "taken", "bo": "taken", "zoë_b": "taken"}


def test_one_of_our_own_archives(course: Path, tmp_path: Path) -> None:
    archive = tmp_path / "tiny_anna.zip"
    archive.write_bytes(own(text(course)))
    assert done(collect(course, archive)) == {"anna": "taken"}


def test_files_that_were_packed_with_a_notebook_come_with_it(course: Path, tmp_path: Path) -> None:
    names = "open('numbers.csv'), open('tools/more.txt')"
    archive = tmp_path / "all.zip"
    folder = course / "submitted" / "anna" / "tiny"
    with_two = own(text(course, names), {"numbers.csv": "1,2", "tools/more.txt": "x", "other": "y"})
    pack(archive, {"tiny_anna.zip": with_two})
    found = collect(course, archive)
    assert done(found) == {"anna": "taken; with numbers.csv, tools/more.txt"}
    assert found.left == []
    assert (folder / "numbers.csv").read_text() == "1,2"
    assert (folder / "tools" / "more.txt").read_text() == "x"
    assert done(collect(course, archive))["anna"].startswith("already there")

    names = "open('numbers.csv/inside.txt')"
    with_one = own(text(course, names), {"numbers.csv/inside.txt": "3"})
    pack(archive, {"tiny_anna.zip": with_one}, EVENING)
    assert done(collect(course, archive))["anna"].startswith("taken; it replaces the one of")
    there = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert there == ["numbers.csv/inside.txt", "timestamp.txt", "tiny.ipynb"]
    assert not (folder / "tools").exists()


def test_files_that_nobody_packed_are_not_taken(course: Path, tmp_path: Path) -> None:
    held = "open('timestamp.txt'), open('numbers.csv')"
    archive = tmp_path / "tiny_anna.zip"
    archive.write_bytes(own(text(course, held), {"timestamp.txt": "1999", "numbers.csv": "1"}))
    with zipfile.ZipFile(archive, "a") as changed:
        changed.writestr("tiny/later.csv", "added by hand")
        changed.writestr("numbers.csv", "beside the folder")
    found = collect(course, archive)
    assert done(found) == {"anna": "taken; with numbers.csv"}
    assert set(reasons(found)) == {"tiny/timestamp.txt", "tiny/later.csv", "numbers.csv"}
    folder = course / "submitted" / "anna" / "tiny"
    assert sorted(path.name for path in folder.iterdir()) == [
        "numbers.csv", "timestamp.txt", "tiny.ipynb",
    ]  # fmt: skip
    assert (folder / "timestamp.txt").read_text() != "1999"


def test_own_archive_without_a_name_asks_whose_it_is(
    run: Run, course: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "tiny.zip"
    archive.write_bytes(own(text(course)))
    result = run("collect", archive)
    assert result.exit_code == 1
    assert "give --student" in result.output
    assert run("collect", archive, "--student", "anna").exit_code == 0
    assert submitted(course, "anna")


def test_own_archive_that_was_changed_is_taken_and_said(course: Path, tmp_path: Path) -> None:
    archive = pack(
        tmp_path / "tiny_anna.zip",
        {
            "tiny/tiny.ipynb": text(course),
            "manifest.json": '{"assignment": "tiny", "files": {"tiny.ipynb": "0"}, "format": 1}',
        },
    )
    assert done(collect(course, archive)) == {"anna": "taken; was changed after it was packed"}


def test_layout_can_be_forced(run: Run, course: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {f"{moodle('Anna Lee', 101)}/tiny.ipynb": text(course)})
    result = run("collect", archive, "--layout", "canvas")
    assert result.exit_code == 1
    assert "is not named as files of the layout canvas are" in result.output
    assert not (course / "submitted").exists()


def test_layouts_that_there_are_are_listed(run: Run, course: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"x": "y"})
    result = run("collect", archive, "--layout", "blackboard")
    assert result.exit_code == 1
    assert "there are moodle, canvas, own, pattern" in result.output
    assert run("collect", tmp_path / "b.zip").output.endswith("b.zip\n")


def test_unknown_layout_says_what_to_do(run: Run, course: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"homework of anna.ipynb": text(course)})
    result = run("collect", archive)
    assert result.exit_code == 1
    assert "--layout" in result.output
    assert "homework of anna.ipynb" in result.output


def test_other_systems_by_nbgraders_pattern(course: Path, tmp_path: Path) -> None:
    config = course / "nbgrader_config.py"
    pattern = r".*_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>\w+)"
    config.write_text(
        config.read_text() + f"\nc.FileNameCollectorPlugin.named_regexp = {pattern!r}\n"
    )
    archive = pack(
        tmp_path / "a.zip",
        {
            "ps_anna_attempt_2026-01-30-15-30-10_tiny.ipynb": text(course),
            "ps_anna_attempt_2026-01-31-15-30-10_tiny.ipynb": text(course, "answer = 2"),
        },
    )
    assert collect(course, archive).layout == "pattern"
    assert submitted(course, "anna") == text(course, "answer = 2")
    stamp = course / "submitted" / "anna" / "tiny" / "timestamp.txt"
    assert stamp.read_text() == "2026-01-31 15:30:10"


# ---- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    [
        "tiny (1).ipynb",
        "Kopie von tiny.ipynb",
        "Copy of Kopie von tiny (3).ipynb",
        "tiny-Copy1.ipynb",
        "tiny-2.ipynb",
        "TINY.IPYNB",
        "tiny.ipynb.txt",
        "tiny.ipynb.json",
        "Lee_Anna final FINAL.ipynb",
    ],
)
def test_renamed_notebooks_are_recognised(file: str, course: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {f"{moodle('Anna Lee', 101)}/{file}": text(course)})
    assert done(collect(course, archive)).keys() == {"101"}
    assert submitted(course, "101") == text(course)


@pytest.mark.parametrize("file", ["tiny (1).ipynb", "Kopie von tiny.ipynb", "tiny-2.ipynb"])
def test_renamed_notebooks_that_cant_be_read_are_known_by_name(
    file: str, course: Path, tmp_path: Path
) -> None:
    folder = moodle("Anna Lee", 101)
    files = {f"{folder}/{file}": "{", f"{folder}/notes.ipynb": "{"}
    found = collect(course, pack(tmp_path / "a.zip", files))
    assert "it can't be read" in done(found)["101"]
    assert reasons(found)[f"{folder}/notes.ipynb"].startswith("can't be read")
    assert submitted(course, "101") == "{"


def test_what_is_not_taken_is_listed(run: Run, course: Path, tmp_path: Path) -> None:
    anna, bo = moodle("Anna Lee", 101), moodle("Bo Neill", 102)
    archive = pack(
        tmp_path / "a.zip",
        {
            f"{anna}/tiny.ipynb": text(course),
            f"{anna}/photo.jpg": b"\xff\xd8",
            f"{bo}/other.ipynb": nbformat.writes(tiny_course.released(course, "other")),
            "Cy Roe_103_assignsubmission_onlinetext_/onlinetext.html": "<p>see my mail</p>",
            f"{moodle('Di Poe', 104)}/work.tar.gz": b"\x1f\x8b",
            f"{moodle('Eve Fox', 105)}/tiny.zip": b"PK no archive",
            "stray.ipynb": text(course),
            "__MACOSX/._stray.ipynb": "x",
            f"{anna}/.ipynb_checkpoints/tiny-checkpoint.ipynb": text(course),
        },
    )
    result = run("collect", archive, "--assignment", "tiny")
    assert result.exit_code == 1
    for said in (
        "photo.jpg (101): is no notebook",
        "other.ipynb (102): is the notebook of other",
        "onlinetext.html (103): is a text or an address typed into the system",
        "work.tar.gz (104): is an archive of another kind than ZIP",
        "tiny.zip (105): it is no ZIP archive, or a damaged one",
        "stray.ipynb: is not named as files of the layout moodle are",
        "checkpoints that were passed over: 2",
        "not taken, and maybe somebody's submission: 5",
    ):
        assert said in result.output, result.output
    assert [path.name for path in (course / "submitted").iterdir()] == ["101"]


def test_assignment_is_recognised_by_what_notebooks_hold(course: Path, tmp_path: Path) -> None:
    other = nbformat.writes(tiny_course.released(course, "other"))
    archive = pack(
        tmp_path / "a.zip",
        {f"{moodle(name, 1 + at)}/work.ipynb": other for at, name in enumerate(("A A", "B B"))}
        | {f"{moodle('C C', 9)}/work.ipynb": text(course)},
    )
    found = collect(course, archive)
    assert found.assignment == "other"
    assert done(found).keys() == {"1", "2"}
    assert (course / "submitted" / "1" / "other" / "other.ipynb").is_file()


def test_assignment_that_nothing_names_is_asked_for(run: Run, course: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {f"{moodle('A A', 1)}/work.ipynb": "{"})
    result = run("collect", archive)
    assert result.exit_code == 1
    assert "--assignment. Assignments are: other, tiny" in result.output


# ---- people --------------------------------------------------------------------------------


def write_csv(path: Path, *rows: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def test_roster_with_numbers_and_names(course: Path, tmp_path: Path) -> None:
    roster = write_csv(
        tmp_path / "students.csv",
        ["student_id", "lms_id", "name", "timestamp"],
        ["alee", "101", "", "2026-11-03 08:00:00 UTC"],
        ["zluczak", "", "Zoë Łuczak", ""],
        ["bneill", "", "Neill, Bo Carl", ""],
        ["absent", "999", "Nobody Here", ""],
    )
    archive = pack(
        tmp_path / "a.zip",
        {
            f"{moodle('Anna Lee', 101)}/tiny.ipynb": text(course),
            f"{moodle('ZOË ŁUCZAK', 102)}/tiny.ipynb": text(course),
            f"{moodle('Bo Carl Neill', 103)}/tiny.ipynb": text(course),
            f"{moodle('Eve Fox', 104)}/tiny.ipynb": text(course),
        },
    )
    found = collect(course, archive, roster=roster)
    assert done(found).keys() == {"alee", "zluczak", "bneill"}
    assert list(reasons(found).values()) == ["Eve Fox (104) is not in the roster"]
    stamp = course / "submitted" / "alee" / "tiny" / "timestamp.txt"
    assert stamp.read_text() == "2026-11-03 08:00:00"


def test_moodles_worksheet_and_canvas_gradebook_are_rosters(course: Path, tmp_path: Path) -> None:
    worksheet = write_csv(
        tmp_path / "worksheet.csv",
        ["Identifier", "Full name", "Email address", "Status", "Grade"],
        ["Participant 101", "Anna Lee", "anna@uni.example", "Submitted for grading", ""],
    )
    archive = pack(tmp_path / "a.zip", {f"{moodle('Anna Lee', 101)}/tiny.ipynb": text(course)})
    assert done(collect(course, archive, roster=worksheet)).keys() == {"anna@uni.example"}
    gradebook = write_csv(
        tmp_path / "canvas.csv",
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Tiny (5)"],
        ["    Points Possible", "", "", "", "", "10.00"],
        ["Neill, Bo", "12345", "S1", "bneill", "Lab 1", ""],
    )
    archive = pack(tmp_path / "b.zip", {"neillbo_12345_7_tiny.ipynb": text(course)})
    assert done(collect(course, archive, roster=gradebook)).keys() == {"bneill"}


def test_gradebook_knows_students_by_name_and_number(course: Path, tmp_path: Path) -> None:
    with open_course(course).gradebook() as gradebook:
        gradebook.add_student("alee", first_name="Anna", last_name="Lee")
        gradebook.add_student("bneill", lms_user_id="12346")
    archive = pack(
        tmp_path / "s.zip",
        {
            "leeanna_12345_67890_tiny.ipynb": text(course),
            "somebodyelse_12346_67891_tiny.ipynb": text(course),
        },
    )
    assert done(collect(course, archive)).keys() == {"alee", "bneill"}


def test_two_of_one_name_are_never_mixed_up(run: Run, course: Path, tmp_path: Path) -> None:
    roster = write_csv(tmp_path / "r.csv", ["student_id", "name"], ["alee", "Anna Lee"])
    archive = pack(
        tmp_path / "a.zip",
        {
            f"{moodle('Anna Lee', 101)}/tiny.ipynb": text(course),
            f"{moodle('Anna Lee', 102)}/tiny.ipynb": text(course, "answer = 1"),
        },
    )
    result = run("collect", archive, "--roster", roster)
    assert result.exit_code == 1
    assert "give a roster with 101 and 102" in result.output
    assert not (course / "submitted").exists()


def test_name_from_an_earlier_assignment_joins_moodles_numbers(
    course: Path, tmp_path: Path
) -> None:
    other = nbformat.writes(tiny_course.released(course, "other"))
    first = pack(tmp_path / "a.zip", {f"{moodle('Anna Lee', 101)}/other.ipynb": other})
    assert done(collect(course, first)).keys() == {"101"}
    second = pack(tmp_path / "b.zip", {f"{moodle('Anna Lee', 777)}/tiny.ipynb": text(course)})
    assert done(collect(course, second)).keys() == {"101"}


@pytest.mark.parametrize("student", ["../up", "a/b", ".hidden", "a\nb", ""])
def test_ids_that_are_no_folder_names_are_refused(
    student: str, course: Path, tmp_path: Path
) -> None:
    roster = write_csv(tmp_path / "r.csv", ["student_id", "lms_id"], [student or " ", "101"])
    archive = pack(tmp_path / "a.zip", {f"{moodle('Anna Lee', 101)}/tiny.ipynb": text(course)})
    found = collect(course, archive, roster=roster)
    if student:
        assert found.missing == 1
        assert not (course / "submitted").exists()
    else:  # without an own id the number stands in
        assert done(found).keys() == {"101"}


# ---- what is there already -----------------------------------------------------------------


def download(path: Path, content: str, when: tuple[int, ...]) -> Path:
    return pack(path, {f"{moodle('Anna Lee', 101)}/tiny.ipynb": content}, when)


def test_same_again_changes_nothing(course: Path, tmp_path: Path) -> None:
    archive = download(tmp_path / "a.zip", text(course), MORNING)
    collect(course, archive)
    before = (course / "submitted" / "101" / "tiny").stat().st_mtime_ns
    assert done(collect(course, archive)) == {"101": "already there"}
    assert (course / "submitted" / "101" / "tiny").stat().st_mtime_ns == before


def test_later_replaces_earlier_and_says_so(course: Path, tmp_path: Path) -> None:
    early = download(tmp_path / "a.zip", text(course, "answer = 1"), MORNING)
    late = download(tmp_path / "b.zip", text(course), EVENING)
    collect(course, early)
    (course / "submitted" / "101" / "tiny" / "old.png").write_bytes(b"x")
    assert done(collect(course, late)) == {"101": f"taken; it replaces the one of {utc(MORNING)}"}
    assert submitted(course, "101") == text(course)
    folder = course / "submitted" / "101" / "tiny"
    assert sorted(path.name for path in folder.iterdir()) == ["timestamp.txt", "tiny.ipynb"]
    again = collect(course, early)
    assert "not taken: the one that is there was downloaded later" in done(again)["101"]
    assert submitted(course, "101") == text(course)
    assert done(collect(course, early, force=True))["101"].startswith("taken; it replaces")
    assert submitted(course, "101") == text(course, "answer = 1")


def test_canvas_file_number_decides_about_what_is_there(course: Path, tmp_path: Path) -> None:
    new = pack(tmp_path / "a.zip", {"leeanna_1_90_tiny-1.ipynb": text(course)}, MORNING)
    old = pack(tmp_path / "b.zip", {"leeanna_1_80_tiny.ipynb": text(course, "answer = 1")}, EVENING)
    collect(course, new)
    assert done(collect(course, old)) == {"1": "not taken: a later attempt is there"}


def test_submission_of_unknown_age_stays(course: Path, tmp_path: Path) -> None:
    tiny_course.hand_in(course, "101", tiny_course.released(course))
    found = collect(course, download(tmp_path / "a.zip", text(course), MORNING))
    assert "nothing says which is later; --force replaces it" in done(found)["101"]
    assert found.missing == 1


def test_interrupted_between_students_leaves_whole_ones(
    run: Run, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.grading.lms import deliver

    copy = deliver._copy

    def interrupt(source: Path, target: Path) -> None:
        if "102" in str(source):
            target.write_text("half")
            raise KeyboardInterrupt
        copy(source, target)

    archive = pack(
        tmp_path / "a.zip",
        {
            f"{moodle('Anna Lee', 101)}/tiny.ipynb": text(course),
            f"{moodle('Bo Neill', 102)}/tiny.ipynb": text(course),
        },
    )
    monkeypatch.setattr(deliver, "_copy", interrupt)
    assert run("collect", archive).exit_code == 130
    assert submitted(course, "101") == text(course)
    assert not (course / "submitted" / "102").exists()
    assert not list((course / ".autograder").glob("collecting-*"))
    monkeypatch.undo()
    assert done(collect(course, archive)) == {"101": "already there", "102": "taken"}


def test_due_date_without_times_is_spoken_of(course: Path, tmp_path: Path) -> None:
    with open_course(course).gradebook() as gradebook:
        gradebook.update_or_create_assignment("tiny", duedate="2026-11-01 00:00:00 UTC")
    found = collect(course, download(tmp_path / "a.zip", text(course), MORNING))
    assert any("nbgrader may take submissions for late" in note for note in found.notes)


def test_a_nested_archive_counts_by_its_notebook(course: Path, tmp_path: Path) -> None:
    inner = packed({"work/deep/Kopie von tiny.ipynb": text(course)})
    twice = packed({"again.zip": inner})
    archive = pack(tmp_path / "a.zip", {f"{moodle('Anna Lee', 101)}/tiny.zip": twice})
    assert done(collect(course, archive)).keys() == {"101"}
    assert submitted(course, "101") == text(course)


# ---- nbgrader's own command ----------------------------------------------------------------


def test_nbgraders_zip_collect_takes_the_same_way(course: Path, tmp_path: Path) -> None:
    (course / "downloaded" / "tiny" / "archive").mkdir(parents=True)
    pack(
        course / "downloaded" / "tiny" / "archive" / "submissions.zip",
        {
            "leeanna_12345_67890_tiny.ipynb": text(course, "answer = 1"),
            "leeanna_12345_67895_tiny-1.ipynb": text(course),
            "neillbo_12346_67891_Kopie von tiny.ipynb": text(course),
        },
    )
    tiny_course.nbgrader(course, "zip_collect", "tiny")
    assert submitted(course, "12345") == text(course)
    assert submitted(course, "12346") == text(course)
