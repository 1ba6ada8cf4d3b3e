"""What was collected, and for whom: one small file a submission, never committed.

The next download is compared with it, and grades find their way back by it: Moodle numbers the
participants of every assignment anew.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from autograder.grading.files import write_text
from autograder.grading.lms.people import Person

FOLDER: Final = Path(".autograder") / "collected"


@dataclass(frozen=True)
class Record:
    """One collected submission.

    Attributes
    ----------
    layout : str
        One of `autograder.grading.lms.layouts`.
    lms_id, name : str
        The person in the learning management system.
    attempt : tuple of int
        As in `autograder.grading.lms.layouts.Source`.
    time : float
        When the file was put into its archive, in seconds since 1970: a download's time, if the
        system packed it.
    digests : dict
        SHA-256 of each file by name.
    """

    layout: str
    lms_id: str
    name: str
    attempt: tuple[int, int]
    time: float
    digests: dict[str, str]


def _path(root: Path, assignment: str, student: str) -> Path:
    return root / FOLDER / quote(assignment, safe=" ") / f"{quote(student, safe=' ')}.json"


def save(root: Path, assignment: str, student: str, record: Record) -> None:
    """Save what was collected of a student."""
    text = json.dumps(asdict(record), indent=1, sort_keys=True, ensure_ascii=False)
    write_text(_path(root, assignment, student), text + "\n")


def load(root: Path, assignment: str, student: str) -> Record | None:
    """Load what was collected of a student; None when nothing was, or the file is damaged."""
    try:
        data = json.loads(_path(root, assignment, student).read_text(encoding="utf-8"))
        first, second = data.pop("attempt")
        return Record(attempt=(int(first), int(second)), **data)
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None


def of_assignment(root: Path, assignment: str) -> dict[str, Record]:
    """Return all records of an assignment by student."""
    folder = root / FOLDER / quote(assignment, safe=" ")
    students = [unquote(path.stem) for path in sorted(folder.glob("*.json"))]
    found = {student: load(root, assignment, student) for student in students}
    return {student: record for student, record in found.items() if record is not None}


def people(root: Path, assignment: str) -> Iterator[Person]:
    """Yield whom the records know: by number for one assignment, by name for all.

    Canvas gives a person one number for everything, so that it counts for all assignments too.
    """
    base = root / FOLDER
    folders = sorted(path for path in base.iterdir() if path.is_dir()) if base.is_dir() else []
    for folder in folders:
        other = unquote(folder.name)
        for student, record in of_assignment(root, other).items():
            lasting = other == assignment or record.layout == "canvas"
            names = (record.name,) if record.name else ()
            yield Person(student, record.lms_id if lasting else "", names)
