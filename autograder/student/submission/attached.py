"""Find the files that a notebook reads from its folder: they are handed in with it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from autograder.student.submission.findings import Finding, note
from autograder.student.submission.notebook import Submission

LARGEST_TOTAL: Final = 20 * 2**20
"""Bytes of all attached files together; a whole set of features does not belong in a ZIP."""

MOST_FILES: Final = 50

_WRITERS: Final = re.compile(
    r"^(save\w*|to_\w+|dump|write\w*|imsave|watch|CSVLogger|\w*Checkpoint)$"
)
_PICTURE: Final = re.compile(r"!\[[^\]]*\]\(([^)\s]+)|<img[^>]*\ssrc=[\"']([^\"']+)")


def find(submission: Submission) -> tuple[list[Path], list[Finding]]:
    """Find files that the notebook names and does not write itself.

    Returns
    -------
    files : list of pathlib.Path
        Relative to the notebook's folder, sorted.
    findings : list of Finding
        What was left out.
    """
    folder = submission.path.resolve().parent
    read: set[str] = set()
    written: set[str] = set()
    for cell in submission.cells:
        if cell.raw.get("cell_type") == "code":
            _look_into(cell.source, read, written)
        else:
            read |= {one or other for one, other in _PICTURE.findall(cell.source)}
    named = {str(PurePosixPath(name)) for name in read - written if _may_be_a_file(name)}
    files = [Path(name) for name in sorted(named) if _is_inside(folder, name, submission.path)]
    kept: list[Path] = []
    total = 0
    for file in files:
        total += (folder / file).stat().st_size
        if total <= LARGEST_TOTAL and len(kept) < MOST_FILES:
            kept.append(file)
    left = [str(file) for file in files if file not in kept]
    if not left:
        return kept, []
    return kept, [
        note(
            f"files that the notebook names, too large or too many for the ZIP: {', '.join(left)}. "
            f"At most {MOST_FILES} files of {LARGEST_TOTAL / 2**20:.0f} MB together are packed."
        )
    ]


def _look_into(source: str, read: set[str], written: set[str]) -> None:
    try:
        tree = ast.parse("\n".join(line for line in source.splitlines() if line[:1] not in "%!"))
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _writes(node):
            written |= set(_texts(node))
    read |= set(_texts(tree))


def _writes(call: ast.Call) -> bool:
    name = str(getattr(call.func, "attr", None) or getattr(call.func, "id", ""))
    if name != "open":
        return bool(_WRITERS.match(name))
    modes = [part.value for part in [*call.args[1:], *(key.value for key in call.keywords)]
             if isinstance(part, ast.Constant)]  # fmt: skip
    return any(isinstance(mode, str) and mode[:1] in ("w", "a", "x") for mode in modes)


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _may_be_a_file(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        0 < len(name) < 200
        and "\n" not in name
        and "\0" not in name
        and "\\" not in name
        and not path.is_absolute()
        and not any(part.startswith(".") for part in path.parts)
        and path.suffix not in ("", ".ipynb", ".zip")
    )


def _is_inside(folder: Path, name: str, notebook: Path) -> bool:
    try:
        found = (folder / name).resolve()
        return found.is_file() and found.is_relative_to(folder) and found != notebook.resolve()
    except OSError:
        return False
