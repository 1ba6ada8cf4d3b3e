"""The catalogue of mistakes in training: how a network is compiled, for how long, on what."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.exercises import ExerciseTable, Images, Training


@dataclass(frozen=True)
class WrongTraining:
    """A kind of mistake in compile or fit.

    Attributes
    ----------
    name, description, cause : str
        What it is called, what it is, and the key of the message that names it rightly.
    compiled : mapping
        Arguments of compile that are not the course's, each made from the course constants.
    epochs : callable
        The course's epochs -> those that were trained.
    batch_size, images : callable
        The course's batch size -> that of the mistake; its images -> how many were trained on.
    unrecorded : str
        Key that is missing from the history.
    applies : callable
        Whether it is a mistake where these are the course constants.
    """

    name: str
    description: str
    cause: str
    compiled: Mapping[str, Callable[[Training], Any]] = field(default_factory=dict)
    epochs: Callable[[int], int] = lambda epochs: epochs
    batch_size: Callable[[int], int] = lambda batch_size: batch_size
    images: Callable[[Images], int] = lambda images: images.train
    unrecorded: str = ""
    applies: Callable[[Training], bool] = lambda course: True

    def pretend(self, model: Any, table: ExerciseTable, network: str) -> Any:
        """Compile a model with this mistake, and make the history that fit would return.

        Parameters
        ----------
        model : keras.Model
            A right model; nothing is trained.
        table : ExerciseTable
            The exercise, with the course constants.
        network : str
            Key of the network in that table.

        Returns
        -------
        keras.callbacks.History
        """
        import keras

        course = table.trainings[network]
        arguments = {
            "optimizer": _optimizer(course.optimizer, course.learning_rate),
            "loss": course.loss,
            "metrics": ["accuracy"],
        }
        model.compile(**arguments | {name: make(course) for name, make in self.compiled.items()})
        epochs = self.epochs(course.epochs)
        keys = ("loss", "accuracy", "val_loss", "val_accuracy")
        history = keras.callbacks.History()
        history.set_model(model)
        history.epoch = list(range(epochs))
        history.history = {
            key: np.linspace(0.2, 0.8, epochs).tolist() for key in keys if key != self.unrecorded
        }
        steps = math.ceil(self.images(table.images) / self.batch_size(course.batch_size))
        history.params = {"epochs": epochs, "steps": steps, "verbose": 0}
        return history


def right_training() -> WrongTraining:
    """Return a training without a mistake."""
    return WrongTraining("right", "as the exercise asks", "")


def _optimizer(name: str, rate: Any) -> Any:
    import keras

    optimizer = keras.optimizers.get(name)
    if callable(rate):
        return type(optimizer)(learning_rate=rate)
    optimizer.learning_rate = rate
    return optimizer


def _schedule(course: Training) -> Any:
    import keras

    decay = keras.optimizers.schedules.ExponentialDecay(course.learning_rate, 1000, 0.5)
    return _optimizer(course.optimizer, decay)


def _logits_loss(course: Training) -> Any:
    import keras

    losses = {
        "binary_crossentropy": keras.losses.BinaryCrossentropy,
        "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    }
    return losses[course.loss](from_logits=True)


_TRAININGS = (
    WrongTraining(
        "sparse_loss", "the loss for labels that are no rows", "sparse_loss",
        {"loss": lambda course: "sparse_categorical_crossentropy"},
        applies=lambda course: course.loss == "categorical_crossentropy",
    ),
    WrongTraining(
        "binary_loss", "the loss for yes or no", "binary_loss",
        {"loss": lambda course: "binary_crossentropy"},
        applies=lambda course: course.loss != "binary_crossentropy",
    ),
    WrongTraining(
        "loss_of_classes", "the loss for several classes where the answer is yes or no",
        "classes_loss", {"loss": lambda course: "categorical_crossentropy"},
        applies=lambda course: course.loss == "binary_crossentropy",
    ),
    WrongTraining(
        "squared_error", "the loss for numbers", "wrong_loss", {"loss": lambda course: "mse"}
    ),
    WrongTraining(
        "logits_twice", "softmax or sigmoid in the network, and from_logits in the loss",
        "logits_twice",
        {"loss": _logits_loss},
    ),
    WrongTraining(
        "wrong_optimizer", "another optimizer", "wrong_optimizer",
        {"optimizer": lambda course: _optimizer("sgd", course.learning_rate)},
    ),
    WrongTraining(
        "usual_rate", "ten times the learning rate", "wrong_learning_rate",
        {"optimizer": lambda course: _optimizer(course.optimizer, 10 * course.learning_rate)},
    ),
    WrongTraining(
        "small_rate", "half the learning rate", "wrong_learning_rate",
        {"optimizer": lambda course: _optimizer(course.optimizer, course.learning_rate / 2)},
    ),
    WrongTraining(
        "falling_rate", "a learning rate that falls by itself", "wrong_learning_rate",
        {"optimizer": _schedule},
    ),
    WrongTraining(
        "no_metric", "compiled without the accuracy", "no_accuracy",
        {"metrics": lambda course: []}, unrecorded="accuracy",
    ),
    WrongTraining(
        "no_validation", "fit without validation data", "no_validation",
        unrecorded="val_accuracy",
    ),
    WrongTraining(
        "one_epoch", "one epoch, which is what fit does when nothing is said", "too_few_epochs",
        epochs=lambda epochs: 1,
    ),
    WrongTraining(
        "twice_the_epochs", "trained for twice as long", "too_many_epochs",
        epochs=lambda epochs: 2 * epochs,
    ),
    WrongTraining(
        "large_batches", "four times the batch size", "wrong_batch_size",
        batch_size=lambda size: 4 * size,
    ),
    WrongTraining(
        "single_images", "batches of one image", "wrong_batch_size", batch_size=lambda size: 1
    ),
    WrongTraining(
        "fitted_to_test_images", "trained on as many images as the test set has",
        "trained_on_few_images", images=lambda images: images.others,
    ),
)  # fmt: skip

WRONG_TRAININGS: dict[str, WrongTraining] = {mistake.name: mistake for mistake in _TRAININGS}
"""Every kind of mistake in compile and fit, by name."""

Data = tuple[np.ndarray, np.ndarray]
"""Inputs (n, ...) and labels (n,)."""


@dataclass(frozen=True)
class WrongData:
    """A kind of mistake in what a network learns from; only its accuracy can show it.

    Attributes
    ----------
    name, description, cause : str
        What it is called, what it is, and the key of the message that names it rightly; empty
        where the visible test images can't tell it, and only the hidden ones do.
    change : callable
        (training data, the same images as raw pixels, test data) -> what is trained on; None
        where nothing is trained.
    """

    name: str
    description: str
    cause: str
    change: Callable[[Data, np.ndarray, Data], Data | None]


def _shuffled(labels: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).permutation(labels)


_RENAMED = np.array([3, 0, 6, 1, 7, 2, 4, 5])

_DATA = (
    WrongData(
        "raw_input", "trained on raw pixels", "trained_on_other_inputs",
        lambda train, raw, test: (raw, train[1]),
    ),
    WrongData(
        "divided_input", "trained on pixels divided by 255", "trained_on_other_inputs",
        lambda train, raw, test: (raw / 255, train[1]),
    ),
    WrongData(
        "shifted_labels", "trained on labels counted from 1", "trained_on_shifted_labels",
        lambda train, raw, test: (train[0], (train[1] + 1) % 8),
    ),
    WrongData(
        "renamed_labels", "trained on labels of another order of people",
        "trained_on_renamed_labels", lambda train, raw, test: (train[0], _RENAMED[train[1]]),
    ),
    WrongData(
        "shuffled_labels", "trained on labels of other images", "no_better_than_guessing",
        lambda train, raw, test: (train[0], _shuffled(train[1])),
    ),
    WrongData(
        "untrained", "not trained at all", "no_better_than_guessing",
        lambda train, raw, test: None,
    ),
    WrongData(
        "a_tenth_of_the_images", "trained on a tenth of the images", "accuracy_too_low",
        lambda train, raw, test: (train[0][::10], train[1][::10]),
    ),
    WrongData(
        "fitted_to_the_test_set", "trained on the visible test images", "",
        lambda train, raw, test: test,
    ),
)  # fmt: skip

WRONG_DATA: dict[str, WrongData] = {mistake.name: mistake for mistake in _DATA}
"""Every kind of mistake in what a network learns from, by name."""
