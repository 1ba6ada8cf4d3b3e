"""What our own archives say they hold: ``{"assignment", "files": {name: SHA-256}, "format"}``."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from autograder.grading.lms.layouts import Source

NAME: Final = "manifest.json"
_LARGEST: Final = 2**20


def read_manifests(files: Sequence[Source], root: Path) -> dict[PurePosixPath, dict[str, object]]:
    """Read what our own archives say they hold, by the folder of the archive."""
    found = {}
    for source in files:
        path = root / source.path
        if source.path.name == NAME and path.stat().st_size <= _LARGEST:
            try:
                data = json.loads(path.read_text(encoding="utf-8"))
            except (ValueError, RecursionError):
                continue
            if isinstance(data, dict) and isinstance(data.get("files"), dict):
                found[source.path.parent] = data
    return found


def compare(
    source: Source,
    path: Path,
    manifests: Mapping[PurePosixPath, Mapping[str, object]],
    assignment: str,
) -> tuple[str, ...]:
    """Compare a file with the list that was packed with it."""
    notes = []
    for folder in source.path.parents:
        manifest = manifests.get(folder)
        if manifest is None:
            continue
        said, files = manifest.get("assignment"), manifest["files"]
        assert isinstance(files, dict)
        if said != assignment:
            notes.append(f"was packed as {said}")
        inside = source.path.relative_to(folder)
        digest = next((files[key] for key in (str(inside), inside.name) if key in files), None)
        if digest is not None and digest != hashlib.sha256(path.read_bytes()).hexdigest():
            notes.append("was changed after it was packed")
        break
    return tuple(notes)
