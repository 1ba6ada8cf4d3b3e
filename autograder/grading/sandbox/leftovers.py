"""Scratch directories of grading processes that were killed: found by a lock, and removed."""

import contextlib
import os
import sys
from functools import cache
from pathlib import Path

from autograder.grading.sandbox.remove import remove

if sys.platform != "win32":
    import fcntl

PREFIX = "ef-"
_LOCK = Path("own", "lock")


def claim(scratch: Path) -> int | None:
    """Lock a scratch directory for as long as this process lives.

    Parameters
    ----------
    scratch : Path
        A new scratch directory with its folder ``own``.

    Returns
    -------
    int or None
        The descriptor that holds the lock; None where there are no such locks.
    """
    if sys.platform == "win32":
        return None
    made = scratch / _LOCK.with_name("lock.new")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    made.rename(scratch / _LOCK)  # it is never seen unlocked
    return descriptor


@cache
def remove_leftovers(folder: Path) -> None:
    """Remove scratch directories that no living process has locked; once a process.

    Parameters
    ----------
    folder : Path
        Where scratch directories are made. Those of other users stay.
    """
    if sys.platform == "win32":
        return
    for scratch in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if not scratch.is_symlink() and scratch.stat().st_uid == os.getuid():
                _remove_unlocked(scratch)


def _remove_unlocked(scratch: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(scratch / _LOCK, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(scratch)
    finally:
        os.close(descriptor)
