"""Look for solutions, hidden tests, mark schemes and private paths in what students get."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.release.address import FIELD
from autograder.release.cells import NotebookError, read_notebook
from autograder.release.regions import MARKER, Region, split
from autograder.release.thresholds import PLACEHOLDER, fill

SHORTEST_LINE = 12
"""Shorter lines, such as ``else:`` or ``return y``, say nothing about a solution."""

COPIED_LINES = 3
"""So many lines of a solution in a row, in a cell that students see, are a copied solution."""

MARK_SCHEME = "**Mark scheme**"

PRIVATE = re.compile(
    r"\.secret\b|gradebook\.db|(?<![\w.])source/\w+/\w+\.ipynb"
    r"|(?<![\w.:/])/(?:home|Users|root)/\w|[A-Z]:\\Users\\"
)
"""Paths of the instructor's machine, and files that students never get."""

SUFFIXES_NEVER_RELEASED = {".db", ".sqlite", ".key", ".pem", ".pyc", ".env"}


def find_leaks(
    source: Path, released: Path, calibration: dict[str, Any] | None = None
) -> list[str]:
    """Compare an assignment's source with what students would get.

    Parameters
    ----------
    source : pathlib.Path
        Folder of the assignment in ``source/``.
    released : pathlib.Path
        Folder of the assignment in ``release/``, or one generated on trial.
    calibration : dict, optional
        Calibration of the assignment: hidden tests are also searched for with their thresholds
        filled in.

    Returns
    -------
    list of str
        One message a leak: file, what leaked, and the line.
    """
    secrets, public = _read_source(source, calibration or {})
    messages = list(_copied_solutions(secrets, public))
    hidden = _hidden_lines(secrets, public)
    for path in sorted(path for path in released.rglob("*") if path.is_file()):
        name = path.relative_to(released.parent)
        messages += [f"{name}: {message}" for message in leaks_in(path, hidden)]
    return messages


def secret_lines(
    source: Path, calibration: dict[str, Any] | None = None, *, but: Iterable[str] = ()
) -> dict[str, str]:
    """Return the lines of an assignment's source that nobody else may read.

    Parameters
    ----------
    source, calibration
        As in `find_leaks`.
    but : iterable of str
        Kinds of regions that may be read, such as ``"SOLUTION"`` once solutions are out.

    Returns
    -------
    dict of str to str
        The kind of region of each line, by the line with single blanks.
    """
    secrets, public = _read_source(source, calibration or {})
    return _hidden_lines([region for region in secrets if region.kind not in but], public)


def _hidden_lines(
    secrets: Iterable[Region], public: Iterable[tuple[str, ...]]
) -> dict[str, str]:
    public_lines = {_normal(line) for block in public for line in block}
    return {
        _normal(line): region.kind
        for region in secrets
        for line in region.lines
        if _tells(line) and _normal(line) not in public_lines
    }


def _read_source(
    folder: Path, calibration: dict[str, Any]
) -> tuple[list[Region], list[tuple[str, ...]]]:
    """Return the secret regions of an assignment's notebooks, and the public lines by cell."""
    secrets: list[Region] = []
    public: list[tuple[str, ...]] = []
    for path in sorted(folder.rglob("*.ipynb")):
        for cell in read_notebook(path).cells:
            parts = split(cell.source)
            regions = [part for region in parts.regions for part in _scheme_apart(region)]
            secrets += regions
            public.append(parts.public)
            for region in regions:
                text = "\n".join(region.lines)
                if calibration and PLACEHOLDER.search(text):
                    filled = tuple(fill(text, calibration).splitlines())
                    secrets.append(Region(region.kind, filled))
    return secrets, public


def _scheme_apart(region: Region) -> Iterator[Region]:
    """Take the mark scheme out of a model answer: it stays secret when solutions are published."""
    lines = [line.startswith(MARK_SCHEME) for line in region.lines]
    at = lines.index(True) if region.kind == "SOLUTION" and True in lines else len(lines)
    yield Region(region.kind, region.lines[:at])
    if at < len(lines):
        yield Region("MARK SCHEME", region.lines[at:])


def _copied_solutions(secrets: list[Region], public: list[tuple[str, ...]]) -> Iterator[str]:
    """Find secret lines that the author also left, in a row, in a public cell.

    A single line, such as ``import keras``, may well be both in a solution and in a given cell.
    """
    runs = {run for block in public for run in _runs(block)}
    for region in secrets:
        for run in _runs(region.lines):
            if run in runs:
                yield (
                    f"source: {COPIED_LINES} lines of a region {region.kind} also stand outside "
                    f"it, from {run[0]!r} on; students would read them"
                )
                break


def _runs(lines: Iterable[str]) -> list[tuple[str, ...]]:
    telling = [_normal(line) for line in lines if _tells(line)]
    starts = range(len(telling) - COPIED_LINES + 1)
    return [tuple(telling[start : start + COPIED_LINES]) for start in starts]


def leaks_in(path: Path, hidden: Mapping[str, str]) -> Iterator[str]:
    """Look for what a file must not tell.

    Parameters
    ----------
    path : pathlib.Path
    hidden : mapping of str to str
        As `secret_lines` returns them.

    Yields
    ------
    str
        One message a line.
    """
    if path.suffix in SUFFIXES_NEVER_RELEASED or path.name.startswith("."):
        yield "a file of this kind is never released"
        return
    try:
        lines = _lines(path)
    except UnicodeDecodeError:
        return  # a picture
    except NotebookError as error:
        yield str(error)
        return
    for line in lines:
        kind = hidden.get(_normal(line))
        if kind:
            yield f"holds a line of a region {kind}: {_normal(line)!r}"
        if MARKER.search(line) or MARK_SCHEME in line:
            yield f"holds a marker: {line.strip()!r}"
        if PRIVATE.search(line):
            yield f"names a private path: {line.strip()!r}"
        if PLACEHOLDER.search(line) or FIELD.search(line):
            yield f"holds a field that was not filled in: {line.strip()!r}"


def _lines(path: Path) -> list[str]:
    """Return every line of a file; of a notebook, those of every text in it, metadata included."""
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8").splitlines()
    return [line for text in _texts(read_notebook(path).raw) for line in text.splitlines()]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list):
        # A source may be one text or a list of lines.
        for item in value:
            yield from _texts(item)


def _normal(line: str) -> str:
    return " ".join(line.split())


def _tells(line: str) -> bool:
    return len(_normal(line)) >= SHORTEST_LINE
