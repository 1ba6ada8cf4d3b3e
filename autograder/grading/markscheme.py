"""The mark scheme beside each free-text answer, for the person who grades it and for nobody else.

`ShowMarkScheme` is the last step of autograde, `HideMarkScheme` the first of the feedback.
"""

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading import cells, status

TAG = "mark_scheme"
_BEGIN = "BEGIN SOLUTION"
_END = "END SOLUTION"


def mark_schemes(source: Path) -> dict[str, str]:
    """Return the model answers and mark schemes of a source notebook.

    Parameters
    ----------
    source : Path
        The source notebook; when it is missing there are none.

    Returns
    -------
    dict
        Text between the solution markers of every answer cell, by grade id.
    """
    if not source.is_file():
        return {}
    found = {}
    for cell in nbformat.read(source, as_version=4).cells:
        if cells.is_answer(cell) and cell.cell_type == "markdown":
            inside: list[str] = []
            taking = False
            for line in cell.source.split("\n"):
                if _BEGIN in line or _END in line:
                    taking = _BEGIN in line
                elif taking:
                    inside.append(line)
            found[cells.grade_id(cell) or ""] = "\n".join(inside).strip()
    return found


class ShowMarkScheme(NbGraderPreprocessor):  # type: ignore[misc]
    """Put a locked cell with model answer and mark scheme after each free-text answer."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Insert the cells into an autograded notebook."""
        names = resources["nbgrader"]
        directory = self.parent.parent.coursedir
        folder = directory.format_path(directory.source_directory, ".", names["assignment"])
        schemes = mark_schemes(Path(folder) / f"{names['notebook']}.ipynb")
        shown = []
        for cell in nb.cells:
            shown.append(cell)
            scheme = schemes.get(cells.grade_id(cell) or "")
            if scheme:
                shown.append(_scheme_cell(cell, scheme, len(shown)))
        nb.cells = shown
        return nb, resources


def _scheme_cell(answer: NotebookNode, scheme: str, place: int) -> NotebookNode:
    parts = ["**Mark scheme (instructors only)**", scheme]
    earlier = answer.metadata.get(status.KEY, {}).get("earlier")
    if earlier:
        parts.insert(1, f"*{earlier}*")
    cell: NotebookNode = nbformat.v4.new_markdown_cell(
        source="\n\n".join(parts), id=f"mark-scheme-{place}"
    )
    cell.metadata = NotebookNode(tags=[TAG], deletable=False, editable=False)
    return cell


class HideMarkScheme(NbGraderPreprocessor):  # type: ignore[misc]
    """Take the mark schemes out of what students get back."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Remove the cells that `ShowMarkScheme` put in."""
        nb.cells = [cell for cell in nb.cells if TAG not in cell.metadata.get("tags", [])]
        return nb, resources
