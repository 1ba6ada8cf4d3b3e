"""Which names a test cell needs from the student, and what no test cell may do."""

import ast
import builtins
from typing import Final

from autograder.grading.verifier.scopes import Cell
from autograder.grading.verifier.walk import Walker

INTERACTIVE: Final = frozenset(
    {"In", "Out", "_", "__", "___", "_i", "_ii", "_iii", "display", "exit", "get_ipython", "quit"}
)
"""Names that IPython gives every cell."""

HIDDEN_READS: Final = frozenset({"eval", "exec", "globals", "locals", "__builtins__"})
"""Ways to read a name without writing it."""

READ_BARE: Final = frozenset({"dir", "vars"})
"""Functions that look at all names when they are called without arguments."""

NOBODY_THERE: Final = frozenset({"breakpoint", "exit", "get_ipython", "input", "quit"})
"""Names that only mean something when a person or a notebook is there."""


def needed(source: str) -> list[str]:
    """Return the names that a cell reads and does not certainly bind before.

    Builtins and IPython's own names are left out: a test always gets the real ones.

    Parameters
    ----------
    source : str
        A test cell as written.

    Returns
    -------
    list of str
        Names in the order of their first use. A name that is bound only under a condition, or
        that a function reads which is defined before it, is among them.

    Raises
    ------
    SyntaxError
        If the source is not Python.
    """
    return [name for name in _read(source).missing if not _given(name)]


def defined(source: str) -> list[str]:
    """Return the names that a cell binds for cells after it, in order.

    Parameters
    ----------
    source : str
        A cell as written.

    Raises
    ------
    SyntaxError
        If the source is not Python.
    """
    return list(_read(source).ever)


def problems(source: str) -> list[str]:
    """Say what in a test cell the verifier could not do, for the author of the cell.

    Parameters
    ----------
    source : str
        A test cell as written.

    Returns
    -------
    list of str
        One message a problem; empty when the cell can be verified.
    """
    try:
        tree = ast.parse(source)
        compile(source, "<test>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        return [f"is not plain Python, which a test cell must be: {text}"]
    read = _read(source).missing
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            found.append(f"imports * from {node.module}; import by name what the test uses")
        elif isinstance(node, ast.Name) and node.id in read:
            found += _name_problem(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            bare = not node.args and not node.keywords
            if bare and node.func.id in READ_BARE and node.func.id in read:
                found.append(_hidden_read(f"{node.func.id}()", node.lineno))
    return found


def _name_problem(node: ast.Name) -> list[str]:
    if node.id in HIDDEN_READS:
        return [_hidden_read(node.id, node.lineno)]
    if node.id in NOBODY_THERE:
        return [f"uses {node.id} in line {node.lineno}, but nobody is there when a test is graded"]
    return []


def _hidden_read(name: str, line: int) -> str:
    return (
        f"uses {name} in line {line}, but the verifier gives a test only the names that it finds "
        "in its text; write the name itself, with a value from the first line on where a hidden "
        "part sets it"
    )


def _read(source: str) -> Cell:
    cell = Cell()
    Walker(cell).visit(ast.parse(source))
    return cell


def _given(name: str) -> bool:
    special = name.startswith("__") and name.endswith("__")
    return special or name in INTERACTIVE or hasattr(builtins, name)
