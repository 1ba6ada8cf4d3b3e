"""Checks of arrays: one-hot labels and flattened images."""

from typing import Any

import numpy as np

from autograder.student.outcome import fail, require_attempt


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
        fail(f"{name} should be an array of numbers; it cannot be read as one ({error}).")
    if array.dtype.kind not in "buif":
        fail(
            f"{name} should be an array of numbers; yours is {type(value).__name__} "
            f"with values of type {array.dtype}."
        )
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
    if array.shape == tuple(reversed(shape)) and array.shape != shape:
        fail(f"{name} should have shape {shape}; yours has {array.shape}: rows and columns are "
             "swapped. One row belongs to one image.")  # fmt: skip
    if array.shape != shape:
        fail(f"{name} should have shape {shape}; yours has {array.shape}. {cause}")


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
    for number, (value, label) in enumerate(zip(values, labels, strict=True), start=1):
        name = f"Your one-hot array {number} of {len(values)}"
        array = as_array(value, name)
        if array.shape == label.shape:
            fail(
                f"{name} still holds one number an image (shape {array.shape}). One-hot means a "
                f"row of {classes} numbers for each image: 1 at the position of its label, "
                "0 elsewhere."
            )
        require_shape(array, (len(label), classes), name, "Each image needs one row of classes.")
        expected = np.eye(classes)[label]
        if not np.array_equal(array, expected):
            row = int(np.flatnonzero((array != expected).any(axis=1))[0])
            fail(
                f"{name}: image {row} has label {int(label[row])}, so its row should be "
                f"{expected[row].astype(int).tolist()}; yours is "
                f"{np.round(array[row], 3).tolist()}. Did you encode the labels of another split?"
            )
    return 1.0


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
    for number, (value, image) in enumerate(zip(values, images, strict=True), start=1):
        name = f"Your flattened array {number} of {len(values)}"
        array = as_array(value, name)
        expected = np.asarray(image).reshape(len(image), -1)
        if array.ndim == 1:
            fail(
                f"{name} is one long row of {array.size:,} numbers: the images ran together. "
                f"Keep the first dimension: ({len(image)}, {expected.shape[1]})."
            )
        if array.shape == image.shape:
            fail(
                f"{name} still has the shape of images, {array.shape}. A Dense layer wants one row "
                f"an image: ({len(image)}, {expected.shape[1]})."
            )
        require_shape(array, expected.shape, name, "48 x 48 pixels x 3 colours are 6,912 numbers.")
        if not np.allclose(array, expected, atol=1e-5):
            fail(
                f"{name} has the right shape, but other numbers than the images. Reshape the "
                "standardised images of the same split, and change no values."
            )
    return 1.0
