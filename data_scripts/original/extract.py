"""Extract archives of others: nothing outside, no links, within limits, or nothing at all."""

import shutil
import tarfile
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from data_scripts.original.errors import ArchiveError

_PIECE = 1 << 20
_LEFT_OUT = ("__MACOSX", ".DS_Store")  # what macOS adds to archives


@dataclass(frozen=True)
class Room:
    """What an archive may take.

    Attributes
    ----------
    files : int
        Files and folders.
    total, each : int
        Bytes of all files together, and of one.
    ratio : int
        How many times its own size an archive may hold; a photograph hardly shrinks.
    """

    files: int = 50_000
    total: int = 2_000_000_000
    each: int = 500_000_000
    ratio: int = 50


ROOM = Room()


def extract(archive: Path, folder: Path, room: Room = ROOM) -> None:
    """Extract a ZIP or tar archive into a folder that is not there yet.

    Parameters
    ----------
    archive : pathlib.Path
        ``.zip``, ``.tar`` or ``.tar.gz``; recognised by its content.
    folder : pathlib.Path
        Made whole or not at all.
    room : Room

    Raises
    ------
    ArchiveError
        If it is damaged, holds something that is no file or folder, a place outside `folder`, or
        takes more room than it may. Nothing of it is left then.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _Extraction(archive, beside, room).run()
        beside.replace(folder)
    except (
        tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError,
        UnicodeError, RuntimeError, OSError,
    ) as error:  # fmt: skip
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(
            f"{archive.name} can't be extracted to {folder}: {error} ({type(error).__name__}). If "
            "it was cut off, delete it and fetch it again."
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


class _Extraction:
    """One archive on its way to the disk."""

    def __init__(self, archive: Path, folder: Path, room: Room) -> None:
        self._archive = archive
        self._folder = folder
        self._room = room
        self._total = min(room.total, room.ratio * max(archive.stat().st_size, 10_000))
        self._seen: set[str] = set()

    def run(self) -> None:
        if zipfile.is_zipfile(self._archive):
            with zipfile.ZipFile(self._archive) as opened:
                self._unzip(opened)
        else:
            with tarfile.open(self._archive, "r:*") as opened_tar:
                self._untar(opened_tar)

    def _unzip(self, opened: zipfile.ZipFile) -> None:
        for member in opened.infolist():
            kind = member.external_attr >> 16 & 0o170000
            if kind not in (0, 0o100000, 0o040000):
                raise self._refuse(member.filename, "it is a link or a device")
            if (path := self._place(member.filename)) is None:
                continue
            if member.is_dir():
                path.mkdir(parents=True, exist_ok=True)
                continue
            with opened.open(member) as stream:
                self._write(path, stream)

    def _untar(self, opened: tarfile.TarFile) -> None:
        python_filter = getattr(tarfile, "data_filter", None)
        for member in opened:
            if not (member.isfile() or member.isdir()):
                raise self._refuse(member.name, "it is a link or a device")
            if member.issparse():
                raise self._refuse(member.name, "it is a sparse file")
            if (path := self._place(member.name)) is None:
                continue
            if python_filter is not None:  # Python's own eyes see it as well
                python_filter(member, str(self._folder))
            if member.isdir():
                path.mkdir(parents=True, exist_ok=True)
                continue
            stream = opened.extractfile(member)
            assert stream is not None  # it is a file
            with stream:
                self._write(path, stream, member.size)

    def _place(self, name: str) -> Path | None:
        """Where a member goes; None for what is left out."""
        place = PurePosixPath(name)
        parts = place.parts
        if not parts or name in (".", "./"):
            return None
        if (
            place.is_absolute() or ".." in parts or "\\" in name or ":" in name or "\0" in name
            or len(name) > 1000
        ):  # fmt: skip
            raise self._refuse(name, "its name leads outside")
        if parts[-1].startswith("._") or any(part in _LEFT_OUT for part in parts):
            return None
        if not name.endswith("/") and name.casefold() in self._seen:
            raise self._refuse(name, "it is there twice")
        self._seen.add(name.casefold())
        if len(self._seen) > self._room.files:
            raise self._refuse(name, f"there are more than {self._room.files:,} files")
        return self._folder / place

    def _write(self, path: Path, stream: IO[bytes], size: int | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        # What is counted is what comes out: an archive may say anything about itself.
        with path.open("xb") as target:
            while piece := stream.read(_PIECE):
                written += len(piece)
                self._total -= len(piece)
                if written > self._room.each or self._total < 0:
                    raise self._refuse(path.name, "it grows larger than it may")
                target.write(piece)
        if size is not None and written < size:
            raise ArchiveError(f"{self._archive.name} is cut off in {path.name}.")

    def _refuse(self, name: str, reason: str) -> ArchiveError:
        return ArchiveError(
            f"{self._archive.name} is not extracted, because of {name[:200]!r}: {reason}. Is it "
            "the archive that you wanted?"
        )
