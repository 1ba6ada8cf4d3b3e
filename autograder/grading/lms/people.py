"""Who is who: a system's numbers and names, and the students' ids in the gradebook."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc

from autograder.grading.lms.sheets import Sheet, SheetError, read_sheet

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "student_id": ("student_id", "student id", "id"),
    "lms_id": ("lms_id", "lms_user_id", "identifier", "canvas id", "moodle id"),
    "name": ("name", "full name", "full_name", "student", "vollständiger name"),
    "first": ("first_name", "first name", "firstname", "vorname"),
    "last": ("last_name", "last name", "lastname", "surname", "nachname"),
    "email": ("email", "email address", "e-mail", "e-mail-adresse"),
    "login": ("login", "username", "sis login id", "anmeldename"),
    "number": ("id number", "idnumber", "sis user id", "id-nummer"),
    "submitted": (
        "timestamp",
        "submitted",
        "last modified (submission)",
        "zuletzt geändert (abgabe)",
    ),
}
"""Headers of a roster, by what they hold; small and capital letters are the same."""


@dataclass(frozen=True)
class Person:
    """One student; empty where nothing is known.

    Attributes
    ----------
    student_id : str
        Id in the gradebook and name of the folder.
    lms_id : str
        Number in the learning management system.
    names : tuple of str
        Spellings of the name.
    keys : tuple of str
        Other texts that stand for this person alone: login, number, e-mail.
    submitted : datetime or None
        When the person handed in, UTC without a zone, where the roster says so.
    """

    student_id: str
    lms_id: str = ""
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    submitted: datetime | None = None


class People:
    """Finds students by what a system knows of them; whoever is not unique is not found.

    Parameters
    ----------
    people : iterable of Person
    complete : bool, optional
        Whether these are all: who is not among them is a stranger.
    """

    def __init__(self, people: Iterable[Person], *, complete: bool = False) -> None:
        self.people = list(people)
        self.complete = complete
        self._by_lms: dict[str, set[str]] = {}
        self._by_key: dict[str, set[str]] = {}
        self._by_name: dict[str, set[str]] = {}
        for person in self.people:
            if person.lms_id:
                self._by_lms.setdefault(person.lms_id, set()).add(person.student_id)
            for key in (person.student_id, *person.keys):
                self._by_key.setdefault(key.casefold(), set()).add(person.student_id)
            for spelling in {text for name in person.names for text in spellings(name)}:
                self._by_name.setdefault(spelling, set()).add(person.student_id)

    def find(self, lms_id: str = "", name: str = "", keys: Iterable[str] = ()) -> set[str]:
        """Return the ids of the students who may be meant, by the surest mark that any has.

        Parameters
        ----------
        lms_id : str
            Number in the learning management system.
        name : str
            Name as the system spells it, first or last name first, with or without spaces.
        keys : iterable of str
            Login, number, e-mail, or the student's id itself.
        """
        if lms_id and (found := self._by_lms.get(lms_id)):
            return found
        for key in keys:
            if key and (found := self._by_key.get(key.casefold())):
                return found
        return self._by_name.get(plain(name), set()) if plain(name) else set()

    def submitted(self, student_id: str) -> datetime | None:
        """Return when a student handed in, if that is known."""
        times = [p.submitted for p in self.people if p.student_id == student_id and p.submitted]
        return max(times, default=None)


def plain(name: str) -> str:
    """Return a name without accents, spaces and signs, in small letters."""
    spread = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in spread if sign.isalnum())


def spellings(name: str) -> set[str]:
    """Return a name as `plain` gives it, with each of its words first in turn.

    A system may say "Anna Maria Lee", "Lee, Anna Maria" or "leeannamaria".
    """
    words = [word for word in map(plain, re.split(r"[\s,_]+", name)) if word]
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}


def read_roster(path: Path) -> People:
    """Read the students of a course from a CSV file.

    The file is nbgrader's (``id``, ``first_name``, ``last_name``, ``email``, ``lms_user_id``), one
    of your own with a column ``student_id``, Moodle's grading worksheet or Canvas' gradebook.
    Without an id of their own students are called by login, else number, else e-mail, else the
    system's number.

    Raises
    ------
    SheetError
        If the file can't be read, or names nobody.
    """
    sheet = read_sheet(path)
    places = _places(sheet)
    if not places.keys() & {"student_id", "lms_id", "email", "login", "number"}:
        raise SheetError(
            f"{path}: no column tells who the students are; give student_id, and lms_id or name"
        )
    people = []
    for row in sheet.rows:
        person = _person({what: sheet.cell(row, at).strip() for what, at in places.items()}, sheet)
        if person is not None:
            people.append(person)
    if not people:
        raise SheetError(f"{path}: the file has a header, but no students")
    return People(people, complete=True)


def _places(sheet: Sheet) -> dict[str, int]:
    headers = [header.strip().casefold() for header in sheet.header]
    places = {}
    for what, known in COLUMNS.items():
        at = next((headers.index(name) for name in known if name in headers), None)
        if at is not None:
            places[what] = at
    # In Canvas' file "ID" is its own number, in Moodle's German one too; nbgrader's is the id.
    foreign = {"section", "sis login id", "bestwertung"} & set(headers)
    if foreign and "student_id" not in headers and "student id" not in headers:
        places.setdefault("lms_id", places.get("student_id", -1))
        places.pop("student_id", None)
    return {what: at for what, at in places.items() if at >= 0}


def _person(cells: dict[str, str], sheet: Sheet) -> Person | None:
    lms_id = cells.get("lms_id", "")
    number = re.search(r"(\d+)$", lms_id)
    if number and re.match(r"\D+\s?\d+$", lms_id):
        lms_id = number[1]  # "Participant 123456"
    keys = tuple(cells[what] for what in ("login", "number", "email") if cells.get(what))
    student = cells.get("student_id") or next(iter(keys), "") or lms_id
    if not student:
        return None  # "Points Possible", or an empty line
    both = f"{cells.get('first', '')} {cells.get('last', '')}".strip()
    names = tuple(name for name in (cells.get("name", ""), both) if name)
    return Person(student, lms_id, names, keys, _time(cells.get("submitted", "")))


def _time(text: str) -> datetime | None:
    """Read a time; one without a zone is this machine's, as Moodle shows the time of its user."""
    if not any(sign.isdigit() for sign in text):
        return None
    try:
        found = parse_utc(text)
    except (ValueError, OverflowError):
        return None
    assert isinstance(found, datetime)
    if re.search(r"(Z|UTC|GMT|[+-]\d\d:?\d\d)$", text.strip()):
        return found
    return found.astimezone(UTC).replace(tzinfo=None)


def known_people(gradebook: Gradebook) -> list[Person]:
    """Return the students of the gradebook."""
    return [
        Person(
            student.id,
            student.lms_user_id or "",
            (f"{student.first_name or ''} {student.last_name or ''}".strip(),),
            tuple(text for text in (student.email,) if text),
        )
        for student in gradebook.students
    ]
