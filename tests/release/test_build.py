"""A tiny course: the release is the same on every run, current, and tells no secret."""

import json
import shutil
import sqlite3
import subprocess
import sys

import pytest

from autograder.release import build, leaks
from autograder.release.generate import ReleaseError

GAP, TEST, ANSWER = 3, 4, 6


def released(course):
    return json.loads((course / "release" / "tiny" / "tiny.ipynb").read_text())["cells"]


@pytest.fixture
def built(built_course, tmp_path):
    return shutil.copytree(built_course, tmp_path / "built")


def test_release_is_what_students_should_see(built):
    cells = ["".join(cell["source"]) for cell in released(built)]
    assert cells[2] == "Add the numbers. At least 0.57 is expected."
    assert cells[GAP] == "total = ..."
    assert cells[TEST] == (
        "assert total is not ..., 'still open'\nfraction = float(total > 0.57)\n"
        "points(fraction, of=2)"
    )
    assert cells[ANSWER] == "Write your answer here."
    assert leaks.find_leaks(built / "source" / "tiny", built / "release" / "tiny") == []
    assert build.check_release(built, "tiny") == []


def test_second_run_is_byte_identical(built):
    path = built / "release" / "tiny" / "tiny.ipynb"
    before = path.read_bytes()
    build.release(built, "tiny")
    assert path.read_bytes() == before
    assert before.endswith(b"}\n")
    assert [entry.name for entry in (built / "release").iterdir()] == ["tiny"]


def test_nbgrader_command_gives_the_same_bytes(built):
    path = built / "release" / "tiny" / "tiny.ipynb"
    before = path.read_bytes()
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "tiny", "--force"]
    done = subprocess.run(command, cwd=built, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == before


def test_gradebook_knows_the_cells_with_hidden_tests_and_thresholds(built):
    with sqlite3.connect(built / "gradebook.db") as gradebook:
        rows = gradebook.execute("SELECT source FROM source_cell").fetchall()
    assert any("the secret six" in source and "> 0.57" in source for (source,) in rows)


def test_check_leaves_the_course_as_it_is(built):
    gradebook = (built / "gradebook.db").read_bytes()
    build.check_release(built, "tiny")
    assert (built / "gradebook.db").read_bytes() == gradebook


def test_stale_release_is_found(built, edit_source):
    edit_source(built, lambda notebook: notebook["cells"][2].update(source="Add them all."))
    assert build.check_release(built, "tiny") == [
        "release/tiny/tiny.ipynb is stale or was edited; run `autograder release tiny`"
    ]


def test_missing_release_is_found(course):
    assert "is missing" in build.check_release(course, "tiny")[0]


def test_file_that_the_source_does_not_have_is_found(built):
    (built / "release" / "tiny" / "notes.txt").write_text("hello")
    assert "not made from the source" in build.check_release(built, "tiny")[0]


def test_refused_source_leaves_the_release_alone(built, edit_source):
    before = released(built)
    edit_source(built, lambda notebook: notebook["cells"][TEST]["metadata"].update(tags=[]))
    with pytest.raises(ReleaseError, match="raises-exception"):
        build.release(built, "tiny")
    assert released(built) == before


def test_unknown_assignment(course):
    with pytest.raises(ReleaseError, match="assignments are: tiny"):
        build.release(course, "huge")


def test_missing_calibration_is_named(course):
    (course / "calibration" / "tiny.json").unlink()
    with pytest.raises(ReleaseError, match="autograder calibrate tiny"):
        build.release(course, "tiny")


def add_task(notebook):
    gap = json.loads(json.dumps(notebook["cells"][GAP]))
    gap["id"] = gap["metadata"]["nbgrader"]["grade_id"] = "second"
    notebook["cells"].append(gap)


def test_new_cells_are_refused_once_submissions_exist(built, edit_source):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{built / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission("tiny", "ada")
    edit_source(built, add_task)
    with pytest.raises(ReleaseError, match="can no longer be added, removed or renamed"):
        build.release(built, "tiny")


def put(cell, text):
    def leak(notebook):
        notebook["cells"][cell]["source"] += text

    return leak


LEAKS = {
    "solution": (put(2, "\ntotal = sum(number  for number in numbers)"), "region SOLUTION"),
    "hidden_test": (put(2, "\nassert math.isclose(total, 6), 'the secret six'"), "HIDDEN TESTS"),
    "mark_scheme": (put(2, "\n- 1 point for naming addition in any words"), "region MARK SCHEME"),
    "marker": (put(2, "\n### BEGIN SOLUTION"), "holds a marker"),
    "threshold": (put(2, "\n{{accuracy:b}}"), "not filled in"),
    "address": (put(2, "\n{{address}}"), "not filled in"),
    "secret_file": (put(2, "\nopen('.secret/seed')"), "private path"),
    "absolute_path": (put(2, "\nopen('/home/ada/course/x')"), "private path"),
    "in_metadata": (
        lambda notebook: notebook["metadata"].update(note="the sum: total = 6\nbuild/gradebook.db"),
        "private path",
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_leak_is_found(name, built):
    leak, expected = LEAKS[name]
    path = built / "release" / "tiny" / "tiny.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    leak(notebook)
    path.write_text(json.dumps(notebook))
    messages = leaks.find_leaks(built / "source" / "tiny", built / "release" / "tiny")
    assert any(expected in message for message in messages), messages


def test_solution_copied_to_a_public_cell_is_refused(course, edit_source):
    lines = "first = numbers[0]\nsecond = numbers[1]\ntotal = first + second + numbers[2]"

    def copy_solution(notebook):
        notebook["cells"][GAP]["source"] = (
            f"total = ...\n### BEGIN SOLUTION\n{lines}\n### END SOLUTION"
        )
        notebook["cells"][2]["source"] = f"For example:\n\n{lines}"

    edit_source(course, copy_solution)
    with pytest.raises(ReleaseError, match="also stand outside"):
        build.release(course, "tiny")


def test_gradebook_beside_the_source_is_refused(course):
    (course / "source" / "tiny" / "copy.db").write_bytes(b"\xff\xfe")
    with pytest.raises(ReleaseError, match="never released"):
        build.release(course, "tiny")
