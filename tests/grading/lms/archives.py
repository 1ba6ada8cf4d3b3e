"""Downloads of learning management systems in their documented layouts; all people are invented."""

import io
import json
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import tiny_course
from tiny_course import NAME, filled

from autograder.student.submission import attached
from autograder.student.submission.notebook import KEY, read
from autograder.student.submission.pack import pack as pack_submission

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


def own(content: str, files: Mapping[str, str] | None = None) -> bytes:
    """Return an archive as `submission_check` writes it, with files beside the notebook."""
    nb = json.loads(content)
    nb["metadata"][KEY] = {"assignment": NAME}  # as every released notebook says
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{NAME}.ipynb"
        path.write_text(json.dumps(nb), encoding="utf-8")
        for name, line in (files or {}).items():
            (path.parent / name).parent.mkdir(parents=True, exist_ok=True)
            (path.parent / name).write_text(line, encoding="utf-8")
        submission = read(path)
        return pack_submission(submission, attached.find(submission)[0]).read_bytes()


def submitted(root: Path, student: str) -> str | None:
    """Return the text of a student's submission; None when there is none."""
    path = root / "submitted" / student / tiny_course.NAME / f"{tiny_course.NAME}.ipynb"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def utc(when: tuple[int, ...]) -> str:
    """Return this machine's local time as nbgrader writes it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.mktime((*when, 0, 0, -1))))
