"""Versions on which the result of a training depends, found without importing anything large."""

import functools
import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy")


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of the libraries, and the hash of the trainer's own code."""
    found = {"trainer": _code()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _code() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
