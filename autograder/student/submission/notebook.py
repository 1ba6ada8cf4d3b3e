"""Read the notebook that is to be handed in, and say which assignment it is."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from autograder import exercises

KEY: Final = "eight_faces"
"""Notebook metadata in which a release lists its cells: advice for the check, of no other use."""

LARGEST_FILE: Final = 64 * 2**20
"""Bytes; grading reads no more of a notebook."""


class SubmissionError(Exception):
    """The check can't be done; the message says why, and what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the file.

    Attributes
    ----------
    number : int
        Its place, from 1 on.
    raw : dict
        What the file holds of it.
    """

    number: int
    raw: dict[str, Any]

    @property
    def source(self) -> str:
        """Its text."""
        found = self.raw.get("source", "")
        return found if isinstance(found, str) else "".join(map(str, found or ()))

    @property
    def is_code(self) -> bool:
        """Whether it is a code cell with something in it."""
        return self.raw.get("cell_type") == "code" and bool(self.source.strip())

    @property
    def marks(self) -> dict[str, Any]:
        """What nbgrader notes of it; empty for a cell of the student's own."""
        found = self._metadata.get("nbgrader")
        return found if isinstance(found, dict) else {}

    @property
    def grade_id(self) -> str:
        """The name that the course gave it; empty for a cell of the student's own."""
        return str(self.marks.get("grade_id") or "")

    @property
    def is_gap(self) -> bool:
        """Whether the student writes here."""
        return bool(self.marks.get("solution"))

    @property
    def is_test(self) -> bool:
        """Whether it is a check that gives points."""
        return self.is_code and bool(self.marks.get("grade")) and not self.is_gap

    @property
    def may_raise(self) -> bool:
        """Whether an error in it is expected: that of a check."""
        return self.is_test or "raises-exception" in (self._metadata.get("tags") or ())

    @property
    def count(self) -> int | None:
        """The number that stands beside it in brackets, if it was run."""
        found = self.raw.get("execution_count")
        return found if isinstance(found, int) else None

    @property
    def _metadata(self) -> dict[str, Any]:
        found = self.raw.get("metadata")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Submission:
    """A notebook that is to be handed in.

    Attributes
    ----------
    path : pathlib.Path
    size : int
        Bytes of the file.
    raw : dict
        What the file holds.
    cells : tuple of Cell
    assignment : str
        Which assignment it is, going by what it holds.
    listed : tuple of str
        Names of the cells that the course gave; empty where the file has lost the list.
    titles : dict of str to str
        Titles of the tasks, by name.
    """

    path: Path
    size: int
    raw: dict[str, Any]
    cells: tuple[Cell, ...]
    assignment: str
    listed: tuple[str, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> list[Cell]:
        """Its code cells that are not empty."""
        return [cell for cell in self.cells if cell.is_code]

    def call(self, grade_id: str) -> str:
        """Return how to speak of a cell of the course, whether it is there or not."""
        task, _, kind = grade_id.rpartition("_")
        if task in self.titles and kind in ("gap", "test"):
            return f"{'your cell' if kind == 'gap' else 'the check'} of “{self.titles[task]}”"
        if grade_id.startswith("question"):
            return f"your answer ‘{grade_id}’"
        return f"{'the check' if kind == 'test' else 'the cell'} ‘{grade_id}’"

    def name(self, cell: Cell) -> str:
        """Return how to speak of a cell that is there."""
        if cell.grade_id:
            return f"cell {cell.number} ({self.call(cell.grade_id)})"
        lines = cell.source.strip().splitlines() or ["empty"]
        return f"cell {cell.number} (“{lines[0][:40]}”)"


def read(path: Path) -> Submission:
    """Read a notebook file.

    Raises
    ------
    SubmissionError
        If it is missing, can't be read, or is no notebook of the course.
    """
    raw, size = _parse(path)
    found = raw.get("cells")
    if not isinstance(found, list) or not all(isinstance(cell, dict) for cell in found):
        raise SubmissionError(
            f"{path.name} holds no cells of a present notebook format. Open it in JupyterLab or "
            "Colab and save it again."
        )
    cells = tuple(Cell(number, cell) for number, cell in enumerate(found, 1))
    assignment, listed = _assignment(path, raw, cells)
    titles = {}
    if assignment in exercises.names():
        tasks = exercises.load(assignment).tasks
        titles = {name: task.title for name, task in tasks.items()}
    return Submission(path, size, raw, cells, assignment, listed, titles)


def _parse(path: Path) -> tuple[dict[str, Any], int]:
    if not path.is_file():
        raise SubmissionError(f"There is no file {path}. Is the name right, and the folder?")
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise SubmissionError(
            f"{path.name} has {size / 2**20:.0f} MB; at most {LARGEST_FILE / 2**20:.0f} MB are "
            "graded. Clear the outputs of all cells, save, and check again."
        )
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SubmissionError(f"{path} can't be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise SubmissionError(
            f"{path.name} is no notebook, or is damaged. Open it, save it again; if it does not "
            "open, take the last copy that does."
        ) from error
    if not isinstance(raw, dict):
        raise SubmissionError(f"{path.name} is no notebook.")
    return raw, size


def _assignment(
    path: Path, raw: dict[str, Any], cells: tuple[Cell, ...]
) -> tuple[str, tuple[str, ...]]:
    """Return which assignment a notebook is, and the list of its cells."""
    metadata = raw.get("metadata")
    noted = metadata.get(KEY) if isinstance(metadata, dict) else None
    if isinstance(noted, dict) and isinstance(noted.get("assignment"), str):
        listed = noted.get("cells")
        names = tuple(map(str, listed)) if isinstance(listed, list) else ()
        if _is_plain(noted["assignment"]):
            return noted["assignment"], names
    for cell in cells:
        for name in _exercises_in(cell):
            if name in exercises.names():
                return name, ()
    raise SubmissionError(
        f"{path.name} is no notebook of this course: it neither says which assignment it is, nor "
        f"makes an Exercise. The course has {', '.join(exercises.names())}."
    )


def _is_plain(name: str) -> bool:
    """Tell whether a name from a file may become the name of a folder."""
    return name.replace("_", "a").replace("-", "a").isalnum()


def _exercises_in(cell: Cell) -> Iterator[str]:
    """Yield what a cell gives to ``Exercise(...)``."""
    if not cell.is_code or "Exercise(" not in cell.source:
        return
    try:
        tree = ast.parse(cell.source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Exercise":
            yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))
