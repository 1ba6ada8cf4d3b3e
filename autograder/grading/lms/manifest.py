"""What our own archives say they hold: ``{"assignment", "files": {name: SHA-256}, "format"}``."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from autograder.grading.lms.layouts import Source
from autograder.student.submission.pack import MANIFEST

_LARGEST: Final = 2**20
_RESERVED: Final = frozenset({MANIFEST, "timestamp.txt"})
"""Names with a meaning of their own here and in ``submitted/``."""


def read_manifests(files: Sequence[Source], root: Path) -> dict[PurePosixPath, dict[str, object]]:
    """Read what our own archives say they hold, by the folder of the archive."""
    found = {}
    for source in files:
        path = root / source.path
        if source.path.name == MANIFEST and path.stat().st_size <= _LARGEST:
            try:
                data = json.loads(path.read_text(encoding="utf-8"))
            except (ValueError, RecursionError):
                continue
            if isinstance(data, dict) and isinstance(data.get("files"), dict):
                found[source.path.parent] = data
    return found


def attached(
    notebook: Source,
    files: Sequence[Source],
    manifests: Mapping[PurePosixPath, Mapping[str, object]],
) -> dict[str, Source]:
    """Find the files that were packed with a notebook, by their names as seen from it.

    Only what the list names, and what lies in the notebook's folder: a file that somebody added
    later, another notebook, or a hidden file is none of them.
    """
    root = _packed_in(notebook, manifests)
    if root is None:
        return {}
    listed = manifests[root]["files"]
    assert isinstance(listed, dict)
    found = {}
    for source in files:
        if not source.path.is_relative_to(notebook.path.parent):
            continue
        name = source.path.relative_to(notebook.path.parent)
        hidden = any(part.startswith(".") for part in name.parts)
        ours = name.suffix.lower() == ".ipynb" or str(name) in _RESERVED
        if str(source.path.relative_to(root)) in listed and not hidden and not ours:
            found[str(name)] = source
    return found


def compare(
    source: Source,
    path: Path,
    manifests: Mapping[PurePosixPath, Mapping[str, object]],
    assignment: str,
) -> tuple[str, ...]:
    """Compare a file with the list that was packed with it."""
    root = _packed_in(source, manifests)
    if root is None:
        return ()
    notes = []
    said, files = manifests[root].get("assignment"), manifests[root]["files"]
    assert isinstance(files, dict)
    if said != assignment:
        notes.append(f"was packed as {said}")
    inside = source.path.relative_to(root)
    digest = next((files[key] for key in (str(inside), inside.name) if key in files), None)
    if digest is not None and digest != hashlib.sha256(path.read_bytes()).hexdigest():
        notes.append("was changed after it was packed")
    return tuple(notes)


def _packed_in(
    source: Source, manifests: Mapping[PurePosixPath, Mapping[str, object]]
) -> PurePosixPath | None:
    """Return the folder of the archive of our own that a file lies in."""
    return next((folder for folder in source.path.parents if folder in manifests), None)
