"""Caltech-101 without its five odd classes: 97 categories, on the disk and not in the memory."""

import json
import tempfile
from pathlib import Path

import numpy as np
from filelock import FileLock

from data_scripts.cache import write_atomically
from data_scripts.original.download import PATIENT, obtain
from data_scripts.original.errors import DataError
from data_scripts.original.extract import extract
from data_scripts.original.image_folders import (
    check_classes,
    describe,
    list_image_folders,
    read_pictures,
    small,
)
from data_scripts.original.ledger import fits
from data_scripts.original.sources import OBJECT_CATEGORIES, OBJECTS, folder_of, missing
from data_scripts.original.splits import Pictures, cuts, dealt_order, pictures_of
from data_scripts.original.web import Limits

NAME = "objects"
EXCLUDED = ("BACKGROUND_Google", "Motorbikes", "airplanes", "Faces_easy", "Faces")
"""Categories that the course leaves out: no class, or hundreds of pictures that look alike."""

CATEGORIES = "101_ObjectCategories"
SIZE = 224


def fetch_objects(
    given: str | None = None,
    *,
    cache_dir: str | Path | None = None,
    limits: Limits = PATIENT,
    progress: bool = True,
) -> str:
    """Get the archive, extract it, and write all pictures into one file at 224 x 224.

    Parameters
    ----------
    given : str, optional
        The archive ``caltech-101.zip``, the older ``101_ObjectCategories.tar.gz``, an address of
        the first, or a folder that holds one of them or the categories themselves.
    cache_dir, limits, progress
        As in `data_scripts.original.download.obtain`.

    Returns
    -------
    str
        For people: how many pictures of how many categories, and which could not be read.

    Raises
    ------
    OriginalError
    """
    folder = folder_of(NAME, cache_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "prepare.lock"):
        pictures = _own_folders(given)
        if pictures is None:
            older = given is not None and "://" not in given and _is_older(Path(given))
            archive = obtain(
                NAME, OBJECT_CATEGORIES if older else OBJECTS, given,
                cache_dir=cache_dir, limits=limits, progress=progress,
            )  # fmt: skip
            pictures = folder / CATEGORIES
            if not pictures.is_dir():
                _unpack(archive, pictures)
        return prepare(pictures, folder)


def _is_older(given: Path) -> bool:
    """Tell whether the older archive is meant: it, or the folder that holds only it."""
    if given.is_dir():
        return (given / OBJECT_CATEGORIES.name).is_file() and not (given / OBJECTS.name).is_file()
    return given.name == OBJECT_CATEGORIES.name


def _own_folders(given: str | None) -> Path | None:
    if given is None or "://" in given or not Path(given).is_dir():
        return None
    here = Path(given)
    if (here / OBJECTS.name).is_file() or _is_older(here):
        return None
    return here / CATEGORIES if (here / CATEGORIES).is_dir() else here


def _unpack(archive: Path, pictures: Path) -> None:
    """Extract the archive, and the archive inside it."""
    with tempfile.TemporaryDirectory(dir=pictures.parent, prefix=".unpack-") as scratch:
        outer = Path(scratch) / "outer"
        extract(archive, outer)
        inner = next(iter(sorted(outer.rglob(OBJECT_CATEGORIES.name))), None)
        if inner is not None:
            if not fits(inner, OBJECT_CATEGORIES.checksum):
                raise DataError(f"{inner.name} in {archive.name} is another file than expected.")
            outer = Path(scratch) / "inner"
            extract(inner, outer)
        found = next((path for path in sorted(outer.rglob(CATEGORIES)) if path.is_dir()), None)
        if found is None:
            raise DataError(f"{archive.name} holds no folder {CATEGORIES}.")
        found.replace(pictures)


def prepare(pictures: Path, folder: Path) -> str:
    """Write the pictures of all categories into ``images.npy``, in the order of the splits.

    Parameters
    ----------
    pictures : pathlib.Path
        Folder with one folder a category.
    folder : pathlib.Path
        Where to write.

    Returns
    -------
    str
        As `fetch_objects`.

    Raises
    ------
    DataError
    """
    files, labels, names = list_image_folders(pictures, exclude=EXCLUDED)
    order = dealt_order(labels)
    about = folder / "images.json"
    about.unlink(missing_ok=True)  # until all is written there is nothing
    _, kept, skipped = read_pictures([files[index] for index in order], SIZE, folder / "images.npy")
    chosen = order[kept]
    check_classes(labels[chosen], names, pictures)
    described = {
        "names": names,
        "labels": labels[chosen].tolist(),
        "files": [files[index].relative_to(pictures).as_posix() for index in chosen],
        "skipped": [[str(path.relative_to(pictures)), reason] for path, reason in skipped],
        "folder": str(pictures.resolve()),
    }
    write_atomically(about, json.dumps(described).encode("utf-8"))
    said = f"{len(chosen):,} pictures of {len(names)} categories."
    return "\n".join(part for part in (said, describe(skipped, pictures)) if part)


def load_objects(*, cache_dir: str | Path | None = None) -> Pictures:
    """Load the categories that were fetched.

    Parameters
    ----------
    cache_dir : str or pathlib.Path, optional
        By default `data_scripts.cache.default_cache_dir()`.

    Returns
    -------
    Pictures
        70, 15 and 15 % of the pictures of each category, uint8, shape (n, 224, 224, 3): views of
        a file on the disk, which is read as it is needed and never written.

    Raises
    ------
    MissingDataError
        If they have not been fetched.
    DataError
        If the files do not belong together.
    """
    folder = folder_of(NAME, cache_dir)
    try:
        about = json.loads((folder / "images.json").read_text(encoding="utf-8"))
        images = np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise missing(NAME) from None
    except (OSError, ValueError) as error:
        raise DataError(f"The files in {folder} are damaged ({error}). Fetch them anew.") from error
    names = tuple(about["names"])
    labels = small(np.array(about["labels"]), len(names))
    if images.shape[1:] != (SIZE, SIZE, 3) or len(images) < len(labels):
        raise DataError(f"The files in {folder} do not belong together. Fetch them anew.")
    first, second = cuts(len(labels))
    parts = (slice(0, first), slice(first, second), slice(second, len(labels)))
    return pictures_of((array[part] for part in parts for array in (images, labels)), names)
