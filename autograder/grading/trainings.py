"""One training, done as the reference notebook does it, for calibration and for the ladder."""

from typing import Any

import numpy as np

from autograder import exercises
from autograder.grading import reference
from autograder.grading.inputs import Splits, as_taken
from autograder.student.checks import results
from autograder.student.data import one_hot
from autograder.student.exercise import Exercise


def train(
    exercise: str,
    network: str,
    splits: Splits,
    *,
    seed: int,
    style: str = "sequential",
    epochs: int | None = None,
) -> Any:
    """Build a network as a student may spell it, and train it with the course constants.

    Parameters
    ----------
    exercise, network : str
        Name of the exercise, and key of the network in its table.
    splits : Splits
        Inputs and labels, as `autograder.grading.inputs.training_inputs` gives them.
    seed : int
        Seed of initial weights, dropout and the order of the images; the notebook has the
        table's.
    style : str
        Spelling, one of `reference.STYLES`.
    epochs : int, optional
        The table's if not given; 0 leaves the network untrained.

    Returns
    -------
    keras.Model
    """
    import keras
    import tensorflow as tf

    keras.backend.clear_session()
    course = Exercise(exercise)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)
    model = reference.build(exercises.load(exercise).networks[network], style)
    constants = course.table.trainings[network]
    model.compile(optimizer=course.optimizer(network), loss=constants.loss, metrics=["accuracy"])
    passes = constants.epochs if epochs is None else epochs
    if passes:
        classes = model.output_shape[-1]
        model.fit(
            as_taken(splits.x_train, exercise, network),
            _targets(splits.y_train, classes),
            batch_size=constants.batch_size,
            epochs=passes,
            validation_data=(
                as_taken(splits.x_valid, exercise, network),
                _targets(splits.y_valid, classes),
            ),
            verbose=0,
        )
    return model


def _targets(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return labels as a network learns them: one-hot, or as they are for a single output."""
    return labels.astype("float32") if classes == 1 else one_hot(labels, classes)


def scores(
    exercise: str, network: str, model: Any, sets: "list[tuple[np.ndarray, np.ndarray]]"
) -> list[float]:
    """Measure a model as the verifier does, on one or more sets of inputs and labels.

    Inputs are as `autograder.grading.inputs` gives them.

    Returns
    -------
    list of float
        Accuracies, 0 to 1, rounded to 4 decimals, in the order of the sets.
    """
    return [
        round(results.accuracy(model, as_taken(inputs, exercise, network), labels), 4)
        for inputs, labels in sets
    ]


def versions() -> dict[str, Any]:
    """Versions of the libraries and number of threads: what the last bits of a training hang on."""
    import os

    import keras
    import tensorflow as tf

    threads = tf.config.threading.get_intra_op_parallelism_threads()
    return {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "threads": threads or os.cpu_count(),
    }
