"""Refuse notebooks that would give wrong points, before a student sees them.

Lint checks the form of a notebook; this module checks what its cells would do when graded.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from autograder.grading.verifier import names as test_names
from autograder.release import names
from autograder.release.cells import Cell, Notebook, NotebookError, parse, read_notebook
from autograder.release.regions import MarkerError, public_text, split, without_markers
from autograder.release.thresholds import PLACEHOLDER

SETUP_STATEMENTS = (
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.FunctionDef,
    ast.ClassDef,
)
"""What a setup cell may hold, besides calls and an `if` around such statements."""

NOT_IN_SETUP = {"fit", "compile", "train_on_batch", "Sequential", "Model", "VGG16", "VGG19"}
"""Calls that make or train a model; a student's cell could change the model afterwards."""


def validate_source(path: Path) -> list[str]:
    """Check that the cells of a source notebook give the points they promise.

    Parameters
    ----------
    path : pathlib.Path
        A notebook of ``source/``.

    Returns
    -------
    list of str
        One message to the author a defect. Empty when the notebook may be released.
    """
    try:
        notebook = read_notebook(path)
    except NotebookError as error:
        return [str(error)]
    return [f"{path}: {message}" for message in _messages(notebook)]


def _messages(notebook: Notebook) -> Iterator[str]:
    protected = names.Protected()
    bound: set[str] = set()
    for cell in notebook.cells:
        try:
            regions = split(cell.source).regions
        except MarkerError as error:
            yield f"{cell.where}: {error}"
            continue
        kinds = {region.kind for region in regions}
        if "HIDDEN TESTS" in kinds and not (cell.is_test and cell.nbgrader.get("locked")):
            yield (
                f"{cell.where}: holds hidden tests, but is not a locked test cell with points; "
                "nbgrader would hand them out"
            )
        if "SOLUTION" in kinds and not (cell.is_gap or cell.is_question):
            yield f"{cell.where}: holds a solution, but is not marked as a solution cell"
        if cell.kind != "code":
            continue
        try:
            tree = parse(without_markers(cell.source))
        except SyntaxError as error:
            yield f"{cell.where}: is not Python: {error.msg}, line {error.lineno}"
            continue
        if cell.is_setup:
            for name in _unbound(ast.unparse(tree), protected.names):
                yield f"{cell.where}: reads {name!r}, which no setup cell above it defines"
            protected.define(tree)
        for message in _code_cell(cell, tree, protected):
            yield f"{cell.where}: {message}"
        if cell.is_test:
            for message in _verified(PLACEHOLDER.sub("0", without_markers(cell.source)), bound):
                yield f"{cell.where}: {message}"
            continue  # what a test binds is gone after it
        bound.update(test_names.defined(ast.unparse(tree)))


def _code_cell(cell: Cell, tree: ast.Module, protected: names.Protected) -> Iterator[str]:
    if cell.is_setup:
        yield from _setup_cell(tree.body)
        if not cell.nbgrader.get("locked") or cell.is_gap or cell.is_test:
            yield "is tagged 'setup', but is not a plain locked cell"
    if cell.is_test:
        yield from _last_expression(tree)
        yield from _points_agree(tree, cell.nbgrader.get("points"))
    if cell.is_gap:
        yield from _released_gap(cell)
        yield from protected.changed_by(tree)


def _verified(source: str, bound: set[str]) -> Iterator[str]:
    """Look for what the verifier, which runs the test apart from the student's code, can't do."""
    problems = test_names.problems(source)
    yield from problems
    if problems:
        return
    for name in _unbound(source, bound):
        yield f"reads {name!r}, which no cell above it defines"


def _unbound(source: str, bound: set[str]) -> list[str]:
    """Return the names that a cell reads and neither it nor a cell above it binds."""
    known = bound.union(test_names.defined(source))
    return [name for name in test_names.needed(source) if name not in known]


def _last_expression(tree: ast.Module) -> Iterator[str]:
    """Look for values that nbgrader would read as points, or points that it would not see."""
    if not tree.body:
        return
    last = tree.body[-1]
    if isinstance(last, ast.Expr) and not _is_harmless(last.value):
        yield (
            f"ends with {ast.unparse(last.value)!r}, whose value nbgrader would read as points; "
            "end with points(fraction, of=...), or assign the value to a name"
        )
    for node in ast.walk(tree):
        lost = isinstance(node, ast.Expr) and _called(node.value) == "points" and node is not last
        if lost:
            yield "calls points(...) before its last line, where nothing counts it"


def _is_harmless(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return value.value is None
    return _called(value) in {"points", "print"}


def _called(value: ast.AST) -> str | None:
    """Return the last part of the name of what is called: ``points`` for ``outcome.points(1)``."""
    if not isinstance(value, ast.Call):
        return None
    return names.last_name(value.func)


def _points_agree(tree: ast.Module, points: object) -> Iterator[str]:
    """Compare every ``of=`` with the points in the cell's metadata."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        of = next((keyword.value for keyword in node.keywords if keyword.arg == "of"), None)
        if of is None:
            if _called(node) == "points":
                yield f"calls points(...) without of=; write of={points!r}, the cell's points"
            continue
        given = of.value if isinstance(of, ast.Constant) else None
        if not isinstance(given, int | float) or given != points:
            yield f"says of={ast.unparse(of)}, but the cell has {points!r} points"


def _setup_cell(statements: list[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, ast.If):
            yield from _setup_cell([*statement.body, *statement.orelse])
            continue
        expression = statement.value if isinstance(statement, ast.Expr) else None
        if not isinstance(statement, SETUP_STATEMENTS) and not isinstance(
            expression, ast.Call | ast.Constant
        ):
            yield (
                f"is a setup cell, but line {statement.lineno} is neither an import, an "
                "assignment, a function nor a call; move it to a locked cell without the tag"
            )
            continue
        for node in ast.walk(statement):
            if _called(node) in NOT_IN_SETUP:
                yield (
                    f"is a setup cell, but line {statement.lineno} calls {_called(node)}; a model "
                    "is made or trained in a locked cell without the tag"
                )


def _released_gap(cell: Cell) -> Iterator[str]:
    """Check what is left of a gap when its solution is cut out."""
    try:
        tree = parse(public_text(cell.source))
    except SyntaxError as error:
        yield (
            f"without its solution it is not Python: {error.msg}, line {error.lineno}; "
            "keep a line with `...` outside the markers"
        )
        return
    if not any(isinstance(node, ast.Constant) and node.value is ... for node in ast.walk(tree)):
        yield "is a gap without `...`; write `name = ...` before '### BEGIN SOLUTION'"
