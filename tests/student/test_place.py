"""The first cell: one line where everything is there, one clear message where something lacks."""

import os
import subprocess
import sys
import types
from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest

from autograder import place

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What `prepare` leaves in the environment is gone after the test."""
    for name in (place.ADDRESS, place.DATA, place.DRIVE, place.WEIGHTS):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv(place.CACHE, str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """Versions that are found instead of the installed ones; None for a missing one."""
    changed: dict[str, str | None] = {}
    real = metadata.version

    def version(name: str) -> str:
        found = changed.get(name, "as it is")
        if found is None:
            raise metadata.PackageNotFoundError(name)
        return real(name) if found == "as it is" else found

    monkeypatch.setattr(metadata, "version", version)
    return changed


def test_one_line_says_what_was_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place.prepare("..")
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"Ready: Python {sys.version.split()[0]}, TensorFlow 2.")
    assert "GPU" in line
    assert "drawn by the course; pretrained weights: course" in line
    assert line.endswith(f"Data folder: {tmp_path / 'cache'}")


def test_original_data_are_said_to_be_in_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(place.DATA, "original")
    place.prepare("..")
    assert "Pictures: original data; pretrained weights" in capsys.readouterr().out


def test_a_gpu_is_seen_without_tensorflow(
    monkeypatch: pytest.MonkeyPatch, versions: dict[str, str | None],
    capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:  # fmt: skip
    devices = tmp_path / "dev"
    devices.mkdir()
    monkeypatch.setattr(place, "DEVICES", devices)
    versions.update({"tensorflow-cpu": None, "tensorflow": "2.20.0"})
    place.prepare()
    assert "TensorFlow 2.20.0, no GPU" in capsys.readouterr().out
    (devices / "nvidia0").touch()
    place.prepare()
    assert "TensorFlow 2.20.0, a GPU" in capsys.readouterr().out


def test_nothing_large_is_imported_and_nothing_written(tmp_path: Path) -> None:
    code = (
        "import sys; from autograder import place; place.prepare('..'); "
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stderr == ""
    assert not (tmp_path / "cache").exists()


def test_the_module_needs_nothing_but_python() -> None:
    code = "import sys; import autograder.place; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 0)])
def test_wrong_python(version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place.sys, "version_info", version)
    with pytest.raises(place.PlaceError, match=r"needs Python 3\.11 to 3\.13.*runs Python 3\.1"):
        place.prepare()


def test_tensorflow_is_missing(versions: dict[str, str | None]) -> None:
    versions.update(dict.fromkeys(place.TENSORFLOW))
    with pytest.raises(place.PlaceError, match=r"TensorFlow is missing.*%pip install tensorflow"):
        place.prepare()


def test_a_package_is_too_old(versions: dict[str, str | None]) -> None:
    versions["keras"] = "2.15.0"
    with pytest.raises(place.PlaceError, match=r"keras is 2\.15\.0, 3\.10 or newer.*--upgrade ker"):
        place.prepare()
    versions.update({"keras": "3.13.2", "tensorflow-cpu": "2.15.0", "tensorflow": None})
    with pytest.raises(place.PlaceError, match=r"tensorflow\S* is 2\.15\.0, 2\.19 or newer"):
        place.prepare()


def test_a_package_is_missing(
    versions: dict[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    versions["safetensors"] = None
    real = place.find_spec
    monkeypatch.setattr(place, "find_spec", lambda name: None if "safet" in name else real(name))
    with pytest.raises(place.PlaceError, match=r'%pip install "safetensors>=0\.4\.3"`'):
        place.prepare()


def test_versions_are_compared_as_numbers(versions: dict[str, str | None]) -> None:
    versions["keras"] = "3.9.0"  # as a text, "3.9" would be after "3.10"
    with pytest.raises(place.PlaceError, match=r"3\.10 or newer"):
        place.prepare()


def test_the_disk_is_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(place, "disk_usage", lambda _: Usage(10**9, 10**9, 5_000_000))
    with pytest.raises(place.PlaceError, match=r"nearly full.*300 MB.*5 MB left.*EIGHT_FACES_CACH"):
        place.prepare()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "faces-0-250-50-50-cf38ae52492d1219.arrays").touch()
    place.prepare()  # the pictures are there already


def test_a_home_that_can_not_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(place.CACHE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(place.tempfile, "gettempdir", lambda: str(tmp_path))
    real = os.access
    monkeypatch.setattr(place.os, "access", lambda path, mode: "home" in str(path))
    (tmp_path / "home").mkdir()
    place.prepare()
    assert capsys.readouterr().out.strip().endswith(str(tmp_path / "home" / "eight-faces"))
    monkeypatch.setattr(place.os, "access", lambda path, mode: False)
    place.prepare()
    assert os.environ[place.CACHE] == str(tmp_path / "eight-faces")
    assert real(tmp_path, os.W_OK)


def test_the_package_beside_the_notebooks_is_preferred(tmp_path: Path) -> None:
    place.prepare("https://example.org/course")
    assert os.environ[place.ADDRESS] == "https://example.org/course"
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "install.txt").touch()
    place.prepare("https://example.org/course")
    assert os.environ[place.ADDRESS] == str(tmp_path)


def test_the_weights_of_the_course_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    place.prepare(weights="imagenet")
    assert os.environ[place.WEIGHTS] == "imagenet"
    monkeypatch.setenv(place.WEIGHTS, "course")
    place.prepare(weights="imagenet")
    assert os.environ[place.WEIGHTS] == "course"


def test_fields_that_no_release_has_filled_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    place.prepare("{{address}}", weights="{{weights}}")
    assert place.WEIGHTS not in os.environ
    assert place.ADDRESS not in os.environ


def in_colab(monkeypatch: pytest.MonkeyPatch, mount: object) -> None:
    colab = types.ModuleType("google.colab")
    drive = types.ModuleType("google.colab.drive")
    drive.mount = mount  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.setitem(sys.modules, "google.colab.drive", drive)


def test_pictures_in_google_drive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounted: list[str] = []
    monkeypatch.setattr(place, "DRIVE_FOLDER", str(tmp_path / "drive"))
    monkeypatch.setenv(place.DRIVE, "1")
    place.prepare()
    assert mounted == []  # only Colab has it
    in_colab(monkeypatch, mounted.append)
    place.prepare()
    assert mounted == [str(tmp_path / "drive")]
    assert os.environ[place.CACHE] == str(tmp_path / "drive" / "MyDrive" / "eight-faces")


def test_google_drive_is_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise ValueError("mount failed")

    in_colab(monkeypatch, refuse)
    with pytest.raises(place.PlaceError, match=r"could not be opened \(mount failed\).*Run this"):
        place.prepare(drive=True)


def test_messages_stand_without_a_traceback() -> None:
    assert place.PlaceError("no room")._render_traceback_() == ["Not ready: no room"]
