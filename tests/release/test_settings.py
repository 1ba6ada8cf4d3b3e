"""The course's settings, and how they get into notebooks."""

import json
import subprocess

import pytest

from autograder.release import build
from autograder.release.address import (
    fill_settings,
    holds_sources,
    require_no_sources_on_the_web,
    require_safe_address,
)
from autograder.release.generate import ReleaseError
from autograder.release.settings import CourseSettings, course_settings
from tests.colab.simulated import served

NOTEBOOK = "03_faces_fc/03_faces_fc.ipynb"
REPOSITORY = "https://github.com/Ada/faces-for-students"


def written(folder, text):
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_there_is_no_address(tmp_path):
    settings = course_settings(tmp_path)
    assert settings == CourseSettings()
    assert (settings.base, settings.badge(NOTEBOOK), settings.on_the_web) == ("..", "", False)


def test_the_repositorys_own_file_is_read(repository):
    assert course_settings(repository) == CourseSettings()


@pytest.mark.parametrize("address", [REPOSITORY, f"{REPOSITORY}/", f"{REPOSITORY}.git"])
def test_a_github_repository_has_badges_and_raw_files(address, tmp_path):
    settings = course_settings(written(tmp_path, f'address = "{address}"\nbranch = "2026/autumn"'))
    raw = "https://raw.githubusercontent.com/Ada/faces-for-students/2026/autumn"
    assert settings.base == raw
    assert settings.package("a+b.whl") == f"{raw}/package/a%2Bb.whl"
    assert settings.badge(NOTEBOOK) == (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        "(https://colab.research.google.com/github/Ada/faces-for-students/blob/2026/autumn/"
        f"{NOTEBOOK})"
    )


@pytest.mark.parametrize(
    "address", ["https://example.org/course/", "file:///srv/course", "/srv/course"]
)
def test_other_addresses_have_no_badges(address, tmp_path):
    settings = course_settings(written(tmp_path, f'address = "{address}"'))
    assert settings.base == address.rstrip("/")
    assert settings.badge(NOTEBOOK) == ""
    assert settings.on_the_web == address.startswith("https")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("address = ", "can't be read"),
        ('adress = "x"', "'adress' is no setting; there are title, address, branch, weights"),
        ("address = 3", "expected a text in quotation marks"),
        ('address = "students"', "address is 'students', expected a repository"),
        ('address = "https://ada:secret@example.org"', "without a password"),
        ("address = 'https://example.org/\"; import os'", "expected a repository"),
        ('branch = "a b"', "expected the name of a branch"),
        ('weights = "imgenet"', 'expected "course" or "imagenet"'),
        ('title = ""', "expected one line"),
    ],
)
def test_what_makes_no_sense_is_refused(text, says, tmp_path):
    with pytest.raises(ReleaseError) as error:
        course_settings(written(tmp_path, text))
    assert says in str(error.value)
    assert "course.toml" in str(error.value)


def test_fields_are_filled():
    settings = CourseSettings(address=REPOSITORY, weights="imagenet")
    text = 'COURSE = "{{address}}"; {{weights}}; {{accuracy:b}}'
    filled = fill_settings(text, settings, NOTEBOOK)
    assert filled == f'COURSE = "{settings.base}"; imagenet; {{{{accuracy:b}}}}'


@pytest.fixture
def with_fields(course, edit_source):
    def add(notebook):
        notebook["cells"][2]["source"] += " From {{address}}.\n\n{{badge}}"

    edit_source(course, add)
    return course


def test_the_release_holds_the_address_and_is_stale_when_it_changes(with_fields):
    build.release(with_fields, "tiny")
    path = with_fields / "release" / "tiny" / "tiny.ipynb"
    cells = json.loads(path.read_text())["cells"]
    assert "".join(cells[2]["source"]) == "Add the numbers. At least 0.57 is expected. From ..."
    assert build.check_release(with_fields, "tiny") == []
    written(with_fields, f'address = "{REPOSITORY}"')
    assert "stale" in build.check_release(with_fields, "tiny")[0]
    build.release(with_fields, "tiny")
    text = "".join(json.loads(path.read_text())["cells"][2]["source"])
    assert "From https://raw.githubusercontent.com/Ada/faces-for-students/main." in text
    assert text.endswith("blob/main/tiny/tiny.ipynb)")
    assert build.check_release(with_fields, "tiny") == []


def test_settings_that_can_not_be_read_refuse_the_release(with_fields):
    written(with_fields, "address = 3")
    with pytest.raises(ReleaseError, match="quotation marks"):
        build.release(with_fields, "tiny")


# ---- addresses that would show the sources ---------------------------------------------------


def test_a_folder_with_sources_is_refused(built_course):
    for address in (str(built_course), built_course.as_uri(), f"{built_course}/release"):
        with pytest.raises(ReleaseError, match="is refused, because students would find"):
            require_safe_address(built_course, CourseSettings(address=address))
    require_safe_address(built_course, CourseSettings(address=f"{built_course}/build/students"))
    assert holds_sources(built_course / "build" / "students") == ""


def test_a_release_for_such_an_address_is_refused(course):
    written(course, f'address = "{course}"')
    with pytest.raises(ReleaseError, match="students would find"):
        build.release(course, "tiny")
    assert not (course / "release").exists()


@pytest.mark.parametrize(
    "remote",
    [
        "git@github.com:ada/Faces-for-Students.git",
        "ssh://git@github.com/Ada/faces-for-students",
        "https://token@github.com/Ada/faces-for-students.git",
    ],
)
def test_the_repository_of_the_sources_is_refused(remote, tmp_path):
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "remote", "add", "origin", remote], cwd=tmp_path, check=True)
    with pytest.raises(ReleaseError, match="repository of the sources"):
        require_safe_address(tmp_path, CourseSettings(address=REPOSITORY))
    require_safe_address(tmp_path, CourseSettings(address=f"{REPOSITORY}-2"))


def test_an_address_that_answers_with_sources_is_refused(built_course, tmp_path):
    with served(built_course) as (address, _), pytest.raises(ReleaseError, match="can be read"):
        require_no_sources_on_the_web(CourseSettings(address=address), ["tiny"])
    with served(tmp_path) as (address, _):
        assert require_no_sources_on_the_web(CourseSettings(address=address), ["tiny"]) == ""
    note = require_no_sources_on_the_web(CourseSettings(address=address), ["tiny"])
    assert "could not be looked at" in note
