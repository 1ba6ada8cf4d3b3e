"""CSV files as learning management systems write them, and as Excel leaves them."""

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.grading.files import write_text

BOM: Final = "\ufeff"
MAX_BYTES: Final = 64 * 2**20
_FORMULA: Final = re.compile(r"\s*[=+\-@\t\r]")
_HARMLESS: Final = re.compile(r"-|[+-]?\d+([.,]\d+)?")


class SheetError(Exception):
    """A CSV file can't be used; the message says what is wrong and what to do."""


@dataclass
class Sheet:
    """A CSV file.

    Attributes
    ----------
    header : list of str
        Its first line.
    rows : list of list of str
        The other lines; a row may be shorter than the header.
    delimiter : str
    line_end : str
    bom : bool
        Whether it begins with a byte-order mark, by which Excel knows UTF-8.
    """

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    delimiter: str = ","
    line_end: str = "\r\n"
    bom: bool = True

    def cell(self, row: list[str], column: int) -> str:
        """Return a cell, empty where the row has none."""
        return row[column] if 0 <= column < len(row) else ""

    def put(self, row: list[str], column: int, text: str) -> None:
        """Change a cell of a row."""
        row.extend([""] * (column + 1 - len(row)))
        row[column] = text

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all, as UTF-8."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end)
        writer.writerow(self.header)
        writer.writerows(self.rows)
        write_text(path, (BOM if self.bom else "") + text.getvalue())


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file with commas, semicolons or tabs, as UTF-8 or in an older encoding.

    Raises
    ------
    SheetError
        If there is no such file, or it holds no table.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SheetError(f"{path} is too large for a list of students")
        raw = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path} can't be read ({error.strerror})") from error
    text = _decode(raw)
    bom, text = text.startswith(BOM), text.removeprefix(BOM)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if raw.startswith(b"PK"):
        raise SheetError(f"{path} is an Excel file; save it as CSV UTF-8 first")
    if not first or "\0" in text:
        raise SheetError(f"{path} holds no table")
    delimiter = max(",;\t", key=lambda sign: len(next(csv.reader([first], delimiter=sign))))
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise SheetError(f"{path} is no CSV file ({error})") from error
    while lines and not any(cell.strip() for cell in lines[0]):
        lines.pop(0)
    end = "\r\n" if "\r\n" in text else "\n"
    return Sheet(lines[0], [line for line in lines[1:] if line], delimiter, end, bom)


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return BOM + raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def harmless(text: str) -> str:
    """Return a text that Excel and other programs show and don't take for a formula.

    An apostrophe goes before what begins with ``=``, ``+``, ``-`` or ``@``; numbers and a single
    dash stay as they are.
    """
    if _FORMULA.match(text) and not _HARMLESS.fullmatch(text.strip()):
        return f"'{text}"
    return text


def number(text: str) -> float | None:
    """Read a number with a decimal point or comma; None when it is none."""
    cleaned = text.strip().replace("\u00a0", "").removesuffix("%")
    if not re.fullmatch(r"[+-]?\d+([.,]\d+)?", cleaned):
        return None
    return float(cleaned.replace(",", "."))
