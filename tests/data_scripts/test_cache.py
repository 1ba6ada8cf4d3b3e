"""Tests of the cache."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data_scripts.cache import cached_arrays, default_cache_dir, write_atomically

REPOSITORY = Path(__file__).resolve().parents[2]


class Builder:
    """Builds arrays and counts how often it did."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"x": np.arange(12, dtype=np.uint8).reshape(3, 4), "y": np.array([1.5])}


def test_built_once_then_read(tmp_path):
    build = Builder()
    first = cached_arrays("name", build, tmp_path)
    second = cached_arrays("name", build, tmp_path)
    assert build.calls == 1
    for key in ("x", "y"):
        assert first[key].dtype == second[key].dtype
        assert np.array_equal(first[key], second[key])


@pytest.mark.parametrize("damage", ["changed", "truncated", "empty"])
def test_damaged_file_is_built_again(tmp_path, damage, recwarn, capsys):
    build = Builder()
    cached_arrays("name", build, tmp_path)
    path = tmp_path / "name.arrays"
    content = bytearray(path.read_bytes())
    if damage == "changed":
        content[-1] ^= 1
    path.write_bytes({"changed": content, "truncated": content[:50], "empty": b""}[damage])
    arrays = cached_arrays("name", build, tmp_path)
    assert build.calls == 2
    assert arrays["x"][2, 3] == 11
    assert not recwarn.list
    captured = capsys.readouterr()
    assert "built again" in captured.out
    assert not captured.err
    cached_arrays("name", build, tmp_path)
    assert build.calls == 2


def test_failed_build_leaves_no_file(tmp_path):
    def fail():
        raise RuntimeError("no arrays")

    with pytest.raises(RuntimeError):
        cached_arrays("name", fail, tmp_path)
    assert not list(tmp_path.glob("*.arrays"))
    assert not list(tmp_path.glob("*.part"))
    assert cached_arrays("name", Builder(), tmp_path)["y"][0] == 1.5


def test_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def fail(self, target):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_two_processes_build_once(tmp_path):
    program = (
        "import sys, time, numpy as np\n"
        "from data_scripts.cache import cached_arrays\n"
        "def build():\n"
        "    open(sys.argv[1] + '/built.txt', 'a').write('x')\n"
        "    time.sleep(0.7)\n"
        "    return {'x': np.ones(3)}\n"
        "assert cached_arrays('name', build, sys.argv[1] + '/cache')['x'].sum() == 3\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=REPOSITORY) for _ in range(2)]
    assert [process.wait(timeout=30) for process in processes] == [0, 0]
    assert (tmp_path / "built.txt").read_text() == "x"


def test_cache_directory_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("EIGHT_FACES_CACHE", str(tmp_path / "chosen"))
    assert default_cache_dir() == tmp_path / "chosen"
    monkeypatch.delenv("EIGHT_FACES_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_dir() == tmp_path / "eight-faces"
