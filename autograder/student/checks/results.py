"""Checks of results that are worked out from the student's own model or probabilities."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.student.checks.arrays import as_array, require_shape
from autograder.student.outcome import (
    CheckFailed,
    fail,
    is_gap,
    require_attempt,
    require_before,
)

ACCURACY_TOLERANCE = 0.006
"""Reported accuracies may be rounded to two decimals."""

SPLITS = ("train", "validation", "test")


def work_out(model: Any, images: np.ndarray) -> np.ndarray:
    """Let the model predict; parameters and outputs as of `predict`."""
    return np.asarray(model.predict(images, batch_size=256, verbose=0))


forward: Callable[[Any, np.ndarray], np.ndarray] = work_out
"""What gives predictions; where the tests are graded, one that works each out only once."""


def predict(model: Any, images: np.ndarray) -> np.ndarray:
    """Return the model's outputs.

    Parameters
    ----------
    model : keras.Model
    images : numpy.ndarray, shape (n, ...)

    Returns
    -------
    numpy.ndarray, shape (n, classes)
    """
    return forward(model, images)


def accuracy(model: Any, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of images whose largest output is at their label, 0 to 1.

    Parameters
    ----------
    model : keras.Model
    images : numpy.ndarray, shape (n, ...)
    labels : numpy.ndarray of int, shape (n,)
    """
    return float(np.mean(predict(model, images).argmax(axis=1) == labels))


def accuracies(
    title: str,
    variant: str | None,
    reported: Any,
    *,
    models: dict[str, Any],
    data: dict[str, Any],
    variable: str = "accuracies",
) -> float:
    """Check the accuracies that a student worked out, against the student's own models.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    reported : dict of str to dict of str to float
        ``{"a": {"train": 0.9, "validation": 0.6, "test": 0.6}, ...}``, each 0 to 1.
    models : dict of str to keras.Model
        The student's models by name.
    data : dict of str to (images, labels)
        Images, shape (n, ...), and labels, shape (n,), of each split.
    variable : str
        What the notebook calls the dictionary.

    Returns
    -------
    float
        Share of the models whose accuracies are right.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(reported, task=title)
    if not isinstance(reported, dict):
        fail(f"{variable} should be a dictionary; yours is {type(reported).__name__}.")
    right = 0
    problem = ""
    for name, model in models.items():
        if is_gap(model):
            message = f"Network {name} is still open, so it has no accuracies yet."
        else:
            entry = f'{variable}["{name}"]'
            message = _wrong_accuracy(entry, f"model_{name}", reported.get(name), model, data)
        right += not message
        problem = problem or message
    if problem and not right:
        fail(problem)
    if problem:
        print(problem)
    return right / len(models)


def _wrong_accuracy(
    entry: str, own_model: str, given: Any, model: Any, data: dict[str, Any]
) -> str:
    if not isinstance(given, dict):
        return f"{entry} should be a dictionary with the keys {', '.join(SPLITS)}."
    for split, (images, labels) in data.items():
        if split not in given or given[split] is Ellipsis:
            return f'{entry} has no entry "{split}" yet.'
        try:
            value = float(given[split])
        except (TypeError, ValueError):
            return f'{entry}["{split}"] should be a number between 0 and 1.'
        own = accuracy(model, images, labels)
        if 1.0 < value <= 100.0 and abs(value / 100 - own) <= ACCURACY_TOLERANCE:
            return f'{entry}["{split}"] is in per cent; give a share between 0 and 1.'
        if not abs(value - own) <= ACCURACY_TOLERANCE:
            return (
                f'{entry}["{split}"] is {value:.3f}, but {own_model} reaches '
                f"{own:.3f} there. evaluate returns loss and accuracy, in this order: take the "
                "second, and the images of that split."
            )
    return ""


def comparison(
    title: str, variant: str | None, table: Any, *, models: dict[str, Any], data: dict[str, Any]
) -> float:
    """Check a comparison of several models; see `accuracies`."""
    return accuracies(title, variant, table, models=models, data=data, variable="comparison")


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
        print("Rows and columns are swapped: a row is a true person, a column a predicted one. "
              "Half of the points.")  # fmt: skip
        return 0.5
    if array.sum() != len(labels):
        fail(
            f"The entries of your confusion matrix add up to {array.sum():g}; every one of the "
            f"{len(labels)} test images should be counted once."
        )
    row = int(np.flatnonzero((array != expected).any(axis=1))[0])
    raise CheckFailed(
        f"Row {row} of your confusion matrix should be {expected[row].tolist()} for your own "
        f"network's predictions; yours is {array[row].tolist()}. Count image by image: row = true "
        "label, column = predicted label."
    )


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
    require_shape(array, own.shape, "Your probabilities", "Predict every test image, and keep "
                  "one row of class probabilities an image.")  # fmt: skip
    if not np.allclose(array, own, atol=1e-3):
        fail(
            "Your probabilities have the right shape, but they are not what your model predicts "
            "for the test images. Did you predict another split, or with another model?"
        )
    return 1.0


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
    expected = as_array(probabilities, "Your probabilities").argmax(axis=1)
    require_shape(array, expected.shape, "Your predicted labels", "One label an image: take the "
                  "position of the largest probability in each row.")  # fmt: skip
    if not np.array_equal(array, expected):
        image = int(np.flatnonzero(array != expected)[0])
        fail(
            f"Image {image}: the largest of your probabilities is at position {expected[image]}, "
            f"but your label is {array[image]}."
        )
    return 1.0


def test_accuracy(
    title: str, variant: str | None, value: Any, *, predicted: Any, labels: np.ndarray
) -> float:
    """Check one accuracy against the student's own predicted labels.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    value : float
        The student's accuracy, 0 to 1.
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
    require_attempt(value, task=title)
    require_before(predicted, task=title)
    array = as_array(value, "Your accuracy")
    if array.size != 1:
        fail(f"The accuracy should be one number; yours has the shape {array.shape}.")
    given = float(array.reshape(()))
    own = float(np.mean(as_array(predicted, "Your predicted labels") == labels))
    if 1.0 < given <= 100.0 and abs(given / 100 - own) <= ACCURACY_TOLERANCE:
        fail(f"{given:.1f} is in per cent; give a share between 0 and 1.")
    if not abs(given - own) <= ACCURACY_TOLERANCE:
        fail(
            f"Your predicted labels agree with the true ones on a share of {own:.3f}; your "
            f"accuracy is {given:.3f}. Count the agreements and divide by the number of images."
        )
    return 1.0


def right_and_wrong(
    title: str, variant: str | None, right: Any, wrong: Any, *, predicted: Any, labels: np.ndarray
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
    for name, value, expected in (
        ("right", right, np.flatnonzero(guess == labels)),
        ("wrong", wrong, np.flatnonzero(guess != labels)),
    ):
        array = np.ravel(as_array(value, f"“{name}”"))
        if array.dtype.kind == "b":
            fail(
                f"“{name}” holds True and False; the positions of the images are wanted. "
                "np.flatnonzero turns the one into the other."
            )
        if not np.array_equal(np.sort(array), expected):
            fail(
                f"“{name}” should hold the {len(expected)} positions where your predicted label "
                f"and the true label {'agree' if name == 'right' else 'differ'}; "
                f"yours holds {array.size}."
            )
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
    of_truth = predict(model, images)[np.arange(len(labels)), labels]
    require_shape(array, (count,), "worst", "Keep the first ones of the sorted positions.")
    if array.dtype.kind not in "ui" or array.min() < 0 or array.max() >= len(labels):
        fail(f"worst should hold positions of test images, 0 to {len(labels) - 1}.")
    if len(np.unique(array)) != len(array):
        fail("worst names an image twice.")
    expected = np.sort(of_truth)[: array.size]
    given = of_truth[array]
    if np.allclose(given, expected, rtol=0.01, atol=1e-9):
        return 1.0
    if np.allclose(np.sort(given), expected, rtol=0.01, atol=1e-9):
        print("The right images, but not the worst one first. Half of the points.")
        return 0.5
    raise CheckFailed(
        "These are not the images with the smallest probability of the true person. Take, in each "
        "row of your probabilities, the entry of the true label; then sort from small to large. "
        f"The smallest is {expected[0]:.2g}; your first image has {given[0]:.2g}."
    )


def learning_curves(
    title: str, variant: str | None, curves: Any, *, expected: dict[str, Any]
) -> float:
    """Check curves that were taken out of histories.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    curves : dict of str to sequence of float
        The student's curves by name, a number an epoch.
    expected : dict of str to (history, key)
        By name: what ``fit`` returned, and the key of the curve in its ``history``.

    Returns
    -------
    float
        Share of the curves that are right.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(curves, task=title)
    if not isinstance(curves, dict):
        fail(f"curves should be a dictionary; yours is {type(curves).__name__}.")
    problems = []
    for name, (history, key) in expected.items():
        if is_gap(history):
            problems.append(f"Network {name} has not been trained yet.")
            continue
        if name not in curves:
            problems.append(f'curves has no entry "{name}".')
            continue
        own = np.asarray(history.history[key])
        given = as_array(curves[name], f'curves["{name}"]')
        if given.shape != own.shape or not np.allclose(given, own, atol=1e-3):
            problems.append(
                f'curves["{name}"] should be the {len(own)} numbers of history["{key}"], one an '
                f"epoch; yours has the shape {given.shape}."
            )
    if len(problems) == len(expected):
        fail(problems[0])
    for problem in problems:
        print(problem)
    return 1 - len(problems) / len(expected)
