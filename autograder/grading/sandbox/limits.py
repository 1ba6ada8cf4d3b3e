"""What a sandbox may use, and the sentences for those who use more."""

from dataclasses import dataclass

GIB = 1 << 30
MIB = 1 << 20

DEEPEST = 60
"""Levels of folders inside each other."""

MEMORY_RESERVE = 256 * MIB
"""Bytes of memory that the machine keeps, whoever uses the rest and in whatever way."""

DISK_RESERVE = 128 * MIB
"""Bytes that stay free on the disk of the scratch directory."""

OPEN_FILES = 4096
"""Files that one process may have open."""


@dataclass(frozen=True)
class Limits:
    """What everything in one sandbox may use together.

    Attributes
    ----------
    memory : int
        Bytes of resident memory, files that live only in memory included.
    processes : int
        Processes at the same time.
    disk : int
        Bytes in the scratch directory, files without a name included.
    files : int
        Files and folders in the scratch directory.
    every : float
        Seconds between two looks at whether it is too much; a look is about a millisecond of work.
    """

    memory: int
    processes: int
    disk: int
    files: int
    every: float = 0.1

    @property
    def threads(self) -> int:
        """Threads at the same time; TensorFlow has some hundred on a large machine."""
        return 1000 + 8 * self.processes


def in_words(size: int) -> str:
    """Return a number of bytes as a person says it.

    Parameters
    ----------
    size : int
        Bytes.
    """
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"
