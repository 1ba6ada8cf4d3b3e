"""Check the form of a notebook: ids, no outputs, short cells, nbgrader's settings."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from autograder.release.cells import Cell, Notebook, NotebookError, read_notebook
from autograder.release.regions import MarkerError, Split, split

LONGEST_CELL = 15
"""Lines of a code cell that a student reads."""

LONGEST_SOLUTION = 25
"""Lines of one reference solution."""


def lint_notebook(path: Path) -> list[str]:
    """Check the form of one source notebook.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    list of str
        One message a defect: file, cell, what is wrong and what is expected. Empty when the
        notebook is in order.
    """
    try:
        notebook = read_notebook(path)
    except NotebookError as error:
        return [str(error)]
    messages = [*_whole_notebook(notebook)]
    for cell in notebook.cells:
        messages += [f"{cell.where}: {message}" for message in _one_cell(cell)]
    return [f"{path}: {message}" for message in messages]


def lint_paths(paths: list[Path]) -> list[str]:
    """Check notebooks, and all notebooks in folders.

    Parameters
    ----------
    paths : list of pathlib.Path
        Notebooks, or folders that are searched for them.

    Returns
    -------
    list of str
        All messages, in the order of the files' names.
    """
    return [message for path in find_notebooks(paths) for message in lint_notebook(path)]


def find_notebooks(paths: list[Path]) -> list[Path]:
    """Return the notebooks among the paths and in the folders among them, sorted."""
    found: list[Path] = []
    for path in paths:
        found += path.rglob("*.ipynb") if path.is_dir() else [path]
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def _whole_notebook(notebook: Notebook) -> Iterator[str]:
    if (notebook.raw.get("nbformat"), notebook.raw.get("nbformat_minor")) != (4, 5):
        yield "format is not 4.5, the first with cell ids; save it with a current JupyterLab"
    kernel = notebook.raw.get("metadata", {}).get("kernelspec", {})
    if kernel.get("name") != "python3" or kernel.get("language", "python") != "python":
        yield f"kernelspec is {kernel.get('name')!r}, expected 'python3'"
    counts = Counter(cell.cell_id for cell in notebook.cells if cell.cell_id)
    for cell_id, count in counts.items():
        if count > 1:
            yield f"{count} cells have the id {cell_id!r}; ids must be unique"
    if not notebook.cells:
        yield "the notebook has no cells"
    elif notebook.cells[0].kind != "markdown" or not notebook.cells[0].source.startswith("# "):
        yield "the first cell must be the title: Markdown that begins with '# '"


def _one_cell(cell: Cell) -> Iterator[str]:
    if cell.cell_id is None:
        yield "has no id"
    if not cell.source.strip():
        yield "is empty; delete it"
    if cell.raw.get("outputs"):
        yield "holds outputs; clear them"
    if cell.raw.get("execution_count") is not None:
        yield "holds an execution count; clear the outputs"
    try:
        parts = split(cell.source)
    except MarkerError as error:
        yield str(error)
        return
    if cell.kind == "code":
        yield from _lengths(parts)
    yield from _grading(cell, parts)


def _lengths(parts: Split) -> Iterator[str]:
    shown = sum(bool(line.strip()) for line in parts.public)
    if shown > LONGEST_CELL:
        yield f"has {shown} lines, at most {LONGEST_CELL} read well; split it"
    for region in parts.of_kind("SOLUTION"):
        lines = sum(bool(line.strip()) for line in region.lines)
        if lines > LONGEST_SOLUTION:
            yield f"has a solution of {lines} lines, at most {LONGEST_SOLUTION}; make two tasks"


def _grading(cell: Cell, parts: Split) -> Iterator[str]:
    meta = cell.nbgrader
    if not any(meta.get(key) for key in ("grade", "solution", "locked")):
        return
    if meta.get("grade_id") != cell.cell_id:
        yield f"grade_id {meta.get('grade_id')!r} differs from the cell's id"
    if meta.get("schema_version") != 3:
        yield f"nbgrader schema_version is {meta.get('schema_version')!r}, expected 3"
    if meta.get("grade") and not _positive(meta.get("points")):
        yield f"points are {meta.get('points')!r}, expected a number above 0"
    if (cell.is_gap or cell.is_question) and not parts.of_kind("SOLUTION"):
        yield "is a gap without '### BEGIN SOLUTION' and '### END SOLUTION'"
    if cell.is_gap and meta.get("grade"):
        yield "is a code gap with points; the points belong to a test cell after it"
    if cell.is_question and not meta.get("grade"):
        yield "is an answer cell without points; set grade to true"
    if cell.is_question and not _has_mark_scheme(parts):
        yield "is a question whose solution has no line '**Mark scheme**'"
    if cell.is_test:
        if "raises-exception" not in cell.tags:
            yield "is a test cell without the tag 'raises-exception'; Run All would stop here"
        if not meta.get("locked"):
            yield "is a test cell that is not locked"


def _positive(points: object) -> bool:
    return isinstance(points, int | float) and not isinstance(points, bool) and points > 0


def _has_mark_scheme(parts: Split) -> bool:
    solutions = parts.of_kind("SOLUTION")
    return any(line.startswith("**Mark scheme**") for part in solutions for line in part.lines)
