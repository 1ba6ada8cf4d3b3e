"""Filling the gaps of a released notebook with the source notebook's answers, or others."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
Cell = dict[str, Any]

_REGION = re.compile(
    r"^[ \t]*#+ BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*#+ END SOLUTION[^\n]*$", re.DOTALL | re.MULTILINE
)
_STUB = re.compile(r"^\s*(?:[\w.]+\s*(?:,|=)\s*)*(?:return\s+)?(?:\.\.\.\s*,?\s*)+(?:#.*)?$")
_ASSIGNED = re.compile(r"^\s*([A-Za-z_]\w*)\s*=\s*\.\.\.", re.MULTILINE)
_MARK_SCHEME = "**Mark scheme**"


def read(path: Path) -> Notebook:
    """Read a notebook file as plain JSON."""
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def write(notebook: Notebook, path: Path) -> Path:
    """Write a notebook as JSON, making the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def source(cell: Cell) -> str:
    """Text of a cell, which a file may hold as one string or as lines."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def grade_id(cell: Cell) -> str | None:
    """Name under which nbgrader knows a cell, None if it knows it not."""
    name: str | None = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return name


def find(notebook: Notebook, name: str) -> Cell:
    """Find the cell with the grade id `name`.

    Raises
    ------
    KeyError
        If there is none.
    """
    for cell in notebook["cells"]:
        if grade_id(cell) == name:
            found: Cell = cell
            return found
    raise KeyError(f"the notebook has no cell {name!r}")


def gaps(notebook: Notebook) -> list[str]:
    """Grade ids of all cells that students fill, questions included, in order."""
    return [
        name
        for cell in notebook["cells"]
        if (name := grade_id(cell)) and cell["metadata"]["nbgrader"].get("solution")
    ]


def assigned_name(notebook: Notebook, gap: str) -> str:
    """First name that a released gap leaves as ``...``, such as ``model_b``.

    Raises
    ------
    ValueError
        If the gap assigns ``...`` to no name.
    """
    found = _ASSIGNED.search(source(find(notebook, gap)))
    if found is None:
        raise ValueError(f"the gap {gap!r} has no line such as `name = ...`")
    return found[1]


def stub_lines(notebook: Notebook, gap: str) -> list[str]:
    """Lines of a released gap that assign ``...``."""
    return [line for line in source(find(notebook, gap)).split("\n") if _STUB.match(line)]


def reference_answers(source_notebook: Notebook) -> dict[str, str]:
    """Take the solutions out of a source notebook.

    Parameters
    ----------
    source_notebook : dict
        The notebook as in ``source/``.

    Returns
    -------
    dict of str to str
        Grade id of each gap -> text between the solution markers; of a question the model
        answer without its mark scheme. Indentation is kept.
    """
    answers = {}
    for name in gaps(source_notebook):
        text = "\n".join(
            region.rstrip("\n") for region in _REGION.findall(source(find(source_notebook, name)))
        )
        answers[name] = text.split(_MARK_SCHEME)[0].rstrip()
    return answers


def fill(release_notebook: Notebook, answers: Mapping[str, str]) -> Notebook:
    """Put answers into the gaps of a released notebook.

    Parameters
    ----------
    release_notebook : dict
        The notebook as in ``release/``; it is not changed.
    answers : mapping of str to str
        Grade id of a gap -> text. Code takes the place of the lines that assign ``...``; the
        rest of the cell stays. A free-text answer takes the place of the whole cell.

    Returns
    -------
    dict
        A new notebook.

    Raises
    ------
    KeyError
        If there is no such gap.
    """
    notebook = copy.deepcopy(release_notebook)
    for name, answer in answers.items():
        cell = find(notebook, name)
        cell["source"] = _filled(source(cell), answer) if cell["cell_type"] == "code" else answer
    return notebook


def _filled(text: str, answer: str) -> str:
    lines = text.split("\n")
    stubs = [number for number, line in enumerate(lines) if _STUB.match(line)]
    if not stubs:
        return "\n".join([*lines, answer]).strip("\n")
    before = [line for number, line in enumerate(lines[: stubs[-1]]) if number not in stubs]
    return "\n".join([*before, answer, *lines[stubs[-1] + 1 :]])


def without_fit(code: str) -> str:
    """Replace every statement that trains a model; a history that it gave stays ``...``."""
    lines = code.split("\n")
    for statement in reversed(ast.parse(code).body):
        calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
        if not any(isinstance(c.func, ast.Attribute) and c.func.attr == "fit" for c in calls):
            continue
        end = statement.end_lineno or statement.lineno
        new = []
        if isinstance(statement, ast.Assign):
            new = [f"{ast.unparse(target)} = ..." for target in statement.targets]
        lines[statement.lineno - 1 : end] = new
    return "\n".join(lines)
