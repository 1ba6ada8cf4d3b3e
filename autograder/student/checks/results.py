"""Checks of accuracies, and the predictions that they and other checks are worked out from."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.student.checks.arrays import as_array
from autograder.student.checks.messages import failed, text
from autograder.student.outcome import CheckFailed, Share, is_gap, require_attempt, require_before

ACCURACY_TOLERANCE = 0.006
"""Reported accuracies may be rounded to two decimals."""

LARGEST_BATCH = 256
"""Rows that a model predicts at a time."""

NUMBERS_OF_A_BATCH = 4_000_000
"""Numbers that these may hold: 256 pictures of 224 x 224 pixels took 2 GB more than the training
of the network that predicted them."""


def work_out(model: Any, images: np.ndarray) -> np.ndarray:
    """Let the model predict; parameters and outputs as of `predict`."""
    numbers = max(1, math.prod(images.shape[1:]))
    size = max(1, min(LARGEST_BATCH, NUMBERS_OF_A_BATCH // numbers))
    return np.asarray(model.predict(images, batch_size=size, verbose=0))


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
    """Return the share of images whose output says their label, 0 to 1.

    The output says the class at which it is largest; a single one says 1 above one half, else 0.

    Parameters
    ----------
    model : keras.Model
    images : numpy.ndarray, shape (n, ...)
    labels : numpy.ndarray of int, shape (n,)
    """
    outputs = predict(model, images)
    said = outputs[:, 0] > 0.5 if outputs.shape[1] == 1 else outputs.argmax(axis=1)
    return float(np.mean(said == labels))


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
        Images, shape (n, ...), and labels, shape (n,), of each split; or such a dictionary for
        each name of `models`, where they take different inputs.
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
        raise failed("not_a_dictionary", name=variable, got=type(reported).__name__)
    own = data if data.keys() == models.keys() else dict.fromkeys(models, data)
    problems = []
    for name, model in models.items():
        if is_gap(model):
            problems.append(("network_open", text("network_open", network=name)))
        elif problem := wrong_accuracy(variable, name, reported.get(name), models, own):
            problems.append(problem)
    return share_without(problems, len(models))


def share_without(problems: list[tuple[str, str]], count: int) -> float:
    """Return the share of `count` answers that is right, with what there is to say of the first.

    Parameters
    ----------
    problems : list of (cause, message)
        One for each answer that is wrong.
    count : int
        All answers.

    Raises
    ------
    CheckFailed
        If none is right.
    """
    if not problems:
        return 1.0
    cause, message = problems[0]
    if len(problems) == count:
        raise CheckFailed(message, cause)
    return Share.of(1 - len(problems) / count, [message], [cause])


def wrong_accuracy(
    variable: str, name: str, given: Any, models: dict[str, Any], own_data: dict[str, Any]
) -> tuple[str, str] | None:
    """Return cause and message of the first wrong accuracy of one network.

    Parameters
    ----------
    variable, name : str
        What the notebook calls the dictionary of all networks, and this network's key in it.
    given : dict of str to float
        What stands there: accuracies by split.
    models : dict of str to keras.Model
    own_data : dict of str to dict of str to (images, labels)
        For each network the splits that are asked for.

    Returns
    -------
    tuple of str, or None
        None where all are right.
    """
    data = own_data[name]

    def problem(cause: str, **fields: object) -> tuple[str, str]:
        return cause, text(cause, model=f"model_{name}", **fields)

    row = f'{variable}["{name}"]'
    if not isinstance(given, dict):
        return problem("no_row", name=row, expected=", ".join(data))
    for split, (images, labels) in data.items():
        if split not in given or is_gap(given[split]):
            return problem("no_entry", name=row, key=split)
        entry = f'{row}["{split}"]'
        try:
            value = float(given[split])
        except (TypeError, ValueError):
            return problem("not_a_number", name=entry)
        own = accuracy(models[name], images, labels)
        if _agrees(value, own):
            continue
        numbers = {"name": entry, "got": f"{value:.3f}", "expected": f"{own:.3f}"}
        if 1.0 < value <= 100.0 and _agrees(value / 100, own):
            return problem("per_cent", name=entry, got=f"{value:.1f}")
        if abs(value - _cross_entropy(models[name], images, labels)) <= 0.01 * abs(value):
            return problem("loss_for_accuracy", **numbers)
        for other, (pictures, truth) in data.items():
            if other != split and _agrees(value, accuracy(models[name], pictures, truth)):
                return problem("accuracy_of_another_split", other=other, **numbers)
        for other, model in models.items():
            if other == name or is_gap(model):
                continue
            if _agrees(value, accuracy(model, *own_data[other][split])):
                return problem("accuracy_of_another_network", other=f"model_{other}", **numbers)
        if _agrees(1 - value, own):
            return problem("error_rate", **numbers)
        return problem("accuracy_differs", **numbers)
    return None


def _agrees(value: float, own: float) -> bool:
    return abs(value - own) <= ACCURACY_TOLERANCE


def _cross_entropy(model: Any, images: np.ndarray, labels: np.ndarray) -> float:
    """Work out the loss that a network of probabilities has."""
    outputs = predict(model, images)
    if outputs.shape[1] == 1:
        outputs = np.concatenate([1 - outputs, outputs], axis=1)
    of_truth = outputs[np.arange(len(labels)), labels]
    return float(-np.log(np.clip(of_truth, 1e-7, 1.0)).mean())


def comparison(
    title: str, variant: str | None, table: Any, *, models: dict[str, Any], data: dict[str, Any]
) -> float:
    """Check a comparison of several models; see `accuracies`."""
    return accuracies(title, variant, table, models=models, data=data, variable="comparison")


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
        raise failed("several_numbers", got=array.shape)
    given = float(array.reshape(()))
    right = as_array(predicted, "Your predicted labels") == labels
    own = float(np.mean(right))
    if _agrees(given, own):
        return 1.0
    numbers = {"name": "Your accuracy", "got": f"{given:.3f}", "expected": f"{own:.3f}"}
    if 1.0 < given <= 100.0 and _agrees(given / 100, own):
        raise failed("per_cent", name="Your accuracy", got=f"{given:.1f}")
    if given == np.sum(right):
        raise failed("count_for_share", **{**numbers, "got": f"{given:g}"})
    if _agrees(1 - given, own):
        raise failed("error_rate", **numbers)
    raise failed("share_differs", **numbers)
