"""A store of results on disk: small folders of files, named by the hash of what they come from.

Only trusted processes write to it. An entry appears whole or not at all, is checked by hash when
it is read, and the least recently used ones go when there are too many bytes.
"""

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from autograder.grading.files import hashes, write_text

if sys.platform != "win32":
    import fcntl

FOLDER: Final = Path(".autograder") / "store"
"""Where the store of a course lies in it; never committed."""

MOST_BYTES: Final = 20_000_000_000
"""How large a store grows before its least recently used entries go."""

_HASHES: Final = "hashes.json"
_NAME: Final = re.compile(r"[0-9a-f]{64}")

_unmeasured: dict[Path, int] = {}
"""Bytes that this process has put into a store since it measured it."""


def name_of(description: object) -> str:
    """Return the name of an entry: the SHA-256 of everything that decides its content.

    Parameters
    ----------
    description : object
        Plain JSON values; the order of keys does not matter.
    """
    text = json.dumps(description, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class Beyond(Protocol):
    """A store elsewhere, that has entries which are not here and gets those that are new."""

    def fetch(self, name: str) -> bytes | None:
        """Return an entry as `Store.pack` makes it; None if there is none."""

    def offer(self, name: str) -> None:
        """Say that an entry is new here, or has changed."""

    def working_on(self, name: str) -> AbstractContextManager[None]:
        """Hold the right to make an entry, as in `Store.working_on`."""


_beyond: dict[Path, Beyond] = {}
"""Stores elsewhere, by the course directory whose store they stand behind."""


@contextlib.contextmanager
def backed_by(course_root: Path, beyond: Beyond) -> Iterator[None]:
    """Let a store elsewhere stand behind that of a course.

    Parameters
    ----------
    course_root : Path
        The course directory.
    beyond : Beyond
        The store elsewhere.
    """
    root = Path(course_root).resolve()
    _beyond[root] = beyond
    try:
        yield
    finally:
        del _beyond[root]


def store_of(course_root: Path) -> "Store":
    """Return the store of a course.

    Parameters
    ----------
    course_root : Path
        The course directory.
    """
    root = Path(course_root).resolve()
    return Store(root / FOLDER, beyond=_beyond.get(root))


class Store:
    """Folders of files by name.

    Parameters
    ----------
    folder : Path
        Where they lie; made when the first one is stored.
    most_bytes : int
        Bytes of all entries together above which the least recently used ones are removed.
    beyond : Beyond, optional
        A store elsewhere that is asked for what is not here, and told what is new.
    """

    def __init__(
        self, folder: Path, most_bytes: int = MOST_BYTES, beyond: Beyond | None = None
    ) -> None:
        self.folder = folder
        self._most_bytes = most_bytes
        self._beyond = beyond

    def get(self, name: str) -> Path | None:
        """Return the folder of an entry, after a look at whether it is what was stored.

        Parameters
        ----------
        name : str
            SHA-256 in hexadecimal digits, as `name_of` makes it.

        Returns
        -------
        Path or None
            None when there is no such entry. One that was changed or cut off is removed, and
            counts as none.
        """
        entry = self._here(name)
        if entry is None and self._beyond is not None:
            content = self._beyond.fetch(name)
            entry = None if content is None else self.unpack(name, content)
        return entry

    def _here(self, name: str) -> Path | None:
        entry = self._entry(name)
        if not entry.is_dir():
            return None
        if not _is_whole(entry):
            shutil.rmtree(entry, ignore_errors=True)
            return None
        with contextlib.suppress(OSError):
            os.utime(entry)
        return entry

    def put(self, name: str, fill: Callable[[Path], None]) -> Path:
        """Store an entry; one that is there already stays as it is.

        Parameters
        ----------
        name : str
            As in `get`.
        fill : callable
            Writes the files of the entry into the empty folder that it is given.

        Returns
        -------
        Path
            The folder of the entry.
        """
        entry = self._put(name, fill)
        if self._beyond is not None:
            self._beyond.offer(name)
        return entry

    def _put(self, name: str, fill: Callable[[Path], None]) -> Path:
        entry = self._entry(name)
        entry.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=self.folder, prefix="new-"))
        try:
            fill(beside)
            write_text(beside / _HASHES, json.dumps(_hashes_of(beside), sort_keys=True))
            with contextlib.suppress(OSError):  # somebody else stored it meanwhile
                beside.rename(entry)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        self._note(entry)
        return entry

    def pack(self, name: str) -> bytes | None:
        """Return an entry as the bytes of a ZIP archive, for a store elsewhere.

        Parameters
        ----------
        name : str
            As in `get`.

        Returns
        -------
        bytes or None
            None when there is no such entry here.
        """
        entry = self._here(name)
        if entry is None:
            return None
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:  # weights hardly get smaller
            for path in _files_of(entry):
                archive.writestr(path.relative_to(entry).as_posix(), path.read_bytes())
        return buffer.getvalue()

    def unpack(self, name: str, content: bytes) -> Path:
        """Store an entry that `pack` has packed elsewhere, in place of one of the same name.

        Parameters
        ----------
        name : str
            As in `get`.
        content : bytes
            As `pack` returned it.

        Returns
        -------
        Path
            The folder of the entry.
        """

        def fill(folder: Path) -> None:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for member in archive.namelist():
                    path = PurePosixPath(member)
                    if path.is_absolute() or ".." in path.parts:
                        raise ValueError(f"{member!r:.80} is no path in an entry")
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    (folder / path).write_bytes(archive.read(member))

        self.remove(name)
        return self._put(name, fill)

    def remove(self, name: str) -> None:
        """Remove an entry, if there is one."""
        shutil.rmtree(self._entry(name), ignore_errors=True)

    @contextlib.contextmanager
    def working_on(self, name: str) -> Iterator[None]:
        """Hold the right to make an entry; whoever else wants to make it waits.

        Parameters
        ----------
        name : str
            As in `get`.
        """
        path = self._entry(name).with_suffix(".lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:  # stays: one removed while others wait would lock nothing
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX)
            if self._beyond is None:
                yield
                return
            with self._beyond.working_on(name):
                yield

    def evict(self, keep: str = "") -> None:
        """Remove the least recently used entries while there are too many bytes."""
        entries = []
        for entry in self.folder.glob("??/*"):
            with contextlib.suppress(OSError):
                if entry.is_dir() and entry.name != keep:
                    entries.append((entry.stat().st_mtime, entry))
        sizes = {entry: _size(entry) for _, entry in entries}
        total = sum(sizes.values()) + (_size(self._entry(keep)) if keep else 0)
        for _, entry in sorted(entries):
            if total <= self._most_bytes:
                return
            shutil.rmtree(entry, ignore_errors=True)
            total -= sizes[entry]

    def _note(self, entry: Path) -> None:
        """Evict once there is a hundredth more: to measure all entries takes long."""
        new = _unmeasured.get(self.folder, self._most_bytes) + _size(entry)
        if new > self._most_bytes / 100:
            self.evict(keep=entry.name)
            new = 0
        _unmeasured[self.folder] = new

    def _entry(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r:.80} is not the name of an entry: 64 hexadecimal digits")
        return self.folder / name[:2] / name


def _files_of(folder: Path) -> list[Path]:
    """Return the files that were put into an entry."""
    found = sorted(folder.rglob("*"))
    return [path for path in found if path.is_file() and path.name != _HASHES]


def _hashes_of(folder: Path) -> dict[str, str]:
    return hashes({path.relative_to(folder).as_posix(): path for path in _files_of(folder)})


def _is_whole(entry: Path) -> bool:
    try:
        said = json.loads((entry / _HASHES).read_text("utf-8"))
        return bool(said == _hashes_of(entry))
    except (OSError, ValueError):
        return False


def _size(entry: Path) -> int:
    total = 0
    for path in entry.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total
