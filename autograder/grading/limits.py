"""How much output of a cell is kept while it runs."""

import json
import re
from typing import Any

from nbformat import NotebookNode

TRUNCATED = "\n... Output truncated ...\n"
_LONGEST_ERROR = 20_000
_LONGEST_RESULT = 1_000

_OVERWRITTEN = re.compile(r".*\r(?=[^\n])")
_BACKSPACE = re.compile(r"[^\n\b]\x08")


class OutputBudget:
    """Counts the output of one cell and says what still fits.

    Parameters
    ----------
    most : int
        Characters of output that are kept.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.used = 0
        self.cut = False

    def admit(self, message: dict[str, Any]) -> bool:
        """Tell whether a message of the kernel may become output; shorten it where needed.

        Errors and results decide about marks: they always pass, shortened.

        Parameters
        ----------
        message : dict
            A Jupyter message; its content may be changed in place.
        """
        kind = message.get("msg_type", "")
        content = message.get("content", {})
        if kind == "error":
            content["evalue"] = str(content.get("evalue", ""))[:_LONGEST_ERROR]
            lines = [str(line)[:_LONGEST_ERROR] for line in content.get("traceback", [])]
            content["traceback"] = lines[:100]
            return True
        size = _size(content)
        fits = self.used + size <= self.most
        if fits:
            self.used += size
            return True
        first_cut, self.cut = not self.cut, True
        if kind == "execute_result":
            text = str(content.get("data", {}).get("text/plain", ""))
            content["data"] = {"text/plain": text[:_LONGEST_RESULT]}
            return True
        if kind == "stream" and first_cut:
            room = max(self.most - self.used, 0)
            content["text"] = str(content.get("text", ""))[:room] + TRUNCATED
            self.used = self.most
            return True
        return False


def _size(content: dict[str, Any]) -> int:
    if "text" in content:
        return len(str(content["text"]))
    data = content.get("data", {})
    if not isinstance(data, dict):
        return 0
    return sum(
        len(value) if isinstance(value, str) else len(json.dumps(value, default=str))
        for value in data.values()
    )


def join_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of the same stream, as a reader sees them.

    Parameters
    ----------
    outputs : list of NotebookNode
        Outputs of a cell as they came.

    Returns
    -------
    list of NotebookNode
        The outputs with each run of stream pieces as one, and with overwritten progress bars
        reduced to their last state.
    """
    joined: list[NotebookNode] = []
    pieces: list[str] = []
    for output in outputs:
        if (
            output.output_type == "stream"
            and joined
            and joined[-1].output_type == "stream"
            and joined[-1].name == output.name
        ):
            pieces.append(output.text)
            continue
        if pieces:
            joined[-1].text = _last_state("".join(pieces))
        pieces = [output.text] if output.output_type == "stream" else []
        joined.append(output)
    if pieces:
        joined[-1].text = _last_state("".join(pieces))
    return joined


def _last_state(text: str) -> str:
    shorter = _BACKSPACE.sub("", text)
    while len(shorter) < len(text):
        text, shorter = shorter, _BACKSPACE.sub("", shorter)
    return _OVERWRITTEN.sub("", shorter)
