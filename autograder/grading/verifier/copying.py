"""Copy a message out of a folder into which a student's process writes."""

import os
import shutil
import stat
from pathlib import Path
from typing import Final

FILES: Final = ("values.json", "arrays.safetensors")
"""The files of a message; the first one must be there. Nothing else is looked at."""

_PIECE = 1 << 20


class CopyError(ValueError):
    """A folder that does not hold a message; the text is for the student."""


def copy_message(source: Path, target: Path, limit: int) -> int:
    """Copy the two files of a message, whatever a student's process made of them meanwhile.

    Links are not followed, pipes and devices not read, and a file that grows is cut off. What
    lies above the folder must be out of the student's reach.

    Parameters
    ----------
    source : pathlib.Path
        The folder that the student's process wrote.
    target : pathlib.Path
        The copy; must not exist. It appears only when it is whole.
    limit : int
        Most bytes of both files together.

    Returns
    -------
    int
        Bytes that were copied.

    Raises
    ------
    CopyError
        If there is no message, a file is not a plain file, or the files are too large.
    """
    beside = target.with_name(f"{target.name}.part")
    try:
        folder = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        raise CopyError("The notebook's process left no values that can be read.") from None
    try:
        beside.mkdir(mode=0o700)
        copied = 0
        for name in FILES:
            copied += _copy_file(folder, name, beside / name, limit - copied)
        beside.rename(target)
        return copied
    finally:
        os.close(folder)
        shutil.rmtree(beside, ignore_errors=True)


def _copy_file(folder: int, name: str, target: Path, limit: int) -> int:
    """Copy one file; a missing one is no bytes, unless it is the first."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        source = os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        if name == FILES[0]:
            raise CopyError("The notebook's process left no values.") from None
        return 0
    except OSError:
        raise CopyError(f"The notebook's process left a {name} that is no plain file.") from None
    try:
        state = os.fstat(source)
        if not stat.S_ISREG(state.st_mode):
            raise CopyError(f"The notebook's process left a {name} that is no plain file.")
        copied = 0 if state.st_size <= limit else limit + 1
        with target.open("xb") as file:
            while copied <= limit and (piece := os.read(source, min(_PIECE, limit + 1 - copied))):
                copied += len(piece)
                file.write(piece)
    except OSError:
        raise CopyError("The values of the notebook's process could not be copied.") from None
    finally:
        os.close(source)
    if copied > limit:
        raise CopyError(f"The values are larger than {limit / 1e6:g} MB.")
    return copied
