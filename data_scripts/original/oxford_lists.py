"""The lists of the Oxford VGG Face data set: one text file a person, one photograph a line."""

import math
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from data_scripts.original.errors import DataError

FIELDS = 9
LONGEST_ADDRESS = 2000


class Entry(NamedTuple):
    """A photograph that a list names.

    Attributes
    ----------
    number : int
        Its number in the list.
    address : str
    box : tuple of float
        Left, top, right, bottom of the face, in pixels; may lead over the edge.
    pose : float
        Which way the face looks, as the detector of the authors counts it.
    score : float
        How sure that detector was.
    curated : bool
        Whether a person has looked at it.
    """

    number: int
    address: str
    box: tuple[float, float, float, float]
    pose: float
    score: float
    curated: bool


def parse_line(line: str) -> Entry | None:
    """Read one line: id, url, left, top, right, bottom, pose, score, curation.

    Returns
    -------
    Entry or None
        None if the line is not of this form.
    """
    fields = line.split()
    if len(fields) != FIELDS or not fields[0].isascii() or not fields[0].isdigit():
        return None
    address = fields[1]
    try:
        server = urlsplit(address).netloc
    except ValueError:
        return None
    if (
        not server
        or not address.lower().startswith(("http://", "https://"))
        or len(address) > LONGEST_ADDRESS
    ):
        return None
    try:
        left, top, right, bottom, pose, score, curation = (float(field) for field in fields[2:])
    except ValueError:
        return None
    if not all(map(math.isfinite, (left, top, right, bottom))) or left >= right or top >= bottom:
        return None
    return Entry(int(fields[0]), address, (left, top, right, bottom), pose, score, curation == 1)


def read_list(path: Path) -> tuple[list[Entry], int]:
    """Read the list of one person.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    entries : list of Entry
        Those that a person has looked at first, then the others; each in the order of the list,
        and each address once.
    unreadable : int
        Lines that have another form.
    """
    found: dict[str, Entry] = {}
    unreadable = 0
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if not line.strip():
            continue
        entry = parse_line(line)
        if entry is None:
            unreadable += 1
        else:
            found.setdefault(entry.address, entry)
    return sorted(found.values(), key=lambda entry: not entry.curated), unreadable


def find_lists(folder: Path) -> dict[str, Path]:
    """Find the lists below a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Such as ``vgg_face_dataset``, whose lists are in ``files``, or that folder itself.

    Returns
    -------
    dict of str to pathlib.Path
        By the name of the person, as the file is called; in alphabetical order.

    Raises
    ------
    DataError
        If there are none.
    """
    places = [path for path in (folder / "vgg_face_dataset" / "files", folder / "files", folder)
              if path.is_dir()]  # fmt: skip
    found = sorted(places[0].glob("*.txt")) if places else []
    lists = {path.stem: path for path in found if path.stem.lower() not in ("licence", "readme")}
    if not lists:
        raise DataError(f"{folder} holds no lists: one text file for each person, in files/.")
    return lists
