"""One line of progress for a training, in a notebook and in a terminal."""

import time
from collections.abc import Callable
from typing import Any

import keras

BAR_WIDTH = 20


class TrainingProgress(keras.callbacks.Callback):  # type: ignore[misc]
    """Show epoch, loss, accuracy and time left in one line that is updated in place."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock and show an empty bar."""
        self._begin = time.monotonic()
        self._display = _open_display("Training starts.")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Update the line with the figures of the epoch."""
        epochs = self.params["epochs"]
        done = epoch + 1
        left = (time.monotonic() - self._begin) / done * (epochs - done)
        filled = BAR_WIDTH * done // epochs
        figures = ", ".join(f"{_speak(key)} {value:.3f}" for key, value in (logs or {}).items())
        self._display(
            f"Epoch {done:>2}/{epochs} [{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {figures}, "
            f"{left:.0f} s left"
        )

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Say how long it took."""
        figures = ", ".join(f"{_speak(key)} {value:.3f}" for key, value in (logs or {}).items())
        self._display(f"Trained in {time.monotonic() - self._begin:.0f} s: {figures}")


def _speak(key: str) -> str:
    return key.replace("val_", "validation ").replace("_", " ")


class _Line:
    """A line of text as Jupyter displays it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _open_display(first: str) -> Callable[[str], Any]:
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return print
    if get_ipython() is None:
        return print
    handle = display(_Line(first), display_id=True)  # type: ignore[no-untyped-call]
    return lambda text: handle.update(_Line(text))
