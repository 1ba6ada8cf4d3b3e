"""The canvas of the digit demo; importing this module needs anywidget."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets


class DigitWidget(anywidget.AnyWidget):
    """A canvas that sends every drawing to Python and shows the answer.

    Only texts travel, which every front end can send.

    Parameters
    ----------
    look : callable
        Takes a drawing, the URL of a PNG picture, and returns the answer as JSON.

    Attributes
    ----------
    drawing : str
        What the browser sends: ``NUMBER URL``; the number tells drawings apart.
    answer : str
        What it gets: ``NUMBER JSON``, with the number of the drawing.
    """

    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    _css = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")

    drawing = traitlets.Unicode("").tag(sync=True)
    answer = traitlets.Unicode("").tag(sync=True)

    def __init__(self, look: Callable[[str], str]) -> None:
        super().__init__()
        self._look = look
        self.observe(self._respond, names="drawing")

    def __repr__(self) -> str:
        """Say what to do where this text is all that is shown."""
        return "A canvas to draw on. If you only see this line: run stock_digits(model) instead."

    def _respond(self, change: dict[str, Any]) -> None:
        number, _, url = change["new"].partition(" ")
        self.answer = f"{number} {self._look(url)}"
