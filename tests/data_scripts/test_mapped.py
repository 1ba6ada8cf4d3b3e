"""Tests of arrays that stay in a file."""

import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from data_scripts.mapped import mapped_pictures

REPOSITORY = Path(__file__).resolve().parents[2]
SHAPE = (5, 2, 2, 3)


class Builder:
    """Builds an array in two batches and counts how often it did."""

    def __init__(self):
        self.calls = 0
        self.array = np.arange(60, dtype=np.uint8).reshape(SHAPE)

    def __call__(self):
        self.calls += 1
        yield self.array[:3]
        yield self.array[3:]


def test_built_once_then_mapped(tmp_path):
    build = Builder()
    for _ in range(2):
        array = mapped_pictures("name", SHAPE, build, tmp_path)
        assert type(array) is np.ndarray
        assert np.array_equal(array, build.array)
    assert build.calls == 1
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0, 0, 0] = 1


@pytest.mark.parametrize("damage", ["changed", "truncated", "longer", "empty"])
def test_damaged_file_is_built_again(tmp_path, damage, capsys):
    build = Builder()
    mapped_pictures("name", SHAPE, build, tmp_path)
    path = tmp_path / "name.pixels"
    content = bytearray(path.read_bytes())
    if damage == "changed":
        content[7] ^= 1
    path.write_bytes(
        {
            "changed": content, "truncated": content[:50], "longer": content + b"x", "empty": b"",
        }[damage]
    )  # fmt: skip
    assert np.array_equal(mapped_pictures("name", SHAPE, build, tmp_path), build.array)
    assert build.calls == 2
    assert "built again" in capsys.readouterr().out


def test_failed_build_leaves_no_file(tmp_path):
    def fail():
        yield np.zeros((3, 2, 2, 3), np.uint8)
        raise RuntimeError("no pictures")

    with pytest.raises(RuntimeError, match="no pictures"):
        mapped_pictures("name", SHAPE, fail, tmp_path)
    with pytest.raises(ValueError, match="should hold 60 bytes, not 36"):
        mapped_pictures("name", SHAPE, lambda: [np.zeros((3, 2, 2, 3), np.uint8)], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"name.lock"}


def test_leftovers_of_a_killed_process_are_removed(tmp_path):
    (tmp_path / "name.pixels.4711.part").write_bytes(b"half")
    mapped_pictures("name", SHAPE, Builder(), tmp_path)
    assert not list(tmp_path.glob("*.part"))


def test_full_disk_is_told_before_anything_is_rendered(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(100, 50, 50))
    build = Builder()
    with pytest.raises(OSError, match="EIGHT_FACES_CACHE"):
        mapped_pictures("name", SHAPE, build, tmp_path)
    assert build.calls == 0


def test_two_processes_build_once(tmp_path):
    program = (
        "import sys, time, numpy as np\n"
        "from data_scripts.mapped import mapped_pictures\n"
        "def build():\n"
        "    open(sys.argv[1] + '/built.txt', 'a').write('x')\n"
        "    time.sleep(0.7)\n"
        "    yield np.ones((3, 4), np.uint8)\n"
        "assert mapped_pictures('name', (3, 4), build, sys.argv[1] + '/cache').sum() == 12\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=REPOSITORY) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert (tmp_path / "built.txt").read_text() == "x"
