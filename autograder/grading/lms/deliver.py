"""Put collected submissions into ``submitted/``: whole, and never in place of a later one."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from nbgrader.utils import parse_utc

from autograder.grading.files import hashes, write_text
from autograder.grading.lms.records import Record

TIMESTAMP: Final = "timestamp.txt"

TAKEN: Final = "taken"
SAME: Final = "already there"
UNKNOWN_AGE: Final = "another is there, and nothing says which is later; --force replaces it"


@dataclass(frozen=True)
class Delivery:
    """What is to be put into one student's folder.

    Attributes
    ----------
    files : mapping
        Unpacked files, the notebooks first, by the name that they get; ``/`` parts folders.
    submitted : datetime or None
        When it was handed in, UTC without a zone; None when only the archive's time is known.
    record : Record
        What is remembered of it.
    """

    files: Mapping[str, Path]
    submitted: datetime | None
    record: Record

    @property
    def time(self) -> datetime:
        """Best known time of the submission, UTC without a zone."""
        return self.submitted or _utc(self.record.time)


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), tz=UTC).replace(tzinfo=None)


def existing_time(folder: Path) -> datetime | None:
    """Return the time in a submission's ``timestamp.txt``; None when there is none that is one."""
    try:
        found = parse_utc((folder / TIMESTAMP).read_text(encoding="utf-8").strip())
    except (OSError, ValueError, OverflowError):
        return None
    return found if isinstance(found, datetime) else None


def deliver(
    folder: Path, delivery: Delivery, before: Record | None, *, scratch: Path, force: bool = False
) -> tuple[str, bool]:
    """Put a submission into its folder, unless a later one is there.

    Parameters
    ----------
    folder : Path
        ``submitted/<student>/<assignment>``.
    delivery : Delivery
    before : Record or None
        What was collected the last time.
    scratch : Path
        Empty folder on the same disk, not seen by anybody else.
    force : bool, optional
        Replace what is there in any case.

    Returns
    -------
    tuple
        What was done, in a few words, and whether the submission lies there now.
    """
    if not _holds_something(folder):
        _make(folder, delivery, scratch)
        return TAKEN, True
    there = {name: folder / name for name in delivery.files if _is_plain(folder, name)}
    if not force and hashes(there) == hashes(delivery.files):
        if delivery.submitted is not None:
            write_text(folder / TIMESTAMP, delivery.submitted.isoformat(" "))
        return SAME, True
    why = "" if force else _why_kept(folder, delivery, before)
    if why:
        return f"not taken: {why}", False
    was = existing_time(folder)
    _replace(folder, delivery)
    return (
        f"{TAKEN}; it replaces the one of {was}" if was else f"{TAKEN}; it replaces another",
        True,
    )


def _holds_something(folder: Path) -> bool:
    return folder.is_dir() and any(path.name != TIMESTAMP for path in folder.iterdir())


def _why_kept(folder: Path, delivery: Delivery, before: Record | None) -> str:
    """Tell why what is there stays; empty when the new one is later."""
    was = existing_time(folder)
    record = delivery.record
    same = before is not None and (before.layout, before.lms_id) == (record.layout, record.lms_id)
    if same and before is not None and before.attempt != record.attempt:
        later = record.attempt > before.attempt
        return "" if later else "a later attempt is there"
    if delivery.submitted is None and before is not None:
        # Systems give out the latest attempt: what they gave out later is later.
        later = record.time > before.time
        return "" if later else "the one that is there was downloaded later"
    if was is not None:
        return "" if delivery.time > was else f"the one that is there is of {was}"
    return UNKNOWN_AGE


def _make(folder: Path, delivery: Delivery, scratch: Path) -> None:
    """Make the folder beside, whole, and put it in place."""
    new = scratch / "new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    for name, source in delivery.files.items():
        _copy(source, new / name)
    write_text(new / TIMESTAMP, delivery.time.isoformat(" "))
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_dir():
        shutil.rmtree(folder)  # empty but for a time
    new.rename(folder)


def _replace(folder: Path, delivery: Delivery) -> None:
    """Replace one file after the other, the notebooks first; what else was there goes last."""
    for name, source in delivery.files.items():
        target = folder / name
        _clear_way(folder, target)
        beside = target.with_name(f".{target.name}.part")
        _copy(source, beside)
        beside.replace(target)
    write_text(folder / TIMESTAMP, delivery.time.isoformat(" "))
    kept = {folder / name for name in (*delivery.files, TIMESTAMP)}
    for path in sorted(folder.rglob("*"), reverse=True):  # what a folder holds before the folder
        if not _is_folder(path):
            if path not in kept:
                path.unlink()
        elif not any(path.iterdir()):
            path.rmdir()


def _clear_way(folder: Path, target: Path) -> None:
    """Remove what stands where a file, or a folder on the way to it, is to be."""
    for above in reversed(target.parents[: len(target.relative_to(folder).parts) - 1]):
        if not _is_folder(above):
            above.unlink(missing_ok=True)
    if _is_folder(target):
        shutil.rmtree(target)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _is_plain(folder: Path, name: str) -> bool:
    """Tell whether a file is there, and neither it nor a folder on the way to it is a link."""
    path = folder / name
    return path.is_file() and path.resolve() == folder.resolve() / name


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)
    with target.open("rb") as file:
        os.fsync(file.fileno())
