"""Checks of arrays: one-hot labels, standardised and flattened images."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.student.checks.messages import failed
from autograder.student.data import STANDARDIZE_EPSILON
from autograder.student.outcome import require_attempt


def as_array(value: Any, name: str) -> np.ndarray:
    """Return a student's value as a numeric NumPy array.

    Parameters
    ----------
    value : array-like
        What the student's cell assigned; tensors and lists are welcome.
    name : str
        What it is called in messages.

    Raises
    ------
    CheckFailed
        If the value is no array of numbers.
    """
    try:
        array = np.asarray(value)
    except Exception as error:
        detail = f"yours cannot be read as one ({error})"
        raise failed("not_an_array", name=name, detail=detail) from None
    if array.dtype.kind not in "buif":
        kind = f"yours is {type(value).__name__} with values of type {array.dtype}"
        raise failed("not_an_array", name=name, detail=kind)
    return array


def require_shape(array: np.ndarray, shape: tuple[int, ...], name: str, cause: str) -> None:
    """Raise `CheckFailed` when the array has another shape.

    Parameters
    ----------
    array : numpy.ndarray
    shape : tuple of int
        The shape that the exercise asks for.
    name, cause : str
        What the array is called, and what usually leads to another shape.
    """
    if array.shape == shape:
        return
    if array.shape == tuple(reversed(shape)):
        raise failed("rows_and_columns_swapped", name=name, expected=shape, got=array.shape)
    raise failed("wrong_shape", name=name, expected=shape, got=array.shape, detail=cause)


def one_hot(title: str, variant: str | None, *values: Any, labels: Any, classes: int = 8) -> float:
    """Check one-hot encoded labels.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    *values : array-like, shapes (n_i, classes)
        The student's arrays.
    labels : sequence of numpy.ndarray, shapes (n_i,)
        The labels that were to be encoded, in the same order, 0 to ``classes - 1``.
    classes : int
        Number of classes.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(*values, task=title)
    encoded = [np.eye(classes)[label] for label in labels]
    for number, (value, label) in enumerate(zip(values, labels, strict=True), start=1):
        name = f"Your one-hot array {number} of {len(values)}"
        array = as_array(value, name)
        expected = encoded[number - 1]
        if array.shape == label.shape:
            raise failed(
                "labels_not_one_hot",
                name=name,
                got=array.shape,
                expected=expected.shape,
                classes=classes,
            )
        require_shape(array, expected.shape, name, "Each image needs one row, and each of the "
                      f"{classes} people a column. Try: say num_classes={classes}.")  # fmt: skip
        if not np.array_equal(array, expected):
            _explain_one_hot(array, name, label, expected, encoded)
    return 1.0


def _explain_one_hot(
    array: np.ndarray,
    name: str,
    label: np.ndarray,
    expected: np.ndarray,
    encoded: Sequence[np.ndarray],
) -> None:
    for side, step in (("right", 1), ("left", -1)):
        inner = slice(1, None) if step == 1 else slice(None, -1)  # what fell off may be anywhere
        shifted = np.roll(expected, step, axis=1)
        if np.array_equal(array[:, inner], shifted[:, inner]):
            raise failed("one_hot_shifted", name=name, side=side)
    if np.array_equal(array, 1 - expected):
        raise failed("one_hot_inverted", name=name)
    if any(np.array_equal(array, other) for other in encoded):
        raise failed("another_split", name=name)
    if np.array_equal(_sorted_rows(array), _sorted_rows(expected)):
        raise failed("rows_shuffled", name=name)
    row = int(np.flatnonzero((array != expected).any(axis=1))[0])
    raise failed(
        "one_hot_wrong",
        name=name,
        row=row,
        label=int(label[row]),
        expected=expected[row].astype(int).tolist(),
        got=np.round(array[row].astype(float), 3).tolist(),
    )


def flatten(title: str, variant: str | None, *values: Any, images: Any) -> float:
    """Check images that were flattened to one row an image.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    *values : array-like, shapes (n_i, height * width * channels)
        The student's arrays.
    images : sequence of numpy.ndarray, shapes (n_i, height, width, channels)
        The images in the same order.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(*values, task=title)
    pictures = [np.asarray(image) for image in images]
    for number, (value, picture) in enumerate(zip(values, pictures, strict=True), start=1):
        name = f"Your flattened array {number} of {len(values)}"
        array = as_array(value, name)
        expected = picture.reshape(len(picture), -1)
        if array.ndim == 1:
            raise failed(
                "flattened_too_far", name=name, expected=expected.shape, got=f"{array.size:,}"
            )
        if array.shape == picture.shape:
            raise failed("not_flattened", name=name, expected=expected.shape, got=array.shape)
        sides = " x ".join(map(str, picture.shape[1:-1]))
        require_shape(array, expected.shape, name, f"{sides} pixels x {picture.shape[-1]} colours "
                      f"are {expected.shape[1]:,} numbers.")  # fmt: skip
        if not (np.array_equal(array, expected) or np.allclose(array, expected, atol=1e-5)):
            _explain_flatten(array, name, picture, pictures)
    return 1.0


def _explain_flatten(
    array: np.ndarray, name: str, picture: np.ndarray, pictures: Sequence[np.ndarray]
) -> None:
    expected = picture.reshape(len(picture), -1)
    others = (other.reshape(len(other), -1) for other in pictures if other is not picture)
    if any(_close(array, other) for other in others):
        raise failed("another_split", name=name)
    for axes in ((0, 2, 1, 3), (0, 3, 1, 2), (0, 3, 2, 1)):
        if _close(array, picture.transpose(axes).reshape(len(picture), -1)):
            raise failed("axes_exchanged", name=name)
    sums = np.sort(array.sum(axis=1)), np.sort(expected.sum(axis=1))
    if _close(*sums) and not _close(array, expected):
        raise failed("rows_shuffled", name=name)
    if array.min() >= 0 and expected.min() < 0:
        span = "from 0 to 1" if array.max() <= 1 else "from 0 to 255"
        raise failed("raw_pixels", name=name, detail=span)
    raise failed("values_changed", name=name)


def standardize(title: str, variant: str | None, function: Any, *, images: Any) -> float:
    """Check a function that standardises images with the numbers of the training images.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    function : callable
        The student's ``standardize(train, *others)``; gives an array for each of its arguments.
    images : sequence of numpy.ndarray, shapes (n_i, ...)
        Training images first; fresh ones, not the student's.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(function, task=title)
    raw = [np.asarray(image, dtype="float64") for image in images]
    values = function(*(image.copy() for image in images))
    require_attempt(values, task=title)
    if isinstance(values, np.ndarray) and len(raw) == 1:
        values = [values]
    require_attempt(*values, task=title)
    if len(values) != len(raw):
        raise failed(
            "wrong_shape",
            name="What your function returns",
            expected=f"of {len(raw)} arrays",
            got=len(values),
            detail="Try: one array for each that goes in.",
        )
    mean, deviation = raw[0].mean(axis=0), raw[0].std(axis=0)
    # first the other sets: only they show whose numbers were used
    for number in [*range(1, len(raw)), 0]:
        name = f"Your standardised array {number + 1} of {len(raw)}"
        array = as_array(values[number], name)
        require_shape(array, raw[number].shape, name, "Standardising changes no shape.")
        expected = (raw[number] - mean) / (deviation + STANDARDIZE_EPSILON)
        if not _close(array, expected):
            _explain_standardize(array, name, raw, number, expected)
    return 1.0


def _explain_standardize(
    array: np.ndarray, name: str, raw: Sequence[np.ndarray], number: int, expected: np.ndarray
) -> None:
    own, train, everything = raw[number], raw[0], np.concatenate(raw)
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    if not np.isfinite(array).all():
        raise failed("no_epsilon", name=name)

    def by(measured: np.ndarray, axis: int | None = 0) -> np.ndarray:
        spread = measured.std(axis=axis) + STANDARDIZE_EPSILON
        return np.asarray((own - measured.mean(axis=axis)) / spread)

    candidates = {
        "test_statistics": by(own),
        "statistics_of_everything": by(everything),
        "one_mean_for_all": by(train, axis=None),
        "not_centred": own / (deviation + STANDARDIZE_EPSILON),
        "not_scaled": own - mean,
        "variance_for_deviation": (own - mean) / (deviation**2 + STANDARDIZE_EPSILON),
        "not_standardized": own,
    }
    for cause, candidate in candidates.items():
        if _close(array, candidate):
            raise failed(cause, name=name)
    raise failed(
        "standardized_wrongly",
        name=name,
        expected=f"{expected.mean():.2f}",
        got=f"{array.mean():.2f}",
    )


def _close(array: np.ndarray, other: np.ndarray) -> bool:
    return array.shape == other.shape and bool(np.allclose(array, other, rtol=1e-3, atol=1e-3))


def _sorted_rows(array: np.ndarray) -> np.ndarray:
    return np.asarray(array[np.lexsort(array.T)])
