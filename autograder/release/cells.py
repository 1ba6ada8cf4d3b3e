"""Read a notebook's cells and say what each of them is."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class NotebookError(ValueError):
    """A file that can't be read as a notebook."""


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook, as the author wrote it.

    Attributes
    ----------
    number : int
        Position in the notebook, the first is 1.
    raw : dict
        The cell as it stands in the file.
    """

    number: int
    raw: dict[str, Any]

    @property
    def source(self) -> str:
        """The text of the cell."""
        source = self.raw.get("source", "")
        return source if isinstance(source, str) else "".join(source)

    @property
    def cell_id(self) -> str | None:
        """The id, or None when it has none."""
        value = self.raw.get("id")
        return value if isinstance(value, str) and value else None

    @property
    def kind(self) -> str:
        """``code``, ``markdown`` or ``raw``."""
        return str(self.raw.get("cell_type", ""))

    @property
    def nbgrader(self) -> dict[str, Any]:
        """What nbgrader knows about the cell; empty for an ordinary one."""
        return dict(self.raw.get("metadata", {}).get("nbgrader", {}))

    @property
    def tags(self) -> list[str]:
        """The tags of the cell."""
        return list(self.raw.get("metadata", {}).get("tags", []))

    @property
    def where(self) -> str:
        """How messages name the cell."""
        return f"cell {self.number} ({self.cell_id or 'no id'})"

    @property
    def is_gap(self) -> bool:
        """A code cell that the student fills."""
        return self.kind == "code" and bool(self.nbgrader.get("solution"))

    @property
    def is_question(self) -> bool:
        """A text cell that the student answers and a person grades."""
        return self.kind == "markdown" and bool(self.nbgrader.get("solution"))

    @property
    def is_test(self) -> bool:
        """A code cell whose outcome gives points."""
        meta = self.nbgrader
        return self.kind == "code" and bool(meta.get("grade")) and not meta.get("solution")

    @property
    def is_setup(self) -> bool:
        """A locked cell that runs on the student's and on the verifier's side."""
        return self.kind == "code" and "setup" in self.tags


@dataclass(frozen=True)
class Notebook:
    """A notebook file.

    Attributes
    ----------
    path : pathlib.Path
    raw : dict
        The whole file.
    cells : tuple of Cell
    """

    path: Path
    raw: dict[str, Any]
    cells: tuple[Cell, ...]


def read_notebook(path: Path) -> Notebook:
    """Read a notebook without changing anything in it, as nbformat's reader would.

    Parameters
    ----------
    path : pathlib.Path

    Raises
    ------
    NotebookError
        If the file is missing or is not a notebook.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotebookError(f"{path}: there is no such file") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise NotebookError(f"{path}: not a notebook, it is not JSON ({error})") from None
    cells = raw.get("cells") if isinstance(raw, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotebookError(f"{path}: not a notebook of format 4, it has no list of cells")
    return Notebook(path, raw, tuple(Cell(number, raw) for number, raw in enumerate(cells, 1)))


def parse(source: str) -> ast.Module:
    """Parse the code of a cell; lines such as ``%pip`` are understood as IPython does.

    Raises
    ------
    SyntaxError
        If it is not Python.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    transformer = TransformerManager()  # type: ignore[no-untyped-call]
    return ast.parse(transformer.transform_cell(source))
