"""What travels to workers and back arrives as it was, whatever students called and wrote."""

import os
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tiny_course import filled, hand_in

from autograder.grading import travel
from autograder.grading.course import open_course
from autograder.grading.parallel import course_data
from autograder.grading.single import Grader
from autograder.grading.travel import Answer, CourseData, Submission, TooLargeError, read_files

ODD = "half \ud83d, NUL \0, Łódź"


def test_a_submission_arrives_as_it_was(tmp_path: Path) -> None:
    output = new_output("stream", text=ODD)
    nb = new_notebook(cells=[new_code_cell(ODD, outputs=[output], id="one")])
    files = {"a/b.txt": b"\0\xff", os.fsdecode(b"\xff.bin"): b"", "../not a path": b"x"}
    sent = Submission(ODD, {"a notebook": nb, "../b": nb}, files)
    assert Submission.from_bytes(sent.to_bytes()) == sent
    answer = Answer({"a": nb}, ODD, "log", unfit=True)
    assert Answer.from_bytes(answer.to_bytes()) == answer


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "a/../../up"])
def test_files_stay_in_their_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no path below"):
        Submission("ada", {}, {name: b"x"}).write_files(tmp_path / "below")
    assert list(tmp_path.rglob("*")) == []


def test_only_plain_files_beside_the_notebook_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "submission"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "data.txt").write_text("1")
    (folder / "tiny.ipynb").write_text("{}")
    (tmp_path / "secret").write_text("42")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    found = read_files(folder)
    assert found == {"deep/data.txt": b"1"}
    Submission("ada", {}, found).write_files(tmp_path / "there")
    assert (tmp_path / "there" / "deep" / "data.txt").read_text() == "1"
    monkeypatch.setattr(travel, "LARGEST", 0)
    with pytest.raises(TooLargeError, match="Remove those"):
        read_files(folder)


def test_workers_of_a_cluster_get_no_address_of_the_gradebook(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EIGHT_FACES_THREADS", "2")
    grader = Grader(open_course(course), "tiny", ["tiny"])
    data = course_data(grader, local=False)
    assert CourseData.from_bytes(data.to_bytes()) == data
    assert data.root == ""
    assert data.environment["EIGHT_FACES_THREADS"] == "2"
    assert data.settings["RunNotebook"]["cell_timeout"] == {"default": 3.0}
    assert {"keras", "numpy", "eight-faces"} <= set(data.requires)
    assert str(course).encode() not in data.to_bytes()
    assert b"sqlite" not in data.to_bytes()


def test_the_first_half_alone_is_not_taken_for_graded(course: Path) -> None:

    hand_in(course, "ada", filled(course))
    grader = Grader(open_course(course), "tiny", ["tiny"])
    assert grader.begin("ada") is None
    assert grader.autograded("ada", "tiny").is_file()
    assert grader.is_outdated("ada")
    grader.forget("ada")
    assert not grader.autograded("ada", "tiny").parent.exists()
