"""The loaders of 08 and 09 in a quick run: small, and with every class."""

import numpy as np
import pytest

from autograder.student import pictures
from data_scripts import objects, objects_production, santa


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
