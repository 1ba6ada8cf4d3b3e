"""What the course handed out: the cells of a released notebook, as the grading knows them.

Order and unmarked text come from ``release/``; every marked cell comes from the gradebook, where
nbgrader keeps it with its hidden tests and with the gap empty.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.grading import cells, status
from autograder.grading.hidden_text import split

SCHEMA_VERSION = 3
"""Version of nbgrader's cell metadata that nbgrader 0.9 reads."""


@dataclass(frozen=True)
class BlueprintCell:
    """One cell as the course handed it out.

    Attributes
    ----------
    id : str
        Cell id; for a marked cell its grade id.
    cell_type : str
        ``code`` or ``markdown``.
    source : str
        Text with hidden tests, and with an empty gap.
    released : str
        The same without hidden tests: what the student got.
    tags : tuple of str
        Tags of the cell.
    marks : dict
        nbgrader's metadata; empty for a cell that nbgrader does not know.
    """

    id: str
    cell_type: str
    source: str
    released: str
    tags: tuple[str, ...] = ()
    marks: dict[str, Any] = field(default_factory=dict)

    @property
    def is_gap(self) -> bool:
        """Tell whether the student writes here: a gap or an answer."""
        return bool(self.marks.get("solution"))

    def make(self) -> NotebookNode:
        """Return a fresh cell like this one."""
        maker = getattr(nbformat.v4, f"new_{self.cell_type}_cell")
        cell: NotebookNode = maker(source=self.source, id=self.id)
        cell.metadata = NotebookNode(self.metadata())
        return cell

    def metadata(self) -> dict[str, Any]:
        """Return the cell metadata that the course set, and nothing else."""
        found: dict[str, Any] = {"tags": list(self.tags)} if self.tags else {}
        if self.marks:
            found["nbgrader"] = NotebookNode(self.marks)
        return found


@dataclass(frozen=True)
class Blueprint:
    """A released notebook.

    Attributes
    ----------
    assignment, notebook : str
        Names in nbgrader.
    cells : tuple of BlueprintCell
        All cells in order.
    kernelspec : dict
        The kernel that the course runs the notebook with.
    """

    assignment: str
    notebook: str
    cells: tuple[BlueprintCell, ...]
    kernelspec: dict[str, Any]

    @property
    def marked(self) -> dict[str, BlueprintCell]:
        """The cells that nbgrader knows, by grade id, in order."""
        return {cell.id: cell for cell in self.cells if cell.marks}

    def placeholder(self, reason: str, message: str) -> NotebookNode:
        """Return an untouched notebook that stands in for one that can't be graded.

        Parameters
        ----------
        reason : str
            One of `autograder.grading.status.PLACEHOLDERS`.
        message : str
            What happened and what to do, for the student.
        """
        nb = nbformat.v4.new_notebook(cells=[cell.make() for cell in self.cells])
        nb.nbformat, nb.nbformat_minor = 4, 5
        nb.metadata["kernelspec"] = NotebookNode(self.kernelspec)
        status.set_status(nb, reason, message)
        return nb


@dataclass(frozen=True)
class KnownCells:
    """What the gradebook knows of the cells of an assignment, each part loaded when it is needed.

    Parameters
    ----------
    db_url, release, assignment
        As in `load_blueprint`, whose errors come with `blueprints`.
    notebooks : sequence of str
        Names of notebooks of the assignment.
    """

    db_url: str
    release: Path
    assignment: str
    notebooks: Sequence[str]

    @cached_property
    def blueprints(self) -> dict[str, Blueprint]:
        """A `Blueprint` by notebook."""
        return {
            name: load_blueprint(self.db_url, self.release, self.assignment, name)
            for name in self.notebooks
        }

    @cached_property
    def grade_ids(self) -> dict[str, set[str]]:
        """The grade ids of every assignment in the gradebook, by assignment."""
        return grade_ids(self.db_url)


def load_blueprint(db_url: str, release: Path, assignment: str, notebook: str) -> Blueprint:
    """Load the blueprint of a notebook.

    Parameters
    ----------
    db_url : str
        Address of the gradebook.
    release : Path
        Folder of the released assignment; when its notebook is missing the gradebook alone
        serves, without the unmarked cells.
    assignment, notebook : str
        Names in nbgrader.

    Raises
    ------
    nbgrader.api.MissingEntry
        If the gradebook does not know the notebook.
    """
    with Gradebook(db_url) as gradebook:
        known = gradebook.find_notebook(notebook, assignment)
        kernelspec = json.loads(known.kernelspec or "{}")
        points = {cell.name: cell.max_score for cell in known.grade_cells}
        tasks = {cell.name: cell.max_score for cell in known.task_cells}
        answers = {cell.name for cell in known.solution_cells}
        marked = {}
        for cell in known.source_cells:
            marks: dict[str, Any] = {
                "schema_version": SCHEMA_VERSION,
                "grade": cell.name in points,
                "grade_id": cell.name,
                "locked": bool(cell.locked),
                "solution": cell.name in answers,
                "task": cell.name in tasks,
                "cell_type": cell.cell_type,
            }
            if cell.checksum:
                marks["checksum"] = cell.checksum
            if cell.name in points or cell.name in tasks:
                marks["points"] = float(points.get(cell.name, tasks.get(cell.name, 0)))
            marked[cell.name] = BlueprintCell(
                cell.name, cell.cell_type, cell.source, split(cell.source)[0], (), marks
            )
    path = release / f"{notebook}.ipynb"
    if path.is_file():
        ordered = _in_order(nbformat.read(path, as_version=4), marked)
    else:
        ordered = list(marked.values())
    return Blueprint(assignment, notebook, tuple(ordered), kernelspec)


def _in_order(released: NotebookNode, marked: dict[str, BlueprintCell]) -> list[BlueprintCell]:
    ordered = []
    left = dict(marked)
    for index, cell in enumerate(released.cells):
        tags = tuple(cell.metadata.get("tags", ()))
        known = left.pop(cells.grade_id(cell) or "", None)
        if known is None:
            plain = (cell.source, cell.source, tags)
            ordered.append(BlueprintCell(cell.get("id", f"cell-{index}"), cell.cell_type, *plain))
        else:
            ordered.append(
                BlueprintCell(
                    known.id, known.cell_type, known.source, cell.source, tags, known.marks
                )
            )
    return [*ordered, *left.values()]


def grade_ids(db_url: str) -> dict[str, set[str]]:
    """Return the grade ids of every assignment in the gradebook, by assignment."""
    with Gradebook(db_url) as gradebook:
        return {
            assignment.name: {
                cell.name for notebook in assignment.notebooks for cell in notebook.source_cells
            }
            for assignment in gradebook.assignments
        }
