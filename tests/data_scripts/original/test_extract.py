"""Archives are extracted whole, inside their folder, within limits, or not at all."""

import io
import stat
import tarfile
import zipfile

import numpy as np
import pytest

from data_scripts.original.errors import ArchiveError
from data_scripts.original.extract import Room, extract


def zipped(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def tarred(path, *members):
    with tarfile.open(path, "w:gz") as archive:
        for member, content in members:
            info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def special(kind, name="a", linkname=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, linkname
    return info


def nothing_left(tmp_path):
    return sorted(path.name for path in tmp_path.iterdir()) == ["archive"]


GOOD = (("a/b/c.txt", b"see"), ("a/d.txt", b"dee"))


@pytest.mark.parametrize("make", [zipped, tarred])
def test_good_archive(make, tmp_path):
    extract(make(tmp_path / "archive", *GOOD), tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
             for path in (tmp_path / "out").rglob("*") if path.is_file()}  # fmt: skip
    assert found == dict(GOOD)


@pytest.mark.parametrize("make", [zipped, tarred])
def test_what_macos_adds_is_left_out(make, tmp_path):
    added = (("__MACOSX/a/._d.txt", b"x"), ("a/._d.txt", b"x"), ("a/.DS_Store", b"x"))
    extract(make(tmp_path / "archive", *GOOD, *added), tmp_path / "out")
    assert len([path for path in (tmp_path / "out").rglob("*") if path.is_file()]) == 2


@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize(
    "name",
    ["../out.txt", "/out.txt", "a/../../out.txt", "C:/out.txt", "a\\..\\out.txt", "x" * 1001],
)
def test_place_outside(make, name, tmp_path):
    archive = make(tmp_path / "archive", *GOOD, (name, b"evil"))
    with pytest.raises(ArchiveError, match="leads outside"):
        extract(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("kind", "linkname"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.SYMTYPE, "d.txt"),
        (tarfile.LNKTYPE, "a/d.txt"),
        (tarfile.CHRTYPE, ""),
        (tarfile.BLKTYPE, ""),
        (tarfile.FIFOTYPE, ""),
    ],
)
def test_link_or_device_in_tar(kind, linkname, tmp_path):
    archive = tarred(tmp_path / "archive", *GOOD, (special(kind, "a/e", linkname), b""))
    with pytest.raises(ArchiveError, match="'a/e': it is a link or a device"):
        extract(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


def test_link_in_zip(tmp_path):
    link = zipfile.ZipInfo("a/e")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = zipped(tmp_path / "archive", *GOOD, (link, b"/etc/passwd"))
    with pytest.raises(ArchiveError, match="'a/e': it is a link or a device"):
        extract(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("make", [zipped, tarred])
def test_same_name_twice_on_a_disk_without_cases(make, tmp_path):
    archive = make(tmp_path / "archive", ("a.txt", b"1"), ("A.TXT", b"2"))
    with pytest.raises(ArchiveError, match="there twice"):
        extract(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize(
    ("room", "reason"),
    [
        (Room(files=2), "more than 2 files"),
        (Room(each=1000), "grows larger"),
        (Room(total=150_000), "grows larger"),
        (Room(ratio=10), "grows larger"),
    ],
)
def test_limits(make, room, reason, tmp_path):
    members = [(f"{number}.txt", bytes(100_000)) for number in range(3)]
    archive = make(tmp_path / "archive", *members)
    with pytest.raises(ArchiveError, match=reason):
        extract(archive, tmp_path / "out", room)
    assert nothing_left(tmp_path)
    extract(archive, tmp_path / "out")


@pytest.mark.parametrize("make", [zipped, tarred])
def test_truncated_archive(make, tmp_path):
    content = np.random.default_rng(0).bytes(500_000)
    archive = make(tmp_path / "archive", *GOOD, ("long.bin", content), ("longer.bin", content))
    whole = archive.read_bytes()
    for share in (0.3, 0.6, 0.9):
        archive.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(ArchiveError, match=r"archive can't be extracted|is cut off"):
            extract(archive, tmp_path / "out")
        assert nothing_left(tmp_path)


def test_zip_that_lies_about_its_size(tmp_path):
    archive = zipped(tmp_path / "archive", ("a.bin", bytes(1_000_000)))
    content = archive.read_bytes()
    said, true = (size.to_bytes(4, "little") for size in (10, 1_000_000))
    archive.write_bytes(content.replace(true, said))
    with pytest.raises(ArchiveError):
        extract(archive, tmp_path / "out")
    assert nothing_left(tmp_path)


def test_no_archive_at_all(tmp_path):
    (tmp_path / "archive").write_bytes(b"<html>Please log in</html>")
    with pytest.raises(ArchiveError, match="can't be extracted"):
        extract(tmp_path / "archive", tmp_path / "out")
    assert nothing_left(tmp_path)


def test_encrypted_zip(tmp_path):
    archive = zipped(tmp_path / "archive", ("a.txt", b"secret"))
    content = bytearray(archive.read_bytes())
    for start in (content.find(b"PK\x03\x04") + 6, content.find(b"PK\x01\x02") + 8):
        content[start] |= 1
    archive.write_bytes(bytes(content))
    with pytest.raises(ArchiveError, match="password"):
        extract(archive, tmp_path / "out")
    assert nothing_left(tmp_path)
