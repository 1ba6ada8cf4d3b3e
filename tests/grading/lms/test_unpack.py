"""Archives that mean harm, or are odd, cost nobody else their files and never leave the folder."""

import random
import stat
import struct
import time
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest
from archives import MORNING, pack, packed
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.grading.lms.archive import Limits, Unpacked
from autograder.grading.lms.member_names import BadNameError, printable, safe_parts
from autograder.grading.lms.unpack import BadArchiveError, unpack

pytestmark = pytest.mark.slow

SMALL = Limits(files=50, file_bytes=100_000, total_bytes=1_000_000, bomb_bytes=10_000, ratio=100)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def said(found: Unpacked) -> dict[str, str]:
    return {problem.path: problem.reason for problem in found.problems}


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "inside" / "into"


@pytest.mark.parametrize(
    "name",
    [
        "../out.txt",
        "a/../../out.txt",
        "/etc/passwd",
        "C:\\Windows\\out.txt",
        "..\\out.txt",
        "\u00a0../out.txt",
        "a/.. /out.txt",
        "a/" * 30 + "b",
        " ",
    ],
)
def test_names_that_lead_elsewhere(name: str, into: Path, tmp_path: Path) -> None:
    found = unpack(pack(tmp_path / "a.zip", {name: "x", "good.txt": "y"}), into)
    assert contents(into) == {"good.txt": b"y"}
    assert len(found.problems) == 1
    assert contents(tmp_path).keys() == {"a.zip", "deep/inside/into/good.txt"}


def test_name_with_a_hidden_end(into: Path, tmp_path: Path) -> None:
    data = packed({"goodXtxt": "x"}).replace(b"goodXtxt", b"good\0txt")
    (tmp_path / "a.zip").write_bytes(data)
    found = unpack(tmp_path / "a.zip", into)
    assert list(said(found).values()) == ["has a name with a hidden end"]
    assert contents(into) == {}


def test_links_and_devices(into: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, kind in {"link": stat.S_IFLNK, "fifo": stat.S_IFIFO}.items():
            info = zipfile.ZipInfo(name, MORNING)  # type: ignore[arg-type]
            info.external_attr = (kind | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
        program = zipfile.ZipInfo("program", MORNING)  # type: ignore[arg-type]
        program.external_attr = (stat.S_IFREG | 0o6777) << 16
        archive.writestr(program, "x")
    found = unpack(tmp_path / "a.zip", into)
    assert set(said(found)) == {"link", "fifo"}
    assert not stat.S_IMODE((into / "program").stat().st_mode) & 0o7111


def test_bombs(into: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"bomb": b"\0" * 90_000, "large": bytes(200_000)})
    found = unpack(archive, into, SMALL)
    assert said(found)["bomb"] == "grows out of all proportion when it is unpacked"
    assert "MB, more than" in said(found)["large"]
    assert contents(into) == {}


def test_a_size_that_is_a_lie(into: Path, tmp_path: Path) -> None:
    data = packed({"lie": b"\0" * 90_000, "good": "y"})
    data = data.replace(struct.pack("<L", 90_000), struct.pack("<L", 90))
    (tmp_path / "a.zip").write_bytes(data)
    found = unpack(tmp_path / "a.zip", into, SMALL)
    assert set(said(found)) == {"lie"}
    assert contents(into) == {"good": b"y"}


def test_too_many_files_say_how_many(into: Path, tmp_path: Path) -> None:
    found = unpack(pack(tmp_path / "a.zip", {f"{n:03}": "x" for n in range(70)}), into, SMALL)
    assert said(found) == {"050": "the archive holds too much; this and 19 more"}
    assert len(contents(into)) == 50


def test_too_much_altogether(into: Path, tmp_path: Path) -> None:
    draw = random.Random(1)
    files = {f"{n:02}": draw.randbytes(90_000) for n in range(14)}
    found = unpack(pack(tmp_path / "a.zip", files), into, SMALL)
    assert found.problems
    assert sum(map(len, contents(into).values())) <= SMALL.total_bytes


def test_a_bomb_inside_costs_the_others_nothing(into: Path, tmp_path: Path) -> None:
    bomb = packed({f"{n}": "x" * 9_000 for n in range(40)})
    archive = pack(tmp_path / "a.zip", {"eve.zip": bomb, "good.txt": "y"})
    found = unpack(archive, into, SMALL)
    assert contents(into)["good.txt"] == b"y"
    assert len([name for name in contents(into) if name.startswith("eve.zip/")]) == 5
    assert "eve.zip/5" in said(found)


def test_archives_in_archives_end_somewhere(into: Path, tmp_path: Path) -> None:
    data = packed({"core.txt": "x"})
    for _ in range(5):
        data = packed({"next.zip": data})
    (tmp_path / "a.zip").write_bytes(data)
    found = unpack(tmp_path / "a.zip", into)
    assert said(found) == {"next.zip/next.zip/next.zip": "is an archive too deep inside others"}


def test_locked_with_a_password(into: Path, tmp_path: Path) -> None:
    data = bytearray(packed({"secret": "x", "good": "y"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + place] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    found = unpack(tmp_path / "a.zip", into)
    assert said(found) == {"secret": "is locked with a password"}
    assert contents(into) == {"good": b"y"}


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_unusual_compression_is_not_tried(kind: int, into: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", kind) as archive:
        archive.writestr("x", "y" * 1000)
    assert "compressed in an unusual way" in said(unpack(tmp_path / "a.zip", into))["x"]


def test_damaged_file_among_good_ones(into: Path, tmp_path: Path) -> None:
    data = packed({"bad": "x" * 100 + "y" * 50, "good": "y"})
    at = data.find(b"bad") + 5
    (tmp_path / "a.zip").write_bytes(data[:at] + b"\xff\x00\xff" + data[at + 3 :])
    found = unpack(tmp_path / "a.zip", into)
    assert said(found)["bad"].startswith("is damaged")
    assert contents(into) == {"good": b"y"}


def test_the_same_name_twice(into: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for content in ("first", "second"):
            archive.writestr("tiny.ipynb", content)
    found = unpack(tmp_path / "a.zip", into)
    assert contents(into) == {"tiny.ipynb": b"second"}
    assert said(found) == {"tiny.ipynb": "is there twice under one name; the last one counts"}


def test_names_that_differ_in_case_alone(into: Path, tmp_path: Path) -> None:
    found = unpack(pack(tmp_path / "a.zip", {"Tiny.ipynb": "1", "tiny.ipynb": "2"}), into)
    assert contents(into) == {"Tiny.ipynb": b"1", "tiny (2).ipynb": b"2"}
    assert "differs from another name in case alone" in said(found)["tiny.ipynb"]


def test_a_file_with_the_name_of_a_folder(into: Path, tmp_path: Path) -> None:
    found = unpack(pack(tmp_path / "a.zip", {"a/b": "1", "a": "2", "c": "3", "c/d": "4"}), into)
    assert contents(into) == {"a/b": b"1", "c": b"3"}
    assert set(said(found)) == {"a", "c/d"}


@pytest.mark.parametrize(
    ("stored", "flags"), [("Zoë".encode(), 0), ("Zoë".encode(), 0x800), (b"Zo\x89", 0)]
)
def test_names_in_other_encodings(stored: bytes, flags: int, into: Path, tmp_path: Path) -> None:
    data = bytearray(packed({"Z" * len(stored): "x"}).replace(b"Z" * len(stored), stored))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark) + place
        data[at : at + 2] = struct.pack("<H", flags)
    (tmp_path / "a.zip").write_bytes(data)
    assert unpack(tmp_path / "a.zip", into).problems == []
    assert list(contents(into)) == ["Zoë"]


def test_files_keep_their_times(into: Path, tmp_path: Path) -> None:
    unpack(pack(tmp_path / "a.zip", {"x": "y"}), into)
    assert (into / "x").stat().st_mtime == time.mktime((*MORNING, 0, 0, -1))


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"<html>log in</html>", packed({"a": "b"})[:-10], b"\0" * 5000]
)
def test_what_is_no_archive(data: bytes, into: Path, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(BadArchiveError, match="no ZIP archive"):
        unpack(tmp_path / "a.zip", into)


def test_a_long_table_of_contents_is_not_read(into: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {f"{n:05}": "" for n in range(300)})
    with pytest.raises(BadArchiveError, match="table of contents is too long"):
        unpack(archive, into, Limits(directory_bytes=10_000))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.lists(st.integers(0, 400), max_size=8))
def test_archives_with_any_bytes_changed(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, places: list[int]
) -> None:
    inner = packed({"x.ipynb": "{}", "manifest.json": "{}"})
    data = bytearray(packed({"a/tiny.ipynb": "x" * 200, "b/tiny.zip": inner}))
    for at, value in zip(places, noise, strict=False):
        data[at % len(data)] = value
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.zip").write_bytes(data)
    try:
        unpack(folder / "a.zip", folder / "into")
    except BadArchiveError:
        return
    assert {path.name for path in folder.iterdir()} <= {"a.zip", "into"}
    assert not list(folder.rglob("*.unpacking"))


@given(st.text(max_size=300))
def test_any_name_stays_inside(name: str) -> None:
    try:
        parts = safe_parts(name)
    except BadNameError:
        return
    assert parts
    for part in parts:
        assert part not in ("", ".", "..")
        assert "/" not in part
        assert printable(part) == part
        assert len(part.encode()) <= 255


def test_memory_stays_small_for_large_files(into: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"a": random.Random(1).randbytes(10_240_000)})
    tracemalloc.start()
    try:
        unpack(archive, into)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
    assert (into / "a").stat().st_size == 10_240_000
