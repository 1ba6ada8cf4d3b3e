"""A training that can be watched, stopped and gone on with."""

import time
from types import SimpleNamespace
from typing import Any, Final

import keras

from autograder import settings
from autograder.student import plots
from autograder.student.live import duration, open_line
from autograder.student.stopping import StopButton

SECONDS_BETWEEN_LINES: Final = 0.25
"""A person reads no faster, and each line is a message to the browser."""

DRAWING_SHARE: Final = 0.04
"""Curves are drawn so seldom that they take at most this share of the time of a training."""

FIRST_DRAWING: Final = 0.2
"""Seconds that a drawing is thought to take before the first one was timed."""

BEST: Final = "val_accuracy"
"""By which figure of an epoch the best weights are chosen."""


class TrainingProgress(keras.callbacks.Callback):  # type: ignore[misc]
    """Show one line with loss, accuracy and time left, and the learning curves as they grow.

    The first press of Stop (an interrupt) ends the training as Keras itself would: `fit` returns
    the history so far, and the network keeps the weights that it has.

    Parameters
    ----------
    best_weights : str, optional
        File, ending in ``.weights.h5``, in which the weights of the epoch with the highest
        validation accuracy are kept, by `keras.callbacks.ModelCheckpoint`. The network itself
        goes on to its last epoch.

    Attributes
    ----------
    seconds : float
        How long the training took; 0 before it has ended.
    """

    def __init__(self, best_weights: str | None = None) -> None:
        super().__init__()
        self.seconds = 0.0
        self.checkpoint = (
            None
            if best_weights is None
            else keras.callbacks.ModelCheckpoint(
                best_weights, BEST, mode="max", save_best_only=True, save_weights_only=True
            )
        )

    def set_params(self, params: dict[str, Any]) -> None:
        """Take over what the training is like."""
        super().set_params(params)
        if self.checkpoint:
            self.checkpoint.set_params(params)

    def set_model(self, model: Any) -> None:
        """Take over which network it is."""
        super().set_model(model)
        if self.checkpoint:
            self.checkpoint.set_model(model)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock, show an empty bar and wait for Stop."""
        self._begin = self._shown = self._drawn = time.monotonic()
        self._drawing = FIRST_DRAWING
        self._record: dict[str, list[float]] = {}
        self._epoch, self._first_epoch, self._step = 0, -1, 0
        self._stop = StopButton(self.model)
        self._line = open_line()
        self._line.update("Training starts.", 0.0)
        if not settings.unattended():  # there an interrupt means that the time is over
            self._stop.listen()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note which epoch it is; a training that goes on does not begin with the first."""
        self._epoch, self._step = epoch, 0
        if self._first_epoch < 0:
            self._first_epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Update the line, a few times a second at most."""
        self._step = batch + 1
        now = time.monotonic()
        if now - self._shown < SECONDS_BETWEEN_LINES:
            return
        self._shown = now
        steps = self.params.get("steps")
        share = self._share(self._epoch + self._step / steps if steps else self._epoch)
        where = f"{self._where()}, step {self._step}{f' of {steps}' if steps else ''}"
        if self._stop.pressed:
            self._line.update(f"Stopping after this step. {where}", share)
        else:
            self._line.update(f"{where}: {_figures(logs)}{self._left(share)}", share)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Update the line with the figures of the epoch, and now and then the curves."""
        for key, value in (logs or {}).items():
            self._record.setdefault(key, []).append(float(value))
        if self.checkpoint:
            self.checkpoint.on_epoch_end(epoch, logs)
        self._shown = time.monotonic()
        share = self._share(epoch + 1)
        self._line.milestone(f"{self._where()}: {_figures(logs)}{self._left(share)}", share)
        if self._shown - self._drawn > self._drawing / DRAWING_SHARE:
            self._draw()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Say how it ended, and show the whole curves."""
        self._stop.let_go()
        self.seconds = time.monotonic() - self._begin
        if not self._stop.pressed:
            self._line.end(f"Trained in {self.seconds:.0f} s: {_figures(logs)}{self._kept()}", 1.0)
        else:
            steps = self.params.get("steps")
            step = f", step {self._step}{f' of {steps}' if steps else ''}" if self._step else ""
            self._line.end(
                f"Stopped in {self._where().lower()}{step}, after {self.seconds:.0f} s: "
                f"{_figures(logs)}. The network keeps what it has learned so far, and the history "
                "its epochs: you can go on with the next cells. For the whole training, run the "
                f"notebook again from the cell with exercise.seed() on.{self._kept()}",
                self._share(self._epoch + (self._step / steps if steps else 0)),
            )
        self._draw()

    def _where(self) -> str:
        epochs = self.params["epochs"]
        return f"Epoch {self._epoch + 1:>{len(str(epochs))}}/{epochs}"

    def _share(self, epochs_done: float) -> float:
        first = max(self._first_epoch, 0)
        return (epochs_done - first) / max(int(self.params["epochs"]) - first, 1)

    def _left(self, share: float) -> str:
        if share <= 0:
            return ""
        seconds = (time.monotonic() - self._begin) / share * (1 - share)
        return f", {duration(seconds)} left"

    def _kept(self) -> str:
        """Say where the best weights are."""
        figures = self._record.get(BEST)
        if not self.checkpoint or not figures:
            return ""
        best = max(figures)
        return (
            f". The weights of epoch {self._first_epoch + figures.index(best) + 1}, with the "
            f"highest validation accuracy ({best:.3f}), are kept in {self.checkpoint.filepath}; "
            "the network's load_weights brings them back"
        )

    def _draw(self) -> None:
        """Draw the curves; one epoch makes no curve."""
        if settings.unattended() or len(self._record.get("loss", ())) < 2:
            return
        begin = time.monotonic()
        history = SimpleNamespace(history=self._record, epoch=[self._first_epoch])
        self._line.picture(plots.bundle(*plots.draw_learning_curves({"this training": history})))
        self._drawn = time.monotonic()
        self._drawing = self._drawn - begin


def _figures(logs: dict[str, Any] | None) -> str:
    return ", ".join(f"{_speak(key)} {float(value):.3f}" for key, value in (logs or {}).items())


def _speak(key: str) -> str:
    return key.replace("val_", "validation ").replace("_", " ")
