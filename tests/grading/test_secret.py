"""The secret seed is made once, kept to its owner, and never guessed anew."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grading.secret import course_root, secret_seed


def test_the_seed_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = secret_seed(tmp_path)
    assert 0 <= first < 2**128
    assert secret_seed(tmp_path) == first
    file = tmp_path / ".secret" / "seed"
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in file.parent.iterdir()] == ["seed"]


def test_two_courses_have_different_seeds(tmp_path: Path) -> None:
    assert secret_seed(tmp_path / "one") != secret_seed(tmp_path / "two")


def test_two_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    code = "import sys, pathlib; from autograder.grading.secret import secret_seed; "
    code += "print(secret_seed(pathlib.Path(sys.argv[1])))"
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    seeds = {process.communicate()[0] for process in processes}
    assert len(seeds) == 1


@pytest.mark.parametrize("text", ["", "not a seed", "-1", "f" * 40])
def test_a_damaged_seed_is_named_and_kept(tmp_path: Path, text: str) -> None:
    file = tmp_path / ".secret" / "seed"
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(ValueError, match="does not hold a secret seed"):
        secret_seed(tmp_path)
    assert file.read_text() == text


def test_the_course_is_found_from_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    (tmp_path / "nbgrader_config.py").touch()
    below = tmp_path / "autograded" / "ada" / "03"
    below.mkdir(parents=True)
    assert course_root(below) == tmp_path.resolve()
    monkeypatch.setenv("EIGHT_FACES_COURSE", str(below))
    assert course_root(tmp_path) == below


def test_no_course_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    with pytest.raises(FileNotFoundError, match="no course found"):
        course_root(tmp_path)
