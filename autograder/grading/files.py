"""Files that are there whole or not at all, and what they hold as a hash."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def hashes(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the SHA-256 of each of some files, in hexadecimal digits, by the same names.

    Raises
    ------
    OSError
        If one can't be read.
    """
    found = {}
    for name, path in files.items():
        with path.open("rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def write_text(path: Path, text: str) -> None:
    """Write a file beside its place and rename it, so that nobody ever reads half of it.

    Parameters
    ----------
    path : Path
        The file; its folder is made when missing.
    text : str
        What to write, as UTF-8.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
