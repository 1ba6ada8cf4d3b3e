"""Lines that change while something runs: in a notebook, in a terminal, in a file.

tqdm is no help here: its notebook bar needs widgets, which neither a saved file nor every version
of ipywidgets shows again, and its plain bar writes to stderr, which nbgrader takes for a failure.
"""

import html
import shutil
import sys
from typing import Any, Protocol

from autograder import settings

BAR_WIDTH = 20


class LiveLine(Protocol):
    """One line of text with a bar, and what may stand below it."""

    def update(self, text: str, share: float) -> None:
        """Show another text; `share`, 0 to 1, is how much is done."""

    def milestone(self, text: str, share: float) -> None:
        """Show a text that should also be seen where lines cannot be replaced."""

    def picture(self, bundle: dict[str, str]) -> None:
        """Show a picture, as `autograder.student.plots.bundle` makes it, in place of the last."""

    def end(self, text: str, share: float) -> None:
        """Show the last text."""


class NotebookLine:
    """A line and a picture that Jupyter and Colab replace in place.

    A display of its own each, because a picture has many more bytes than a line.
    """

    def __init__(self) -> None:
        self._line: Any = None
        self._picture: Any = None

    def update(self, text: str, share: float) -> None:
        """Show another text, beside a bar."""
        page = (
            f'<progress max="1" value="{share:.3f}" aria-label="done so far"></progress> '
            f"{html.escape(text)}"
        )
        self._line = _show(self._line, {"text/html": page, "text/plain": f"{bar(share)} {text}"})

    milestone = update
    end = update

    def picture(self, bundle: dict[str, str]) -> None:
        """Show a picture in place of the last one."""
        self._picture = _show(self._picture, bundle)


class TerminalLine:
    """A line that is written over; no pictures."""

    def __init__(self) -> None:
        self._length = 0

    def update(self, text: str, share: float) -> None:
        """Write over the line."""
        width = shutil.get_terminal_size().columns - 1  # a line that wraps can't be written over
        line = f"{bar(share)} {text}"[:width]
        print(f"\r{line:<{self._length}}", end="", flush=True)
        self._length = len(line)

    milestone = update

    def picture(self, bundle: dict[str, str]) -> None:
        """Show nothing."""

    def end(self, text: str, share: float) -> None:
        """Write over the line a last time, in full, and end it."""
        print(f"\r{text:<{self._length}}", flush=True)


class PlainLines:
    """Lines one below the other, where nothing can be replaced: only those that matter."""

    def update(self, text: str, share: float) -> None:
        """Show nothing."""

    def milestone(self, text: str, share: float) -> None:
        """Write a line."""
        print(f"{bar(share)} {text}", flush=True)

    def picture(self, bundle: dict[str, str]) -> None:
        """Show nothing."""

    def end(self, text: str, share: float) -> None:
        """Write the last line."""
        print(text, flush=True)


class LastLine(PlainLines):
    """The last line alone, for a run that nobody looks at."""

    def milestone(self, text: str, share: float) -> None:
        """Show nothing."""


def open_line() -> LiveLine:
    """Return the kind of line that can be seen here."""
    if settings.unattended():
        return LastLine()
    if in_notebook():
        return NotebookLine()
    return TerminalLine() if sys.stdout.isatty() else PlainLines()


def in_notebook() -> bool:
    """Tell whether a Jupyter kernel shows what we display; IPython in a terminal has none."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def bar(share: float) -> str:
    """Return a bar of text.

    Parameters
    ----------
    share : float
        How much of it is full, 0 to 1.
    """
    filled = int(BAR_WIDTH * min(max(share, 0.0), 1.0))
    return f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}]"


def duration(seconds: float) -> str:
    """Return a time as people say it, in seconds or minutes."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _show(handle: Any, bundle: dict[str, str]) -> Any:
    from IPython.display import display

    if handle is None:
        return display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
    handle.update(bundle, raw=True)
    return handle
