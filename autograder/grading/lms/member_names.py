"""Names of files in archives: read in their encoding, kept inside a folder, fit for any disk."""

import contextlib
import re
import unicodedata
import zipfile
from pathlib import PurePosixPath
from typing import Final

from autograder.grading.candidates import ENDINGS

_UTF8: Final = 0x800
_LONGEST: Final = 200
_DEEPEST: Final = 20
_RUBBISH: Final = re.compile(
    r"(^|/)(__MACOSX|\.ipynb_checkpoints|__pycache__)/"
    r"|(^|/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini)$",
    re.IGNORECASE,
)


class BadNameError(Exception):
    """A file that must not be unpacked; the message says why."""


def spelled(info: zipfile.ZipInfo) -> str:
    """Return the path of a file in an archive with forward slashes, as its writer meant it.

    Archives without the mark for UTF-8 are read as UTF-8 where that is possible, for macOS writes
    it so, and else as the code page of old DOS.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def is_rubbish(path: str) -> bool:
    """Tell whether an operating system or Jupyter left the file there for itself."""
    return bool(_RUBBISH.search(path))


def safe_parts(path: str) -> tuple[str, ...]:
    """Return the parts of a path inside the folder of the archive.

    Notebooks that a browser or mail program called ``.ipynb.txt`` are called ``.ipynb`` again.

    Raises
    ------
    BadNameError
        If it leads elsewhere, or names nothing.
    """
    if "\0" in path:
        raise BadNameError("has a name with a hidden end")
    # Fitted first: a part that is ".." after white space has gone must not get through.
    parts = [part for part in map(_fit, path.split("/")) if part not in ("", ".")]
    outside = any(not part.strip(" .") for part in parts)
    if outside or path.startswith("/") or re.match(r"[A-Za-z]:", path):
        raise BadNameError("has a name that leads out of the archive")
    if not parts or len(parts) > _DEEPEST:
        raise BadNameError("has no name, or lies in too many folders")
    parts[-1] = _ending(parts[-1])
    return tuple(parts)


def printable(text: str) -> str:
    """Return a text without characters that a terminal or a person could be misled by."""
    return "".join("_" if unicodedata.category(sign)[0] == "C" else sign for sign in text)


def _fit(part: str) -> str:
    part = printable(part).strip()
    path = PurePosixPath(part)
    while len(part.encode()) > _LONGEST:
        path = path.with_name(f"{path.stem[: len(path.stem) - 8]}{path.suffix[:20]}")
        part = path.name
    return part


def _ending(name: str) -> str:
    for ending in ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return f"{name[: -len(ending)]}.ipynb"
    return name
