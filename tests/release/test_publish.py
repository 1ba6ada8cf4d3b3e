"""The student tree: what is in it, what is never in it, and that it is written whole or not."""

import datetime
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from autograder import cli, place
from autograder.release import build, publish, student_tree
from autograder.release.generate import ReleaseError
from tests.release.conftest import cell, make_course, make_notebook

TREE = [
    "LICENSE", "LICENSE-notebooks", "README.md", "environment.yml", "package/WHEEL",
    "package/install.txt", "package/published.json", "package/vgg16.safetensors",
    "package/vgg16_things.safetensors",
    "requirements.txt", "start.py", "tiny/tiny.ipynb",
]  # fmt: skip
SECRETS = ("the secret six", "Mark scheme", "naming addition in any words", "HIDDEN TESTS")


@pytest.fixture(scope="module")
def one_wheel(tmp_path_factory, repository):
    """The students' package, built once; tests/release/test_wheel.py looks into it."""
    from autograder.release import wheel

    return wheel.build_wheel(tmp_path_factory.mktemp("wheel"), repository / "LICENSE")


@pytest.fixture
def course(built_course, tmp_path, repository, one_wheel, monkeypatch):
    """A released course of its own."""
    root = tmp_path / "course"
    shutil.copytree(built_course, root)
    for name in student_tree.LICENCES:
        shutil.copy(repository / name, root)
    monkeypatch.setattr(
        student_tree, "build_wheel", lambda folder, _: Path(shutil.copy(one_wheel, folder))
    )
    return root


@pytest.fixture
def run(course, monkeypatch):
    """Run the command in the course."""
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    monkeypatch.chdir(course)
    return lambda *arguments: CliRunner().invoke(cli.app, ["release", *map(str, arguments)])


def names(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    found = (path.relative_to(folder).as_posix() for path in files)
    return sorted(re.sub(r"package/eight_faces-.*\.whl$", "package/WHEEL", name) for name in found)


def content(folder):
    return {name: (folder / name).read_bytes() for name in names(folder) if "WHEEL" not in name}


def test_the_command_writes_the_tree_and_nothing_else(run, course, tmp_path):
    result = run("--publish", tmp_path / "students")
    assert result.exit_code == 0, result.output
    assert names(tmp_path / "students") == TREE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "students"]
    released = course / "release" / "tiny" / "tiny.ipynb"
    assert (tmp_path / "students" / "tiny" / "tiny.ipynb").read_bytes() == released.read_bytes()


def test_ungraded_notebooks_are_published_ready_to_open(run, course, repository, tmp_path):
    (course / "notebooks").mkdir()
    for name in ("feature_maps.ipynb", "ladder.ipynb"):
        shutil.copy(repository / "notebooks" / name, course / "notebooks")
    (course / "course.toml").write_text('address = "https://github.com/someone/faces"')
    build.release(course, "tiny")
    folder = tmp_path / "students"
    result = run("--publish", folder)
    assert result.exit_code == 0, result.output
    assert names(folder) == sorted([*TREE, "notebooks/feature_maps.ipynb"])  # ladder: instructors'
    text = (folder / "notebooks" / "feature_maps.ipynb").read_text()
    assert "{{" not in text
    assert 'COURSE = \\"https://raw.githubusercontent.com/someone/faces/main\\"' in text
    assert "someone/faces/blob/main/notebooks/feature_maps.ipynb" in text
    page = (folder / "README.md").read_text()
    assert "## To look around" in page
    assert "[feature_maps](notebooks/feature_maps.ipynb)" in page


def test_a_secret_in_an_ungraded_notebook_is_refused(run, course, tmp_path):
    secret = cell("code", "place", "assert math.isclose(total, 6), 'the secret six'")
    notebook = make_notebook() | {"cells": [cell("markdown", "title", "# Look"), secret]}
    (course / "notebooks").mkdir()
    (course / "notebooks" / "look.ipynb").write_text(json.dumps(notebook))
    result = run("--publish", tmp_path / "students")
    assert result.exit_code == 1
    assert "notebooks/look.ipynb" in result.stderr
    assert not (tmp_path / "students").exists()


def test_no_line_of_a_secret_is_in_any_file(run, tmp_path):
    assert run("--publish", tmp_path / "students").exit_code == 0
    for name, data in content(tmp_path / "students").items():
        assert not [secret for secret in SECRETS if secret.encode() in data], name


def test_the_same_content_gives_the_same_bytes(run, course, tmp_path):
    assert run("--publish", tmp_path / "students").exit_code == 0
    before = content(tmp_path / "students")
    assert run("tiny", "--publish", tmp_path / "students").exit_code == 0
    assert content(tmp_path / "students") == before
    assert run("--publish", course / "build" / "students").exit_code == 0
    assert content(course / "build" / "students") == before


def test_the_list_of_files_is_true(run, tmp_path):
    folder = tmp_path / "students"
    assert run("--publish", folder).exit_code == 0
    listed = json.loads((folder / "package" / "published.json").read_text())["files"]
    assert len(listed) == len(TREE) - 1
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_what_students_install_is_exactly_this_wheel(run, course, tmp_path, one_wheel):
    folder = tmp_path / "students"
    assert run("--publish", folder).exit_code == 0
    lines = (folder / "package" / "install.txt").read_text().splitlines()
    assert lines == [f"../package/{one_wheel.name}"]  # as seen from a notebook
    (course / "course.toml").write_text('address = "http://127.0.0.1:9/students"')
    build.release(course, "tiny")
    result = run("--publish", folder)
    assert "could not be looked at" in result.stderr
    digest = hashlib.sha256(one_wheel.read_bytes()).hexdigest()
    assert (folder / "package" / "install.txt").read_text() == (
        "eight-faces @ http://127.0.0.1:9/students/package/"
        f"{one_wheel.name.replace('+', '%2B')}#sha256={digest}\n"
    )


def test_both_environments_name_the_same_packages(run, tmp_path, one_wheel):
    folder = tmp_path / "students"
    assert run("--publish", folder).exit_code == 0
    lines = (folder / "requirements.txt").read_text().splitlines()
    conda = yaml.safe_load((folder / "environment.yml").read_text())["dependencies"]
    assert conda[-1]["pip"] == [line for line in lines if not line.startswith("#")]
    assert "python>=3.11,<3.14" in conda
    assert lines[1] == f"./package/{one_wheel.name}[tensorflow]"
    assert [line.split("<")[0] for line in lines[2:]] == ["jupyterlab"]


def test_the_page_lists_exercises_and_links_to_files(run, course, tmp_path):
    folder = tmp_path / "students"
    assert run("--publish", folder).exit_code == 0
    page = (folder / "README.md").read_text()
    assert "| [tiny](tiny/tiny.ipynb) | Adding up |" in page
    assert "Colab" not in page
    assert "TITLE" not in page
    assert "Solutions" not in page
    assert "look around" not in page
    for link in re.findall(r"\]\(([^)]+)\)", page):
        assert (folder / link).is_file(), link


def test_badges_point_at_the_published_repository(run, course, tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "require_no_sources_on_the_web", lambda *_: "")
    (course / "course.toml").write_text(
        'title = "Faces, autumn"\naddress = "https://github.com/ada/students"\n'
    )
    build.release(course, "tiny")
    assert run("--publish", tmp_path / "students").exit_code == 0
    page = (tmp_path / "students" / "README.md").read_text()
    assert page.startswith("# Faces, autumn\n")
    badge = "https://colab.research.google.com/github/ada/students/blob/main/tiny/tiny.ipynb"
    assert f"]({badge})" in page
    assert "## In Google Colab" in page
    others = set(re.findall(r"https?://[^)\s]+", page)) - {badge}
    assert all("github.com/" not in link for link in others)


def test_git_stays_and_old_files_go(run, course, tmp_path):
    folder = tmp_path / "students"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    assert run("--publish", folder).exit_code == 0
    shutil.copytree(course / "source" / "tiny", course / "source" / "two")
    (course / "source" / "two" / "tiny.ipynb").rename(course / "source" / "two" / "two.ipynb")
    shutil.copy(course / "calibration" / "tiny.json", course / "calibration" / "two.json")
    build.release(course, "two")
    assert run("--publish", folder).exit_code == 0
    assert (folder / "two" / "two.ipynb").exists()
    assert run("tiny", "--publish", folder).exit_code == 0
    assert not (folder / "two").exists()
    assert (folder / ".git" / "HEAD").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "students"]


def test_files_of_somebody_else_are_not_lost(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    result = run("--publish", tmp_path / "mine")
    assert result.exit_code == 1
    assert "holds files that were not published: thesis.txt" in result.stderr
    assert names(tmp_path / "mine") == ["thesis.txt"]


@pytest.mark.parametrize("place", [".", "release", "release/tiny", "docs/students", "source/x"])
def test_the_course_itself_is_no_place(place, run, course):
    before = names(course)
    result = run("--publish", course / place)
    assert result.exit_code == 1
    assert "publish to a folder of its own" in " ".join(result.stderr.split())
    assert names(course) == before


def test_a_stale_release_is_refused(run, course, edit_source, tmp_path):
    edit_source(course, lambda nb: nb["cells"][0].update(source="# Another title"))
    result = run("--publish", tmp_path / "students", "--bundle")
    assert result.exit_code == 1
    assert "release/tiny/tiny.ipynb is stale" in result.stderr
    assert not (tmp_path / "students").exists()
    assert not (course / "build").exists()


def test_a_secret_in_the_package_is_found(run, course, tmp_path, monkeypatch):
    def leaking(folder, _):
        path = folder / "eight_faces-9-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("autograder/help.py", "total = sum(number for number in numbers)\n")
        return path

    assert run("--publish", tmp_path / "students").exit_code == 0
    before = content(tmp_path / "students")
    monkeypatch.setattr(student_tree, "build_wheel", leaking)
    result = run("--publish", tmp_path / "students")
    assert result.exit_code == 1
    assert ".whl/autograder/help.py: holds a line of a region SOLUTION" in result.stderr
    assert content(tmp_path / "students") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "students"]


def test_a_write_that_fails_leaves_what_was_there(run, course, tmp_path, monkeypatch):
    folder = tmp_path / "students"
    assert run("--publish", folder).exit_code == 0
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").touch()
    before = names(folder)
    rename = Path.rename

    def refuse(self, target):
        if self.name == "tree":
            raise OSError("the disk went away")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="went away"):
        publish.publish(publish.plan(course, [], []), folder)
    assert names(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "students"]


def test_a_bundle_is_the_tree_as_one_file_with_stable_bytes(run, course, tmp_path):
    assert run("--bundle", "--publish", tmp_path / "students").exit_code == 0
    (path,) = (course / "build").iterdir()
    assert path.name == "eight-faces-0.1.0.zip"
    first = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert content(tmp_path / "unpacked" / path.stem) == content(tmp_path / "students")
    assert run("--bundle").exit_code == 0
    assert path.read_bytes() == first


# ---- solutions -------------------------------------------------------------------------------


def test_solutions_are_published_only_when_asked_for(run, tmp_path):
    folder = tmp_path / "students"
    assert run("--publish", folder, "--solutions", "tiny").exit_code == 0
    assert names(folder) == sorted([*TREE, "solutions/tiny.ipynb"])
    assert "[tiny](solutions/tiny.ipynb)" in (folder / "README.md").read_text()
    text = (folder / "solutions" / "tiny.ipynb").read_text()
    assert not [secret for secret in SECRETS if secret in text]
    assert "nbgrader" not in text
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    assert "total = sum(number for number in numbers)" in cells
    assert "The result of an addition." in cells
    assert any("0.57 is expected" in cell for cell in cells)
    assert run("--publish", folder).exit_code == 0
    assert names(folder) == TREE


def test_solutions_wait_for_the_deadline_and_for_extensions(course):
    from autograder.grading.course import open_course

    with open_course(course).gradebook() as gradebook:
        gradebook.update_or_create_assignment("tiny", duedate=datetime.datetime(2026, 3, 1, 12))
    before, after = datetime.datetime(2026, 3, 1, 11), datetime.datetime(2026, 3, 1, 13)
    with pytest.raises(ReleaseError, match="until 2026-03-01 12:00 UTC"):
        publish.require_deadline_passed(course, "tiny", before)
    publish.require_deadline_passed(course, "tiny", after)
    with open_course(course).gradebook() as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission("tiny", "ada")
        gradebook.grant_extension("tiny", "ada", days=2)
    with pytest.raises(ReleaseError, match="until 2026-03-03 12:00 UTC"):
        publish.require_deadline_passed(course, "tiny", after)


def test_solutions_need_a_folder_and_an_exercise(run, tmp_path):
    assert "--solutions goes with" in run("--solutions", "tiny").stderr
    assert "no assignment 'big'" in run("--bundle", "--solutions", "big").stderr


def test_nothing_released_is_said(tmp_path):
    root = make_course(tmp_path / "course", make_notebook())
    with pytest.raises(ReleaseError, match="nothing is released yet"):
        publish.plan(root, [], [])


# ---- unpack, one command, work ---------------------------------------------------------------


def test_start_and_first_cell_want_the_same_python():
    text = (student_tree.TEMPLATES / "start.py").read_text()
    assert f"FIRST, TOO_NEW = {place.PYTHONS[0]}, {place.PYTHONS[1]}\n" in text


def test_start_under_another_python_says_which(tmp_path):
    script = (student_tree.TEMPLATES / "start.py").read_text()
    (tmp_path / "start.py").write_text(script.replace("(3, 11), (3, 14)", "(3, 8), (3, 9)"))
    done = subprocess.run([sys.executable, tmp_path / "start.py"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Python 3.8 to 3.8 is needed; this is Python 3.1" in done.stderr


@pytest.mark.slow
def test_start_without_network_says_what_to_do(run, tmp_path):
    folder = tmp_path / "students"
    assert run("--publish", folder).exit_code == 0
    requirements = folder / "requirements.txt"
    requirements.write_text("./no-such-package\n")
    command = [sys.executable, folder / "start.py", "--no-open"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Is there a network, and 2 GB of room" in done.stderr
    requirements.write_text("\n")  # nothing to install
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Everything is set up" in done.stdout
