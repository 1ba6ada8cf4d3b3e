"""Make the course's eight faces out of the Oxford VGG Face lists, in the course's own layout."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm.auto import tqdm

from data_scripts.cache import write_atomically
from data_scripts.faces import SPLITS, Faces
from data_scripts.faces_production import PEOPLE, seeded_generator
from data_scripts.original import faces as course_faces
from data_scripts.original.download import PATIENT, obtain
from data_scripts.original.duplicates import Seen
from data_scripts.original.errors import DataError
from data_scripts.original.extract import Room, extract
from data_scripts.original.oxford_images import (
    QUICK,
    USED,
    Journal,
    Servers,
    download_all,
)
from data_scripts.original.oxford_lists import Entry, find_lists, read_list
from data_scripts.original.sources import FACE_LISTS, FACES, folder_of
from data_scripts.original.splits import SHUFFLE
from data_scripts.original.web import Limits

NAME = "faces-lists"


@dataclass(frozen=True)
class Person:
    """What became of one person's list.

    Attributes
    ----------
    name : str
    listed, unreadable : int
        Photographs that the list names, and lines that could not be read.
    tried : int
        Photographs that were asked for.
    faces : int
        Different faces among them.
    duplicates : int
        Faces that were there already, exactly or nearly.
    failures : dict of str to int
        Why the others gave no face.
    """

    name: str
    listed: int
    unreadable: int
    tried: int
    faces: int
    duplicates: int
    failures: dict[str, int]


def build_faces(
    lists: Path,
    folder: Path,
    target: Path,
    *,
    people: Sequence[str] = (),
    splits: Mapping[str, int] = SPLITS,
    limits: Limits = QUICK,
    workers: int = 16,
    progress: bool = True,
) -> list[Person]:
    """Download eight people's photographs and write ``faces_48.h5`` and ``faces_100.h5``.

    What was downloaded stays in `folder`: a run that was stopped, or that found too few, goes on
    from there.

    Parameters
    ----------
    lists : pathlib.Path
        Folder of the lists.
    folder : pathlib.Path
        Where faces and journals are kept, a folder a person.
    target : pathlib.Path
        Folder of the two files.
    people : sequence of str
        Eight names of lists; by default the first eight, in alphabetical order, of whom there are
        enough photographs.
    splits : mapping of str to int
        Faces of each person in each split.
    limits : Limits
        Patience for one photograph.
    workers : int
        Downloads at a time; at most two of them from one server.
    progress : bool
        Whether to show a progress bar on standard error.

    Returns
    -------
    list of Person
        Everybody whose list was tried; those with enough faces are the eight, in this order.

    Raises
    ------
    DataError
        If there are not enough faces. Neither file is written then.
    """
    existing = [target / FACES[size].name for size in FACES if (target / FACES[size].name).exists()]
    if existing:
        raise DataError(
            f"{existing[0]} is there already. Delete it first: {course_faces.NAME} is the folder "
            "of both, those of the course and those of the lists."
        )
    found = find_lists(lists)
    names = _chosen(found, people)
    needed = sum(splits.values())
    servers, seen = Servers(), Seen()
    reports: list[Person] = []
    chosen: dict[str, list[Path]] = {}
    for name in names:
        report, faces = _collect(
            name, found[name], folder / name, needed, servers, seen, limits, workers, progress
        )
        reports.append(report)
        if len(faces) == needed:
            chosen[name] = faces
        if len(chosen) == PEOPLE or (people and len(faces) < needed and name == names[-1]):
            break
    folder.mkdir(parents=True, exist_ok=True)
    described = json.dumps({"people": list(chosen), "lists": [asdict(one) for one in reports]},
                           indent=2)  # fmt: skip
    write_atomically(folder / "report.json", described.encode("utf-8"))
    if len(chosen) < PEOPLE:
        raise DataError(_too_few(reports, len(chosen), needed))
    target.mkdir(parents=True, exist_ok=True)
    for size in FACES:
        made = _faces(list(chosen.values()), size, splits)
        course_faces.write_file(target / FACES[size].name, made)
    return reports


def _chosen(found: Mapping[str, Path], people: Sequence[str]) -> list[str]:
    if not people:
        return list(found)
    unknown = [name for name in people if name not in found]
    if unknown or len(set(people)) != PEOPLE:
        raise DataError(
            f"There should be {PEOPLE} different names of lists, and there are "
            f"{len(set(people))}"
            + (f"; no list is called {', '.join(unknown)}." if unknown else ".")
        )
    return list(people)


def _collect(
    name: str, path: Path, folder: Path, needed: int, servers: Servers, seen: Seen,
    limits: Limits, workers: int, progress: bool,
) -> tuple[Person, list[Path]]:  # fmt: skip
    """Download until there are enough different faces of one person, or the list is at its end."""
    entries, unreadable = read_list(path)
    journal = Journal(folder)
    journal.retry()
    earlier = len(seen)
    with tqdm(desc=name.replace("_", " "), unit=" photographs", disable=not progress) as bar:
        while True:
            seen.forget_after(earlier)
            faces, duplicates = _different(entries, journal, seen, needed)
            open_ones = [entry for entry in entries if not journal.outcome(entry)]
            if len(faces) >= needed or not open_ones:
                break
            more = (needed - len(faces)) * 3 // 2 + 4
            download_all(
                open_ones[:more], journal, servers, limits=limits, workers=workers, bar=bar
            )
    counts = journal.counts()
    failures = {kind: count for kind, count in sorted(counts.items()) if kind != USED}
    report = Person(
        name, len(entries), unreadable, sum(counts.values()), len(faces), duplicates, failures
    )
    return report, faces


def _different(
    entries: Sequence[Entry], journal: Journal, seen: Seen, needed: int
) -> tuple[list[Path], int]:
    """Pick the first faces that are not there yet, in the order of the list."""
    faces: list[Path] = []
    duplicates = 0
    for entry in entries:
        if len(faces) == needed:
            break
        if journal.outcome(entry) == USED:
            path = journal.crop_of(entry)
            if seen.add(path):
                faces.append(path)
            else:
                duplicates += 1
    return faces, duplicates


def _faces(people: Sequence[Sequence[Path]], size: int, splits: Mapping[str, int]) -> Faces:
    """Deal each person's faces out to the splits; the same ones at every size."""
    dealt: dict[str, list[np.ndarray]] = {split: [] for split in splits}
    for number, paths in enumerate(people):
        order = seeded_generator(SHUFFLE, 3, number).permutation(len(paths))
        start = 0
        for split, count in splits.items():
            for index in order[start : start + count]:
                dealt[split].append(_resized(paths[index], size))
            start += count
    arrays = []
    for place, (split, count) in enumerate(splits.items()):
        labels = np.repeat(np.arange(PEOPLE, dtype=np.uint8), count)
        order = seeded_generator(SHUFFLE, 4, place).permutation(len(labels))
        arrays += [np.stack(dealt[split])[order], labels[order]]
    return Faces(*arrays)


def _resized(path: Path, size: int) -> np.ndarray:
    with Image.open(path, formats=("PNG",)) as face:
        return np.asarray(face.convert("RGB").resize((size, size), Image.Resampling.LANCZOS))


def _too_few(reports: Sequence[Person], enough: int, needed: int) -> str:
    failures = sum((Counter(report.failures) for report in reports), Counter[str]())
    why = ", ".join(f"{count:,} {kind}" for kind, count in failures.most_common()) or "none failed"
    short = ", ".join(f"{one.name} {one.faces}" for one in reports if one.faces < needed)
    return (
        f"{needed} different faces of {PEOPLE} people are needed, and only {enough} people have as "
        f"many ({short}). What happened to the other photographs: {why}. What was downloaded is "
        "kept; the same command goes on later, and other people can be chosen with --person."
    )


def in_words(reports: Sequence[Person]) -> str:
    """Say what became of the lists.

    Parameters
    ----------
    reports : sequence of Person

    Returns
    -------
    str
        A line a person.
    """
    lines = []
    for one in reports:
        failed = ", ".join(f"{count} {kind}" for kind, count in one.failures.items()) or "none"
        lines.append(
            f"{one.name}: {one.faces} faces of {one.tried} photographs tried and {one.listed} "
            f"listed; {one.duplicates} duplicates; without a face: {failed}"
        )
    return "\n".join(lines)


def fetch_from_lists(
    given: str | None = None,
    *,
    people: Sequence[str] = (),
    workers: int = 16,
    cache_dir: str | Path | None = None,
    limits: Limits = PATIENT,
    progress: bool = True,
) -> str:
    """Get the lists, then the photographs, and write the files of the eight faces.

    Parameters
    ----------
    given : str, optional
        The archive of the lists, its address, or a folder of lists.
    people, workers
        As in `build_faces`.
    cache_dir, limits, progress
        As in `data_scripts.original.download.obtain`.

    Returns
    -------
    str
        What became of each list.

    Raises
    ------
    OriginalError
    """
    folder = folder_of(NAME, cache_dir)
    if given and "://" not in given and Path(given).is_dir():
        lists = Path(given)
    else:
        archive = obtain(
            NAME, FACE_LISTS, given, cache_dir=cache_dir, limits=limits, progress=progress
        )
        lists = folder / "lists"
        if not lists.is_dir():
            extract(archive, lists, Room(total=3_000_000_000, each=50_000_000))
    target = folder_of(course_faces.NAME, cache_dir)
    reports = build_faces(
        lists, folder / "people", target, people=people, workers=workers, progress=progress
    )
    return in_words(reports)
