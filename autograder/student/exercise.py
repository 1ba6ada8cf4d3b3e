"""What a notebook holds in its hand: constants, checks, hints and progress of one exercise."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder import exercises, settings
from autograder.student.cards import Card, Progress, show
from autograder.student.checks import find_check, networks, results, reuse
from autograder.student.checks.messages import failed
from autograder.student.checks.reached import low_accuracy
from autograder.student.outcome import CheckFailed, CheckOutcome, NotAttempted, Share, fail, is_gap

PARTIAL_WIDTH = 0.05
"""Width of the band of accuracies under a threshold in which credit is partial."""

VISIBLE_SLACK = 0.10
"""400 visible test images measure an accuracy to about 0.025; grading uses at least 2,000."""


class Exercise:
    """One exercise of the course.

    Parameters
    ----------
    name : str
        Name of the exercise, such as ``"03_faces_fc"``.

    Raises
    ------
    KeyError
        If there is no such exercise.
    """

    def __init__(self, name: str) -> None:
        self.table = exercises.load(name)
        self.name = name
        self._hints_shown: dict[str, int] = {}
        self._states: dict[str, str] = {}

    @property
    def states(self) -> dict[str, str]:
        """What was found of each task that was checked: done, partly done, wrong, not attempted."""
        return dict(self._states)

    def take_over(self, states: dict[str, str]) -> None:
        """Take over what a grader found elsewhere, for `progress` and for figures."""
        self._states.update(states)

    @property
    def batch_size(self) -> int:
        """Images in one training step, a course constant."""
        return self.table.training.batch_size

    @property
    def epochs(self) -> int:
        """Passes over the training set, a course constant; 2 in a quick test run."""
        return settings.epochs(self.table.training.epochs)

    @property
    def loss(self) -> str:
        """Name of the loss, a course constant."""
        return self.table.training.loss

    def training(self, network: str) -> exercises.Training:
        """Return the course constants of one network, where each has its own.

        Parameters
        ----------
        network : str
            Name of the network, as in the names of its tasks: ``"head"`` in ``"network_head"``.

        Returns
        -------
        autograder.exercises.Training
            ``optimizer``, ``learning_rate``, ``loss``, ``batch_size``, ``epochs``; 2 epochs in a
            quick test run.

        Raises
        ------
        KeyError
            If the exercise has no such network.
        """
        course = self.table.trainings[network]
        return replace(course, epochs=settings.epochs(course.epochs))

    def optimizer(self, network: str | None = None) -> Any:
        """Return a new optimiser with the course's learning rate; each model needs its own.

        Parameters
        ----------
        network : str, optional
            Name of the network, where each has a learning rate of its own.
        """
        import keras

        training = self.table.training if network is None else self.training(network)
        return keras.optimizers.get(
            {
                "class_name": training.optimizer,
                "config": {"learning_rate": training.learning_rate},
            }
        )

    def seed(self) -> None:
        """Set the course seed, so that everybody's network starts from the same numbers."""
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(self.table.seed)
        tf.config.experimental.enable_op_determinism()

    def watch(self, best_weights: str | None = None) -> Any:
        """Return a callback for ``fit`` that shows how far it is, and the curves as they grow.

        Parameters
        ----------
        best_weights : str, optional
            File, ending in ``.weights.h5``, that keeps the weights of the epoch with the highest
            validation accuracy; ``model.load_weights`` brings them back. `fit` itself ends with
            the weights of its last epoch.
        """
        from autograder.student.training import TrainingProgress

        return TrainingProgress(best_weights)

    def ready(self, task: str, *values: object) -> bool:
        """Tell whether a gap is filled; if not, say for which task this cell waits.

        Parameters
        ----------
        task : str
            Name of the task.
        *values : object
            What the gap assigns.
        """
        if any(is_gap(value) for value in values):
            print(f"Waiting for task “{self._task(task).title}”.")
            return False
        return True

    def run(self, function: Callable[[Any], Any], value: Any, *, task: str) -> Any:
        """Give a student's value to a function of the course, unless its gap is still open.

        Parameters
        ----------
        function : callable
            Such as the notebook's ``train``.
        value : object
            What the gap assigns.
        task : str
            Name of the task that assigns it.

        Returns
        -------
        object
            What the function returns; ``...`` if the gap is open, or the value does not fit.
        """
        if not self.ready(task, value):
            return ...
        try:
            return function(value)
        except Exception as error:
            print(f"“{self._task(task).title}” does not work yet: {error}")
            return ...

    def can_show(self, task: str, *values: object) -> bool:
        """Tell whether a figure can be drawn: the gap is filled, and its check found it right.

        Parameters
        ----------
        task : str
            Name of the task.
        *values : object
            What the figure is drawn from.
        """
        if not self.ready(task, *values):
            return False
        if self._states.get(task) in ("wrong", "partly done"):
            print(f"“{self._task(task).title}” is not right yet; this figure waits for it.")
            return False
        return True

    def check(self, task: str, *values: Any, **given: Any) -> float:
        """Check what a student's cell assigned, and say what is wrong and why.

        Parameters
        ----------
        task : str
            Name of the task, such as ``"network_b"``.
        *values : object
            What the cell assigned.
        **given : object
            What the check compares with, such as labels or the model.

        Returns
        -------
        float
            Share of the task that is right, above 0 and at most 1.

        Raises
        ------
        NotAttempted
            If the gap is still open.
        CheckFailed
            If something is wrong; the message says what.
        """
        title = self._task(task).title
        check, variant = find_check(task)
        if check in NEEDS_TABLE:
            given["exercise"] = self.name
        try:
            fraction = check(title, variant, *values, **given)
        except CheckOutcome as outcome:
            self._states[task] = "not attempted" if isinstance(outcome, NotAttempted) else "wrong"
            outcome.advice = f'exercise.hint("{task}") gives one hint at a time.'
            raise
        except Exception as error:
            self._states[task] = "wrong"
            raise CheckFailed(
                f"your answer could not be checked ({type(error).__name__}: {error}). Look at its "
                "type and its shape."
            ) from None
        self._states[task] = "done" if fraction == 1.0 else "partly done"
        remarks = fraction.remarks if isinstance(fraction, Share) else ()
        show(Card(self._states[task], title, remarks))
        return float(fraction)

    def reach(
        self, task: str, model: Any, images: np.ndarray, labels: np.ndarray, at_least: str
    ) -> float:
        """Compare a model's accuracy on the visible test images with the one to reach.

        Parameters
        ----------
        task : str
            Name of the task that trains the model.
        model : keras.Model
        images : numpy.ndarray, shape (n, ...)
        labels : numpy.ndarray of int, shape (n,)
        at_least : str
            Accuracy to reach on pictures that nobody has seen, 0 to 1, filled in at release.

        Returns
        -------
        float
            Share of the points that this accuracy would earn, 0 to 1.

        Raises
        ------
        NotAttempted
            If there is no model yet.
        CheckFailed
            If the accuracy is far too low, or skipped in a quick test run.
        """
        title = self._task(task).title
        if is_gap(model):
            raise NotAttempted(f"“{title}” comes first: there is no network to test yet.")
        if settings.quick():
            fail(settings.SKIPPED)
        if not _is_number(at_least):
            print("The accuracy to reach is filled in when the notebook is released.")
            return 1.0
        threshold = float(at_least)
        try:
            own = results.accuracy(model, images, labels)
        except Exception as error:
            kind, shape = type(error).__name__, images.shape[1:]
            raise failed("cannot_predict", detail=kind, expected=shape) from None
        if own < threshold - VISIBLE_SLACK:
            raise low_accuracy(model, images, labels, own, threshold)
        print(f"Accuracy on the {len(labels)} test images: {own:.3f}. "
              f"To reach on {self.table.images.new}: {threshold:.2f}.")  # fmt: skip
        return partial_credit(own, threshold)

    def hint(self, task: str) -> None:
        """Show the next hint of a task; the first call gives the first one."""
        title, hints = self._task(task).title, self._task(task).hints
        shown = self._hints_shown.get(task, 0)
        number = min(shown + 1, len(hints))
        self._hints_shown[task] = number
        last = " (the last one)" if number == len(hints) else ""
        label = f"Hint {number} of {len(hints)}{last}"
        show(Card("hint", title, [hints[number - 1]], label))

    def progress(self) -> None:
        """Show all tasks of the notebook with their states."""
        rows = [
            (self._states.get(name, "not checked yet"), task.title, name)
            for name, task in self.table.tasks.items()
        ]
        show(Progress(self.table.title, rows))

    def _task(self, name: str) -> exercises.Task:
        try:
            return self.table.tasks[name]
        except KeyError:
            known = ", ".join(self.table.tasks)
            raise CheckFailed(
                f"there is no task “{name}” in this notebook; its tasks are: {known}."
            ) from None


NEEDS_TABLE = {networks.network, networks.training, reuse.arrays}
"""Checks that look into the exercise's table of layers and constants."""


def partial_credit(accuracy: float, threshold: float, floor: float = 0.0) -> float:
    """Return the share of the points for an accuracy: all at the threshold, less just under it.

    Parameters
    ----------
    accuracy, threshold : float
        0 to 1.
    floor : float
        No points at this accuracy or under it, whatever the band: the best weak run.

    Returns
    -------
    float
        0 to 1, rounded to three decimals.
    """
    low = max(floor, threshold - PARTIAL_WIDTH)
    if threshold <= low:
        return float(accuracy >= threshold)
    return round(min(max((accuracy - low) / (threshold - low), 0.0), 1.0), 3)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
