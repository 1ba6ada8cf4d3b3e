"""Every command of the README is run by a test."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder import cli
from autograder.release import rehearse

RUN_BY = {
    "make demo": "tests/test_make.py::test_demo_from_a_clone_without_anything",
    "make lab": "tests/test_make.py::test_lab_copies_and_starts_in_the_copy",
    "make test": ".ci/run",
    "make test-full": "tests/test_make.py::test_full_run_repeats_only_what_failed",
    ".venv/bin/autograder release 03_faces_fc": "tests/test_readme.py::test_instructors_way",
    ".venv/bin/autograder grade 03_faces_fc": "tests/test_readme.py::test_instructors_way",
    ".venv/bin/autograder grade 03_faces_fc --regrade": (
        "tests/grading/test_artefacts.py::test_the_command_counts"
    ),
    ".venv/bin/autograder feedback 03_faces_fc": "tests/test_readme.py::test_instructors_way",
    ".venv/bin/autograder doctor": "tests/test_readme.py::test_instructors_way",
    ".venv/bin/autograder lint": "tests/test_readme.py::test_authors_way",
    ".venv/bin/autograder calibrate 03_faces_fc": (
        "tests/test_cli.py::test_calibrate_is_handed_the_course_and_the_name"
    ),
    ".venv/bin/autograder release --all": "tests/test_readme.py::test_authors_way",
    ".venv/bin/autograder release --all --check": "tests/test_readme.py::test_authors_way",
}  # fmt: skip


@pytest.fixture
def course(repository, tmp_path, monkeypatch):
    """A copy of the course, so that no command touches the real gradebook."""
    for name in ("source", "release"):
        shutil.copytree(repository / name, tmp_path / name)
    shutil.copy(repository / "nbgrader_config.py", tmp_path)
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def readme_commands(repository):
    blocks = re.findall(r"```sh\n(.*?)```", (repository / "README.md").read_text(), re.DOTALL)
    return {line for block in blocks for line in block.splitlines() if line.strip()}


def run(command):
    program, *arguments = command.split()
    assert program == ".venv/bin/autograder"
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def commands_run_by(test):
    return [command for command, runner in RUN_BY.items() if runner.endswith(f"::{test}")]


def test_every_command_is_listed_with_the_test_that_runs_it(repository):
    assert readme_commands(repository) == set(RUN_BY)
    for runner in RUN_BY.values():
        file, _, name = runner.partition("::")
        text = (repository / file).read_text()
        assert f"def {name}(" in text if name else "make test" in text


def test_files_that_the_readme_links_to_exist(repository):
    links = re.findall(r"\]\(([^)#]+)\)", (repository / "README.md").read_text())
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (repository / link).exists()] == []


@pytest.mark.slow
def test_instructors_way(course):
    commands = commands_run_by("test_instructors_way")
    run(commands[0])
    submitted = course / "submitted" / "ada" / "03_faces_fc"
    shutil.copytree(course / "release" / "03_faces_fc", submitted)
    assert "ada" in run(commands[1])
    run(commands[2])
    run(commands[3])
    assert list((course / "feedback").rglob("*.html"))


@pytest.mark.slow
def test_authors_way(course, monkeypatch):
    # tests/test_assignments.py grades every solution; here that would take minutes once more.
    monkeypatch.setattr(rehearse, "require_rehearsal", lambda *_: None)
    for command in commands_run_by("test_authors_way"):
        run(command)


def test_pictures_have_a_description(repository: Path):
    pictures = re.findall(r"!\[(.*?)\]\(", (repository / "README.md").read_text())
    assert pictures
    assert all(len(text) > 20 for text in pictures)
