"""Downloads of learning management systems in their documented layouts; all people are invented."""

import io
import json
import time
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import tiny_course
from tiny_course import NAME, filled

MORNING = (2026, 11, 3, 9, 0, 0)
EVENING = (2026, 11, 3, 20, 0, 0)


def text(root: Path, answer: str = "answer = 42") -> str:
    """Return the text of a right notebook, told apart by its first answer."""
    return json.dumps(filled(root, answer_gap=answer))


def pack(path: Path, files: Mapping[str, str | bytes], when: tuple[int, ...] = MORNING) -> Path:
    """Write an archive with these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, when)  # type: ignore[arg-type]
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


def packed(files: Mapping[str, str | bytes], when: tuple[int, ...] = MORNING) -> bytes:
    """Return the bytes of an archive with these files."""
    memory = io.BytesIO()
    pack(memory, files, when)  # type: ignore[arg-type]
    return memory.getvalue()


def own(content: str, assignment: str = NAME, when: tuple[int, ...] = MORNING) -> bytes:
    """Return an archive as the tool for handing in writes it."""
    inside = f"{assignment}/{assignment}.ipynb"
    manifest = {
        "assignment": assignment,
        "files": {inside: sha256(content.encode()).hexdigest()},
        "format": 1,
    }
    return packed({inside: content, "manifest.json": json.dumps(manifest)}, when)


def submitted(root: Path, student: str) -> str | None:
    """Return the text of a student's submission; None when there is none."""
    path = root / "submitted" / student / tiny_course.NAME / f"{tiny_course.NAME}.ipynb"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def utc(when: tuple[int, ...]) -> str:
    """Return this machine's local time as nbgrader writes it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.mktime((*when, 0, 0, -1))))
