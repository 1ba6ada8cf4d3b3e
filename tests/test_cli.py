"""The `autograder` command: quick to start, clear when something is wrong."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from autograder import cli

HEAVY = {"keras", "tensorflow", "numpy", "nbgrader", "nbformat", "IPython", "matplotlib", "PIL"}


@pytest.fixture
def run(monkeypatch):
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)

    def invoke(*arguments):
        return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def course(tmp_path, monkeypatch, repository):
    """A copy of the course's settings with a source that is empty but for one name."""
    root = tmp_path / "course"
    (root / "source" / "03_faces_fc").mkdir(parents=True)
    (root / "source" / "03_faces_fc" / "03_faces_fc.ipynb").write_text("{}")
    (root / "nbgrader_config.py").write_text((repository / "nbgrader_config.py").read_text())
    monkeypatch.chdir(root)
    return root


def test_importing_the_command_imports_nothing_heavy():
    code = "import sys, autograder.cli; print(' '.join(m.split('.')[0] for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & HEAVY == set()


def test_help_names_every_command(run):
    result = run("--help")
    assert result.exit_code == 0
    for command in ("release", "grade", "feedback", "calibrate", "report", "lint", "demo"):
        assert f" {command} " in result.output


@pytest.mark.parametrize("command", ["release", "grade", "feedback", "calibrate"])
def test_unknown_assignment_lists_the_known_ones(command, run, course):
    result = run(command, "03_face")
    assert result.exit_code == 1
    assert "no assignment '03_face'. Assignments are: 03_faces_fc" in result.stderr


@pytest.mark.parametrize("command", ["release", "grade", "feedback", "calibrate"])
def test_outside_a_course(command, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(command, "03_faces_fc")
    assert result.exit_code == 1
    assert "nbgrader_config.py" in result.stderr
    assert "Traceback" not in result.output + result.stderr


def test_release_wants_names_or_all(run, course):
    result = run("release")
    assert result.exit_code == 1
    assert "--all" in result.stderr


def test_refused_release_says_why(run, course):
    result = run("release", "03_faces_fc")
    assert result.exit_code == 1
    assert "not a notebook of format 4" in result.stderr


def test_check_reports_and_fails(run, course):
    result = run("release", "--all", "--check")
    assert result.exit_code == 1
    assert "not a notebook of format 4" in result.output


def test_grading_before_release_says_so(run, course):
    result = run("grade", "03_faces_fc")
    assert result.exit_code == 1
    assert "autograder release 03_faces_fc" in result.stderr


def test_lint_lists_defects_and_fails(run, tmp_path):
    (tmp_path / "empty.ipynb").write_text("")
    result = run("lint", tmp_path)
    assert result.exit_code == 1
    assert "empty.ipynb" in result.output


def test_lint_of_nothing_is_in_order(run, tmp_path):
    result = run("lint", tmp_path)
    assert result.exit_code == 0
    assert "0 notebooks" in result.output


def test_calibrate_is_handed_the_course_and_the_name(run, course, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "autograder.grading.calibrate.calibrate", lambda *given: seen.append(given) or "a.json"
    )
    assert run("calibrate", "03_faces_fc").exit_code == 0
    assert seen == [(course, "03_faces_fc")]


def test_assignment_that_needs_no_calibration(run, course, monkeypatch):
    def refuse(*_):
        raise ValueError("gives no points for accuracy")

    monkeypatch.setattr("autograder.grading.calibrate.calibrate", refuse)
    result = run("calibrate", "03_faces_fc")
    assert result.exit_code == 1
    assert "gives no points for accuracy" in result.stderr
