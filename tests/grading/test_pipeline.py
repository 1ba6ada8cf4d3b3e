"""What `grade` grades and leaves, what it does when something breaks, and how it stops."""

import io
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import tiny_course
from nbgrader.apps import NbGraderAPI
from tiny_course import filled, hand_in

from autograder.grading import cells, marks, status
from autograder.grading.course import CourseError, open_course
from autograder.grading.pipeline import GradingInterrupted, Result, grade
from autograder.grading.prepare import prepare_submissions


def run(root: Path, **more: object) -> dict[str, Result]:
    found = grade(root, tiny_course.NAME, progress=False, **more)  # type: ignore[arg-type]
    return {result.student_id: result for result in found}


def written(root: Path, student: str) -> int:
    return (root / "autograded" / student / "tiny" / "tiny.ipynb").stat().st_mtime_ns


def test_only_what_is_new_is_graded_again(course: Path) -> None:
    hand_in(course, "ada", filled(course))
    hand_in(course, "bob", filled(course))
    first = run(course)
    before = {student: written(course, student) for student in first}
    hand_in(course, "bob", filled(course, answer_gap="answer = 1"))
    second = run(course)
    assert second["ada"] == first["ada"]
    assert written(course, "ada") == before["ada"]
    assert second["bob"].score == 5.0
    assert run(course, students=["ada"], force=True) == {"ada": first["ada"]}
    assert written(course, "ada") > before["ada"]


def test_the_same_work_handed_in_at_another_time_is_graded_again(course: Path) -> None:
    """It may be late now, or no longer."""
    hand_in(course, "ada", filled(course))
    stamp = course / "submitted" / "ada" / "tiny" / "timestamp.txt"
    for text in ("2026-01-02 10:00:00 UTC", "2026-01-09 10:00:00 UTC", "2026-01-02 10:00:00 UTC"):
        stamp.write_text(text, encoding="utf-8")
        before = written(course, "ada") if (course / "autograded").exists() else 0
        run(course)
        assert written(course, "ada") > before, text
        graded = course / "autograded" / "ada" / "tiny" / "timestamp.txt"
        assert graded.read_text(encoding="utf-8") == text
    before = written(course, "ada")
    run(course)
    assert written(course, "ada") == before


def link_to_endless_zeros(stamp: Path) -> None:
    stamp.symlink_to("/dev/zero")


def megabytes(stamp: Path) -> None:
    stamp.write_bytes(b"2026" * 2**20)


@pytest.mark.parametrize("make", [os.mkfifo, link_to_endless_zeros, megabytes])
def test_a_time_that_is_none_holds_nobody_up_and_is_graded_once(
    course: Path, make: Callable[[Path], None]
) -> None:
    hand_in(course, "ada", filled(course))
    make(course / "submitted" / "ada" / "tiny" / "timestamp.txt")
    first = run(course)
    assert first["ada"].status == status.GRADED
    before = written(course, "ada")
    assert run(course) == first
    assert written(course, "ada") == before


def test_what_the_gradebook_no_longer_knows_is_graded_again(course: Path) -> None:
    hand_in(course, "ada", filled(course))
    first = run(course)
    with open_course(course).gradebook() as gradebook:
        gradebook.remove_submission("tiny", "ada")
    assert run(course) == first


@pytest.mark.parametrize("damaged", ["", "[]", '{"cells": 3}', '{"cells": [], "metadata": []}'])
def test_a_graded_notebook_that_was_damaged_is_made_again(course: Path, damaged: str) -> None:
    hand_in(course, "ada", filled(course))
    first = run(course)
    path = course / "autograded" / "ada" / "tiny" / "tiny.ipynb"
    path.chmod(0o644)
    path.write_text(damaged, encoding="utf-8")
    assert run(course) == first


def test_a_student_who_handed_in_nothing(course: Path) -> None:
    result = run(course, students=["nobody"])["nobody"]
    assert (result.score, result.max_score, result.status) == (0.0, 10.0, status.NO_NOTEBOOK)


def test_nobody_handed_in_anything(course: Path) -> None:
    assert run(course) == {}


def test_a_broken_step_costs_one_student_nothing_but_this_run(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("ada", "bob", "cy"):
        hand_in(course, student, filled(course, why=student))

    def broken(self: object, nb: object, resources: dict[str, dict[str, str]]) -> object:
        if resources["nbgrader"]["student"] == "bob":
            raise RuntimeError("a bug of ours")
        return nb, resources

    with monkeypatch.context() as patch:
        patch.setattr(marks.CheckScores, "preprocess", broken)
        found = run(course)
    assert {name: result.status for name, result in found.items()} == {
        "ada": status.GRADED,
        "bob": status.FAILED,
        "cy": status.GRADED,
    }
    assert found["bob"].score == 0
    assert "instructor has to look" in found["bob"].messages[0]
    assert "a bug of ours" in (course / ".autograder/logs/tiny/bob.log").read_text()
    assert run(course)["bob"].score == 7.0  # what failed is tried again, without force


def test_marks_are_saved_all_or_none(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(course, "ada", filled(course))
    run(course)
    hand_in(course, "ada", filled(course, answer_gap="answer = 1"))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:  # asked when the first test has its mark
        patch.setattr(cells, "is_answer", interrupted)
        with pytest.raises(GradingInterrupted):
            run(course)
    with open_course(course).gradebook() as gradebook:
        assert gradebook.find_submission(tiny_course.NAME, "ada").score == 7.0
    assert run(course)["ada"].score == 5.0


def test_nothing_can_be_written(course: Path) -> None:
    hand_in(course, "ada", filled(course))
    (course / "autograded" / "ada").mkdir(parents=True)
    (course / "autograded" / "ada" / "tiny").write_text("in the way", encoding="utf-8")
    hand_in(course, "bob", filled(course))
    found = run(course, force=True)
    assert (found["ada"].score, found["ada"].status) == (0.0, status.FAILED)
    assert found["bob"].score == 7.0


def test_unreleased_assignment_and_missing_course(course: Path, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="autograder release 03_nothing"):
        grade(course, "03_nothing", progress=False)
    with pytest.raises(CourseError, match=r"nbgrader_config\.py"):
        grade(tmp_path / "elsewhere", "tiny", progress=False)


def test_formgraders_button_goes_the_same_way(course: Path) -> None:
    hand_in(course, "ada", filled(course, answer_gap="answer = 1"), "renamed.ipynb")
    opened = open_course(course)
    api = NbGraderAPI(coursedir=opened.directory(), parent=opened.app)
    with opened.converting(io.StringIO()):
        done = api.autograde("tiny", "ada", force=True)
    assert done["success"], done
    before = written(course, "ada")
    assert run(course)["ada"].score == 5.0
    assert written(course, "ada") == before


def test_prepare_says_what_it_finds_and_changes_nothing(course: Path) -> None:
    hand_in(course, "ada", filled(course))
    hand_in(course, "bob", filled(course), "bob.ipynb")
    (course / "submitted" / "cy" / "tiny").mkdir(parents=True)
    assert prepare_submissions(course, "tiny") == {
        "bob": ["The file was called bob.ipynb; it was graded as tiny.ipynb."],
        "cy": ["The folder holds no notebook. Hand in the file tiny.ipynb."],
    }
    assert not (course / "autograded").exists()


def test_progress_prints_a_line_a_submission(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(course, "ada [b]", filled(course))
    (course / "submitted" / "cy" / "tiny").mkdir(parents=True)
    grade(course, "tiny", progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["ada [b]", "cy"]
    assert "7 of 10" in lines[0]
    assert "no_notebook  The folder holds no notebook." in lines[1]


INTERRUPTED = """
import sys
from pathlib import Path
from autograder.grading.pipeline import GradingInterrupted, grade
try:
    grade(Path(sys.argv[1]), "tiny")
except GradingInterrupted as stopped:
    print([result.student_id for result in stopped.results], stopped.left)
    raise SystemExit(130)
"""


@pytest.fixture
def scratch() -> Iterator[Path]:
    """Where sandboxes are made; a short path, because sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        yield Path(folder)


def running_in(folder: Path) -> list[str]:
    everybody = psutil.process_iter(["cmdline"])
    lines = [" ".join(process.info["cmdline"] or []) for process in everybody]
    return [line for line in lines if str(folder) in line]


@pytest.mark.slow
def test_control_c_ends_cleanly_and_the_next_call_goes_on(course: Path, scratch: Path) -> None:
    hand_in(course, "ada", filled(course))
    hand_in(course, "bob", filled(course, list_gap="open('busy', 'w')\nwhile True: pass"))
    config = course / "nbgrader_config.py"
    slow = "c.RunNotebook.cell_timeout = {'default': 60.0}\n"
    text = config.read_text(encoding="utf-8")
    config.write_text(text + slow, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(INTERRUPTED), str(course)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    deadline = time.monotonic() + 60
    while not list(scratch.glob("*/work/busy")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert out.strip() == "['ada'] 1"
    assert "Stopped. 1 submissions are left" in err
    assert "Traceback" not in err
    assert list(scratch.iterdir()) == []
    assert running_in(scratch) == []
    config.write_text(text, encoding="utf-8")
    assert {name: result.score for name, result in run(course).items()} == {"ada": 7, "bob": 3}
