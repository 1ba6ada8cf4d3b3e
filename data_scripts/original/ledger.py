"""Checksums of files: those known beforehand, and those recorded when a file first came."""

import hashlib
import json
from pathlib import Path
from typing import Any

from filelock import FileLock

from data_scripts.cache import write_atomically
from data_scripts.original.errors import OriginalError

NAME = "checksums.json"
_PIECE = 1 << 20


def checksum_of(path: Path, algorithm: str = "sha256") -> str:
    """Hash a file piece by piece.

    Parameters
    ----------
    path : pathlib.Path
    algorithm : {"sha256", "md5"}

    Returns
    -------
    str
        ``algorithm:hexadecimal digits``.
    """
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return f"{algorithm}:{digest.hexdigest()}"


def fits(path: Path, checksum: str) -> bool:
    """Tell whether a file has a checksum, given as ``algorithm:digits``."""
    return checksum_of(path, checksum.split(":")[0]) == checksum


class Ledger:
    """The file ``checksums.json`` beside the data: what each file was when it first came.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of all original data.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def entries(self) -> dict[str, dict[str, Any]]:
        """Return all entries by ``source/file``: ``checksum``, ``bytes`` and ``from``.

        Raises
        ------
        OriginalError
            If the file can't be read.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        try:
            found = json.loads(text)
            return {str(key): {**entry, "checksum": str(entry["checksum"])}
                    for key, entry in found.items()}  # fmt: skip
        except (ValueError, AttributeError, TypeError, KeyError) as error:
            raise OriginalError(
                f"{self._path} holds no checksums any more ({error}). Repair it, or delete it: "
                "then the files that are there now count as the right ones."
            ) from error

    def expected(self, key: str) -> str:
        """Return the recorded checksum of a file, empty if it never came."""
        entry = self.entries().get(key)
        return entry["checksum"] if entry else ""

    def record(self, key: str, path: Path, place: str) -> None:
        """Write down what a file is.

        Parameters
        ----------
        key : str
            ``source/file``.
        path : pathlib.Path
            Where it lies.
        place : str
            Where it came from.
        """
        entry = {"checksum": checksum_of(path), "bytes": path.stat().st_size, "from": place}
        self._change(lambda entries: entries.update({key: entry}))

    def forget(self, source: str) -> None:
        """Drop all entries of a source."""
        self._change(
            lambda entries: [
                entries.pop(key) for key in list(entries) if key.startswith(f"{source}/")
            ]
        )

    def _change(self, change: Any) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_suffix(".lock")):
            entries = self.entries()
            change(entries)
            text = json.dumps(entries, indent=2, sort_keys=True) + "\n"
            write_atomically(self._path, text.encode("utf-8"))
