"""Keep NumPy arrays on disk: whole, checked, and built only once even by two processes."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from filelock import FileLock
from safetensors.numpy import load, save

from data_scripts.cache_endings import ARRAYS


def default_cache_dir() -> Path:
    """Directory of the cache.

    Returns
    -------
    pathlib.Path
        ``EIGHT_FACES_CACHE`` if it is set, else ``eight-faces`` in the user's cache directory
        (``XDG_CACHE_HOME`` or ``~/.cache``).
    """
    chosen = os.environ.get("EIGHT_FACES_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "eight-faces"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that readers see either nothing or all of it.

    Parameters
    ----------
    path : pathlib.Path
        The file; its directory must exist.
    content : bytes
        What it shall hold.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def source_hash(paths: Iterable[Path]) -> str:
    """Hash source files, one after the other; line endings do not matter.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        Text files in UTF-8.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits, the same on every system.
    """
    digest = hashlib.sha256()
    for path in paths:
        digest.update("\n".join(path.read_text(encoding="utf-8").splitlines()).encode("utf-8"))
    return digest.hexdigest()


_kept: dict[Path, dict[str, np.ndarray]] = {}
_keeping = False


def keep_in_memory() -> None:
    """Read each file only once from now on, for a process that needs the same arrays often.

    Arrays that come from a file are shared then, and read-only.
    """
    global _keeping
    _keeping = True


def _read(path: Path) -> dict[str, np.ndarray] | None:
    """Read a cached file; None when it is missing, truncated or changed."""
    if path in _kept:
        return dict(_kept[path])
    found = _read_file(path)
    if _keeping and found is not None:
        for array in found.values():
            array.flags.writeable = False
        _kept[path] = found
        return dict(found)
    return found


def _read_file(path: Path) -> dict[str, np.ndarray] | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, body = content[:32], content[32:]
    if hashlib.sha256(body).digest() != digest:
        print(f"The cached file {path.name} is damaged and is built again.")
        return None
    return load(body)


def is_cached(name: str) -> bool:
    """Tell whether the cache holds arrays of a name, as `cached_arrays` takes it."""
    return (default_cache_dir() / f"{name}{ARRAYS}").exists()


def cached_arrays(
    name: str,
    build: Callable[[], dict[str, np.ndarray]],
    cache_dir: str | Path | None = None,
) -> dict[str, np.ndarray]:
    """Read arrays from the cache, or build them and keep them there.

    The file holds the SHA-256 of a safetensors body, then that body. A lock file beside it lets
    only one process build; the others wait and then read. The operating system frees the lock of
    a process which died.

    Parameters
    ----------
    name : str
        Name of the file without its ending; it must change whenever the arrays would.
    build : callable
        Makes the arrays; called only when the file is missing or damaged.
    cache_dir : str or pathlib.Path, optional
        Directory of the cache; by default ``default_cache_dir()``.

    Returns
    -------
    dict of str to numpy.ndarray
        The arrays as built: same names, shapes and dtypes.
    """
    folder = default_cache_dir() if cache_dir is None else Path(cache_dir)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}{ARRAYS}"
    # Files are replaced whole, so a file which is there can be read without the lock.
    arrays = _read(path) if path.exists() else None
    if arrays is not None:
        return arrays
    with FileLock(folder / f"{name}.lock"):
        arrays = _read(path) if path.exists() else None
        if arrays is None:
            arrays = {key: np.ascontiguousarray(value) for key, value in build().items()}
            body = save(arrays)
            write_atomically(path, hashlib.sha256(body).digest() + body)
    return arrays
