"""Checks of one-hot labels and flattened images name the mistake."""

import numpy as np
import pytest

from autograder.student import flatten, one_hot
from autograder.student.checks import arrays
from autograder.student.outcome import CheckFailed, NotAttempted

LABELS = np.array([3, 0, 7, 3], dtype=np.uint8)
IMAGES = np.arange(4 * 48 * 48 * 3, dtype="float32").reshape(4, 48, 48, 3)


def check_one_hot(value: object) -> float:
    return arrays.one_hot("One-hot", None, value, labels=(LABELS,))


def check_flatten(value: object) -> float:
    return arrays.flatten("Flatten", None, value, images=(IMAGES,))


def test_right_arrays_pass_as_arrays_tensors_and_lists() -> None:
    assert check_one_hot(one_hot(LABELS)) == 1.0
    assert check_one_hot(one_hot(LABELS).tolist()) == 1.0
    assert check_one_hot(one_hot(LABELS).astype(bool)) == 1.0
    assert check_flatten(flatten(IMAGES)) == 1.0


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (LABELS, "one number an image"),
        (one_hot(LABELS).T, "swapped"),
        (one_hot(LABELS)[:, :7], "should have shape"),
        (one_hot(LABELS[::-1]), "another split"),
        (1 - one_hot(LABELS), "should be"),
        ("abc", "array of numbers"),
        ({"a": 1}, "array of numbers"),
    ],
)
def test_one_hot_mistakes_are_named(value: object, message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        check_one_hot(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (IMAGES, "still has the shape of images"),
        (IMAGES.ravel(), "one long row"),
        (flatten(IMAGES).T, "swapped"),
        (flatten(IMAGES)[:3], "should have shape"),
        (flatten(IMAGES) / 255, "other numbers"),
    ],
)
def test_flatten_mistakes_are_named(value: object, message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        check_flatten(value)


def test_an_open_gap_is_not_attempted() -> None:
    with pytest.raises(NotAttempted):
        check_one_hot(...)
    with pytest.raises(NotAttempted):
        check_flatten(...)
