"""MNIST in the course's numbers, through Keras or from a file."""

from pathlib import Path

import keras
import numpy as np
import pytest

from data_scripts.original import digits
from data_scripts.original.__main__ import main
from data_scripts.original.errors import DataError, MissingDataError, OriginalError
from data_scripts.original.sources import DIGITS, WEIGHTS, ZIP, RemoteFile

REAL = Path(__file__).parents[4] / "shared" / "data" / "mnist_6000.npz"


def made(count, seed):
    generator = np.random.default_rng(seed)
    return (
        generator.integers(0, 256, (count, 28, 28), dtype=np.uint8),
        generator.integers(0, 10, count, dtype=np.uint8),
    )


def as_keras(path, training, test):
    np.savez(path, x_train=training[0], y_train=training[1], x_test=test[0], y_test=test[1])
    return path


def check_layout(found):
    assert [len(array) for array in found[:6]] == [4000, 4000, 1000, 1000, 1000, 1000]
    for images, labels in ((found[0], found[1]), (found[2], found[3]), (found[4], found[5])):
        assert images.shape[1:] == (28, 28)
        assert images.dtype == labels.dtype == np.uint8
        assert labels.max() <= 9
    assert found.names == tuple("0123456789")


def test_through_keras(server, hasty, monkeypatch):
    """The file goes where Keras looks, and Keras reads it."""
    body = ZIP + b"what Keras' loader would read"
    server.reply("/mnist.npz", body=body)
    file = RemoteFile(
        "mnist.npz", 1000, ZIP, f"{server.address}/mnist.npz", keras_folder="datasets"
    )
    training, test = made(6000, 0), made(1500, 1)
    seen = []

    def load_data():
        seen.append((digits_home() / "mnist.npz").read_bytes())
        return training, test

    monkeypatch.setattr(digits, "DIGITS", file)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", load_data)
    found = digits.fetch_digits(limits=hasty, progress=False)
    assert seen == [body]
    check_layout(found)
    for name, array in digits.load_digits()._asdict().items():
        np.testing.assert_array_equal(array, getattr(found, name))

    sums = {image.tobytes() for image in training[0]}
    assert all(image.tobytes() in sums for image in (*found.x_train, *found.x_valid))
    chosen = {image.tobytes() for image in (*found.x_train, *found.x_valid)}
    assert len(chosen) == 5000
    again = digits.choose(training, test)
    for one, other in zip(found[:6], again[:6], strict=True):
        np.testing.assert_array_equal(one, other)


def digits_home():
    from data_scripts.original.download import keras_home

    return keras_home() / "datasets"


def test_keras_that_fails(server, hasty, monkeypatch):
    server.reply("/mnist.npz", body=ZIP)
    file = RemoteFile("mnist.npz", 1000, ZIP, f"{server.address}/mnist.npz")
    monkeypatch.setattr(digits, "DIGITS", file)

    def load_data():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", load_data)
    with pytest.raises(OriginalError, match="Keras could not load MNIST: URL fetch failure"):
        digits.fetch_digits(limits=hasty, progress=False)


@pytest.mark.parametrize(
    ("file", "module"),
    [(DIGITS, "datasets/mnist"), *((file, f"applications/{file.name[:5]}") for file in WEIGHTS)],
)
def test_addresses_and_checksums_are_those_of_keras(file, module):
    text = (Path(keras.__file__).parent / "src" / f"{module}.py").read_text()
    joined = "".join(part for part in text.replace('"\n', '"').split('"'))
    assert file.checksum.split(":")[1] in text
    assert file.name in text
    parts = file.address.removesuffix(file.name).removesuffix("/").split("/keras-applications")
    assert all(part in joined for part in parts if part)


def test_own_file_in_the_layout_of_keras(tmp_path):
    path = as_keras(tmp_path / "mine.npz", made(5000, 0), made(1000, 1))
    assert main(["fetch", "digits", "--from", str(path), "--quiet"]) == 0
    check_layout(digits.load_digits())


def test_real_digits(capsys):
    if not REAL.exists():
        pytest.skip("the file of real digits is not part of the project")
    assert main(["fetch", "digits", "--from", str(REAL), "--quiet"]) == 0
    found = digits.load_digits()
    check_layout(found)
    with np.load(REAL) as opened:
        images, labels = opened["images"], opened["labels"]
    np.testing.assert_array_equal(found.x_train, images[:4000])
    np.testing.assert_array_equal(found.y_valid, labels[4000:5000])
    np.testing.assert_array_equal(found.x_test, images[5000:6000])
    assert "train: 4000 digits, valid: 1000 digits" in capsys.readouterr().out


def test_not_fetched():
    with pytest.raises(MissingDataError, match=r"python -m data_scripts\.original fetch digits\n"):
        digits.load_digits()


def test_damaged_after_it_was_fetched(tmp_path, capsys):
    path = as_keras(tmp_path / "mine.npz", made(5000, 0), made(1000, 1))
    digits.fetch_digits(str(path))
    (kept,) = (tmp_path / "cache").rglob("digits.arrays")
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(MissingDataError):
        digits.load_digits()
    assert "damaged" in capsys.readouterr().out
    digits.fetch_digits(str(path))
    check_layout(digits.load_digits())


@pytest.mark.parametrize(
    ("training", "test", "said"),
    [
        (made(4999, 0), made(1000, 1), "5,000 training digits are needed, and there are 4,999"),
        (made(5000, 0), made(999, 1), "1,000 test digits are needed"),
        ((made(5000, 0)[0] / 255, made(5000, 0)[1]), made(1000, 1), "uint8 of shape"),
        ((made(5000, 0)[0], made(5000, 0)[1] + 5), made(1000, 1), "should be 0 to 9"),
        ((made(5000, 0)[0], made(4000, 0)[1]), made(1000, 1), "one label each"),
    ],
)
def test_unusable_arrays(training, test, said, tmp_path):
    path = as_keras(tmp_path / "mine.npz", training, test)
    with pytest.raises(DataError, match=said):
        digits.fetch_digits(str(path))
    with pytest.raises(MissingDataError):
        digits.load_digits()


def test_unusable_files(tmp_path):
    np.savez(tmp_path / "a.npz", numbers=np.zeros(3))
    with pytest.raises(DataError, match="it holds numbers"):
        digits.read_file(tmp_path / "a.npz")
    (tmp_path / "b.npz").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"can't be read as a \.npz file"):
        digits.read_file(tmp_path / "b.npz")
    np.savez(tmp_path / "pickled.npz", images=np.array([{}], dtype=object), labels=np.zeros(1))
    with pytest.raises(DataError, match="allow_pickle=False"):
        digits.read_file(tmp_path / "pickled.npz")
