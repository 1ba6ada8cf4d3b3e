"""Checks of networks and of their training."""

import math
from typing import Any

from autograder import exercises, settings
from autograder.models.compare import compare, has_logits_loss, last_activation
from autograder.models.trainable import learned_arrays
from autograder.student.checks.messages import failed
from autograder.student.outcome import CheckFailed, Share, require_attempt, require_before


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
    difference = comparison.difference
    if difference is None:
        return Share.of(comparison.fraction, comparison.notes)
    if comparison.logits:
        remarks = [*comparison.notes, difference.message]
        return Share.of(comparison.fraction, remarks, [difference.cause])
    raise CheckFailed(difference.message, difference.cause, difference.position)


def training(title: str, variant: str | None, history: Any, *, model: Any, exercise: str) -> float:
    """Check that a model was compiled and trained with the course's constants.

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
        raise failed("no_history", network=variant, got=_what(history))
    if not getattr(model, "compiled", False):
        raise failed("not_compiled", network=variant)
    if getattr(history, "model", model) is not model:
        raise failed("history_of_another_network", network=variant)
    table = exercises.load(exercise)
    course = table.trainings[str(variant)]
    _require_loss(model, course.loss, variant)
    _require_optimizer(model, course, record, variant)
    for key, cause in (("accuracy", "no_accuracy"), ("val_accuracy", "no_validation")):
        if key not in record:
            raise failed(cause, network=variant)
    _require_length(history, table.images, course, variant)
    learned = learned_arrays(model)
    if learned is not None and learned != len(model.trainable_weights):
        raise failed(
            "recompile_forgotten",
            network=variant,
            got=learned,
            expected=len(model.trainable_weights),
        )
    return 1.0


def _what(value: Any) -> str:
    if isinstance(value, dict):
        return "the dictionary inside of it"
    if hasattr(value, "fit"):
        return "the model itself"
    return f"a value of type {type(value).__name__}"


def _require_loss(model: Any, expected: str, variant: str | None) -> None:
    import keras

    loss = keras.losses.get(model.loss)
    name = str(getattr(loss, "name", None) or getattr(loss, "__name__", type(loss).__name__))
    if name != expected:
        cause = "wrong_loss"
        if "categorical" in name and "binary" in expected:
            cause = "classes_loss"
        elif "sparse" in name:
            cause = "sparse_loss"
        elif "binary" in name:
            cause = "binary_loss"
        raise failed(cause, network=variant, expected=expected, got=name)
    last = last_activation(model)
    if has_logits_loss(model) and last in ("softmax", "sigmoid"):
        raise failed("logits_twice", network=variant, expected=expected, activation=last)


def _require_optimizer(
    model: Any, course: exercises.Training, record: dict[str, Any], variant: str | None
) -> None:
    optimizer: Any = model.optimizer
    name = type(optimizer).__name__
    if name.lower() != course.optimizer.lower():
        import keras

        wanted = type(keras.optimizers.get(course.optimizer)).__name__
        raise failed("wrong_optimizer", network=variant, expected=wanted, got=name)
    # a callback that lowers the rate notes down every one; the first is the one that was set
    noted = record.get("learning_rate")
    rate = noted[0] if noted else optimizer.get_config().get("learning_rate")
    is_number = isinstance(rate, (int, float))
    if not is_number or not math.isclose(rate, course.learning_rate, rel_tol=1e-3):
        shown = f"{rate:.2g}" if is_number else "a schedule"
        raise failed(
            "wrong_learning_rate", network=variant, expected=course.learning_rate, got=shown
        )


def _require_length(
    history: Any, counts: exercises.Images, course: exercises.Training, variant: str | None
) -> None:
    done = len(history.history["loss"])
    epochs = settings.epochs(course.epochs)
    if done != epochs:
        cause = "too_few_epochs" if done < epochs else "too_many_epochs"
        raise failed(cause, network=variant, got=done, expected=epochs)
    steps = (getattr(history, "params", None) or {}).get("steps")
    if not isinstance(steps, int):
        return
    share = settings.QUICK_SHARE if settings.quick() else 1
    images, others = counts.train // share, counts.others // share
    expected = math.ceil(images / course.batch_size)
    if steps == math.ceil(others / course.batch_size):
        raise failed("trained_on_few_images", network=variant, got=others, expected=images)
    if steps != expected:
        raise failed(
            "wrong_batch_size",
            network=variant,
            got=steps,
            expected=expected,
            images=images,
            batch=course.batch_size,
        )
