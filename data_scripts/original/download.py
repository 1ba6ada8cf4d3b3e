"""Get one file of a source: from a mirror, its owner or this machine; checked, and only once."""

import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

from filelock import FileLock
from tqdm.auto import tqdm

from data_scripts.cache import write_atomically
from data_scripts.original.errors import DownloadError
from data_scripts.original.ledger import Ledger, checksum_of, fits
from data_scripts.original.sources import RemoteFile, folder_of, originals_folder
from data_scripts.original.web import Limits, WebError, opened, pieces, wait_before

MIRRORS = "EIGHT_FACES_MIRRORS"
"""The environment variable with base addresses, separated by spaces, that are tried first."""

PATIENT = Limits()


def keras_home() -> Path:
    """Return the folder in which Keras keeps downloads: ``KERAS_HOME``, else ``~/.keras``."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def place_of(source: str, file: RemoteFile, cache_dir: str | Path | None = None) -> Path:
    """Return where a file lies once it is there.

    Parameters
    ----------
    source : str
        Name of the source.
    file : RemoteFile
    cache_dir : str or pathlib.Path, optional
        By default `data_scripts.cache.default_cache_dir()`.
    """
    if file.keras_folder:
        return keras_home() / file.keras_folder / file.name
    return folder_of(source, cache_dir) / file.name


def obtain(
    source: str,
    file: RemoteFile,
    given: str | None = None,
    *,
    cache_dir: str | Path | None = None,
    limits: Limits = PATIENT,
    progress: bool = True,
) -> Path:
    """Get a file, unless it is there and has its checksum.

    Parameters
    ----------
    source : str
        Name of the source.
    file : RemoteFile
    given : str, optional
        Where to take it from: a file, a folder that holds it, its address, or (with a slash at
        the end) the address above it. By default the mirrors of ``EIGHT_FACES_MIRRORS``, then its
        owner.
    cache_dir : str or pathlib.Path, optional
        As in `place_of`.
    limits : Limits
    progress : bool
        Whether to show a progress bar on standard error.

    Returns
    -------
    pathlib.Path
        The file, with its checksum: the one that is known, else the one that was recorded when
        it first came.

    Raises
    ------
    DownloadError
        If it can't be had anywhere, or is not what it should be; the message says why, place by
        place.
    """
    folder = originals_folder(cache_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{source}.lock"):  # two downloads would write into the same part
        return _obtain(source, file, given, cache_dir, limits, progress)


def _obtain(
    source: str, file: RemoteFile, given: str | None, cache_dir: str | Path | None,
    limits: Limits, progress: bool,
) -> Path:  # fmt: skip
    ledger = Ledger(originals_folder(cache_dir))
    key = f"{source}/{file.name}"
    checksum = file.checksum or ledger.expected(key)
    path = place_of(source, file, cache_dir)
    if path.exists() and checksum and fits(path, checksum):
        return path
    if path.exists() and not checksum and not given:
        _check_start(path, file, str(path))
        ledger.record(key, path, "found there")
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    if given and "://" not in given:
        place = str(_copy(Path(given), file, checksum, path))
    else:
        download = Download(file, path.parent, limits, progress)
        place = _first_that_works(_addresses(file, given), download, checksum, path)
    ledger.record(key, path, place)
    return path


def _addresses(file: RemoteFile, given: str | None) -> list[str]:
    bases = [given] if given else os.environ.get(MIRRORS, "").split()
    found = [base if given and not base.endswith("/") else f"{base.rstrip('/')}/{file.name}"
             for base in bases]  # fmt: skip
    if file.address and not given:
        found.append(file.address)
    if not found:
        raise DownloadError(
            f"{file.name} is published nowhere that we know of. If you have it, say where with "
            f"--from FILE, --from FOLDER or --from ADDRESS, or name your server in {MIRRORS}."
        )
    return found


def _first_that_works(addresses: list[str], download: "Download", checksum: str, path: Path) -> str:
    try:
        import pooch  # here: who only reads what was fetched needs no pooch
    except ModuleNotFoundError as error:
        raise DownloadError(
            "Downloads need the package pooch, which is not installed here: pip install pooch"
        ) from error
    pooch.get_logger().setLevel(logging.ERROR)  # it announces what our own messages say
    failures = []
    for address in addresses:
        try:
            pooch.retrieve(
                address, checksum or None, fname=path.name, path=path.parent, downloader=download
            )
        except WebError as error:
            failures.append(f"{address}: {error}")
        except ValueError as error:  # what pooch raises for another checksum
            failures.append(f"{address}: another file than expected. {_first_sentence(error)}")
        except OSError as error:
            raise DownloadError(
                f"{path.name} can't be written to {path.parent}: {error}"
            ) from error
        else:
            return address
    raise DownloadError(
        f"{path.name} could not be downloaded:\n"
        + "".join(f"  - {failure}\n" for failure in failures)
        + "What has arrived is kept, and the same command goes on with it. A copy of the file on "
        "this machine can be given with --from."
    )


def _first_sentence(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _copy(given: Path, file: RemoteFile, checksum: str, path: Path) -> Path:
    origin = given / file.name if given.is_dir() else given
    if not origin.is_file():
        raise DownloadError(f"There is no file {origin}.")
    _check_start(origin, file, str(origin))
    if checksum and not fits(origin, checksum):
        raise DownloadError(
            f"{origin} is another file than expected: its checksum is "
            f"{checksum_of(origin, checksum.split(':')[0])}, and should be {checksum}."
        )
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(origin, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return origin


def _check_start(path: Path, file: RemoteFile, place: str) -> None:
    with path.open("rb") as stream:
        start = stream.read(len(file.start))
    if start != file.start:
        raise DownloadError(f"{place} is not what {file.name} should be: it begins with {start!r}.")


class Download:
    """A downloader for pooch that goes on where a connection was cut.

    What has arrived lies in ``<name>.part``, and beside it which version of the file that was.

    Parameters
    ----------
    file : RemoteFile
    folder : pathlib.Path
        Where the parts are kept.
    limits : Limits
    progress : bool
        Whether to show a progress bar on standard error.
    """

    def __init__(self, file: RemoteFile, folder: Path, limits: Limits, progress: bool) -> None:
        self._file = file
        self._limits = limits
        self._progress = progress
        self._part = folder / f"{file.name}.part"
        self._version = folder / f"{file.name}.part.json"

    def __call__(self, url: str, output_file: str, pooch: Any, check_only: bool = False) -> None:
        """Download an address to a file; pooch checks it then.

        Raises
        ------
        WebError
            If the server does not send the whole file, or something else.
        """
        for attempt in range(self._limits.tries):
            try:
                self._continue(url)
                break
            except WebError as error:
                if error.kind in ("wrong type", "changed"):
                    self._clear()
                wait_before(attempt, error, self._limits)
        try:
            _check_start(self._part, self._file, "what was sent")
        except DownloadError as error:
            self._clear()
            raise WebError("wrong type", str(error)) from error
        self._part.replace(output_file)
        self._clear()

    def _continue(self, url: str) -> None:
        done, headers = self._so_far(url)
        with opened(url, self._limits, headers) as response:
            if response.headers.get("Content-Type", "").startswith(("text/html", "application/xh")):
                raise WebError("wrong type", "a web page was sent instead, perhaps a login")
            at = response.headers.get("Content-Range", "")
            if response.status_code == 200:
                done = 0
            elif not at.startswith(f"bytes {done}-"):
                raise WebError("changed", f"the server goes on at another place ({at})", again=True)
            mark = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
            if done == 0:
                self._note(url, mark)
            self._append(response, done)

    def _append(self, response: Any, done: int) -> None:
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdigit() else None
        with (
            self._part.open("ab" if done else "wb") as stream,
            tqdm(total=total, initial=done, unit="B", unit_scale=True, desc=self._file.name,
                 disable=not self._progress) as bar,
        ):  # fmt: skip
            for piece in pieces(response, self._limits, self._file.largest - done):
                stream.write(piece)
                bar.update(len(piece))

    def _so_far(self, url: str) -> tuple[int, dict[str, str]]:
        """Bytes that are there, and the headers that ask for the rest of the same version."""
        try:
            noted = json.loads(self._version.read_text(encoding="utf-8"))
            done = self._part.stat().st_size
            mark = str(noted["mark"])
            if noted["url"] != url or not mark or mark.startswith("W/") or not done:
                return 0, {}
        except (OSError, ValueError, KeyError, TypeError):
            return 0, {}
        return done, {"Range": f"bytes={done}-", "If-Range": mark}

    def _note(self, url: str, mark: str) -> None:
        text = json.dumps({"url": url, "mark": mark})
        write_atomically(self._version, text.encode("utf-8"))

    def _clear(self) -> None:
        self._part.unlink(missing_ok=True)
        self._version.unlink(missing_ok=True)
