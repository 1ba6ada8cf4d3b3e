"""Unpack archives that others have made: bounded, inside one folder, nothing dropped in silence."""

import os
import shutil
import stat
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.grading.lms.archive import DAMAGED, Limits, Problem, Unpacked, directory_size
from autograder.grading.lms.member_names import BadNameError, is_rubbish, safe_parts, spelled


class BadArchiveError(Exception):
    """The file is no archive that can be unpacked; the message says why."""


@dataclass
class _Budget:
    files: int
    bytes: int


class _TooMuchError(Exception):
    """More comes out of an archive than may."""


_CHUNK: Final = 2**16
_ENCRYPTED: Final = 0x1
_READABLE: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others need memory that the archive itself chooses."""

_NO_TIME: Final = 1980
"""Year of files whose archive keeps no times."""


def unpack(archive: Path, into: Path, limits: Limits | None = None) -> Unpacked:
    """Unpack a ZIP archive, and the archives in it, into a folder.

    An archive inside becomes a folder of the same name. Files keep the time that the archive gives
    them, read as this machine's local time, and have no rights but to be read and written.

    Parameters
    ----------
    archive : Path
        The archive.
    into : Path
        Folder, made when missing. Nothing is ever written outside.
    limits : Limits, optional
        How much may come out.

    Returns
    -------
    Unpacked
        What was left out, and why. A damaged file, or archive inside, costs nobody else theirs.

    Raises
    ------
    BadArchiveError
        If the archive itself can't be read.
    """
    limits = limits or Limits()
    found = Unpacked()
    budget = _Budget(limits.files, limits.total_bytes)
    _unpack(archive, into, "", 1, budget, limits, found)
    return found


def _unpack(
    archive: Path,
    into: Path,
    inside: str,
    depth: int,
    budget: _Budget,
    limits: Limits,
    found: Unpacked,
) -> None:
    with _opened(archive, limits) as file:
        into.mkdir(parents=True, exist_ok=True)
        default = archive.stat().st_mtime
        taken: dict[tuple[str, ...], str] = {}
        members = [info for info in file.infolist() if not _is_folder(info)]
        for place, info in enumerate(members):
            shown = inside + spelled(info)
            if is_rubbish(spelled(info)):
                found.rubbish += 1
                continue
            if budget.files <= 0 or budget.bytes <= 0:
                left = len(members) - place
                found.problems.append(
                    Problem(shown, f"the archive holds too much; this and {left - 1} more")
                )
                return
            budget.files -= 1
            try:
                target = into.joinpath(*_place(info, taken, shown, found))
                _write(file, info, target, budget, limits)
            except (BadNameError, _TooMuchError) as error:
                found.problems.append(Problem(shown, str(error)))
                continue
            except DAMAGED as error:
                found.problems.append(Problem(shown, f"is damaged ({error})"))
                continue
            _set_time(target, info, default)
            if target.suffix.lower() == ".zip":
                _unpack_inside(target, shown, depth, budget, limits, found)


def _opened(archive: Path, limits: Limits) -> zipfile.ZipFile:
    try:
        if directory_size(archive) > limits.directory_bytes:
            raise BadArchiveError("its table of contents is too long")
        return zipfile.ZipFile(archive)
    except DAMAGED as error:
        raise BadArchiveError(f"it is no ZIP archive, or a damaged one ({error})") from error


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.orig_filename.endswith(("/", "\\"))


def _place(
    info: zipfile.ZipInfo, taken: dict[tuple[str, ...], str], shown: str, found: Unpacked
) -> tuple[str, ...]:
    """Return where a file goes, apart from all others even where case does not count."""
    if info.flag_bits & _ENCRYPTED:
        raise BadNameError("is locked with a password")
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise BadNameError("is a link or a device, not a file")
    if info.compress_type not in _READABLE:
        raise BadNameError("is compressed in an unusual way; hand in an ordinary zip")
    parts = safe_parts(spelled(info))
    key = tuple(part.casefold() for part in parts)
    if key in taken and taken[key] == shown:
        found.problems.append(
            Problem(shown, "is there twice under one name; the last one counts", False)
        )
        return parts
    number = 1
    while key in taken:
        number += 1
        path = Path(parts[-1])
        again = f"{path.stem} ({number}){path.suffix}"
        key = (*(part.casefold() for part in parts[:-1]), again.casefold())
    if number > 1:
        parts = (*parts[:-1], again)
        found.problems.append(
            Problem(shown, f"differs from another name in case alone; it was called {again}", False)
        )
    taken[key] = shown
    return parts


def _write(
    file: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, budget: _Budget, limits: Limits
) -> None:
    most = limits.file_bytes / 2**20
    if info.file_size > limits.file_bytes:
        raise _TooMuchError(f"has {info.file_size / 2**20:.0f} MB, more than {most:g} MB")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        raise _TooMuchError("has the name of a folder of the archive")
    written = 0
    bomb = max(limits.bomb_bytes, limits.ratio * info.compress_size)
    try:
        with file.open(info) as source, target.open("wb") as sink:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                budget.bytes -= len(chunk)
                if written > limits.file_bytes or written > bomb:
                    raise _TooMuchError("grows out of all proportion when it is unpacked")
                if budget.bytes < 0:
                    raise _TooMuchError("is more than the archive may hold")
                sink.write(chunk)
    except zlib.error as error:
        target.unlink(missing_ok=True)
        raise zipfile.BadZipFile(str(error)) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _set_time(target: Path, info: zipfile.ZipInfo, default: float) -> None:
    try:
        if info.date_time[0] > _NO_TIME:
            default = time.mktime((*info.date_time, 0, 0, -1))
        os.utime(target, (default, default))
    except (ValueError, OverflowError, OSError):
        pass  # no such day; the file keeps the time of now


def _unpack_inside(
    target: Path, shown: str, depth: int, budget: _Budget, limits: Limits, found: Unpacked
) -> None:
    """Put a folder with the files of an archive in the archive's own place."""
    if depth >= limits.depth:
        found.problems.append(Problem(shown, "is an archive too deep inside others"))
        return
    beside = target.with_name(target.name[:180] + ".unpacking")
    target.rename(beside)
    own = _Budget(
        min(budget.files, limits.files // 10), min(budget.bytes, limits.total_bytes // 16)
    )
    before = _Budget(own.files, own.bytes)
    try:
        _unpack(beside, target, f"{shown}/", depth + 1, own, limits, found)
    except BadArchiveError as error:
        shutil.rmtree(target, ignore_errors=True)
        found.problems.append(Problem(shown, str(error)))
    finally:
        beside.unlink(missing_ok=True)
        budget.files -= before.files - own.files
        budget.bytes -= before.bytes - own.bytes
