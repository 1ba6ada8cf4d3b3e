"""Read the file that a student handed in, whatever it holds.

The result is always a fresh, valid notebook of the newest format, or `UnreadableNotebookError` with
a message for the student. The file itself is never changed.
"""

import codecs
import json
import re
import stat
import uuid
from pathlib import Path
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from autograder.grading import status

MAX_BYTES: Final = 64 * 2**20
"""Largest file that is read, in bytes; a notebook full of figures has a tenth of that."""

MAX_CELLS: Final = 5_000

MAX_VALUES: Final = 1_000_000
"""Values in the JSON of a file; three bytes of it may become a hundred in memory."""

_VALID_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MARKS_OF_ORDER: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnreadableNotebookError(Exception):
    """The file is not a notebook; the message tells the student what was found instead."""


def read_notebook(path: Path, max_bytes: int = MAX_BYTES) -> NotebookNode:
    """Read a submitted notebook file and repair its structure.

    Parameters
    ----------
    path : Path
        The file.
    max_bytes : int, optional
        Largest file that is read.

    Returns
    -------
    NotebookNode
        A notebook of format 4.5 with unique cell ids, no outputs, and the metadata as it was;
        what was repaired stands in its record (`autograder.grading.status`).

    Raises
    ------
    UnreadableNotebookError
        If no notebook can be made from the file.
    """
    repairs: list[str] = []
    text = _decode(_read_bytes(path, max_bytes), repairs)
    nb = _rebuild(_newest_format(_parse(text), repairs), repairs)
    # A submitted record is the student's own writing; ours starts afresh.
    nb.metadata.pop(status.KEY, None)
    for sentence in repairs:
        status.add_repair(nb, sentence)
    return nb


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableNotebookError("It is not a file but a folder or a link.")
        if found.st_size > max_bytes:
            raise UnreadableNotebookError(
                f"The file has {found.st_size / 2**20:.0f} MB; at most {max_bytes / 2**20:.0f} MB "
                "are read. Clear the outputs of the notebook and hand it in again."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableNotebookError(f"The file can't be opened ({error.strerror}).") from error
    if not raw.strip():
        raise UnreadableNotebookError("The file is empty.")
    return raw


def _decode(raw: bytes, repairs: list[str]) -> str:
    for mark, encoding in _MARKS_OF_ORDER:
        if raw.startswith(mark):
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                break
            repairs.append(f"The file was stored as {encoding.upper()}; it was read as such.")
            return text
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        repairs.append("The file was not stored as UTF-8; letters with accents may be wrong.")
        return raw.decode("cp1252", errors="replace")


def _parse(text: str) -> dict[str, Any]:
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        raise UnreadableNotebookError(
            "The file holds too much data that is no text. Clear the outputs of the notebook and "
            "hand it in again."
        )
    try:
        data = json.loads(text)
        # Half characters (lone surrogates) are legal in JSON and can't be written to a file.
        whole = json.dumps(data, ensure_ascii=False)
        clean = whole.encode("utf-8", errors="replace").decode("utf-8")
        if clean != whole:
            data = json.loads(clean)
    except (ValueError, RecursionError) as error:
        if re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE):
            raise UnreadableNotebookError(
                "The file holds lines of an unfinished git merge (<<<<<<<)."
            ) from error
        raise UnreadableNotebookError(
            "The file does not hold a notebook: it is damaged, or was cut off, or is something "
            "else under the name of a notebook."
        ) from error
    if not isinstance(data, dict):
        raise UnreadableNotebookError("The file holds data, but not a notebook.")
    return data


def _newest_format(data: dict[str, Any], repairs: list[str]) -> dict[str, Any]:
    major = data.get("nbformat", 4)
    if isinstance(data.get("cells"), list):
        if major != 4 or not isinstance(data.get("nbformat_minor", 5), int):
            repairs.append(
                f"The file says that it has notebook format {str(major)[:20]}; read as format 4."
            )
        elif data.get("nbformat_minor", 5) > nbformat.current_nbformat_minor:
            repairs.append("The file has a newer notebook format; it was read as format 4.5.")
        return data
    if isinstance(data.get("worksheets"), list):
        _refuse_too_many([cell for sheet in data["worksheets"] for cell in _cells_of_sheet(sheet)])
        try:
            upgraded = nbformat.convert(nbformat.from_dict({**data, "nbformat": 3}), 4)
        except Exception as error:
            raise UnreadableNotebookError(
                "The notebook is of an old format and could not be converted."
            ) from error
        repairs.append("The notebook was of an old format (3); it was converted.")
        return dict(upgraded)
    raise UnreadableNotebookError("The file holds data, but not a notebook: it has no cells.")


def _cells_of_sheet(sheet: Any) -> list[Any]:
    found = sheet.get("cells") if isinstance(sheet, dict) else None
    return found if isinstance(found, list) else []


def _refuse_too_many(raw_cells: list[Any]) -> None:
    if len(raw_cells) > MAX_CELLS:
        raise UnreadableNotebookError(
            f"The notebook has {len(raw_cells)} cells; at most {MAX_CELLS} are read."
        )


def _rebuild(data: dict[str, Any], repairs: list[str]) -> NotebookNode:
    raw_cells = data["cells"]
    _refuse_too_many(raw_cells)
    rebuilt = [cell for cell in map(_rebuild_cell, raw_cells) if cell is not None]
    if not rebuilt:
        raise UnreadableNotebookError("The notebook has no cells.")
    if len(rebuilt) < len(raw_cells):
        repairs.append(f"Damaged cells were left out: {len(raw_cells) - len(rebuilt)}.")
    _repair_ids(rebuilt, repairs)
    # Not `new_notebook`, which checks metadata: what is in there is thrown away or replaced later.
    nb = NotebookNode(cells=rebuilt, nbformat=4, nbformat_minor=5)
    nb.metadata = _metadata(data.get("metadata"))
    nb.metadata.pop("language", None)  # nbconvert takes it for a string
    return nb


def _metadata(raw: Any) -> NotebookNode:
    """Keep of metadata what is looked at later: the keys, and plain values two levels deep."""
    if not isinstance(raw, dict):
        return NotebookNode()
    return NotebookNode({key: _shallow(value) for key, value in raw.items()})


def _shallow(value: Any) -> Any:
    if isinstance(value, dict):
        return NotebookNode({k: v for k, v in value.items() if not isinstance(v, list | dict)})
    return None if isinstance(value, list) else value


def _rebuild_cell(raw: Any) -> NotebookNode | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    kind = raw.get("cell_type")
    if not isinstance(source, str) or kind not in ("code", "markdown", "raw"):
        return None
    # Line ends of Windows are nobody's change of a cell.
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    cell = NotebookNode(cell_type=kind, id=raw.get("id"), source=source)
    cell.metadata = _metadata(raw.get("metadata"))
    if kind == "code":
        cell.outputs, cell.execution_count = [], None
    elif _are_attachments(raw.get("attachments")):
        cell.attachments = nbformat.from_dict(raw["attachments"])
    return cell


def _are_attachments(found: Any) -> bool:
    return isinstance(found, dict) and all(
        isinstance(bundle, dict) and all(isinstance(data, str) for data in bundle.values())
        for bundle in found.values()
    )


def _repair_ids(rebuilt: list[NotebookNode], repairs: list[str]) -> None:
    taken: set[str] = set()
    missing = double = 0
    for cell in rebuilt:
        known = cell.id
        if not isinstance(known, str) or not _VALID_ID.fullmatch(known):
            missing += 1
        elif known in taken:
            double += 1
        else:
            taken.add(known)
            continue
        cell.id = uuid.uuid4().hex[:8]
        taken.add(cell.id)
    if missing:
        repairs.append(f"Cells without an id got one: {missing}.")
    if double:
        repairs.append(f"Cells that shared an id with another got their own: {double}.")
