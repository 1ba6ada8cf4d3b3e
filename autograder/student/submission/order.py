"""Look for cells that only worked because of the order in which they happened to be run."""

import builtins
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from autograder.student.submission.findings import Finding, note, problem
from autograder.student.submission.notebook import Cell, Submission

INTERACTIVE: Final = frozenset(
    {"In", "Out", "_", "__", "___", "display", "exit", "get_ipython", "quit"}
)
"""Names that IPython gives every cell."""

KNOWN: Final = frozenset(dir(builtins)) | INTERACTIVE | {"__file__", "__name__"}

_TRANSPARENT: Final = re.compile(r"^\s*%%(time|timeit|capture|prun)\b.*\n")
"""Magics of a whole cell whose code runs like any other."""

_AT_ONCE: Final = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})
"""Scopes whose code runs where it stands; that of a function runs when it is called."""


@dataclass
class Names:
    """Names of a cell.

    Attributes
    ----------
    bound : set of str
        Those that it gives to later cells.
    read : set of str
        Those that it takes from earlier ones as it runs.
    is_opaque : bool
        Whether it may bind others that can't be seen in its text.
    """

    bound: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    is_opaque: bool = False


def look(submission: Submission) -> list[Finding]:
    """Return what numbers and names say about the order of cells."""
    return [*_numbers(submission), *_names(submission)]


def _numbers(submission: Submission) -> Iterator[Finding]:
    run = [cell for cell in submission.code if cell.count is not None]
    if not run:
        yield note("no cell has been run since the outputs were cleared.")
        return
    missing = [cell for cell in submission.code if cell.count is None]
    if missing:
        yield note(f"not run: {_list(submission, missing)}.")
    latest, early = run[0], []
    for cell in run[1:]:
        assert cell.count is not None
        assert latest.count is not None
        if cell.count < latest.count:
            early.append(cell)
        else:
            latest = cell
    if early:
        yield note(
            f"run before a cell that stands above: {_list(submission, early)}. What counts is a "
            "run from top to bottom: Kernel > Restart Kernel and Run All Cells, then save."
        )


def _names(submission: Submission) -> Iterator[Finding]:
    cells = [(cell, names_of(cell.source)) for cell in submission.code]
    opaque = any(names.is_opaque for _, names in cells)
    bound: set[str] = set()
    for place, (cell, names) in enumerate(cells):
        for name in sorted(names.read - names.bound - bound - KNOWN):
            later = [other for other, found in cells[place + 1 :] if name in found.bound]
            if later:
                yield problem(
                    f"{submission.name(cell)} uses {name}, which only {submission.name(later[0])} "
                    "further down defines. It worked because that one was run before; run from top "
                    "to bottom it fails."
                )
            elif not opaque:
                yield problem(
                    f"{submission.name(cell)} uses {name}, which no cell defines. Was that cell "
                    "deleted, or the name changed?"
                )
        bound |= names.bound | names.read  # each name is reported once


def names_of(source: str) -> Names:
    """Find the names that a cell binds and reads.

    Parameters
    ----------
    source : str
        Text of a code cell; lines such as ``%pip`` are understood as IPython does.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    found = Names()
    try:
        plain = TransformerManager().transform_cell(  # type: ignore[no-untyped-call]
            _TRANSPARENT.sub("", source)
        )
        table = symtable.symtable(plain, "cell", "exec")
    except (SyntaxError, ValueError):
        found.is_opaque = True  # running it tells what is wrong
        return found
    found.is_opaque = "get_ipython().run_" in plain or bool(re.search(r"import\s+\*", plain))
    for symbol in table.get_symbols():
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
            found.bound.add(symbol.get_name())
        elif symbol.is_referenced():
            found.read.add(symbol.get_name())
    for child in table.get_children():
        _descend(child, found, at_once=True)
    return found


def _descend(table: symtable.SymbolTable, found: Names, *, at_once: bool) -> None:
    runs = at_once and (str(table.get_type()) == "class" or table.get_name() in _AT_ONCE)
    for symbol in table.get_symbols():
        if symbol.is_global() and symbol.is_assigned():
            found.bound.add(symbol.get_name())
        elif runs and symbol.is_global() and symbol.is_referenced():
            found.read.add(symbol.get_name())
    for child in table.get_children():
        _descend(child, found, at_once=runs)


def _list(submission: Submission, cells: list[Cell]) -> str:
    shown = ", ".join(submission.name(cell) for cell in cells[:3])
    return shown + (f" and {len(cells) - 3} more" if len(cells) > 3 else "")
