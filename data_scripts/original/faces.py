"""The eight faces of the original course: two HDF5 files, read as ours are."""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from data_scripts.faces import SPLITS, Faces
from data_scripts.faces_production import PEOPLE
from data_scripts.original.download import PATIENT, obtain
from data_scripts.original.errors import DataError, DownloadError
from data_scripts.original.sources import FACES, folder_of, missing
from data_scripts.original.web import Limits

NAME = "faces"


def key(letter: str, split: str) -> str:
    """Return the name of an array in the files, such as ``X_train_8_faces``."""
    return f"{letter}_{split}_8_faces"


def read_file(path: Path, size: int, splits: Mapping[str, int] = SPLITS) -> Faces:
    """Read one of the files.

    Parameters
    ----------
    path : pathlib.Path
        HDF5 with ``X_train_8_faces``, ``Y_train_8_faces``, likewise valid and test.
    size : int
        Side of the pictures in it, in pixels.
    splits : mapping of str to int
        Pictures of each person in each split.

    Returns
    -------
    Faces
        uint8 pictures 0-255 and uint8 labels 0-7, however the file holds them: whole numbers of
        any type, labels as numbers or one row each.

    Raises
    ------
    DataError
        If something is missing or has another shape, or pictures are not whole numbers 0 to 255.
    """
    arrays = []
    try:
        with h5py.File(path, "r") as opened:
            for split, each in splits.items():
                count = each * PEOPLE
                images = _read(opened, key("X", split), [(count, size, size, 3)])
                labels = _read(
                    opened, key("Y", split), [(count,), (count, 1), (1, count), (count, PEOPLE)]
                )
                arrays += [_images(images, split), _labels(labels, split, each)]
    except OSError as error:
        raise DataError(f"{path} can't be read as an HDF5 file: {error}") from error
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    return Faces(*arrays)


def _read(opened: h5py.File, name: str, shapes: list[tuple[int, ...]]) -> np.ndarray:
    link = opened.get(name, getlink=True)
    if link is None:
        held = ", ".join(sorted(opened)) or "nothing"
        raise DataError(f"{name} is missing. The file holds {held[:300]}.")
    # A link or an array that is kept elsewhere could show any file of this machine.
    if not isinstance(link, h5py.HardLink) or not isinstance(opened[name], h5py.Dataset):
        raise DataError(f"{name} is no array of this file.")
    found = opened[name]
    if found.external or found.is_virtual:
        raise DataError(f"{name} is no array of this file: it is kept in another one.")
    if found.shape not in shapes or found.dtype.kind not in "uif":
        wanted = " or ".join(str(shape) for shape in shapes)
        raise DataError(
            f"{name} should be numbers of shape {wanted}, not {found.dtype} of {found.shape}."
        )
    values: np.ndarray = np.empty(found.shape, found.dtype)
    if found.size:
        found.read_direct(values)
    return values


def _images(values: np.ndarray, split: str) -> np.ndarray:
    if values.dtype == np.uint8:
        return values
    pixels: np.ndarray = np.clip(np.rint(np.nan_to_num(values)), 0, 255).astype(np.uint8)
    if not np.array_equal(pixels, values) or pixels.max() <= 1:
        raise DataError(
            f"{key('X', split)} should hold whole numbers from 0 to 255, the pixels as they are; "
            f"it holds {values.dtype} from {values.min():.3g} to {values.max():.3g}. Was it "
            "prepared for a network already?"
        )
    return pixels


def _labels(values: np.ndarray, split: str, each: int) -> np.ndarray:
    if values.ndim == 2 and values.shape[1] == PEOPLE and values.size != values.shape[0]:
        if not (np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all()):
            raise DataError(f"{key('Y', split)} should have a single 1 in each row.")
        values = values.argmax(axis=1)
    labels = values.reshape(-1)
    numbers = labels.astype(np.uint8) if np.isin(labels, range(PEOPLE)).all() else None
    if numbers is None or not (np.bincount(numbers, minlength=PEOPLE) == each).all():
        raise DataError(
            f"{key('Y', split)} should hold each number from 0 to {PEOPLE - 1} {each} times."
        )
    return numbers


def write_file(path: Path, faces: Faces) -> None:
    """Write a file as the original ones are laid out, whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
    faces : Faces
    """
    beside = path.with_name(f"{path.name}.part")
    try:
        with h5py.File(beside, "w") as opened:
            for name, array in faces._asdict().items():
                letter, split = name.split("_")
                opened.create_dataset(key(letter.upper(), split), data=array)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def fetch_faces(
    given: str | None = None,
    *,
    cache_dir: str | Path | None = None,
    limits: Limits = PATIENT,
    progress: bool = True,
) -> list[int]:
    """Get the files of the original course, and check what they hold.

    Parameters
    ----------
    given : str, optional
        A folder or an address with a slash at the end that has ``faces_48.h5`` and
        ``faces_100.h5``, or one file, whatever it is called: its pictures say which one it is.
    cache_dir, limits, progress
        As in `data_scripts.original.download.obtain`.

    Returns
    -------
    list of int
        Sizes that are there now.

    Raises
    ------
    OriginalError
    """
    single = given and "://" not in given and Path(given).is_file()
    sizes = [_size_of(Path(str(given)))] if single else list(FACES)
    for size in sizes:
        if given and not single and "://" in given and not given.endswith("/"):
            raise DownloadError(
                f"There are two files, faces_48.h5 and faces_100.h5: give the address above them, "
                f"with a slash at the end, not {given}."
            )
        path = obtain(
            NAME, FACES[size], given, cache_dir=cache_dir, limits=limits, progress=progress
        )
        read_file(path, size)
    return sizes


def _size_of(path: Path) -> int:
    name = key("X", "train")
    try:
        with h5py.File(path, "r") as opened:
            shape = opened[name].shape
    except (OSError, KeyError, AttributeError) as error:
        raise DataError(f"{path} should be an HDF5 file with {name}: {error}") from error
    if len(shape) != 4 or shape[1] not in FACES:
        raise DataError(f"{path}: {name} should hold pictures of 48 or 100 pixels, not {shape}.")
    return int(shape[1])


def load_faces(size: int = 48, *, cache_dir: str | Path | None = None) -> Faces:
    """Load the faces that were fetched, or made from the lists.

    Parameters
    ----------
    size : {48, 100}
        Height and width in pixels.
    cache_dir : str or pathlib.Path, optional
        By default `data_scripts.cache.default_cache_dir()`.

    Returns
    -------
    Faces
        As `data_scripts.faces.load_faces` gives the rendered ones.

    Raises
    ------
    MissingDataError
        If they have not been fetched.
    ValueError
        If `size` is another one.
    """
    if size not in FACES:
        raise ValueError(f"size must be 48 or 100, not {size}")
    path = folder_of(NAME, cache_dir) / FACES[size].name
    if not path.exists():
        raise missing(NAME, f"{size} pixels")
    return read_file(path, size)
