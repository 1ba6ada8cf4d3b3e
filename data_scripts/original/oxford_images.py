"""Download the photographs of a list: many at a time, a few from each server, each only once."""

import contextlib
import io
import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from data_scripts.cache import write_atomically
from data_scripts.original.errors import DataError
from data_scripts.original.image_folders import FORMATS, rgb
from data_scripts.original.oxford_lists import Entry
from data_scripts.original.web import Limits, WebError, opened, pieces, wait_before

QUICK = Limits(connect=10, silence=15, total=60, tries=3, pause=1, longest_pause=20)
"""Patience for one photograph of thousands."""

LARGEST = 20_000_000
LARGEST_PIXELS = 25_000_000
LEAST_SIDE = 24
"""A face with fewer pixels on a side is no use, not even at 48."""

KEPT_SIDE = 256
"""Crops are kept at most this large."""

USED = "downloaded"
SAVED_EVERY = 25
"""After so many photographs the journal is written."""

_PASSING = ("too slow", "cut off", "unreachable")


@dataclass
class Servers:
    """What is known about the servers, and how many connections each may have.

    Attributes
    ----------
    each : int
        Connections to one server at a time.
    patience : int
        A server that could not be reached so often in a row is left alone.
    """

    each: int = 2
    patience: int = 4
    _gates: dict[str, threading.BoundedSemaphore] = field(default_factory=dict)
    _failures: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def turn(self, address: str) -> Iterator[None]:
        """Wait for a connection to the server of an address, and hold it.

        Raises
        ------
        WebError
            If the server is not to be asked any more.
        """
        server = urlsplit(address).netloc.lower()
        with self._lock:
            gate = self._gates.setdefault(server, threading.BoundedSemaphore(self.each))
        with gate:
            if self._failures[server] >= self.patience:
                raise WebError("unreachable", f"{server} could not be reached before")
            try:
                yield
            except WebError as error:
                with self._lock:
                    self._failures[server] += error.kind in ("unreachable", "too slow")
                raise
            with self._lock:
                self._failures[server] = 0


def download(address: str, servers: Servers, limits: Limits = QUICK) -> bytes:
    """Download one photograph.

    Parameters
    ----------
    address : str
    servers : Servers
    limits : Limits

    Returns
    -------
    bytes

    Raises
    ------
    WebError
    """
    for attempt in range(limits.tries):
        try:
            with servers.turn(address), opened(address, limits) as response:
                kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
                if kind and not kind.startswith("image/") and kind != "application/octet-stream":
                    raise WebError("wrong type", f"{kind} instead of a picture")
                return b"".join(pieces(response, limits, LARGEST))
        except WebError as error:
            wait_before(attempt, error, limits)
    raise AssertionError("unreachable: the last try raises")


def crop(content: bytes, box: tuple[float, float, float, float]) -> Image.Image:
    """Cut the face out of a photograph.

    Parameters
    ----------
    content : bytes
        A picture file.
    box : tuple of float
        Left, top, right, bottom; what leads over the edge is left out.

    Returns
    -------
    PIL.Image.Image
        RGB, at most 256 pixels on a side.

    Raises
    ------
    DataError
        If it is broken or enormous, or has no face of a useful size at that place: another picture
        may have come to its address since the list was written.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise DataError("enormous picture")
            whole = rgb(picture)
    except DataError:
        raise
    except Exception as error:  # Pillow's readers raise almost anything for broken files
        raise DataError("broken picture") from error
    left, top = max(0, round(box[0])), max(0, round(box[1]))
    right, bottom = min(whole.width, round(box[2])), min(whole.height, round(box[3]))
    if min(right - left, bottom - top) < LEAST_SIDE:
        raise DataError("no face there")
    face = whole.crop((left, top, right, bottom))
    face.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    return face


class Journal:
    """What became of each photograph of one person; a file, so that a stopped run goes on.

    Parameters
    ----------
    folder : pathlib.Path
        Where the crops and the journal of this person lie.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.json"
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        try:
            read = json.loads(self._path.read_text(encoding="utf-8"))
            self._found = {str(key): str(said) for key, said in read.items()}
        except (OSError, ValueError, AttributeError):  # none yet, or damaged: begin anew
            self._found = {}

    def crop_of(self, entry: Entry) -> Path:
        """Return where the crop of a photograph lies once it is there."""
        return self.folder / f"{entry.number:08d}.png"

    def outcome(self, entry: Entry) -> str:
        """Return what became of a photograph: `USED`, a reason why not, or nothing yet."""
        said = self._found.get(entry.address, "")
        return "" if said == USED and not self.crop_of(entry).exists() else said

    def note(self, entry: Entry, outcome: str) -> None:
        """Remember what became of a photograph."""
        self._found[entry.address] = outcome

    def retry(self) -> None:
        """Forget failures that may have passed by now."""
        self._found = {key: said for key, said in self._found.items() if said not in _PASSING}

    def save(self) -> None:
        """Write the file."""
        text = json.dumps(self._found, indent=0)
        write_atomically(self._path, text.encode("utf-8"))

    def counts(self) -> Counter[str]:
        """Return how many photographs had each outcome."""
        return Counter(self._found.values())


def download_all(
    entries: Sequence[Entry],
    journal: Journal,
    servers: Servers,
    *,
    limits: Limits = QUICK,
    workers: int = 16,
    bar: Any = None,
) -> None:
    """Download photographs of one person, and keep the faces.

    Parameters
    ----------
    entries : sequence of Entry
        Those that have an outcome already are left out.
    journal : Journal
        Gets the outcome of each.
    servers : Servers
    limits : Limits
    workers : int
        Downloads at a time.
    bar : tqdm, optional
        Progress bar, updated for each photograph.
    """

    def work(entry: Entry) -> str:
        try:
            face = crop(download(entry.address, servers, limits), entry.box)
        except WebError as error:
            return error.kind
        except DataError as error:
            return str(error)
        encoded = io.BytesIO()
        face.save(encoded, "png")
        write_atomically(journal.crop_of(entry), encoded.getvalue())
        return USED

    wanted = [entry for entry in entries if not journal.outcome(entry)]
    pool = ThreadPoolExecutor(workers, "download")
    try:
        waiting = {pool.submit(work, entry): entry for entry in wanted}
        for number, future in enumerate(as_completed(waiting), start=1):
            journal.note(waiting[future], future.result())
            if number % SAVED_EVERY == 0:  # whoever ends this process loses little
                journal.save()
            if bar is not None:
                bar.update()
    finally:
        # After Ctrl-C only what has begun is waited for, and what is known is written down.
        pool.shutdown(wait=True, cancel_futures=True)
        journal.save()
