"""How learning management systems name the files of a download, read from the names alone.

Moodle (``mod/assign/classes/downloader.php``), "Download all submissions"::

    Anna Lee_123456_assignsubmission_file_/03_faces_fc.ipynb     in folders, the default
    Anna Lee_123456_assignsubmission_file_03_faces_fc.ipynb      without

Canvas (``lib/content_zipper.rb``), "Download Submissions": sortable name in lower case, user,
attachment, file; a file of the same name that is handed in again gets a number::

    leeanna_12345_67890_03_faces_fc.ipynb
    leeanna_LATE_12345_67891_03_faces_fc-1.ipynb

Our own archive, which `submission check` writes: ``03_faces_fc.zip`` or ``03_faces_fc_anna.zip``.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

OWN: Final = "own"
PATTERN: Final = "pattern"


@dataclass(frozen=True)
class Source:
    """One file of a download.

    Attributes
    ----------
    path : PurePosixPath
        Where it lies in the unpacked download.
    lms_id : str
        The person, as the system numbers them; empty where the name does not say.
    name : str
        The person's name as the system spells it; may be empty.
    file : str
        Name of the file as the student handed it in.
    attempt : tuple of int
        Later attempts are greater. Canvas: attachment, then the number in the name; else zeros.
    late : bool
        Whether the system marked it as late.
    text : bool
        Whether it was typed into the system, and no file was handed in.
    submitted : str
        Time of submission where the name holds one, as `nbgrader` reads it.
    """

    path: PurePosixPath
    lms_id: str
    name: str
    file: str
    attempt: tuple[int, int] = (0, 0)
    late: bool = False
    text: bool = False
    submitted: str = ""


Reader = Callable[[PurePosixPath], Source | None]

_MOODLE: Final = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?"
)
_CANVAS: Final = re.compile(
    r"(?:(?P<name>\w+?)_)?(?P<late>LATE_)?(?P<id>\d+|anon_\w{5})_(?P<attachment>\d+)_(?P<file>.+)"
)
_CANVAS_TEXT: Final = re.compile(
    r"(?:(?P<name>\w+?)_)?(?P<late>LATE_)?(?P<id>\d+|anon_\w{5})_(?P<file>text|link)\.html"
)
_NUMBER: Final = re.compile(r"-(\d{1,4})(\.\w+)*$")
_PARTICIPANTS: Final = ("participant", "teilnehmer", "participante")


def moodle(path: PurePosixPath) -> Source | None:
    """Read a path of Moodle's; None when it is none."""
    for place, part in enumerate(path.parts):
        found = _MOODLE.fullmatch(part)
        if found is None or (not found["file"] and place == len(path.parts) - 1):
            continue
        name = found["name"].strip()
        if name.lower().startswith(_PARTICIPANTS):
            name = ""  # handed in without names
        file = path.name if place < len(path.parts) - 1 else found["file"]
        return Source(path, found["id"], name, file, text=found["kind"] != "file")
    return None


def canvas(path: PurePosixPath) -> Source | None:
    """Read a path of Canvas'; None when it is none."""
    for place, part in enumerate(path.parts):
        found = _CANVAS.fullmatch(part)
        last = place == len(path.parts) - 1
        text = _CANVAS_TEXT.fullmatch(part) if last else None
        if text is not None:
            return Source(
                path, text["id"], text["name"] or "", part, late=bool(text["late"]), text=True
            )
        if found is None:
            continue
        number = _NUMBER.search(found["file"])
        attempt = (int(found["attachment"]), int(number[1]) if number else 0)
        file = found["file"] if last else path.name
        return Source(
            path, found["id"], found["name"] or "", file, attempt, late=bool(found["late"])
        )
    return None


def own(assignments: Collection[str], archive: str, student: str = "") -> Reader:
    """Return a reader of our own archives.

    Parameters
    ----------
    assignments : collection of str
        Names of the course's assignments.
    archive : str
        Name of the archive that was given: it may be a student's own.
    student : str, optional
        Whose it is, where no name says so.
    """
    names = "|".join(re.escape(name) for name in sorted(assignments, key=len, reverse=True))
    pattern = re.compile(rf"(?:{names})(?:_(?P<student>.+?))?(?: ?\(\d+\))?\.zip", re.IGNORECASE)

    def read(path: PurePosixPath) -> Source | None:
        for place in reversed(range(len(path.parts) - 1)):
            found = pattern.fullmatch(path.parts[place])
            if found is not None:
                folder = path.parts[place - 1] if place else ""
                return Source(path, found["student"] or student or folder, "", path.name)
        found = pattern.fullmatch(archive)
        inside = any(part.lower().endswith(".zip") for part in path.parts[:-1])
        if found is not None and not inside:
            return Source(path, found["student"] or student, "", path.name)
        return Source(path, student, "", path.name) if student else None

    return read


LAYOUTS: Final[dict[str, Reader]] = {"moodle": moodle, "canvas": canvas}
"""Readers that need to know nothing else; `own` is made where it is used."""


def recognise(paths: Sequence[PurePosixPath], readers: dict[str, Reader]) -> str:
    """Return the layout that explains the most paths, the first of equals; empty if none does."""
    counts = {
        layout: sum(read(path) is not None for path in paths) for layout, read in readers.items()
    }
    best = max(counts, key=lambda layout: counts[layout], default="")
    return best if best and counts[best] else ""
