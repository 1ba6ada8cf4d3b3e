"""Stop a training as Keras would, when somebody presses Stop."""

import signal
import threading
from types import FrameType
from typing import Any


class StopButton:
    """Let the first interrupt end a training after the present step, and the next one at once.

    Keras leaves an interrupt to Python, so that `fit` would end with `KeyboardInterrupt` and return
    no history. `stop_training` is Keras' own way to end early: `fit` still validates, ends its
    callbacks and returns.

    Parameters
    ----------
    model : keras.Model
        The network that is trained.
    """

    def __init__(self, model: Any) -> None:
        self.pressed = False
        self._model = model
        self._before: Any = None
        self._listening = False

    def listen(self) -> None:
        """Begin to wait for an interrupt; in another thread than the main one that can't be."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._before = signal.getsignal(signal.SIGINT)
        if callable(self._before):
            signal.signal(signal.SIGINT, self._press)
            self._listening = True

    def let_go(self) -> None:
        """Leave interrupts to whoever had them before."""
        # A method is another object at each look, so that only == tells whether it is ours.
        if self._listening and signal.getsignal(signal.SIGINT) == self._press:
            signal.signal(signal.SIGINT, self._before)
        self._listening = False

    def _press(self, number: int, frame: FrameType | None) -> None:
        if not self.pressed and self._is_training(frame):
            self.pressed = True
            self._model.stop_training = True
            return
        before = self._before
        self.let_go()
        before(number, frame)

    def _is_training(self, frame: FrameType | None) -> bool:
        """Tell whether `fit` still runs: an error may have ended it without a word to us."""
        while frame is not None:
            if frame.f_code.co_name == "fit" and frame.f_locals.get("self") is self._model:
                return True
            frame = frame.f_back
        return False
