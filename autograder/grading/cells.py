"""Small questions about cells, asked in many places."""

from nbformat import NotebookNode


def marks(cell: NotebookNode) -> NotebookNode:
    """Return the cell's nbgrader metadata, empty when it has none."""
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else NotebookNode()


def grade_id(cell: NotebookNode) -> str | None:
    """Return the cell's grade id, or None."""
    found = marks(cell).get("grade_id")
    return found if isinstance(found, str) and found else None


def is_test(cell: NotebookNode) -> bool:
    """Tell whether the cell is an autograded test: code, graded, not an answer."""
    found = marks(cell)
    return bool(
        cell.cell_type == "code" and found.get("grade", False) and not found.get("solution", False)
    )


def is_answer(cell: NotebookNode) -> bool:
    """Tell whether the cell is an answer graded by hand."""
    found = marks(cell)
    return bool(found.get("grade", False) and found.get("solution", False))


def is_graded(cell: NotebookNode) -> bool:
    """Tell whether the cell earns points."""
    return bool(marks(cell).get("grade", False))


def points(cell: NotebookNode) -> float:
    """Return the points that a graded cell is worth."""
    return float(marks(cell).get("points", 0))


def name(cell: NotebookNode, index: int) -> str:
    """Return how to speak of a cell: by its grade id, or by its place counted from 1."""
    return f"‘{grade_id(cell)}’" if grade_id(cell) else f"number {index + 1}"
