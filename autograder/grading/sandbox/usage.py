"""How much of disk and memory a sandbox uses, seen from outside and without following its links."""

import contextlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.sandbox.processes import Process

_BLOCK = 512  # unit of st_blocks, whatever the file system
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass
class Usage:
    """What lies in a folder.

    Attributes
    ----------
    size : int
        Bytes on disk.
    files : int
        Files and folders.
    depth : int
        Levels of folders below it.
    """

    size: int = 0
    files: int = 0
    depth: int = 0


def measure(folder: Path, most: Usage) -> Usage:
    """Count what lies in a folder, and stop as soon as it is too much.

    Parameters
    ----------
    folder : Path
        The folder; what is in it may change meanwhile.
    most : Usage
        What is allowed.

    Returns
    -------
    Usage
        What was counted; all of it, or what is enough to be too much.
    """
    found = Usage()
    stack: list[tuple[int, list[str]]] = []
    try:
        descriptor = os.open(folder, _FOLDER)
        stack.append((descriptor, _look(descriptor, found, most)))
        while stack and not _over(found, most):
            descriptor, folders = stack[-1]
            if not folders:
                os.close(stack.pop()[0])
                continue
            child = _open(folders.pop(), descriptor)
            if child is not None:
                stack.append((child, []))
                found.depth = max(found.depth, len(stack) - 1)
                stack[-1] = (child, _look(child, found, most))
    finally:
        for descriptor, _ in stack:
            os.close(descriptor)
    return found


def _over(found: Usage, most: Usage) -> bool:
    return found.size > most.size or found.files > most.files or found.depth > most.depth


def _look(descriptor: int, found: Usage, most: Usage) -> list[str]:
    """Count the entries of one folder; return the folders among them."""
    folders = []
    with os.scandir(descriptor) as entries:
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            found.files += 1
            found.size += status.st_blocks * _BLOCK
            if stat.S_ISDIR(status.st_mode):
                folders.append(entry.name)
            if found.files > most.files:
                break
    return folders


def _open(name: str, parent: int) -> int | None:
    """Open a folder; one that was made unreadable is made readable first. None when it is gone."""
    try:
        return _readable(name, parent)
    except PermissionError:
        pass
    except OSError:
        return None
    try:
        handle = os.open(name, getattr(os, "O_PATH", 0) | _FOLDER, dir_fd=parent)
    except OSError:
        return None
    try:
        os.chmod(f"/proc/self/fd/{handle}", 0o700)  # noqa: PTH101 - a descriptor, not a path
        return _readable(name, parent)
    except OSError:
        return None
    finally:
        os.close(handle)


def _readable(name: str, parent: int) -> int:
    descriptor = os.open(name, _FOLDER, dir_fd=parent)
    mode = os.fstat(descriptor).st_mode
    if mode & 0o500 != 0o500:
        os.fchmod(descriptor, mode & 0o7777 | 0o700)
    return descriptor


def nameless(processes: Iterable[Process], device: int) -> tuple[int, int]:
    """Count open files that no folder shows: deleted ones, and those that live in memory.

    Parameters
    ----------
    processes : iterable of Process
        Whose open files are counted, each file once.
    device : int
        Number of the file system that holds the scratch directory.

    Returns
    -------
    tuple of int
        Bytes on that file system, and bytes elsewhere, which is in memory.
    """
    sizes: dict[tuple[int, int], int] = {}
    for process in processes:
        folder = f"/proc/{process.pid}/fd"
        try:
            numbers = os.listdir(folder)  # noqa: PTH208 - ten times a second
        except OSError:
            continue
        for number in numbers:
            with contextlib.suppress(OSError):
                status = os.stat(f"{folder}/{number}")  # noqa: PTH116 - as above
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                    sizes[status.st_dev, status.st_ino] = status.st_blocks * _BLOCK
    on_disk = sum(size for (where, _), size in sizes.items() if where == device)
    return on_disk, sum(sizes.values()) - on_disk


def available_memory() -> int | None:
    """Return how many bytes of memory the machine can still give; None where it does not say."""
    try:
        with open("/proc/meminfo", "rb") as file:  # noqa: PTH123 - ten times a second
            for line in file:
                if line.startswith(b"MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
