"""Checks of networks and of their training."""

from typing import Any

from autograder import exercises, settings
from autograder.models.compare import compare
from autograder.student.outcome import fail, require_attempt, require_before


def network(title: str, variant: str | None, model: Any, *, exercise: str) -> float:
    """Compare a student's model with the layer table of the exercise.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str
        Key of the network in the exercise's table, such as ``"b"``.
    model : keras.Model
        The student's model.
    exercise : str
        Name of the exercise.

    Returns
    -------
    float
        1.0, or less where only the output activation is missing and the loss makes up for it.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(model, task=title)
    comparison = compare(model, exercises.load(exercise).networks[str(variant)])
    for note in comparison.notes:
        print(note)
    if comparison.logits and comparison.difference is not None:
        print(comparison.difference.message)
        return comparison.fraction
    if comparison.difference is not None:
        fail(comparison.difference.message)
    return comparison.fraction


def training(title: str, variant: str | None, history: Any, *, model: Any, exercise: str) -> float:
    """Check that a model was compiled with the course's loss and trained for its epochs.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str
        Key of the network, for messages.
    history : keras.callbacks.History
        What ``model.fit`` returned.
    model : keras.Model
        The student's model.
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
    require_attempt(history, task=title)
    require_before(model, task=title)
    record = getattr(history, "history", None)
    if not isinstance(record, dict):
        fail(
            f"history_{variant} should be what model_{variant}.fit(...) returns; yours is "
            f"{type(history).__name__}. Keep it: history_{variant} = model_{variant}.fit(...)."
        )
    if not getattr(model, "compiled", False):
        fail(f"model_{variant} has no loss yet. Call model_{variant}.compile(...) before fit.")
    if getattr(history, "model", model) is not model:
        fail(
            f"history_{variant} comes from another network. Keep what model_{variant}.fit(...) "
            "returns."
        )
    course = exercises.load(exercise).training
    _require_loss(model, course.loss, variant)
    for key, mend in (
        ("accuracy", 'compile with metrics=["accuracy"]'),
        ("val_accuracy", "give fit validation_data=(images, one-hot labels)"),
    ):
        if key not in record:
            fail(f"The history of network {variant} has no “{key}”. To get it, {mend}.")
    expected = settings.QUICK_EPOCHS if settings.quick() else course.epochs
    if len(record["loss"]) < expected:
        fail(
            f"Network {variant} was trained for {len(record['loss'])} epochs; the exercise asks "
            f"for {expected}. Give fit epochs=EPOCHS."
        )
    return 1.0


def _require_loss(model: Any, expected: str, variant: str | None) -> None:
    import keras

    loss = keras.losses.get(model.loss)
    name = getattr(loss, "name", None) or getattr(loss, "__name__", type(loss).__name__)
    if name == expected:
        return
    sparse = (
        " The sparse variant is for plain labels 0 to 7; here the labels are one-hot."
        if "sparse" in str(name)
        else ""
    )
    fail(f"model_{variant} should be compiled with the loss {expected}; yours has {name}.{sparse}")
