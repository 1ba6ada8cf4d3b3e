"""The Santa folders, as folders and as an archive."""

import shutil
import zipfile

import numpy as np
import pytest

from autograder import place
from autograder.student import pictures
from data_scripts import santa as rendered
from data_scripts.original import santa
from data_scripts.original.__main__ import main
from data_scripts.original.errors import DataError, MissingDataError

EACH = {"train": 6, "validation": 3, "test": 2}


@pytest.fixture
def lesson(tmp_path, picture):
    """The folders of the lesson, with fewer pictures; those of Santa are the larger files."""
    base = tmp_path / "lesson"
    for number, (split, each) in enumerate(EACH.items()):
        for label, name in enumerate(santa.NAMES):
            folder = base / "split" / split / name
            folder.mkdir(parents=True)
            for index in range(each):
                seed = 1000 * number + 100 * label + index
                (folder / f"{index:08d}.jpg").write_bytes(picture(seed, 50 + 30 * label, "jpeg"))
    return base


def check(found):
    assert [len(array) for array in found[:6]] == [12, 12, 6, 6, 4, 4]
    for images, labels in ((found[0], found[1]), (found[2], found[3]), (found[4], found[5])):
        assert images.shape[1:] == (64, 64, 3)
        assert images.dtype == labels.dtype == np.uint8
        assert labels.sum() * 2 == len(labels)
    assert found.y_train.tolist() != sorted(found.y_train.tolist())


@pytest.mark.parametrize("inside", ["", "split"])
def test_folders_through_the_command(lesson, inside, capsys):
    command = ["fetch", "santa", "--from", str(lesson / inside), "--quiet", "--accept-terms"]
    assert main(command) == 0
    assert "train: 12 pictures (the original lesson has 542)" in capsys.readouterr().out
    found = santa.load_santa()
    check(found)
    assert found.names == ("not_santa", "santa")
    assert main(command) == 0
    np.testing.assert_array_equal(santa.load_santa().x_train, found.x_train)


@pytest.mark.parametrize("wrapped", [True, False])
def test_archive(lesson, tmp_path, wrapped, server, hasty):
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w") as archive:
        base = lesson.parent if wrapped else lesson
        for file in sorted(lesson.rglob("*.jpg")):
            archive.write(file, file.relative_to(base))
    server.reply("/here/it/is", body=path.read_bytes())
    santa.fetch_santa(f"{server.address}/here/it/is", limits=hasty, progress=False)
    check(santa.load_santa())
    assert main(["delete", "santa"]) == 0
    with pytest.raises(MissingDataError, match="fetch santa --from"):
        santa.load_santa()
    santa.fetch_santa(str(path), progress=False)
    check(santa.load_santa())


def test_the_setting_of_notebooks(lesson, monkeypatch):
    monkeypatch.setenv(place.DATA, "original")
    with pytest.raises(MissingDataError, match="fetch santa --from"):
        pictures.load_santa()
    santa.fetch_santa(str(lesson))
    found = pictures.load_santa()
    assert type(found) is rendered.Santa
    check(found)
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    few = pictures.load_santa()
    assert [len(array) for array in few] == [2] * 6
    assert sorted(few.y_test.tolist()) == [0, 1]
    monkeypatch.setenv(place.DATA, "x")
    with pytest.raises(ValueError, match=r"EIGHT_FACES_DATA says .x."):
        pictures.load_santa()


def test_unusable_folders(lesson):
    base = lesson / "split"
    (base / "train" / "santa").rename(base / "train" / "Santa Claus")
    with pytest.raises(DataError, match="should hold the folders santa and not_santa, not"):
        santa.fetch_santa(str(lesson))
    shutil.rmtree(base / "train" / "Santa Claus")
    with pytest.raises(DataError, match="at least 2 of them"):
        santa.fetch_santa(str(lesson))
    shutil.rmtree(base / "train")
    with pytest.raises(DataError, match="There is no folder"):
        santa.fetch_santa(str(lesson))
    with pytest.raises(MissingDataError):
        santa.load_santa()


def test_archive_without_the_folders(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(DataError, match="holds no folder split/train"):
        santa.fetch_santa(str(tmp_path / "a.zip"))
