"""Remove a folder whatever is in it: unreadable, endlessly deep, or full of links."""

import os
import stat
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a folder with all its contents; links are removed, never followed.

    Nothing may be at work in it any more.

    Parameters
    ----------
    folder : Path
        The folder; nothing happens when it is not there.

    Raises
    ------
    OSError
        If something in it can't be removed.
    """
    if not hasattr(os, "O_DIRECTORY"):
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        os.chmod(folder, 0o700)  # noqa: PTH101 - beside the other calls with descriptors
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        _empty(top)
    finally:
        os.close(top)
    folder.rmdir()


def _empty(top: int) -> None:
    """Remove everything in a folder.

    Folders inside folders are moved to the top first, so that neither the length of a path nor
    the number of open folders grows with the depth.
    """
    moved = 0
    while names := os.listdir(top):
        for name in names:
            if not _is_folder(name, top):
                os.unlink(name, dir_fd=top)
                continue
            os.chmod(name, 0o700, dir_fd=top)
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
            try:
                moved = _flatten(inner, top, moved)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=top)


def _flatten(inner: int, top: int, moved: int) -> int:
    for name in os.listdir(inner):
        if not _is_folder(name, inner):
            os.unlink(name, dir_fd=inner)
            continue
        # A folder that may not be written can't be moved: its `..` changes.
        os.chmod(name, 0o700, dir_fd=inner)
        while _exists(f".{moved}", top):
            moved += 1
        os.rename(name, f".{moved}", src_dir_fd=inner, dst_dir_fd=top)
        moved += 1
    return moved


def _is_folder(name: str, parent: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)


def _exists(name: str, parent: int) -> bool:
    try:
        os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
