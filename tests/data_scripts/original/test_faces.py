"""The HDF5 files of the original course give what the rendered faces give."""

import h5py
import numpy as np
import pytest

from autograder import place
from autograder.student import data
from data_scripts import faces as rendered
from data_scripts.original import faces
from data_scripts.original.__main__ import main
from data_scripts.original.errors import DataError, DownloadError, MissingDataError
from data_scripts.original.sources import folder_of

SPLITS = {"train": 250, "valid": 50, "test": 50}


def course(size, splits=SPLITS):
    """Arrays of the original layout; each picture is of one colour, which is its label."""
    arrays = []
    for number, each in enumerate(splits.values()):
        labels = np.random.default_rng(number).permutation(np.repeat(np.arange(8), each))
        images = np.zeros((8 * each, size, size, 3), np.uint8)
        images[:] = (labels * 30)[:, None, None, None]
        arrays += [images, labels.astype(np.uint8)]
    return rendered.Faces(*arrays)


def written(path, arrays, **changes):
    with h5py.File(path, "w") as opened:
        for name, array in arrays._asdict().items():
            letter, split = name.split("_")
            key = f"{letter.upper()}_{split}_8_faces"
            opened.create_dataset(key, data=changes.get(key, array))
    return path


@pytest.fixture(scope="module")
def small():
    return course(48)


def check(found, wanted):
    assert found._fields == rendered.Faces._fields
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == np.uint8
        np.testing.assert_array_equal(one, other)


def test_both_files_through_the_command(tmp_path, small, capsys, monkeypatch):
    (tmp_path / "course").mkdir()
    large = course(100)
    written(tmp_path / "course" / "faces_48.h5", small)
    written(tmp_path / "course" / "faces_100.h5", large)
    command = ["fetch", "faces", "--from", str(tmp_path / "course"), "--quiet"]
    assert main(command) == 1
    assert "--accept-terms" in capsys.readouterr().err
    assert main([*command, "--accept-terms"]) == 0
    assert "48 pixels and 100 pixels" in capsys.readouterr().out
    monkeypatch.setenv(place.DATA, "original")
    check(data.load_faces(48), small)
    check(data.load_faces(100), large)
    assert main(["verify"]) == 0
    assert capsys.readouterr().out.count("as it came") == 2


def test_one_file_of_any_name(tmp_path, small, monkeypatch):
    path = written(tmp_path / "8_faces_train_valid_test.hdf5", small)
    assert faces.fetch_faces(str(path)) == [48]
    check(faces.load_faces(48), small)
    with pytest.raises(MissingDataError, match="100 pixels"):
        faces.load_faces(100)
    monkeypatch.setenv(place.DATA, "original")
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    check(data.load_faces(48), [array[: len(array) // 10] for array in small])


def test_from_a_server(server, tmp_path, small, hasty):
    body = written(tmp_path / "a.h5", small).read_bytes()
    server.reply("/course/faces_48.h5", body=body)
    with pytest.raises(DownloadError, match=r"faces_100\.h5"):
        faces.fetch_faces(f"{server.address}/course/", limits=hasty, progress=False)
    check(faces.load_faces(48), small)  # what did come stays
    with pytest.raises(DownloadError, match="the address above them"):
        faces.fetch_faces(f"{server.address}/course/faces_48.h5", limits=hasty, progress=False)


@pytest.mark.parametrize(
    "labels",
    [
        lambda y: y.astype(np.float64),
        lambda y: y[:, None],
        lambda y: y[None, :].astype(np.int64),
        lambda y: np.eye(8)[y],
        lambda y: np.eye(8, dtype=np.uint8)[y],
    ],
    ids=["float", "column", "row", "one-hot", "one-hot of bytes"],
)
def test_labels_of_any_kind(tmp_path, labels):
    each = {"train": 5, "valid": 2, "test": 2}
    small = course(48, each)
    changes = {f"Y_{split}_8_faces": labels(getattr(small, f"y_{split}")) for split in each}
    check(faces.read_file(written(tmp_path / "a.h5", small, **changes), 48, each), small)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64])
def test_pixels_of_any_type(tmp_path, dtype):
    each = {"train": 2, "valid": 1, "test": 1}
    small = course(48, each)
    changes = {f"X_{split}_8_faces": getattr(small, f"x_{split}").astype(dtype) for split in each}
    check(faces.read_file(written(tmp_path / "a.h5", small, **changes), 48, each), small)


EACH = {"train": 2, "valid": 1, "test": 1}
TINY = course(48, EACH)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("X_train_8_faces", TINY.x_train / 255, "whole numbers from 0 to 255"),
        ("X_train_8_faces", TINY.x_train.astype(float) - 100, "from -100 to 110"),
        ("X_train_8_faces", np.full(TINY.x_train.shape, np.nan), "whole numbers"),
        ("X_valid_8_faces", TINY.x_valid[:-1], r"shape \(8, 48, 48, 3\)"),
        ("X_test_8_faces", TINY.x_test.transpose(0, 3, 1, 2), r"shape \(8, 48, 48, 3\)"),
        ("Y_train_8_faces", TINY.y_train + 1, "each number from 0 to 7 2 times"),
        ("Y_train_8_faces", np.zeros(16), "each number from 0 to 7 2 times"),
        ("Y_train_8_faces", np.ones((16, 8)), "a single 1 in each row"),
        ("Y_train_8_faces", np.array([b"a"] * 16), "should be numbers"),
    ],
)
def test_unusable_arrays(tmp_path, key, value, said):
    path = written(tmp_path / "a.h5", TINY, **{key: value})
    with pytest.raises(DataError, match=said) as caught:
        faces.read_file(path, 48, EACH)
    assert key in str(caught.value)
    assert str(path) in str(caught.value)


def test_missing_array(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as opened:
        opened["X_train"] = np.zeros(3)
    with pytest.raises(DataError, match=r"X_train_8_faces is missing\. The file holds X_train"):
        faces.read_file(tmp_path / "a.h5", 48)
    with pytest.raises(DataError, match="X_train_8_faces"):
        faces.fetch_faces(str(tmp_path / "a.h5"))


@pytest.mark.parametrize("kind", ["external", "soft", "virtual", "elsewhere"])
def test_array_that_shows_another_file(tmp_path, kind):
    path, key = written(tmp_path / "a.h5", TINY), "X_train_8_faces"
    other = written(tmp_path / "other.h5", TINY)
    shape = TINY.x_train.shape
    with h5py.File(path, "a") as opened:
        del opened[key]
        if kind == "external":
            opened[key] = h5py.ExternalLink(other.name, key)
        elif kind == "soft":
            opened[key] = h5py.SoftLink("/X_valid_8_faces")
        elif kind == "virtual":
            layout = h5py.VirtualLayout(shape, np.uint8)
            layout[:] = h5py.VirtualSource(other, key, shape)
            opened.create_virtual_dataset(key, layout)
        else:
            size = int(np.prod(shape))
            opened.create_dataset(key, shape, np.uint8, external=[(str(other), 0, size)])
    with pytest.raises(DataError, match="no array of this file"):
        faces.read_file(path, 48, EACH)


def test_truncated_file(tmp_path):
    path = written(tmp_path / "a.h5", TINY)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(DataError, match="can't be read as an HDF5 file"):
        faces.read_file(path, 48, EACH)


def test_written_file_is_read_again(tmp_path):
    faces.write_file(tmp_path / "a.h5", TINY)
    check(faces.read_file(tmp_path / "a.h5", 48, EACH), TINY)
    assert [path.name for path in tmp_path.iterdir()] == ["a.h5"]


def test_setting(monkeypatch):
    assert data.chosen_source() == "embedded"
    monkeypatch.setenv(place.DATA, "original")
    assert data.chosen_source() == "original"
    assert data.chosen_source("embedded") == "embedded"
    for load in (data.load_faces, data.load_features):
        with pytest.raises(MissingDataError) as caught:
            load()
        command = "python -m data_scripts.original fetch faces --from FILE_OR_FOLDER --accept-terms"
        assert command in str(caught.value)
        assert "unset EIGHT_FACES_DATA" in str(caught.value)
    assert not folder_of("faces").exists()
    monkeypatch.setenv(place.DATA, "orginal")
    with pytest.raises(ValueError, match=r"EIGHT_FACES_DATA says .orginal."):
        data.load_faces()
    with pytest.raises(ValueError, match=r"the argument source says .x."):
        data.chosen_source("x")


def test_size(monkeypatch):
    monkeypatch.setenv(place.DATA, "original")
    with pytest.raises(ValueError, match="48 or 100"):
        data.load_faces(64)


@pytest.mark.slow
def test_features_of_the_original_faces(tmp_path, monkeypatch):
    each = {"train": 4, "valid": 1, "test": 1}
    arrays = course(100, each)
    monkeypatch.setattr(
        "data_scripts.original.features.load_faces", lambda size, cache_dir=None: arrays
    )
    monkeypatch.setenv(place.DATA, "original")
    found = data.load_features()
    assert found.x_train.shape == (32, 4096)
    assert found.x_valid.shape == found.x_test.shape == (8, 4096)
    np.testing.assert_array_equal(found.y_train, arrays.y_train)
    same = arrays.y_train[:, None] == arrays.y_train
    apart = np.abs(found.x_train[:, None] - found.x_train).max(-1)
    assert apart[same].max() < 1e-3 < apart[~same].min()
    (kept,) = (tmp_path / "cache").glob("features-original-*.arrays")
    monkeypatch.setattr("data_scripts.features.extract_features", None)  # not computed again
    np.testing.assert_array_equal(data.load_features().x_test, found.x_test)
    assert kept.exists()
