"""How much may come out of an archive, what became of it, and the least that is read of any."""

import os
import struct
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.grading.reader import MAX_BYTES

DAMAGED: Final = (
    *(zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError),
    *(struct.error, IndexError, OverflowError),
)
"""What `zipfile` raises for archives that are not what they should be."""


@dataclass(frozen=True)
class Limits:
    """How much may come out of an archive.

    Attributes
    ----------
    files : int
        Files of the whole archive; an archive inside may hold a tenth of them.
    file_bytes : int
        Bytes of one file, as large as a notebook may be.
    total_bytes : int
        Bytes of all files together; an archive inside may hold a sixteenth of them.
    directory_bytes : int
        Bytes of an archive's table of contents, which is read into memory.
    ratio : int
        How many times larger than in the archive a file of more than `bomb_bytes` may be.
    bomb_bytes : int
        Below that size any ratio is fine.
    depth : int
        Archives in archives, the outermost counted.
    """

    files: int = 20_000
    file_bytes: int = MAX_BYTES
    total_bytes: int = 4 * 2**30
    directory_bytes: int = 16 * 2**20
    ratio: int = 200
    bomb_bytes: int = 8 * 2**20
    depth: int = 3


@dataclass(frozen=True)
class Problem:
    """A file that was not unpacked as it is.

    Attributes
    ----------
    path : str
        Its path in the archive.
    reason : str
        Why.
    lost : bool
        Whether nothing of it was unpacked.
    """

    path: str
    reason: str
    lost: bool = True


@dataclass
class Unpacked:
    """What became of an archive.

    Attributes
    ----------
    problems : list of Problem
        Files that were left out, and files that were renamed.
    rubbish : int
        Files of operating systems and checkpoints, which nobody misses.
    """

    problems: list[Problem] = field(default_factory=list)
    rubbish: int = 0


def directory_size(archive: Path) -> int:
    """Return the bytes of an archive's table of contents, found where `zipfile` finds it."""
    with archive.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 22 - 2**16, 0))
        tail = file.read()
        at = len(tail) - 22
        if not (tail[at : at + 4] == b"PK\x05\x06" and tail[-2:] == b"\0\0"):
            at = tail.rfind(b"PK\x05\x06")
        if at < 0:
            raise zipfile.BadZipFile("File is not a zip file")
        (length,) = struct.unpack_from("<L", tail, at + 12)
        locator = tail[at - 20 : at] if at >= 20 else b""
        if locator[:4] == b"PK\x06\x07":
            file.seek(struct.unpack_from("<Q", locator, 8)[0])
            (length,) = struct.unpack_from("<Q", file.read(56), 40)
    return int(length)
