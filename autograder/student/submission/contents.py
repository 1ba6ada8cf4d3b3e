"""Look at what a notebook holds: cells that are gone, copied, open or changed, and its size."""

import ast
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Final

from autograder import exercises
from autograder.student.submission.findings import Finding, note, problem
from autograder.student.submission.notebook import Cell, Submission

LARGE_OUTPUT: Final = 2_000_000
"""Characters of the outputs of one cell; a figure of the course has less than half."""

LARGE_FILE: Final = 10 * 2**20
"""Bytes; learning management systems often take no more than 10 to 20 MB."""


def look(submission: Submission) -> list[Finding]:
    """Return what can be seen without running anything."""
    return [
        *_name(submission),
        *_deleted(submission),
        *_copied(submission),
        *_open(submission),
        *_changed(submission),
        *_sizes(submission),
    ]


def _name(submission: Submission) -> Iterator[Finding]:
    stem, expected = submission.path.stem, submission.assignment
    if stem == expected:
        return
    if stem in _other_assignments(submission):
        yield problem(
            f"the file is called {submission.path.name}, but holds {expected}. Is it the notebook "
            "that you mean?"
        )
    else:
        yield note(
            f"the file is called {submission.path.name}. In the ZIP it has its right name, "
            f"{expected}.ipynb; where you hand in the file itself, rename it."
        )


def _other_assignments(submission: Submission) -> list[str]:
    return [name for name in exercises.names() if name != submission.assignment]


def _deleted(submission: Submission) -> Iterator[Finding]:
    if not submission.listed:
        yield note("the file has lost the list of its cells, so deleted cells can't be named.")
        return
    present = {cell.grade_id for cell in submission.cells}
    gone = [name for name in submission.listed if name not in present]
    if gone:
        yield problem(
            f"deleted: {', '.join(map(submission.call, gone))}. Undo the deletion (menu Edit), or "
            "take the notebook of the course anew and copy your work into it. What stays deleted "
            "comes back empty when it is graded."
        )


def _copied(submission: Submission) -> Iterator[Finding]:
    counts = Counter(cell.grade_id for cell in submission.cells if cell.grade_id)
    for name, count in counts.items():
        if count > 1:
            places = [cell.number for cell in submission.cells if cell.grade_id == name]
            yield problem(
                f"{submission.call(name)} is there {count} times (cells "
                f"{', '.join(map(str, places))}): it was copied. One counts; delete the others."
            )
    ids = Counter(str(cell.raw["id"]) for cell in submission.cells if cell.raw.get("id"))
    double = {name for name, count in ids.items() if count > 1} - {
        name for name, count in counts.items() if count > 1
    }
    if double:
        places = [cell.number for cell in submission.cells if cell.raw.get("id") in double]
        yield note(
            f"cells {', '.join(map(str, places))} share an id: some of them are copies. Delete "
            "those that you do not need."
        )


def _open(submission: Submission) -> Iterator[Finding]:
    for cell in submission.cells:
        if not cell.is_gap:
            continue
        if cell.raw.get("cell_type") == "code":
            left = open_names(cell.source)
            if left is None:
                yield problem(f"{submission.name(cell)} is empty.")
            elif left:
                yield problem(f"still open in {submission.name(cell)}: {', '.join(left)}.")
        elif not cell.source.strip() or is_unchanged(cell):
            yield problem(f"no answer yet in {submission.name(cell)}.")


def is_open(cell: Cell) -> bool:
    """Tell whether something in a gap of code is still to be filled."""
    return open_names(cell.source) != []


def open_names(source: str) -> list[str] | None:
    """Return the names whose last value in a gap is ``...``; None if there is no code at all."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []  # with magics, or wrong; running it tells more
    if not tree.body:
        return None
    values: dict[str, bool] = {}
    for node in _statements(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    values[name.id] = _is_ellipsis(getattr(node, "value", None))
        if isinstance(node, ast.Expr | ast.Return) and _is_ellipsis(node.value):
            values["..."] = True
    return [name for name, is_open in values.items() if is_open]


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a tree from top to bottom, those of functions included."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            yield node
        yield from _statements(node)


def _is_ellipsis(value: ast.AST | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is ...


def _changed(submission: Submission) -> Iterator[Finding]:
    changed = [
        cell
        for cell in submission.cells
        if cell.marks.get("locked") and cell.marks.get("checksum") and not is_unchanged(cell)
    ]
    if changed:
        yield note(
            f"changed, though the course's own: {', '.join(map(submission.name, changed))}. For "
            "the grade these cells run as the course wrote them."
        )


def is_unchanged(cell: Cell) -> bool:
    """Tell whether a cell of the course is as it was released.

    The checksum is nbgrader's (`nbgrader.utils.compute_checksum`, 0.9.6), worked out here because
    students do not have nbgrader.
    """
    marks = cell.marks
    parts = [
        cell.source,
        str(cell.raw.get("cell_type")),
        *(str(bool(marks.get(key))) for key in ("grade", "solution", "locked")),
        cell.grade_id,
    ]
    if marks.get("grade"):
        try:
            parts.append(str(float(marks.get("points", 0))))
        except (TypeError, ValueError):
            return False
    digest = hashlib.md5("".join(parts).encode(), usedforsecurity=False)
    return digest.hexdigest() == marks.get("checksum")


def _sizes(submission: Submission) -> Iterator[Finding]:
    for cell in submission.cells:
        size = len(json.dumps(cell.raw.get("outputs") or ()))
        if size > LARGE_OUTPUT:
            yield note(
                f"the output of {submission.name(cell)} has {size / 1e6:.1f} MB. Print less there, "
                "or clear it."
            )
    if submission.size > LARGE_FILE:
        yield problem(
            f"the file has {submission.size / 2**20:.0f} MB, which many upload pages refuse. Clear "
            "the outputs that are large, and save."
        )
