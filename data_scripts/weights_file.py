"""The files of the course's weights: in the package, in the cache, or fetched once and checked.

The package that students install comes without them, for most exercises do not need their 8 MB.
"""

import hashlib
import http.client
import json
import os
import urllib.request
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from filelock import FileLock

from data_scripts.cache import default_cache_dir, write_atomically

PEOPLE, THINGS = "people", "things"
STEMS = {PEOPLE: "vgg16", THINGS: "vgg16_things"}
"""What weights were trained on, and what their files are called but for the ending."""

ADDRESS = "EIGHT_FACES_ADDRESS"
"""The environment variable that holds where the course is published; the first cell sets it."""

FOLDER = "package"
"""Folder there that holds the file."""

TIMEOUT = 60.0
"""Seconds that the other side may keep silent."""


def file_of(subject: str) -> str:
    """Name of the file of weights."""
    return f"{STEMS[subject]}.safetensors"


def manifest_of(subject: str) -> str:
    """Name of the file that tells how the weights were made."""
    return f"{STEMS[subject]}.json"


def _in_package(name: str) -> bytes | None:
    try:
        return files("data_scripts").joinpath("course_weights", name).read_bytes()
    except FileNotFoundError:
        return None


def manifest(subject: str = PEOPLE) -> dict[str, Any]:
    """Read how the course weights were made and what they reached (see docs/course-weights.md).

    Parameters
    ----------
    subject : {"people", "things"}
        What they were trained on.

    Raises
    ------
    FileNotFoundError
        If the package is not whole.
    """
    content = _in_package(manifest_of(subject))
    if content is None:
        raise FileNotFoundError(
            f"The course weights are missing: expected the file {manifest_of(subject)} in the "
            "folder course_weights of the package data_scripts. Likely cause: an incomplete "
            "download or installation. Install the course again, or make the weights with "
            f"`python -m data_scripts.pretrain_vgg16 {subject}` (half an hour)."
        )
    result: dict[str, Any] = json.loads(content)
    return result


@lru_cache(maxsize=len(STEMS))
def weights_hash(subject: str = PEOPLE) -> str:
    """SHA-256 of a file of the course weights, as hexadecimal digits; fetches nothing."""
    content = _in_package(file_of(subject))
    if content is None:
        return str(manifest(subject)["sha256"])
    return hashlib.sha256(content).hexdigest()


def weights_content(subject: str = PEOPLE) -> bytes:
    """Read a file of the course weights, fetching it the first time where the package lacks it.

    Parameters
    ----------
    subject : {"people", "things"}
        What the weights were trained on.

    Returns
    -------
    bytes
        A safetensors file, 8.4 MB.

    Raises
    ------
    FileNotFoundError
        If it is nowhere to be had; the message says what to do.
    """
    name = file_of(subject)
    content = _in_package(name)
    if content is not None:
        return content
    told = manifest(subject)
    folder = default_cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{told['sha256'][:16]}-{name}"
    with FileLock(folder / f"{name}.lock"):
        if kept.exists() and _is_it(kept.read_bytes(), told):
            return kept.read_bytes()
        content = _fetch(name, told)
        write_atomically(kept, content)
    return content


def _is_it(content: bytes, told: dict[str, Any]) -> bool:
    return hashlib.sha256(content).hexdigest() == str(told["sha256"])


def _fetch(name: str, told: dict[str, Any]) -> bytes:
    address = os.environ.get(ADDRESS, "")
    if not address:
        raise _missing("this installation comes without them, and does not know from where")
    source = f"{address.rstrip('/')}/{FOLDER}/{name}"
    print(f"Fetching the course's weights ({told['bytes'] / 1e6:.1f} MB), this once.")
    try:
        if "://" in source:
            with urllib.request.urlopen(source, timeout=TIMEOUT) as answer:
                content: bytes = answer.read(told["bytes"] + 1)
        else:
            content = Path(source).read_bytes()
    except (OSError, http.client.HTTPException) as error:
        raise _missing(f"{source} can't be read ({error})") from None
    if not _is_it(content, told):
        raise _missing(f"{source} holds another file than this version of the course needs")
    return content


def _missing(why: str) -> FileNotFoundError:
    return FileNotFoundError(
        f"The course's weights of VGG16 could not be fetched: {why}. Is there a network? Run the "
        "first code cell of the notebook, then this cell again. Where there is none, work in the "
        "course's bundle, which holds them."
    )
