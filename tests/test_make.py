"""The make targets that are quick enough; the slow ones are run by `make test-full` and CI."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.preprocessors import Execute
from nbgrader.server_extensions.validate_assignment.handlers import ValidateAssignmentHandler

from autograder.release.worksheets import VALIDATE_SECONDS, configure, copy_new, write_ungraded
from tests import full

SETUP_IS_THERE = ["-o", ".venv/.installed"]


def make(repository, *arguments):
    command = ["make", "--no-print-directory", *SETUP_IS_THERE, *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True)


def test_help_names_the_targets(repository):
    done = make(repository)
    assert done.returncode == 0
    for target in ("demo", "test", "test-full", "lab"):
        assert f"make {target} " in done.stdout


def test_every_target_sets_itself_up(repository):
    for target in ("demo", "test", "test-full", "bench", "lab", "release", "lint"):
        command = ["make", "-n", "-W", "requirements.lock", target]
        done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
        assert "pip install" in done.stdout, target


def test_what_grades_compiles_our_modules_first(repository):
    """A sandbox sees the sources, and can't keep what it compiles."""
    for target in ("demo", "test", "test-full", "bench"):
        lines = make(repository, "-n", target).stdout.splitlines()
        assert lines[0].endswith("-m compileall -q autograder data_scripts"), target


def test_tests_of_a_file_stay_in_one_process(repository):
    """Else what they share is made in each process."""
    chosen = "PYTEST_ARGS=-v tests/transport/test_plain.py tests/transport/test_known.py"
    command = make(repository, "-n", "test", "PROCESSES=2", chosen).stdout.splitlines()[-1]
    done = subprocess.run(shlex.split(command), cwd=repository, capture_output=True, text=True)
    ran = re.findall(r"^\[(gw\d)\].* PASSED (\S+?)::", done.stdout, flags=re.MULTILINE)
    assert len(ran) > 10, done.stdout + done.stderr
    files = {file for _, file in ran}
    assert len(files) == 2
    assert len(set(ran)) == 2


@pytest.mark.skipif(not (Path(sys.prefix) / "bin").is_dir(), reason="make lab uses .venv/bin")
def test_lab_copies_and_starts_in_the_copy(repository, tmp_path):
    if Path(sys.prefix) != repository / ".venv":
        pytest.skip("make lab uses .venv")
    work = tmp_path / "work"
    done = make(repository, "lab", "LAB=pwd", f"WORK={work}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(work)
    assert (work / "03_faces_fc" / "03_faces_fc.ipynb").exists()


def test_work_of_a_student_is_never_overwritten(tmp_path):
    release, work = tmp_path / "release", tmp_path / "work"
    for name in ("a/a.ipynb", "b/b.ipynb", "b/.ipynb_checkpoints/b.ipynb"):
        (release / name).parent.mkdir(parents=True, exist_ok=True)
        (release / name).write_text("new")
    (work / "a").mkdir(parents=True)
    (work / "a" / "a.ipynb").write_text("mine")
    assert copy_new(release, work) == [work / "b" / "b.ipynb"]
    assert (work / "a" / "a.ipynb").read_text() == "mine"
    assert copy_new(release, work) == []
    assert sorted(path.name for path in work.rglob("*") if path.is_file()) == ["a.ipynb", "b.ipynb"]


def test_ungraded_notebooks_for_students_are_copied_too(repository, tmp_path):
    written = write_ungraded(repository, tmp_path)
    names = {path.stem for path in (tmp_path / "notebooks").iterdir()}
    assert names == {path.stem for path in written}
    assert names == {"data_overview", "feature_maps", "what_features_know"}
    for path in written:
        assert "{{" not in path.read_text(encoding="utf-8")
    written[0].write_text("mine")
    written[1].unlink()
    assert write_ungraded(repository, tmp_path) == [written[1]]
    assert written[0].read_text() == "mine"


def test_nothing_to_copy_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        copy_new(tmp_path / "release", tmp_path / "work")


@pytest.mark.parametrize("folder", ["work", "course"])
def test_the_validate_button_gives_trainings_time(folder, repository, tmp_path, monkeypatch):
    if folder == "work":
        configure(tmp_path)
    monkeypatch.chdir(tmp_path if folder == "work" else repository)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    config = ValidateAssignmentHandler.load_config(None)
    assert Execute(config=config).timeout == VALIDATE_SECONDS


def test_a_configuration_of_a_student_is_never_overwritten(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("mine")
    configure(tmp_path)
    assert (tmp_path / "nbgrader_config.py").read_text() == "mine"


@pytest.fixture
def small_repository(tmp_path, monkeypatch):
    """A repository with two test files, one of them with a full-size test that fails."""
    (tmp_path / "tests").mkdir()
    (tmp_path / ".gitignore").write_text("build/\n__pycache__/\n.pytest_cache/\n")
    (tmp_path / "Makefile").write_text("lint:\n\t@echo fine\n")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nmarkers = ["full: full size"]\n'
    )
    (tmp_path / "tests" / "test_a.py").write_text("def test_a():\n    pass\n")
    (tmp_path / "tests" / "test_b.py").write_text(
        "import pytest\n\n@pytest.mark.full\n@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_b(n):\n    assert n == 1\n"
    )
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # many short runs of pytest
    monkeypatch.setattr(full, "REPOSITORY", tmp_path)
    monkeypatch.setattr(full, "FOLDER", tmp_path / "build" / "test-full")
    return tmp_path


def test_full_run_repeats_only_what_failed(small_repository, capfd):
    assert full.main() == 1
    assert "4 items" not in capfd.readouterr().out.splitlines()[0]
    assert full.main() == 1
    out = capfd.readouterr().out
    assert out.count("passed before") == 3
    assert "FAILED tests/test_b.py::test_b[2]" in out
    report = json.loads((full.FOLDER / "summary.json").read_text())
    assert (report["items"], report["passed"], report["failed"]) == (4, 3, 1)
    assert report["commit"] == "no commit yet"
    assert "| tests/test_b.py::test_b[1] | passed |" in (full.FOLDER / "summary.md").read_text()


def test_full_run_starts_again_when_a_file_changes(small_repository, capfd):
    full.main(processes=2)
    (small_repository / "tests" / "test_b.py").unlink()
    capfd.readouterr()
    assert full.main() == 0
    assert "passed before" not in capfd.readouterr().out


@pytest.mark.full
def test_demo_from_a_clone_without_anything(repository, tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", repository, clone], check=True)
    done = subprocess.run(["make", "demo", f"PYTHON={sys.executable}"], cwd=clone)
    assert done.returncode == 0
    assert (clone / "build" / "demo" / "grades.csv").exists()
    shutil.rmtree(clone)
