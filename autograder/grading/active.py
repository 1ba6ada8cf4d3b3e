"""Take what could act on its reader's machine out of a submission: scripts, forms, foreign pages.

Instructors see submissions in formgrader, students in their feedback; both are web pages.
"""

import re
from typing import Any, Final

import bleach
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading import cells

_KEPT: Final[tuple[str, ...]] = ("text/plain", "image/png", "image/jpeg")
"""Kinds of output that a page shows and never runs."""

_TAGS: Final = frozenset(
    {"a", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "figure"}
    | {"figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p", "pre"}
    | {"s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th"}
    | {"thead", "tr", "u", "ul"}
)
_ATTRIBUTES: Final = frozenset({"alt", "class", "colspan", "rowspan", "title", "width", "height"})
_PICTURE: Final = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]*\Z")

_FIGURE: Final = re.compile(
    r'<img alt="(?:[^"<>&]|&(?:amp|lt|gt|quot|#x27);)*" '
    r'src="data:image/png;base64,[A-Za-z0-9+/=]*">\Z'
)
"""What the course's figures are, and bleach would take a tenth of a second to read."""

_ACTIVE: Final = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|form|input|button|meta|link|style|svg|math|base|video|"
    r"audio|img|template)\b|\bon\w+\s*=|javascript\s*:|data\s*:\s*text",
    re.IGNORECASE,
)
"""What Markdown that is only text does not hold."""


class RemoveActiveContent(NbGraderPreprocessor):  # type: ignore[misc]
    """Keep outputs that are only looked at; write active HTML in answers as text."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clean one cell."""
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data = NotebookNode(_clean_data(output.data))
                output.metadata = NotebookNode()
        students_own = not cells.marks(cell) or cells.marks(cell).get("solution")
        if cell.cell_type != "code" and students_own and _ACTIVE.search(cell.source):
            cell.source = clean(cell.source)
        for name, data in dict(cell.get("attachments", {})).items():
            cell.attachments[name] = NotebookNode(_clean_data(data))
        return cell, resources


def _clean_data(data: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {kind: data[kind] for kind in _KEPT if kind in data}
    for kind in ("text/html", "text/markdown"):
        if kind in data:
            text = data[kind]
            kept[kind] = clean("".join(text) if isinstance(text, list) else str(text))
    return kept


def clean(html: str) -> str:
    """Return HTML with harmless tags and embedded pictures alone; the rest becomes text.

    Parameters
    ----------
    html : str
        What a student's code wrote.
    """
    if _FIGURE.match(html):
        return html
    return str(
        bleach.clean(
            html, tags=_TAGS, attributes=_may_stay, protocols=("http", "https", "mailto", "data")
        )
    )


def _may_stay(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return _PICTURE.match(value) is not None
    if tag == "a" and name == "href":
        return value.startswith(("http://", "https://", "mailto:", "#"))
    return name in _ATTRIBUTES
