"""Checks of how a pretrained network is used again: its features, what learns, what it cost."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder import exercises
from autograder.models.trainable import parameters_that_learn
from autograder.student.checks.arrays import as_array, require_shape
from autograder.student.checks.features import SAMPLE, are_close
from autograder.student.checks.messages import failed, text
from autograder.student.checks.results import share_without, wrong_accuracy
from autograder.student.outcome import is_gap, require_attempt, require_before

ARRAYS_OF_A_LAYER = 2
"""A convolution and a Dense layer hold two arrays: kernel and bias."""

SAME_PROBABILITY = 1e-3
"""Allowed distance of probabilities: a network and its parts add numbers in another order."""

COSTS = ("seconds", "trainable", "test")
"""What is compared of each way: time, parameters that learn, test accuracy."""


def extract(
    title: str,
    variant: str | None,
    function: Callable[[np.ndarray], Any],
    *,
    images: np.ndarray,
    model: Any,
) -> float:
    """Check a function that makes rows of features out of pictures.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    function : callable
        The student's, prepared pictures (n, height, width, 3) to rows (n, numbers).
    images : numpy.ndarray of float32, shape (n, height, width, 3)
        Pictures after ``preprocess_input``; the first few are used.
    model : keras.Model
        The pretrained network without its top; its output is (n, rows, columns, maps).

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    import keras

    name, sample = "Your features", images[:SAMPLE]
    values = function(sample.copy())
    require_attempt(values, task=title)
    maps = np.asarray(model.predict(sample, verbose=0))
    expected = maps.reshape(len(maps), -1)
    array = as_array(values, name)
    if array.shape == maps.shape:
        raise failed("features_not_flattened", name=name, expected=expected.shape, got=array.shape)
    cause = f"One row a picture, {expected.shape[1]:,} numbers long."
    require_shape(array, expected.shape, name, cause)
    if are_close(array, expected):
        return 1.0
    twice = keras.applications.vgg19.preprocess_input(sample.copy())
    if are_close(array, np.asarray(model.predict(twice, verbose=0)).reshape(expected.shape)):
        raise failed("preprocessed_twice")
    raise failed("features_of_base_differ", name=name)


def arrays(title: str, variant: str | None, *counts: Any, exercise: str) -> float:
    """Check how many arrays of weights of a network learn, before and after it was frozen.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str
        Key of the network in the exercise's table.
    *counts : int
        The student's two numbers, before and after.
    exercise : str
        Name of the exercise.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(*counts, task=title)
    network = exercises.load(exercise).networks[str(variant)]
    learning = [spec.trainable for spec in network.layers if spec.parameters]
    wanted = (ARRAYS_OF_A_LAYER * len(learning), ARRAYS_OF_A_LAYER * sum(learning))
    for when, expected, given in zip(("before", "after"), wanted, counts, strict=True):
        count = _number(given)
        if count == expected:
            continue
        cause = "arrays_differ"
        if count == wanted[1]:
            cause = "counted_after_freezing"
        elif count in (network.parameters.total, network.parameters.trainable):
            cause = "parameters_for_arrays"
        name = f"The number of arrays {when} freezing"
        raise failed(cause, name=name, expected=expected, got=given)
    return 1.0


def ways(
    title: str,
    variant: str | None,
    table: Any,
    *,
    models: dict[str, Any],
    data: dict[str, tuple[np.ndarray, np.ndarray]],
) -> float:
    """Check a comparison of several ways: seconds, parameters that learn, test accuracy.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    table : dict of str to dict of str to float
        ``{"head": {"seconds": 20.0, "trainable": 524801, "test": 0.9}, ...}``.
    models : dict of str to keras.Model
        The student's models by name of the way.
    data : dict of str to (inputs, labels)
        What each of them is tested on.

    Returns
    -------
    float
        Share of the ways whose numbers are right.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(table, task=title)
    require_before(*models.values(), task=title)
    if not isinstance(table, dict):
        raise failed("not_a_dictionary", name="ways", got=type(table).__name__)
    tests = {name: {"test": pair} for name, pair in data.items()}
    problems = [
        problem
        for name in models
        if (problem := _wrong_cost(name, table.get(name), models[name]))
        or (problem := wrong_accuracy("ways", name, table[name], models, tests))
    ]
    return share_without(problems, len(models))


def _wrong_cost(name: str, given: Any, model: Any) -> tuple[str, str] | None:
    """Return cause and message of what is wrong with seconds or parameters of one way."""
    row = f'ways["{name}"]'

    def problem(cause: str, entry: str = row, **fields: object) -> tuple[str, str]:
        return cause, text(cause, name=entry, model=f"model_{name}", **fields)

    if not isinstance(given, dict):
        return problem("no_row", expected=", ".join(COSTS))
    for key in COSTS:
        if key not in given or is_gap(given[key]):
            return problem("no_entry", key=key)
    seconds, count = _number(given["seconds"]), _number(given["trainable"])
    entry = f'{row}["seconds"]'
    if seconds is None or not seconds > 0:
        return problem("not_seconds", entry, got=given["seconds"])
    entry, expected = f'{row}["trainable"]', parameters_that_learn(model)
    if count == expected:
        return None
    numbers = {"expected": f"{expected:,}", "got": given["trainable"]}
    if count == model.count_params():
        return problem("all_parameters_counted", entry, **numbers)
    if count == len(model.trainable_weights):
        return problem("arrays_for_parameters", entry, **numbers)
    return problem("parameters_differ", entry, **numbers)


def same_predictions(
    title: str,
    variant: str | None,
    trained: Any,
    *,
    model: Any,
    last: Any,
    pictures: np.ndarray,
    features: np.ndarray,
) -> float:
    """Check that a network predicts what its last layer, trained alone on features, predicts.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    trained : list of numpy.ndarray
        The student's, the arrays of the trained layer.
    model : keras.Model
        The student's whole network, (None, 224, 224, 3) to (None, classes).
    last : keras.Model
        The student's trained last layer, (None, numbers) to (None, classes).
    pictures : numpy.ndarray of uint8, shape (n, 224, 224, 3)
        The first few are used.
    features : numpy.ndarray of float32, shape (n, numbers)
        What the pretrained part makes of them.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    from data_scripts.features import prepare_images

    require_attempt(trained, task=title)
    require_before(model, last, task=title)
    prepared = np.asarray(prepare_images(pictures[:SAMPLE]))
    own = np.asarray(model.predict(prepared, verbose=0))
    expected = np.asarray(last.predict(features[:SAMPLE], verbose=0))
    if np.allclose(own, expected, atol=SAME_PROBABILITY):
        return 1.0
    wanted = last.get_weights()
    given = model.get_weights()[-len(wanted) :]
    same = len(given) == len(wanted) and all(map(np.array_equal, given, wanted))
    raise failed("pretrained_part_changed" if same else "last_layer_not_copied")


def _number(value: Any) -> float | None:
    """Return a student's value as one number; None where it is none, or several."""
    try:
        return float(np.asarray(value).reshape(()))
    except (TypeError, ValueError):
        return None
