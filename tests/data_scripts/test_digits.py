"""Rendered digits, and hidden ones of the same kind."""

import re
from pathlib import Path

import numpy as np
import pytest

from autograder.student import data
from data_scripts import digits, hidden_sets
from data_scripts.original.splits import Pictures

FEW = {"train": 4, "valid": 2, "test": 2}


def test_digits_are_the_same_on_every_machine(tmp_path):
    drawn = digits.load_digits(seed=1000, cache_dir=tmp_path, splits=FEW)
    again = digits.load_digits(seed=1000, cache_dir=tmp_path / "other", splits=FEW)
    for one, other in zip(drawn, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert drawn.x_train.shape == (40, 28, 28)
    assert drawn.x_train.dtype == np.uint8
    assert np.bincount(drawn.y_valid).tolist() == [2] * 10


def test_hidden_digits_are_new_ones(tmp_path):
    options = {"seed": 1000, "per_class": 3, "cache_dir": tmp_path}
    secret = 2**127 + 12345
    x, y = hidden_sets.render_digits(secret, **options)
    again, _ = hidden_sets.render_digits(secret, **options)
    other, _ = hidden_sets.render_digits(secret + 2**100, **options)
    assert x.shape == (30, 28, 28)
    assert x.dtype == np.uint8
    assert np.bincount(y).tolist() == [3] * 10
    assert np.array_equal(x, again)
    assert not np.array_equal(x, other)
    shown = digits.load_digits(seed=1000, cache_dir=tmp_path, splits=FEW)
    known = {image.tobytes() for images in (shown.x_train, shown.x_test) for image in images}
    assert not known & {image.tobytes() for image in x}
    names = [path.name for path in tmp_path.iterdir()]
    assert any(name.startswith("hidden-digits-") for name in names)
    assert not any(str(secret) in name for name in names)


def test_secret_seed_has_at_most_128_bits():
    with pytest.raises(ValueError, match="128 bits"):
        hidden_sets.render_digits(2**128, per_class=1)


def test_students_get_digits_but_no_hidden_ones(repository):
    files = (repository / "tests" / "release" / "files" / "wheel.txt").read_text().split()
    assert "data_scripts/digits.py" in files
    assert "data_scripts/hidden_sets.py" not in files
    assert not hasattr(digits, "render_hidden")
    for name in (name for name in files if name.startswith("data_scripts/digits")):
        assert not re.search("secret", Path(repository / name).read_text()), name


def test_a_notebook_gets_the_original_digits_where_they_are_chosen(monkeypatch):
    images, labels = np.ones((20, 28, 28), dtype="uint8"), np.zeros(20, dtype="uint8")
    everything = Pictures(*(images, labels) * 3, tuple("0123456789"))
    monkeypatch.setattr("data_scripts.original.digits.load_digits", lambda: everything)
    monkeypatch.setenv("EIGHT_FACES_DATA", "original")
    monkeypatch.delenv("EIGHT_FACES_QUICK", raising=False)
    found = data.load_digits()
    assert found.x_train is images
    assert found.y_test is labels
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    assert data.load_digits().x_valid.shape == (2, 28, 28)
