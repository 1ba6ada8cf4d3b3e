"""What checks, hints and progress show: HTML in a notebook, plain text everywhere else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

from autograder.student.live import in_notebook


class Look(NamedTuple):
    """How a state looks: a sign before its word, and the colours of both.

    Without colours it has an outline instead, in the colour of the text around it.
    """

    sign: str
    text: str = ""
    background: str = ""


LOOKS = {
    "done": Look("✓", "#ffffff", "#1a6b3a"),
    "partly done": Look("◐", "#ffffff", "#7a4f00"),
    "wrong": Look("✗", "#ffffff", "#a11d2b"),
    "not attempted": Look("○"),
    "not checked yet": Look("–"),
    "hint": Look("?", "#ffffff", "#1f4e8c"),
}
"""By state. The text around takes its colours from the notebook's theme, light or dark."""

_CELL = "padding:0.25em 1em 0.25em 0;text-align:left;vertical-align:top"


@dataclass(frozen=True)
class Card:
    """One thing to be said of one task.

    Attributes
    ----------
    state : str
        A key of `LOOKS`; shown as a word.
    title : str
        Of the task.
    lines : sequence of str
        What there is to say, a paragraph each.
    label : str
        Shown instead of the state's word, such as ``"Hint 1 of 4"``.
    """

    state: str
    title: str
    lines: Sequence[str] = ()
    label: str = ""

    def __str__(self) -> str:
        """Return the card as plain text."""
        first = f"{self.label}: " if self.label else f"{self.title}: {self.state}."
        if self.label:
            return first + "\n".join(self.lines)
        return "\n".join([first, *self.lines])

    def _repr_html_(self) -> str:
        paragraphs = "".join(
            f'<p style="margin:0.3em 0 0 0">{_with_breaks(line)}</p>' for line in self.lines
        )
        return (
            f'<div style="border-left:4px solid;padding:0.2em 0.8em;max-width:52em">'
            f"{badge(self.state, self.label)} <strong>{escape(self.title)}</strong>"
            f"{paragraphs}</div>"
        )

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


@dataclass(frozen=True)
class Progress:
    """All tasks of a notebook and what is known of them.

    Attributes
    ----------
    title : str
        Of the exercise.
    rows : sequence of (state, title, name)
        A task each.
    """

    title: str
    rows: Sequence[tuple[str, str, str]] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """How many tasks are done, in words."""
        done = sum(state == "done" for state, _, _ in self.rows)
        return f"{done} of {len(self.rows)} tasks done"

    def __str__(self) -> str:
        """Return a line a task."""
        lines = [f"{state:>16}  {title} ({name})" for state, title, name in self.rows]
        return "\n".join([*lines, f"{self.summary}."])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="{_CELL};font-weight:normal">{escape(title)}</th>'
            f'<td style="{_CELL}">{badge(state)}</td>'
            f'<td style="{_CELL}"><code>exercise.hint("{escape(name)}")</code></td></tr>'
            for state, title, name in self.rows
        )
        heads = "".join(
            f'<th scope="col" style="{_CELL}">{head}</th>' for head in ("Task", "State", "A hint")
        )
        return (
            '<table style="border-collapse:collapse">'
            f'<caption style="text-align:left;padding-bottom:0.4em;color:inherit">'
            f"<strong>{escape(self.title)}</strong>: {self.summary}</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def badge(state: str, label: str = "") -> str:
    """Return a state as HTML: its sign and its word."""
    look = LOOKS[state]
    colours = "border:1px dashed currentColor"
    if look.background:
        colours = f"color:{look.text};background:{look.background};border:1px solid transparent"
    return (
        f'<span style="{colours};border-radius:0.7em;padding:0 0.6em;white-space:nowrap">'
        f'<span aria-hidden="true">{look.sign}</span> {escape(label or state)}</span>'
    )


def show(what: Card | Progress) -> None:
    """Show something: as HTML where a notebook can take it, else as plain text."""
    if in_notebook():
        from IPython.display import display

        display(what)  # type: ignore[no-untyped-call]
    else:
        print(what)


def _with_breaks(text: str) -> str:
    return escape(text).replace("\n", "<br>")
