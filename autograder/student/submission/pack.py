"""Make the ZIP file that is handed in."""

import copy
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final

from autograder.student.submission.notebook import Submission

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
"""Version of the manifest."""

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The same time for every member, so that the same work gives the same bytes."""

_PERSONAL: Final = ("authorship_tag", "provenance")


def pack(submission: Submission, attached: list[Path]) -> Path:
    """Write ``<assignment>.zip`` beside the notebook.

    Parameters
    ----------
    submission : Submission
    attached : list of pathlib.Path
        Files that go with it, relative to its folder.

    Returns
    -------
    pathlib.Path
        The ZIP file: the notebook under its right name and the files, in a folder named after the
        assignment, and ``manifest.json`` with the SHA-256 of each.

    Raises
    ------
    OSError
        If it can't be written; a ZIP that was there stays as it is.
    """
    from data_scripts.cache import write_atomically

    folder, name = submission.path.resolve().parent, submission.assignment
    files = {f"{name}/{file.as_posix()}": (folder / file).read_bytes() for file in attached}
    files[f"{name}/{name}.ipynb"] = without_personal_data(submission.raw)
    manifest = {
        "assignment": name,
        "files": {key: hashlib.sha256(files[key]).hexdigest() for key in sorted(files)},
        "format": FORMAT,
    }
    files[MANIFEST] = f"{json.dumps(manifest, indent=1, sort_keys=True)}\n".encode()
    target = folder / f"{name}.zip"
    write_atomically(target, _zip(files))
    return target


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, _EARLIEST)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # the same on every system: permissions as of Unix
            member.external_attr = 0o644 << 16
            archive.writestr(member, files[name], compresslevel=9)
    return buffer.getvalue()


def without_personal_data(raw: dict[str, Any]) -> bytes:
    """Return a notebook as bytes, without the names and ids of people that Colab puts into it.

    Parameters
    ----------
    raw : dict
        The notebook; stays as it is.
    """
    clean = copy.deepcopy(raw)
    for cell in clean["cells"]:
        if isinstance(cell.get("metadata"), dict):
            cell["metadata"].pop("executionInfo", None)
    metadata = clean.get("metadata")
    colab = metadata.get("colab") if isinstance(metadata, dict) else None
    if isinstance(colab, dict):
        for key in _PERSONAL:
            colab.pop(key, None)
    text = json.dumps(clean, indent=1, ensure_ascii=False)
    # Half characters (lone surrogates) are legal in JSON and can't be written to a file.
    return f"{text}\n".encode("utf-8", errors="replace")
