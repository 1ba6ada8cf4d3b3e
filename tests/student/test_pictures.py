"""The loaders of 08 and 09 in a quick run, small and with every class; files and own pictures."""

import numpy as np
import pytest
from PIL import Image

from autograder.student import pictures
from data_scripts import objects, objects_production, santa
from data_scripts.original.errors import DataError


@pytest.fixture(autouse=True)
def quick(tmp_path, monkeypatch):
    monkeypatch.setenv("EIGHT_FACES_CACHE", str(tmp_path))
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    monkeypatch.delenv("EIGHT_FACES_DATA", raising=False)


def test_quick_objects_ask_for_a_share(monkeypatch):
    asked = {}
    monkeypatch.setattr(objects, "load_objects", lambda **options: asked.update(options))
    pictures.load_objects()
    assert asked == {"share": 10}
    assert all(counts.min() >= 1 for counts in objects_production.split_sizes(10).values())
    monkeypatch.setenv("EIGHT_FACES_QUICK", "0")
    pictures.load_objects()
    assert asked == {"share": 1}


def test_quick_santa_is_a_tenth_of_the_whole(monkeypatch):
    whole = santa.Santa(*(np.arange(count) for count in (542, 542, 200, 200, 180, 180)))
    monkeypatch.setattr(santa, "load_santa", lambda: whole)
    assert [len(array) for array in pictures.load_santa()] == [54, 54, 20, 20, 18, 18]
    monkeypatch.setenv("EIGHT_FACES_QUICK", "")
    assert pictures.load_santa() is whole


def test_sample_files_are_of_different_kinds():
    shown = np.random.default_rng(0).integers(0, 256, (4, 224, 224, 3), dtype=np.uint8)
    labels = np.array([2, 0, 1, 1], np.uint8)
    few = objects.Objects(shown, labels, shown, labels, shown, labels, ("ant", "cup", "leaf"))
    paths = pictures.sample_files(few)
    assert [path.name for path in paths] == ["leaf_1.png", "ant_2.png", "cup_3.jpg"]
    found = []
    for path in paths:
        with Image.open(path) as image:
            found.append((image.mode, image.size))
    assert found == [("RGB", (300, 200)), ("L", (180, 240)), ("RGB", (150, 150))]


def test_own_folders_are_read_and_broken_files_named(tmp_path, capsys):
    for number, name in enumerate(("cats", "dogs", "owls")):
        (tmp_path / "mine" / name).mkdir(parents=True)
        for side in (40, 60):
            picture = Image.new("RGB", (side, 30), (80 * number, 0, side))
            picture.save(tmp_path / "mine" / name / f"{side}.png")
    (tmp_path / "mine" / "dogs" / "broken.jpg").write_bytes(b"no picture")
    mine = pictures.load_folders(tmp_path / "mine")
    assert mine.images.shape == (6, 224, 224, 3)
    assert mine.names == ("cats", "dogs", "owls")
    assert mine.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert "dogs/broken.jpg" in capsys.readouterr().out


def test_too_few_folders_are_refused(tmp_path):
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (9, 9)).save(tmp_path / name / "1.png")
    with pytest.raises(DataError, match="at least 3"):
        pictures.load_folders(tmp_path)
