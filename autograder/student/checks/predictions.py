"""Checks of what a student makes of a network's predictions, against the very same network."""

from typing import Any

import numpy as np

from autograder.student.checks.arrays import as_array, require_shape
from autograder.student.checks.messages import failed, partly
from autograder.student.checks.results import predict
from autograder.student.outcome import require_attempt, require_before


def probabilities(
    title: str, variant: str | None, values: Any, *, model: Any, images: np.ndarray
) -> float:
    """Check class probabilities against the student's own model.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    values : array-like, shape (n, classes)
        The student's probabilities; each row adds up to 1.
    model : keras.Model
        The student's model.
    images : numpy.ndarray, shape (n, ...)
        The network's inputs for the test images.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(values, task=title)
    require_before(model, task=title)
    array = as_array(values, "Your probabilities")
    own = predict(model, images)
    if array.shape == own.shape[:1]:
        raise failed("labels_for_probabilities", expected=own.shape, got=array.shape)
    require_shape(array, own.shape, "Your probabilities", "Predict every test image, and keep "
                  "one row of class probabilities an image.")  # fmt: skip
    if np.allclose(array, own, atol=1e-3):
        return 1.0
    if np.allclose(array, own * 100, atol=0.1):
        raise failed("probabilities_in_per_cent", got=f"{array[0].sum():.0f}")
    if np.array_equal(array, np.eye(own.shape[1])[own.argmax(axis=1)]):
        raise failed("probabilities_rounded", expected=np.round(own[0], 3).tolist())
    again = np.exp(own) / np.exp(own).sum(axis=1, keepdims=True)
    if np.allclose(array, again, atol=1e-3):
        raise failed("softmax_applied_again")
    if np.allclose(np.sort(array, axis=0), np.sort(own, axis=0), atol=1e-3):
        raise failed("rows_shuffled", name="Your probabilities")
    raise failed("probabilities_differ")


def predicted_labels(title: str, variant: str | None, values: Any, *, probabilities: Any) -> float:
    """Check predicted labels against the student's own probabilities.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    values : array-like of int, shape (n,)
    probabilities : array-like, shape (n, classes)

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(values, task=title)
    require_before(probabilities, task=title)
    array = as_array(values, "Your predicted labels")
    own = as_array(probabilities, "Your probabilities")
    expected = own.argmax(axis=1)
    shapes = {"expected": expected.shape, "got": array.shape}
    if array.shape == own.shape:
        raise failed("argmax_forgotten", **shapes)
    if array.shape == own.shape[1:] != expected.shape:
        raise failed("argmax_of_columns", **shapes)
    require_shape(array, expected.shape, "Your predicted labels", "One label an image: take the "
                  "position of the largest probability in each row.")  # fmt: skip
    if np.array_equal(array, expected):
        return 1.0
    if np.allclose(array, own.max(axis=1), atol=1e-4):
        raise failed("max_for_argmax")
    if np.array_equal(array, own.argmin(axis=1)):
        raise failed("smallest_for_largest")
    image = int(np.flatnonzero(array != expected)[0])
    is_shifted = len(np.unique(array - expected)) == 1
    raise failed(
        "labels_from_one" if is_shifted else "labels_differ",
        image=image,
        expected=expected[image],
        got=array[image],
    )


def confusion_matrix(
    title: str,
    variant: str | None,
    matrix: Any,
    *,
    labels: np.ndarray,
    predicted: Any = None,
    model: Any = None,
    images: np.ndarray | None = None,
    classes: int = 8,
) -> float:
    """Check a confusion matrix against the student's own predictions or model.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    matrix : array-like, shape (classes, classes)
        Rows are true labels, columns are predicted labels.
    labels : numpy.ndarray of int, shape (n,)
    predicted : array-like, shape (n, classes) or (n,), optional
        The student's probabilities or predicted labels.
    model, images : keras.Model and numpy.ndarray of shape (n, ...), optional
        The student's model and its inputs, where `predicted` is not given.
    classes : int

    Returns
    -------
    float
        1.0, or 0.5 where rows and columns are swapped.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(matrix, task=title)
    require_before(predicted, model, task=title)
    if model is not None and images is not None:
        predicted = predict(model, images)
    guess = as_array(predicted, "Your predictions")
    guess = guess.argmax(axis=1) if guess.ndim == 2 else guess
    array = as_array(matrix, "Your confusion matrix")
    require_shape(array, (classes, classes), "Your confusion matrix", "It has a row and a column "
                  "for each person.")  # fmt: skip
    expected = np.zeros((classes, classes), dtype=int)
    np.add.at(expected, (labels.astype(int), guess.astype(int)), 1)
    if np.array_equal(array, expected):
        return 1.0
    if np.array_equal(array, expected.T):
        return partly(0.5, "matrix_transposed")
    total = f"{array.sum():g}"
    if _is_scaled(array, expected) or _is_scaled(array, expected.T):
        raise failed("matrix_normalised", got=total, expected=len(labels))
    if array.sum() != len(labels):
        raise failed("matrix_of_others", got=total, expected=len(labels))
    if np.array_equal(array, np.diag(expected.sum(axis=1))):
        raise failed("matrix_of_truth")
    row = int(np.flatnonzero((array != expected).any(axis=1))[0])
    raise failed(
        "matrix_differs", row=row, expected=expected[row].tolist(), got=array[row].tolist()
    )


def _is_scaled(matrix: np.ndarray, counts: np.ndarray) -> bool:
    """Tell whether counts were divided by their rows', columns' or whole sum, or per cent made."""
    for axis in (None, 0, 1):
        shares = counts / np.maximum(counts.sum(axis=axis, keepdims=True), 1)
        for factor in (1, 100):
            if np.allclose(matrix, shares * factor, atol=0.006 * factor):
                return True
    return False


def right_and_wrong(
    title: str,
    variant: str | None,
    right: Any,
    wrong: Any,
    *,
    predicted: Any,
    labels: np.ndarray,
) -> float:
    """Check the positions of right and wrong predictions.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    right, wrong : array-like of int, shapes (k,) and (n - k,)
        Positions of the images that were recognised, and of those that were not.
    predicted : array-like of int, shape (n,)
        The student's predicted labels.
    labels : numpy.ndarray of int, shape (n,)

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(right, wrong, task=title)
    require_before(predicted, task=title)
    guess = as_array(predicted, "Your predicted labels")
    places = {"right": np.flatnonzero(guess == labels), "wrong": np.flatnonzero(guess != labels)}
    for name, value, other in (("right", right, "wrong"), ("wrong", wrong, "right")):
        expected = places[name]
        array = np.ravel(as_array(value, f"“{name}”"))
        if array.dtype.kind == "b":
            raise failed("true_and_false", name=name)
        if np.array_equal(np.sort(array), expected):
            continue
        fields = {"name": name, "expected": len(expected), "got": array.size}
        detail = "agree" if name == "right" else "differ"
        if np.array_equal(np.sort(array), places[other]):
            raise failed("right_for_wrong", detail=detail, **fields)
        if array.size == 1 and array[0] == len(expected):
            raise failed("number_for_positions", **{**fields, "got": array[0]})
        raise failed("positions_differ", detail=detail, **fields)
    return 1.0


def worst_images(
    title: str,
    variant: str | None,
    values: Any,
    *,
    model: Any,
    images: np.ndarray,
    labels: np.ndarray,
    count: int,
) -> float:
    """Check the positions of the images to whose true person the model gives least probability.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    values : array-like of int, shape (k,)
        Positions of the worst images, the worst first.
    model : keras.Model
        The student's model.
    images : numpy.ndarray, shape (n, ...)
    labels : numpy.ndarray of int, shape (n,)

    Returns
    -------
    float
        1.0, or 0.5 where the right images stand in another order.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(values, task=title)
    require_before(model, task=title)
    array = np.ravel(as_array(values, "worst"))
    outputs = predict(model, images)
    of_truth = outputs[np.arange(len(labels)), labels]
    require_shape(array, (count,), "worst", "Keep the first ones of the sorted positions.")
    if array.dtype.kind not in "ui" or array.min() < 0 or array.max() >= len(labels):
        raise failed("not_positions", expected=len(labels) - 1, got=np.round(array[:3], 3).tolist())
    if len(np.unique(array)) != len(array):
        raise failed("position_twice")
    given = of_truth[array]

    def are_first(order: np.ndarray) -> bool:
        return np.allclose(np.sort(given), np.sort(order[:count]), rtol=0.01, atol=1e-9)

    ordered = np.sort(of_truth)
    if np.allclose(given, ordered[:count], rtol=0.01, atol=1e-9):
        return 1.0
    if are_first(ordered):
        return partly(0.5, "worst_in_another_order")
    if are_first(ordered[::-1]):
        raise failed("best_for_worst")
    if are_first(of_truth[np.argsort(outputs.max(axis=1))]):
        raise failed("least_sure_for_worst")
    raise failed("worst_differs", expected=f"{ordered[0]:.2g}", got=f"{given[0]:.2g}")
