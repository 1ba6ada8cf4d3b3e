"""Temporary folders of a grading process: found by a lock, and removed, when it was killed."""

import contextlib
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from autograder.grading.sandbox.remove import remove

if sys.platform != "win32":
    import fcntl

_PREFIX = "ef-"
_OWN = "own"
_LOCK = Path(_OWN, "lock")
_LONGEST_BASE = 60  # paths of sockets end at 107 bytes


class ScratchFolder:
    """A temporary folder, locked for as long as this process lives.

    Making one removes those that no living process has locked.

    Parameters
    ----------
    base : Path, optional
        Where it is made; the usual place of temporary files if not given.

    Attributes
    ----------
    path : Path
    own : Path
        The folder in it that holds the lock.
    """

    def __init__(self, base: Path | None = None) -> None:
        if base is None:
            base = _base()
            remove_leftovers(base)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base)).resolve()
        self.own = self.make(_OWN)
        self._claim = _claim(self.path)

    def make(self, name: str) -> Path:
        """Make a folder in it that only its owner may enter."""
        folder = self.path / name
        folder.mkdir(mode=0o700)
        return folder

    def close(self) -> None:
        """Remove it with all its contents; may be repeated.

        Raises
        ------
        OSError
            If something in it can't be removed.
        """
        try:
            remove(self.path)
        finally:
            if self._claim is not None:
                os.close(self._claim)
                self._claim = None


def _base() -> Path:
    usual = tempfile.gettempdir()
    too_long = len(os.fsencode(usual)) > _LONGEST_BASE
    return Path("/tmp" if too_long and os.access("/tmp", os.W_OK) else usual)


def _claim(folder: Path) -> int | None:
    """Return the descriptor that holds the lock; None where there are no such locks."""
    if sys.platform == "win32":
        return None
    made = folder / _LOCK.with_name("lock.new")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    made.rename(folder / _LOCK)  # it is never seen unlocked
    return descriptor


@cache
def remove_leftovers(base: Path) -> None:
    """Remove scratch folders that no living process has locked; once a process.

    Parameters
    ----------
    base : Path
        Where they are made. Those of other users stay.
    """
    if sys.platform == "win32":
        return
    for folder in base.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if not folder.is_symlink() and folder.stat().st_uid == os.getuid():
                _remove_unlocked(folder)


def remove_later_leftovers() -> None:
    """Remove the scratch folders of processes that have ended since this one began."""
    remove_leftovers.cache_clear()
    remove_leftovers(_base())


def _remove_unlocked(folder: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(folder / _LOCK, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(folder)
    finally:
        os.close(descriptor)
