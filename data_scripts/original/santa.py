"""The image folders of the Santa lesson: ``split/{train,validation,test}/{santa,not_santa}``."""

import tempfile
from pathlib import Path

import numpy as np

from data_scripts.faces_production import seeded_generator
from data_scripts.original.download import PATIENT, obtain
from data_scripts.original.errors import DataError
from data_scripts.original.extract import extract
from data_scripts.original.image_folders import describe, load_image_folders
from data_scripts.original.sources import SANTA, folder_of
from data_scripts.original.splits import SHUFFLE, Pictures, keep, kept, pictures_of
from data_scripts.original.web import Limits

NAME = "santa"
NAMES = ("not_santa", "santa")
COUNTS = {"train": 542, "validation": 200, "test": 180}
SIZE = 64


def read_folders(path: Path, size: int = SIZE) -> tuple[Pictures, str]:
    """Read the three splits.

    Parameters
    ----------
    path : pathlib.Path
        Folder with ``train``, ``validation`` and ``test``, or with ``split`` that holds them.
    size : int
        Height and width that pictures are resized to.

    Returns
    -------
    pictures : Pictures
        uint8, shape (n, size, size, 3), in random order; label 1 is Santa.
    said : str
        For people: how many pictures, and which could not be read.

    Raises
    ------
    DataError
        If a folder is missing or empty.
    """
    base = path / "split" if (path / "split").is_dir() else path
    arrays: list[np.ndarray] = []
    said = []
    for number, (split, count) in enumerate(COUNTS.items()):
        found = load_image_folders(base / split, size, least_classes=len(NAMES))
        if found.names != NAMES:
            raise DataError(
                f"{base / split} should hold the folders santa and not_santa, not "
                f"{', '.join(found.names)}."
            )
        order = seeded_generator(SHUFFLE, 2, number).permutation(len(found.labels))
        arrays += [found.images[order], found.labels[order]]
        other = "" if len(order) == count else f" (the original lesson has {count})"
        said.append(f"{split}: {len(order)} pictures{other}")
        said += [line for line in describe(found.skipped, base).splitlines() if line]
    return pictures_of(arrays, NAMES), "\n".join(said)


def fetch_santa(
    given: str | None = None,
    *,
    cache_dir: str | Path | None = None,
    limits: Limits = PATIENT,
    progress: bool = True,
) -> str:
    """Get the folders, or an archive of them, and keep the pictures at 64 x 64.

    Parameters
    ----------
    given : str, optional
        The folder that holds ``split``, a ZIP archive of it called anything, or its address.
    cache_dir, limits, progress
        As in `data_scripts.original.download.obtain`.

    Returns
    -------
    str
        For people: what was found.

    Raises
    ------
    OriginalError
    """
    own = given and "://" not in given and Path(given).is_dir()
    if own and not (Path(str(given)) / SANTA.name).is_file():
        return _keep(Path(str(given)), cache_dir)
    archive = obtain(NAME, SANTA, given, cache_dir=cache_dir, limits=limits, progress=progress)
    with tempfile.TemporaryDirectory(dir=folder_of(NAME, cache_dir), prefix=".unpack-") as scratch:
        extract(archive, Path(scratch) / "all")
        train = next((path for path in sorted(Path(scratch).rglob("train")) if path.is_dir()), None)
        if train is None:
            raise DataError(f"{archive.name} holds no folder split/train.")
        return _keep(train.parent, cache_dir)


def _keep(path: Path, cache_dir: str | Path | None) -> str:
    pictures, said = read_folders(path)
    keep(pictures, NAME, cache_dir)
    return said


def load_santa(*, cache_dir: str | Path | None = None) -> Pictures:
    """Load the pictures that were fetched.

    Parameters
    ----------
    cache_dir : str or pathlib.Path, optional
        By default `data_scripts.cache.default_cache_dir()`.

    Returns
    -------
    Pictures
        542, 200 and 180 pictures, uint8, shape (n, 64, 64, 3); label 1 is Santa.

    Raises
    ------
    MissingDataError
        If they have not been fetched.
    """
    return kept(NAME, NAMES, cache_dir)
