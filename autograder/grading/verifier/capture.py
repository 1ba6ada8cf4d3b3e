"""What a running cell writes and shows, as outputs of a notebook, in order and bounded."""

import io
from collections.abc import Mapping
from typing import Any, Final, TextIO

from autograder.grading.verifier import errors

MOST_TEXT: Final = 200_000
"""Characters of text kept of a cell."""

MOST_SHOWN: Final = 20
"""Figures and other displayed things kept of a cell."""

LARGEST_IMAGE: Final = 3_000_000
"""Characters of a figure as base64; a larger one is left out."""

CUT: Final = "\n... Output truncated ...\n"


class Capture:
    """Collects the outputs of one cell after the other.

    Parameters
    ----------
    outside : text stream
        Where text goes that is written while no cell runs.
    """

    def __init__(self, outside: TextIO) -> None:
        self.outside = outside
        self._running = False
        self.start()
        self._running = False

    def start(self) -> None:
        """Begin with a new cell."""
        self._outputs: list[dict[str, Any]] = []
        self._shown: dict[str, dict[str, Any]] = {}
        self._room = MOST_TEXT
        self._running = True

    def take(self) -> list[dict[str, Any]]:
        """Return the outputs of the cell, which ends here."""
        self._running = False
        for output in self._outputs:
            if output["output_type"] == "stream":
                output["text"] = errors.clean("".join(output["text"]))
        return self._outputs

    def write(self, name: str, text: str) -> None:
        """Add text to the stream ``stdout`` or ``stderr``."""
        if not self._running:
            self.outside.write(text)
            return
        kept = text[: self._room]
        if not kept:
            return
        self._room -= len(kept)
        last = self._outputs[-1] if self._outputs else {}
        if (last.get("output_type"), last.get("name")) != ("stream", name):
            last = {"output_type": "stream", "name": name, "text": []}
            self._outputs.append(last)
        last["text"].append(kept if self._room else kept + CUT)

    def show(self, data: Mapping[str, Any], name: str | None = None, update: bool = False) -> None:
        """Add something displayed: a figure as PNG, else its text.

        Parameters
        ----------
        data : mapping
            What is to be displayed, by media type.
        name : str, optional
            Its display id.
        update : bool
            Whether it takes the place of what was displayed under that id.
        """
        kept = _kept(data)
        shown = self._shown.get(name or "")
        if update and shown is not None:
            shown["data"] = kept
        elif self._running and len(self._shown) < MOST_SHOWN and kept:
            output = {"output_type": "display_data", "data": kept, "metadata": {}}
            self._outputs.append(output)
            self._shown[name or f"nameless {len(self._shown)}"] = output

    def result(self, value: object) -> None:
        """Add the value of the last expression, with its type unless it is exactly a float.

        Points are a plain float; anything else must not be read as one.
        """
        text = errors.text_of(value, repr)
        if type(value) is not float:
            text = f"{type(value).__name__}: {text}"
        self._outputs.append(
            {
                "output_type": "execute_result",
                "data": {"text/plain": errors.first_line(text)},
                "metadata": {},
                "execution_count": None,
            }
        )

    def error(self, error: BaseException) -> None:
        """Add what stopped the cell."""
        self._outputs.append(errors.output(error))


class Writer(io.TextIOBase):
    """One of the streams ``sys.stdout`` and ``sys.stderr``.

    Parameters
    ----------
    capture : Capture
    name : {"stdout", "stderr"}
    """

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, capture: Capture, name: str) -> None:
        self._capture = capture
        self._name = name

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Add text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._capture.write(self._name, text)
        return len(text)


def _kept(data: Mapping[str, Any]) -> dict[str, str]:
    image = data.get("image/png")
    text = data.get("text/plain")
    kept = {}
    if isinstance(image, str) and len(image) <= LARGEST_IMAGE:
        kept["image/png"] = image
    if isinstance(text, str):
        kept["text/plain"] = errors.clean(text[: MOST_TEXT // MOST_SHOWN])
    return kept
