"""The files of a submission: which may be notebooks, and which is the one to grade."""

import contextlib
import hashlib
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nbformat import NotebookNode

from autograder.grading import cells
from autograder.grading.blueprint import Blueprint
from autograder.grading.reader import MAX_BYTES, UnreadableNotebookError, read_notebook

ENDINGS: Final = (".ipynb", ".ipynb.txt", ".ipynb.json")
"""Names that a notebook has after downloads and mails."""

MOST_FILES: Final = 50
"""Files of one folder that are looked into."""

_SKIPPED: Final = frozenset({"__MACOSX", "__pycache__"})


@dataclass(frozen=True)
class Candidate:
    """One file of a submission, looked into.

    Attributes
    ----------
    path : Path
        The file.
    nb : NotebookNode or None
        What it holds, or None when it can't be read.
    problem : str
        Why it can't be read.
    share : float
        Share of the assignment's marked cells that it holds, 0 to 1.
    filled : int
        Gaps and answers that differ from the released ones.
    """

    path: Path
    nb: NotebookNode | None
    problem: str
    share: float
    filled: int


def list_files(folder: Path) -> list[Path]:
    """List the files that may be notebooks, the upper ones first."""
    found = [
        path
        for path in folder.rglob("*")
        if path.name.lower().endswith(ENDINGS)
        and not any(
            part.startswith(".") or part in _SKIPPED for part in path.relative_to(folder).parts
        )
    ]
    found.sort(key=lambda path: (len(path.parts), path.as_posix()))
    return found[:MOST_FILES]


def fingerprint(folder: Path, max_bytes: int = MAX_BYTES) -> str:
    """Return a hash of the notebook files of a submission, to tell whether they changed."""
    digest = hashlib.sha256()
    for path in list_files(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode(errors="replace"))
        with contextlib.suppress(OSError):
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) and found.st_size <= max_bytes:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def look_into(path: Path, blueprint: Blueprint, max_bytes: int = MAX_BYTES) -> Candidate:
    """Read a file and see how much of an assignment it holds; never raises for what it holds."""
    try:
        nb = read_notebook(path, max_bytes)
    except UnreadableNotebookError as error:
        return Candidate(path, None, str(error), 0.0, 0)
    marked = blueprint.marked
    held = held_ids(nb) & marked.keys()
    filled = sum(
        1
        for cell in nb.cells
        if (known := marked.get(cells.grade_id(cell) or cell.id)) is not None
        and known.is_gap
        and cell.source.strip() != known.released.strip()
    )
    share = len(held) / len(marked) if marked else 1.0
    if not held:
        # Some tools drop every id; the course's own test cells give the notebook away.
        texts = {cell.source.strip() for cell in nb.cells}
        known_texts = [c.released.strip() for c in marked.values() if not c.is_gap]
        share = sum(text in texts for text in known_texts) / max(len(marked), 1)
    return Candidate(path, nb, "", share, filled)


def held_ids(nb: NotebookNode) -> set[str]:
    """Return the grade ids and cell ids that a notebook holds."""
    return {cell.id for cell in nb.cells} | {cells.grade_id(cell) or cell.id for cell in nb.cells}


def choose(candidates: Sequence[Candidate], right: Path) -> Candidate:
    """Take the file with the right name if it is this assignment, else the likeliest other one."""
    for candidate in candidates:
        if candidate.path == right and candidate.share >= 0.5:
            return candidate
    best = max(
        candidates,
        key=lambda found: (
            found.share > 0,
            round(found.share, 1),
            found.filled,
            found.path.lstat().st_mtime,
        ),
    )
    if best.share > 0:
        return best
    # None belongs here: speak of the one that has the right name, or of the first.
    return next((found for found in candidates if found.path == right), candidates[0])
