"""Whose a file of a download is."""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.grading.lms.layouts import OWN, Source
from autograder.grading.lms.people import People


@dataclass(frozen=True)
class Left:
    """A file that was not taken.

    Attributes
    ----------
    file : str
        The file, as the archive calls it.
    reason : str
        Why, in a plain sentence.
    student : str
        Whose it is, if that is known.
    matters : bool
        Whether somebody's submission may be missing because of it.
    """

    file: str
    reason: str
    student: str = ""
    matters: bool = True


def identify(sources: Sequence[Source], people: People, layout: str) -> dict[Source, str | Left]:
    """Find out whose each file is.

    Without a roster the system's own number is the student's id. Two people of the system are
    never one student: then nobody knows whose work is whose, and both are left.
    """
    whose: dict[tuple[str, str], str | Left] = {}
    for source in sources:
        who = (source.lms_id, source.name)
        if who not in whose:
            whose[who] = _student(source, people, layout)
    owners: dict[str, set[str]] = {}
    for (lms_id, _), student in whose.items():
        if isinstance(student, str):
            owners.setdefault(student, set()).add(lms_id)
    result: dict[Source, str | Left] = {}
    for source in sources:
        student = whose[source.lms_id, source.name]
        file = str(source.path)
        if isinstance(student, Left):
            result[source] = dataclasses.replace(student, file=file)
        elif len(owners[student]) > 1 and layout != OWN:
            numbers = " and ".join(sorted(owners[student]))
            reason = f"may be of {student}, and so may another's; give a roster with {numbers}"
            result[source] = Left(file, reason)
        else:
            result[source] = student
    return result


def _student(source: Source, people: People, layout: str) -> str | Left:
    keys = (source.lms_id,) if layout == OWN or not source.name else ()
    found = people.find(source.lms_id, source.name, keys)
    who = f"{source.name} ({source.lms_id})" if source.name else source.lms_id
    if len(found) == 1:
        student = next(iter(found))
    elif len(found) > 1:
        return Left("", f"{who} may be any of {', '.join(sorted(found))}; give the roster numbers")
    elif people.complete:
        return Left("", f"{who or 'nobody'} is not in the roster")
    elif not source.lms_id:
        return Left("", "does not say whose it is; give --student")
    else:
        student = source.lms_id
    if not is_student_id(student):
        return Left("", f"{student!r} can't be the name of a folder")
    return student


def is_student_id(text: str) -> bool:
    """Tell whether a text can be a student's id, and with it the name of a folder."""
    fit = text == text.strip() and 0 < len(text.encode()) <= 128 and not text.startswith(".")
    return fit and text.isprintable() and not re.search(r'[/\\:*?"<>|]', text)
