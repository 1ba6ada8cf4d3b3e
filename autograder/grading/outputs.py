"""Cell outputs: what stopped a cell, in plain words, and warnings that must not cost marks."""

from typing import Any, Final

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading import cells, status
from autograder.grading.hidden_text import plain

NOT_RUN: Final = "NotRun"
CELL_TIMEOUT: Final = "CellTimeout"
NOTEBOOK_TIMEOUT: Final = "NotebookTimeout"
KERNEL_DIED: Final = "KernelDied"
REFUSED: Final = "ScoreRefused"

SPOKEN: Final = frozenset(
    {NOT_RUN, CELL_TIMEOUT, NOTEBOOK_TIMEOUT, KERNEL_DIED, REFUSED, "NotAttempted", "CheckFailed"}
)
"""Names of errors whose text is already written for a student."""

LONGEST: Final = 400
"""Characters of a message; what follows is cut."""

_STDERR_KEPT = 10_000


def error_output(ename: str, message: str) -> NotebookNode:
    """Return an error output, which nbgrader scores 0, with a message and no traceback."""
    return NotebookNode(output_type="error", ename=ename, evalue=message, traceback=[message])


def first_error(cell: NotebookNode) -> NotebookNode | None:
    """Return what stopped the cell: our own word on it if there is one, else the first error."""
    errors = [out for out in cell.get("outputs", []) if out.output_type == "error"]
    ours = [out for out in errors if out.ename in SPOKEN]
    return (ours or errors or [None])[0]


def says(error: NotebookNode) -> str:
    """Put an error into one or two plain lines.

    Parameters
    ----------
    error : NotebookNode
        An error output.

    Returns
    -------
    str
        The message alone where it is written for students, else with the kind of error before it.
    """
    text = plain(str(error.get("evalue", ""))).strip()
    ename = str(error.get("ename", "Error"))
    if not text:
        text = "A check in this cell failed." if ename == "AssertionError" else f"{ename}."
    elif ename not in SPOKEN and ename != "AssertionError":
        text = f"{ename}: {text}"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    short = "\n".join(lines[:2])
    return short if len(short) <= LONGEST else short[: LONGEST - 1] + "…"


def lost_because(nb: NotebookNode, index: int) -> str:
    """Say in plain words why the test cell at this place gave no or not all points.

    A test that only met a missing name is explained by the cell above it that stopped.

    Parameters
    ----------
    nb : NotebookNode
        An autograded notebook.
    index : int
        Place of the test cell.

    Returns
    -------
    str
        One or two lines, or an empty string when nothing stopped the test.
    """
    error = first_error(nb.cells[index])
    if error is None:
        return ""
    if error.ename == "NameError":
        for above in reversed(nb.cells[:index]):
            if cells.is_test(above):
                break
            cause = first_error(above) if above.cell_type == "code" else None
            if cause is not None:
                where = cells.name(above, nb.cells.index(above))
                return f"The cell {where} above it stopped: {says(cause)}"
    return says(error)


def stop_test_cells(nb: NotebookNode, start: int, ename: str, message: str) -> None:
    """Give every test cell from a place on an error output that says why it was not run.

    Parameters
    ----------
    nb : NotebookNode
        The notebook; changed in place.
    start : int
        First cell that was not run.
    ename, message : str
        Kind of error, and why.
    """
    for cell in nb.cells[start:]:
        if cells.is_test(cell):
            cell.outputs = [error_output(ename, message)]


class MoveWarnings(NbGraderPreprocessor):  # type: ignore[misc]
    """Move what test cells wrote to stderr into their metadata.

    nbgrader takes any stderr in a test cell for a failure; TensorFlow's log lines and Python's
    warnings are none. A test that fails raises, and its error output stays.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Move the stderr streams of one test cell."""
        if not cells.is_test(cell):
            return cell, resources
        noise = [
            out for out in cell.outputs if out.output_type == "stream" and out.name == "stderr"
        ]
        if noise:
            text = "".join(out.text for out in noise)[:_STDERR_KEPT]
            cell.metadata[status.KEY] = NotebookNode(stderr=text)
            cell.outputs = [out for out in cell.outputs if out not in noise]
        return cell, resources
