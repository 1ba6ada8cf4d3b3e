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
    ("value", "cause"),
    [
        (LABELS, "labels_not_one_hot"),
        (one_hot(LABELS).T, "rows_and_columns_swapped"),
        (one_hot(LABELS)[:, :7], "wrong_shape"),
        (one_hot(LABELS[[0, 2, 1, 3]]), "rows_shuffled"),
        (1 - one_hot(LABELS), "one_hot_inverted"),
        (2 * one_hot(LABELS), "one_hot_wrong"),
        ("abc", "not_an_array"),
        ({"a": 1}, "not_an_array"),
        ([[1, 2], [3]], "not_an_array"),
    ],
)
def test_one_hot_mistakes_are_named(value: object, cause: str) -> None:
    with pytest.raises(CheckFailed) as failure:
        check_one_hot(value)
    assert failure.value.cause == cause


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (IMAGES, "not_flattened"),
        (IMAGES.ravel(), "flattened_too_far"),
        (flatten(IMAGES).T, "rows_and_columns_swapped"),
        (flatten(IMAGES)[:3], "wrong_shape"),
        (flatten(IMAGES) / 255, "values_changed"),
        (flatten(IMAGES.transpose(0, 2, 1, 3)), "axes_exchanged"),
        (flatten(IMAGES[::-1]), "rows_shuffled"),
    ],
)
def test_flatten_mistakes_are_named(value: object, cause: str) -> None:
    with pytest.raises(CheckFailed) as failure:
        check_flatten(value)
    assert failure.value.cause == cause


def test_a_tiny_difference_is_not_taken_for_another_order_or_split() -> None:
    with pytest.raises(CheckFailed) as failure:
        arrays.flatten("t", None, flatten(IMAGES / 1e5) + 5e-4, images=(IMAGES / 1e5,))
    assert failure.value.cause == "values_changed"


def test_an_open_gap_is_not_attempted() -> None:
    with pytest.raises(NotAttempted):
        check_one_hot(...)
    with pytest.raises(NotAttempted):
        check_flatten(...)
