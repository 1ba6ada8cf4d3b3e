"""What hidden tests ask for: exact counts, and accuracy on pictures that no student has."""

from typing import Any

from autograder import exercises, settings
from autograder.grading.inputs import hidden_inputs
from autograder.grading.secret import secret_seed
from autograder.models.canonical import canonical_layers
from autograder.models.compare import compare
from autograder.release.thresholds import load_calibration
from autograder.student.checks import results
from autograder.student.exercise import partial_credit
from autograder.student.outcome import fail, require_attempt


def network(exercise: str, variant: str, model: Any) -> float:
    """Compare a model with the table: comparison, parameter counts, shapes layer by layer.

    Parameters
    ----------
    exercise, variant : str
        Name of the exercise, and key of the network in its table.
    model : keras.Model
        The student's model.

    Returns
    -------
    float
        Share of the points, as `autograder.models.compare.compare` gives it.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(model, task=f"Network {variant}")
    table = exercises.load(exercise).networks[variant]
    comparison = compare(model, table)
    if comparison.difference is not None and not comparison.logits:
        fail(comparison.difference.message)
    total = sum(layer.parameters for layer in canonical_layers(model))
    if total != table.parameters.total:
        fail(f"expected {table.parameters.total:,} parameters, got {total:,}.")
    return comparison.fraction


def accuracy(exercise: str, variant: str, model: Any) -> float:
    """Measure a model on the hidden pictures, and return the share of the points.

    Parameters
    ----------
    exercise, variant : str
        Name of the exercise, and key of the network in its calibration.
    model : keras.Model
        The student's trained model.

    Returns
    -------
    float
        1 at the calibrated threshold or above, less in the band under it.

    Raises
    ------
    CheckFailed
        If there are no points: at or below what an untrained or badly trained network reaches.
    """
    require_attempt(model, task=f"Network {variant}")
    if settings.quick():
        fail("skipped: a quick test run trains too little to measure an accuracy.")
    calibrated = load_calibration(exercise)["networks"][variant]
    images, labels = hidden_inputs(exercise, secret_seed())
    try:
        own = results.accuracy(model, images, labels)
    except Exception as error:
        fail(f"the network cannot predict pictures of shape {images.shape[1:]} "
             f"({type(error).__name__}).")  # fmt: skip
    share = partial_credit(own, calibrated["threshold"], floor=calibrated["floor"])
    if share == 0:
        fail(
            f"expected an accuracy of at least {calibrated['threshold']:.2f} on new pictures of "
            f"the same people, got {own:.2f}. Was the network trained for all epochs, on the "
            "prepared images, with the course's loss?"
        )
    return share
