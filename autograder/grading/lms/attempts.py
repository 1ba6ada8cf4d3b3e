"""Which file of a download is whose submission, and why the others are not."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.grading.blueprint import Blueprint
from autograder.grading.candidates import Candidate, held_ids, look_into
from autograder.grading.lms import manifest
from autograder.grading.lms.layouts import OWN, Source
from autograder.grading.lms.owners import Left, identify
from autograder.grading.lms.people import People
from autograder.student.submission.pack import MANIFEST

_COPY: Final = re.compile(
    r"^(kopie von|kopie|copy of|copie de|copia de|copia di|kopia)[ _]+|"
    r"([ _-]*\(\d+\)|[ _-]+(copy|kopie)\d*|-copy\d+|-\d{1,3})+$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Attempt:
    """A notebook that may be somebody's submission.

    Attributes
    ----------
    source : Source
        Where it comes from.
    path : Path
        The unpacked file.
    student : str
        Whose it is.
    notebook : str
        Which of the assignment's notebooks it is.
    found : Candidate
        What it holds; its notebook is left out.
    notes : tuple of str
        What the instructor should know about it.
    attached : dict
        Unpacked files that were packed with it, by their names as seen from the notebook.
    """

    source: Source
    path: Path
    student: str
    notebook: str
    found: Candidate
    notes: tuple[str, ...] = ()
    attached: Mapping[str, Path] = field(default_factory=dict)


@dataclass
class Choice:
    """What became of all files of a download.

    Attributes
    ----------
    attempts : dict
        The chosen notebooks, by student and notebook.
    left : list of Left
        The files that were not chosen.
    """

    attempts: dict[tuple[str, str], Attempt] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)


def plain_name(file: str) -> str:
    """Return the name of a notebook without what browsers, Colab and Canvas add to a copy's."""
    stem = file.removesuffix(".ipynb").strip()
    shorter = _COPY.sub("", stem).strip()
    while shorter and shorter != stem:
        stem, shorter = shorter, _COPY.sub("", shorter).strip()
    return stem


def choose(
    sources: Sequence[Source],
    root: Path,
    layout: str,
    blueprints: Sequence[Blueprint],
    others: Mapping[str, set[str]],
    people: People,
) -> Choice:
    """Choose each student's latest notebook.

    Parameters
    ----------
    sources : sequence of Source
        All files whose owner the layout names.
    root : Path
        Folder of the unpacked download.
    layout : str
        One of `autograder.grading.lms.layouts`.
    blueprints : sequence of Blueprint
        The assignment's notebooks.
    others : mapping
        Grade ids of all assignments of the course, by name.
    people : People
        Who is known.
    """
    choice = Choice()
    whose = identify(sources, people, layout)
    by_student: dict[str, list[Source]] = {}
    for source in sources:
        student = whose[source]
        if isinstance(student, Left):
            choice.left.append(student)
        else:
            by_student.setdefault(student, []).append(source)
    for student, files in by_student.items():
        _choose_one(student, files, root, layout, blueprints, others, choice)
    return choice


def _choose_one(
    student: str,
    files: Sequence[Source],
    root: Path,
    layout: str,
    blueprints: Sequence[Blueprint],
    others: Mapping[str, set[str]],
    choice: Choice,
) -> None:
    attempts: list[Attempt] = []
    left: list[Left] = []
    said = manifest.read_manifests(files, root)
    notebooks = [source for source in files if source.file.lower().endswith(".ipynb")]
    attached = {source: manifest.attached(source, files, said) for source in notebooks}
    companions = {one for packed in attached.values() for one in packed.values()}
    for source in files:
        if source.path.name == MANIFEST or source in companions:
            continue
        if source not in notebooks:
            left.append(Left(str(source.path), _why_no_notebook(source), student))
            continue
        attempt = _look(source, root / source.path, student, blueprints, others, len(notebooks))
        if isinstance(attempt, Left):
            left.append(attempt)
            continue
        notes = manifest.compare(source, attempt.path, said, blueprints[0].assignment)
        packed = {name: root / one.path for name, one in attached[source].items()}
        attempts.append(dataclasses.replace(attempt, notes=notes, attached=packed))
    for blueprint in blueprints:
        own = [attempt for attempt in attempts if attempt.notebook == blueprint.notebook]
        if not own:
            continue
        own.sort(key=lambda attempt: _rank(attempt, layout))
        choice.attempts[student, blueprint.notebook] = own[-1]
        left += [
            Left(str(attempt.source.path), _why_not(attempt, own[-1]), student)
            for attempt in own[:-1]
        ]
    taken = any((student, blueprint.notebook) in choice.attempts for blueprint in blueprints)
    choice.left += [dataclasses.replace(one, matters=not taken) for one in left]


def _look(
    source: Source,
    path: Path,
    student: str,
    blueprints: Sequence[Blueprint],
    others: Mapping[str, set[str]],
    alone: int,
) -> Attempt | Left:
    """Find out which of the assignment's notebooks a file is, by what it holds, then by name."""
    looked = [(look_into(path, blueprint), blueprint) for blueprint in blueprints]
    found, blueprint = max(looked, key=lambda pair: pair[0].share)
    if found.nb is not None:
        likeliest, share = _likeliest(found, others)
        if found.share < 0.5 and likeliest != blueprint.assignment and share > found.share:
            return Left(str(source.path), f"is the notebook of {likeliest}", student)
        if found.share == 0:
            return Left(str(source.path), "holds none of the assignment's cells", student)
        return Attempt(source, path, student, blueprint.notebook, _without_notebook(found))
    named = [b for b in blueprints if plain_name(source.file).casefold() == b.notebook.casefold()]
    if not named and alone > 1:
        return Left(str(source.path), f"can't be read. {found.problem}", student)
    blueprint = named[0] if named else blueprint
    return Attempt(source, path, student, blueprint.notebook, _without_notebook(found))


def _likeliest(found: Candidate, others: Mapping[str, set[str]]) -> tuple[str, float]:
    assert found.nb is not None
    held = held_ids(found.nb)
    shares = {name: len(held & known) / len(known) for name, known in others.items() if known}
    best = max(shares, key=lambda name: shares[name], default="")
    return best, shares.get(best, 0.0)


def _without_notebook(found: Candidate) -> Candidate:
    return dataclasses.replace(found, nb=None)


def _rank(attempt: Attempt, layout: str) -> tuple[object, ...]:
    """Order attempts: what can be read, then the latest, then the likeliest of one submission."""
    readable = attempt.found.share > 0
    time = attempt.path.stat().st_mtime
    right_name = plain_name(attempt.source.file) == attempt.source.file.removesuffix(".ipynb")
    likely = (round(attempt.found.share, 1), right_name, attempt.found.filled)
    if layout == OWN:
        return (readable, attempt.source.submitted, time, *likely)
    return (readable, attempt.source.submitted, attempt.source.attempt, *likely, time)


def _why_not(attempt: Attempt, chosen: Attempt) -> str:
    if attempt.found.share == 0:
        return f"can't be read. {attempt.found.problem}"
    if attempt.source.attempt != chosen.source.attempt or attempt.source.submitted:
        return f"an earlier attempt than {chosen.source.path}"
    return f"{chosen.source.path} was handed in as well and counts"


def _why_no_notebook(source: Source) -> str:
    if source.text:
        return "is a text or an address typed into the system, no file"
    if re.search(r"\.(7z|rar|tar|gz|tgz|bz2|xz)$", source.file, re.IGNORECASE):
        return "is an archive of another kind than ZIP; it was not unpacked"
    return "is no notebook"
