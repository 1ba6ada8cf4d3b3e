"""Keep an array of pictures on disk that may be larger than memory likes, and map it.

What is read is in memory, and the operating system takes it back when memory gets short; several
processes share it.
"""

import os
import shutil
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from filelock import FileLock

from data_scripts.cache import default_cache_dir
from data_scripts.cache_endings import PIXELS

BLOCK = 1 << 22
CHECK_BYTES = 4


def _is_whole(path: Path, count: int) -> bool:
    """Tell whether a file holds `count` bytes and their right checksum."""
    try:
        if path.stat().st_size != count + CHECK_BYTES:
            return False
        check, left = 0, count
        with path.open("rb") as file:
            while left:
                block = file.read(min(BLOCK, left))
                check, left = zlib.crc32(block, check), left - len(block)
            return file.read() == check.to_bytes(CHECK_BYTES, "little")
    except OSError:
        return False


def _write(path: Path, count: int, batches: Iterable[np.ndarray]) -> None:
    """Write arrays one after the other, then a checksum; readers see nothing or all of it."""
    for leftover in path.parent.glob(f"{path.name}.*.part"):
        leftover.unlink(missing_ok=True)  # of a process that died: we hold the lock
    free = shutil.disk_usage(path.parent).free
    if free < 1.05 * count:
        raise OSError(
            f"The pictures of {path.name} take {count / 1e6:.0f} MB, and {path.parent} has "
            f"{free / 1e6:.0f} MB left. Free some space, or let the environment variable "
            "EIGHT_FACES_CACHE name a folder on another disk."
        )
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        check = written = 0
        with beside.open("wb") as file:
            for batch in batches:
                content = np.ascontiguousarray(batch).data.cast("B")
                file.write(content)
                check, written = zlib.crc32(content, check), written + len(content)
            file.write(check.to_bytes(CHECK_BYTES, "little"))
        if written != count:
            raise ValueError(f"{path.name} should hold {count} bytes, not {written}")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def mapped_pictures(
    name: str,
    shape: tuple[int, ...],
    build: Callable[[], Iterable[np.ndarray]],
    cache_dir: str | Path | None = None,
) -> np.ndarray:
    """Map an array of the cache, building it the first time.

    The file holds the array's bytes and their CRC-32. A lock file beside it lets only one process
    build; the others wait and then read.

    Parameters
    ----------
    name : str
        Name of the file without its ending; it must change whenever the array would.
    shape : tuple of int
        Shape of the array.
    build : callable
        Gives the array in batches along its first axis, uint8; called only when the file is
        missing or damaged. No more than a batch is held in memory.
    cache_dir : str or pathlib.Path, optional
        Directory of the cache; by default ``data_scripts.cache.default_cache_dir()``.

    Returns
    -------
    numpy.ndarray
        uint8, read-only, of the given shape, on the file's bytes.

    Raises
    ------
    OSError
        When the disk has too little space left.
    """
    folder = default_cache_dir() if cache_dir is None else Path(cache_dir)
    folder.mkdir(parents=True, exist_ok=True)
    path, count = folder / f"{name}{PIXELS}", int(np.prod(shape))
    # Files are replaced whole, so a file which is there can be read without the lock.
    if not _is_whole(path, count):
        with FileLock(folder / f"{name}.lock"):
            if not _is_whole(path, count):
                if path.exists():
                    print(f"The cached file {path.name} is damaged and is built again.")
                _write(path, count, build())
    return np.memmap(path, np.uint8, "r", shape=shape).view(np.ndarray)
