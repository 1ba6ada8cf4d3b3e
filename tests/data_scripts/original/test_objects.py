"""Caltech-101 from its archive, its inner archive, or folders."""

import hashlib
import io
import tarfile
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from autograder import place
from autograder.student import pictures
from data_scripts import objects as rendered
from data_scripts.original import objects
from data_scripts.original.__main__ import main
from data_scripts.original.errors import ArchiveError, DataError, DownloadError, MissingDataError
from data_scripts.original.extract import extract
from data_scripts.original.image_folders import read_picture
from data_scripts.original.sources import OBJECT_CATEGORIES, OBJECTS, folder_of

COUNTS = {"Faces": 2, "ant": 20, "airplanes": 3, "BACKGROUND_Google": 2, "crab": 10, "wrench": 10,
          "Motorbikes": 2, "Faces_easy": 2}  # fmt: skip


@pytest.fixture
def inner(picture):
    """``101_ObjectCategories.tar.gz``, laid out as the original."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for number, (name, count) in enumerate(COUNTS.items()):
            folder = tarfile.TarInfo(f"101_ObjectCategories/{name}")
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
            for index in range(1, count + 1):
                content = picture(1000 * number + index, side=60, kind="jpeg")
                info = tarfile.TarInfo(f"101_ObjectCategories/{name}/image_{index:04d}.jpg")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


@pytest.fixture
def outer(inner, monkeypatch):
    """``caltech-101.zip``, and its checksums instead of the true ones."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("caltech-101/101_ObjectCategories.tar.gz", inner)
        archive.writestr("caltech-101/Annotations.tar", b"not needed")
        archive.writestr("__MACOSX/caltech-101/._101_ObjectCategories.tar.gz", b"x")
    known(monkeypatch, stream.getvalue(), inner)
    return stream.getvalue()


def known(monkeypatch, outer, inner, address=""):
    for name, body in (("OBJECTS", outer), ("OBJECT_CATEGORIES", inner)):
        checksum = f"md5:{hashlib.md5(body, usedforsecurity=False).hexdigest()}"
        changed = replace(getattr(objects, name), checksum=checksum)
        monkeypatch.setattr(objects, name, replace(changed, address=address))


def check(found):
    assert found.names == ("ant", "crab", "wrench")
    assert [len(array) for array in found[:6]] == [28, 28, 6, 6, 6, 6]
    for images, labels, each in (
        (found.x_train, found.y_train, [14, 7, 7]),
        (found.x_valid, found.y_valid, [3, 1.5, 1.5]),
        (found.x_test, found.y_test, [3, 1.5, 1.5]),
    ):
        assert images.shape[1:] == (224, 224, 3)
        assert images.dtype == labels.dtype == np.uint8
        assert not images.flags.writeable  # a view of the file
        assert np.abs(np.bincount(labels, minlength=3) - each).max() <= 1
    pictures = [image.tobytes() for split in (0, 2, 4) for image in found[split]]
    assert len(set(pictures)) == 40


def test_archive_through_the_command(server, outer, inner, monkeypatch, capsys):
    server.reply("/caltech-101.zip", body=outer)
    known(monkeypatch, outer, inner, f"{server.address}/caltech-101.zip")
    assert main(["fetch", "objects", "--quiet"]) == 0
    assert "40 pictures of 3 categories" in capsys.readouterr().out
    found = objects.load_objects()
    check(found)
    path = folder_of("objects") / "101_ObjectCategories" / "ant" / "image_0001.jpg"
    images = np.concatenate([found.x_train, found.x_valid, found.x_test])
    labels = np.concatenate([found.y_train, found.y_valid, found.y_test])
    same = (images == read_picture(path, 224)).all(axis=(1, 2, 3))
    assert labels[same].tolist() == [0]
    first = found.x_train.copy()
    assert main(["fetch", "objects", "--quiet"]) == 0
    assert server.times("/caltech-101.zip") == 1
    np.testing.assert_array_equal(objects.load_objects().x_train, first)
    assert not list(folder_of("objects").glob(".*"))


def test_archive_of_this_machine(outer, tmp_path):
    (tmp_path / "caltech-101.zip").write_bytes(outer)
    objects.fetch_objects(str(tmp_path), progress=False)
    check(objects.load_objects())


def test_the_setting_of_notebooks(outer, tmp_path, monkeypatch):
    monkeypatch.setenv(place.DATA, "original")
    with pytest.raises(MissingDataError, match="fetch objects"):
        pictures.load_objects()
    (tmp_path / "caltech-101.zip").write_bytes(outer)
    objects.fetch_objects(str(tmp_path), progress=False)
    found = pictures.load_objects()
    assert type(found) is rendered.Objects
    check(found)
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    few = pictures.load_objects()
    assert few.names == found.names
    for split in ("train", "valid", "test"):
        assert np.unique(getattr(few, f"y_{split}")).tolist() == [0, 1, 2]
        assert len(getattr(few, f"y_{split}")) == len(getattr(few, f"x_{split}")) == 3
        whole = {image.tobytes(): label for image, label in zip(
            getattr(found, f"x_{split}"), getattr(found, f"y_{split}"), strict=True)}  # fmt: skip
        labels = [whole[image.tobytes()] for image in getattr(few, f"x_{split}")]
        assert labels == getattr(few, f"y_{split}").tolist()
    monkeypatch.setenv(place.DATA, "orginal")
    with pytest.raises(ValueError, match=r"EIGHT_FACES_DATA says .orginal."):
        pictures.load_objects()


@pytest.mark.parametrize("given", ["", "101_ObjectCategories.tar.gz"])
def test_older_archive(outer, inner, tmp_path, given):
    (tmp_path / "101_ObjectCategories.tar.gz").write_bytes(inner)
    objects.fetch_objects(str(tmp_path / given), progress=False)
    check(objects.load_objects())


def test_folders_with_a_broken_picture(outer, inner, tmp_path):
    archive, folder = tmp_path / OBJECT_CATEGORIES.name, tmp_path / "folders"
    archive.write_bytes(inner)
    extract(archive, folder)
    broken = folder / "101_ObjectCategories" / "ant" / "image_0000.jpg"
    broken.write_bytes(b"\xff\xd8\xff")
    said = objects.fetch_objects(str(folder), progress=False)
    assert '"ant/image_0000.jpg"' in said
    check(objects.load_objects())


def test_inner_archive_was_exchanged(outer, monkeypatch, tmp_path):
    known(monkeypatch, outer, b"another")
    (tmp_path / "caltech-101.zip").write_bytes(outer)
    with pytest.raises(DataError, match=r"101_ObjectCategories\.tar\.gz in caltech-101\.zip is an"):
        objects.fetch_objects(str(tmp_path), progress=False)
    assert sorted(path.name for path in folder_of("objects").iterdir()) == [
        "caltech-101.zip", "prepare.lock",
    ]  # fmt: skip


def test_truncated_inner_archive(outer, inner, monkeypatch, tmp_path):
    cut = inner[: len(inner) // 2]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("caltech-101/101_ObjectCategories.tar.gz", cut)
    known(monkeypatch, stream.getvalue(), cut)
    (tmp_path / "caltech-101.zip").write_bytes(stream.getvalue())
    with pytest.raises(ArchiveError, match="can't be extracted"):
        objects.fetch_objects(str(tmp_path), progress=False)
    with pytest.raises(MissingDataError):
        objects.load_objects()


def test_genuine_checksum_refuses_another_archive(server, hasty):
    server.reply("/caltech-101.zip", body=b"PK\x03\x04 something else")
    with pytest.raises(DownloadError, match="another file than expected"):
        objects.fetch_objects(f"{server.address}/", limits=hasty, progress=False)
    assert OBJECTS.checksum == "md5:3138e1922a9193bfa496528edbbc45d0"


def test_stopped_while_writing(outer, tmp_path, monkeypatch):
    (tmp_path / "caltech-101.zip").write_bytes(outer)
    objects.fetch_objects(str(tmp_path), progress=False)

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("data_scripts.original.image_folders.read_picture", stop)
    assert main(["fetch", "objects", "--from", str(tmp_path), "--quiet"]) == 1
    with pytest.raises(MissingDataError, match="fetch objects"):
        objects.load_objects()
    assert not list(folder_of("objects").glob("*.part"))


def test_files_that_do_not_belong_together(outer, tmp_path):
    (tmp_path / "caltech-101.zip").write_bytes(outer)
    objects.fetch_objects(str(tmp_path), progress=False)
    np.save(folder_of("objects") / "images.npy", np.zeros((3, 224, 224, 3), np.uint8))
    with pytest.raises(DataError, match="do not belong together"):
        objects.load_objects()
    (folder_of("objects") / "images.npy").write_bytes(b"nothing")
    with pytest.raises(DataError, match="damaged"):
        objects.load_objects()
