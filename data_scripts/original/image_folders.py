"""Read folders of pictures, one folder a class, into one array; one's own as well as others'."""

import json
import math
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from data_scripts.original.errors import DataError

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
"""Kinds of pictures that are read, by their content; others of Pillow's have no need to be."""

LARGEST_PIXELS = 80_000_000
LEAST_CLASSES = 3
_SPARE = 50_000_000  # bytes that stay free


class ImageFolders(NamedTuple):
    """Pictures out of folders.

    Attributes
    ----------
    images : numpy.ndarray
        uint8, range 0-255, shape (n, size, size, 3); a file on the disk where one was asked for.
    labels : numpy.ndarray
        uint8, or uint16 with more than 256 classes, shape (n,).
    names : tuple of str
        The folders, in alphabetical order: the classes.
    files : tuple of pathlib.Path
        File of each picture.
    skipped : tuple of (pathlib.Path, str)
        Files that could not be read, and why.
    """

    images: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    files: tuple[Path, ...]
    skipped: tuple[tuple[Path, str], ...]


def read_picture(path: Path, size: int) -> np.ndarray:
    """Read one picture.

    Parameters
    ----------
    path : pathlib.Path
    size : int
        Height and width that it is resized to (bilinear), whatever its shape.

    Returns
    -------
    numpy.ndarray of uint8, shape (size, size, 3)
        RGB, range 0-255. Upright if the camera noted how it was held; transparent parts white.

    Raises
    ------
    DataError
        If it is no picture, is broken, or is enormous. The message says which, without the path.
    """
    try:
        with Image.open(path, formats=FORMATS) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                raise DataError(f"it has more than {LARGEST_PIXELS:,} pixels")
            return np.asarray(rgb(opened).resize((size, size), Image.Resampling.BILINEAR))
    except DataError:
        raise
    except Exception as error:  # Pillow's readers raise almost anything for broken files
        reason = "it is no picture" if "cannot identify" in str(error) else str(error)
        raise DataError(f"{reason[:150]} ({type(error).__name__})") from error


def rgb(image: Image.Image) -> Image.Image:
    """Return a picture upright, in RGB, on white where it was transparent."""
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        clear = upright.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return upright.convert("RGB")


def list_image_folders(
    path: Path, *, exclude: Collection[str] = (), least_classes: int = LEAST_CLASSES
) -> tuple[list[Path], np.ndarray, tuple[str, ...]]:
    """Find the files of each class, without opening them.

    Parameters
    ----------
    path : pathlib.Path
        Folder with one folder a class. Names that begin with a dot are overlooked.
    exclude : collection of str
        Folders that are not wanted.
    least_classes : int
        How many classes there must be.

    Returns
    -------
    files : list of pathlib.Path
        By class, then by name.
    labels : numpy.ndarray of int, shape (n,)
    names : tuple of str

    Raises
    ------
    DataError
        If there is no such folder, there are too few classes, or one is empty.
    """
    if not path.is_dir():
        raise DataError(f"There is no folder {path}.")
    folders = sorted(
        entry for entry in path.iterdir()
        if entry.is_dir() and not entry.name.startswith(".") and entry.name not in exclude
    )  # fmt: skip
    if len(folders) < least_classes:
        found = ", ".join(folder.name for folder in folders) or "none"
        raise DataError(
            f"{path} should hold one folder for each class, and at least {least_classes} of them; "
            f"it holds {len(folders)} ({found})."
        )
    files: list[Path] = []
    labels: list[int] = []
    for number, folder in enumerate(folders):
        inside = sorted(
            entry for entry in folder.iterdir()
            if entry.is_file() and not entry.name.startswith(".")
        )  # fmt: skip
        if not inside:
            raise DataError(
                f"The folder {folder} is empty. Put pictures into it, or remove it: a class "
                "without pictures can't be learned."
            )
        files += inside
        labels += [number] * len(inside)
    return files, np.array(labels), tuple(folder.name for folder in folders)


def read_pictures(
    files: Sequence[Path], size: int, into: Path | None = None
) -> tuple[np.ndarray, list[int], list[tuple[Path, str]]]:
    """Read many pictures, one after the other; broken ones are left out and named.

    Parameters
    ----------
    files : sequence of pathlib.Path
    size : int
        As in `read_picture`.
    into : pathlib.Path, optional
        A ``.npy`` file to write, so that only one picture at a time is in memory.

    Returns
    -------
    images : numpy.ndarray of uint8, shape (n, size, size, 3)
    kept : list of int
        Index in `files` of each picture.
    skipped : list of (pathlib.Path, str)
        Files that are left out, and why.

    Raises
    ------
    DataError
        If the disk has no room for them.
    """
    shape = (len(files), size, size, 3)
    if into:
        _require_room(into.parent, math.prod(shape))
    beside = into.with_name(f"{into.name}.part") if into else None
    try:
        if beside is None:
            images = np.empty(shape, np.uint8)
        else:
            images = np.lib.format.open_memmap(beside, "w+", np.dtype(np.uint8), shape)
        kept: list[int] = []
        skipped = []
        for index, file in enumerate(files):
            try:
                images[len(kept)] = read_picture(file, size)
            except DataError as error:
                skipped.append((file, str(error)))
            else:
                kept.append(index)
        if beside is None or into is None:
            return images[: len(kept)], kept, skipped
        del images  # writes what is left in memory
        beside.replace(into)
        return np.load(into, mmap_mode="r", allow_pickle=False)[: len(kept)], kept, skipped
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def _require_room(folder: Path, needed: int) -> None:
    """Refuse before the disk is full: writing to a mapped file would end the process then."""
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise DataError(
            f"The pictures need {needed / 1e6:,.0f} MB in {folder}, and {free / 1e6:,.0f} MB are "
            "free there. Make room, or choose another cache with EIGHT_FACES_CACHE."
        )


def check_classes(labels: np.ndarray, names: Sequence[str], path: Path) -> None:
    """Check that each class still has a picture once broken ones are left out.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (n,)
        Of the pictures that were read.
    names : sequence of str
        All classes.
    path : pathlib.Path
        Where they lie, for the message.

    Raises
    ------
    DataError
    """
    empty = sorted(set(range(len(names))) - set(labels.tolist()))
    if empty:
        which = ", ".join(names[number] for number in empty)
        raise DataError(f"No picture of {which} in {path} can be read; look at these files.")


def load_image_folders(
    path: str | Path,
    size: int,
    *,
    into: str | Path | None = None,
    exclude: Collection[str] = (),
    least_classes: int = LEAST_CLASSES,
) -> ImageFolders:
    """Read all pictures of a folder that holds one folder a class.

    Parameters
    ----------
    path : str or pathlib.Path
        The folder, such as ``my_pictures`` with ``my_pictures/cats``, ``my_pictures/dogs``, ...
    size : int
        Height and width in pixels that every picture is resized to.
    into : str or pathlib.Path, optional
        A ``.npy`` file for the pictures, where they are too many for the memory.
    exclude, least_classes
        As in `list_image_folders`.

    Returns
    -------
    ImageFolders
        Files that can't be read are left out and named in ``skipped``.

    Raises
    ------
    DataError
        If there are too few classes, or a class has no picture.

    Examples
    --------
    >>> mine = load_image_folders("my_pictures", 224)  # doctest: +SKIP
    >>> mine.images.shape  # doctest: +SKIP
    (120, 224, 224, 3)
    """
    folder = Path(path)
    files, labels, names = list_image_folders(folder, exclude=exclude, least_classes=least_classes)
    images, kept, skipped = read_pictures(files, size, Path(into) if into else None)
    labels = labels[kept]
    check_classes(labels, names, folder)
    return ImageFolders(
        images, small(labels, len(names)), names, tuple(files[index] for index in kept),
        tuple(skipped),
    )  # fmt: skip


def small(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return labels in the smallest type that holds them: uint8, or uint16."""
    found: np.ndarray = labels.astype(np.uint8 if classes <= 256 else np.uint16)
    return found


def describe(skipped: Sequence[tuple[Path, str]], base: Path) -> str:
    """Say which files were left out.

    Parameters
    ----------
    skipped : sequence of (pathlib.Path, str)
    base : pathlib.Path
        Folder from which they are named.

    Returns
    -------
    str
        A line each; empty when there are none. Text of file names is shown escaped.
    """
    lines = []
    for path, reason in skipped:
        name = path.relative_to(base) if path.is_relative_to(base) else path
        lines.append(f"  left out: {json.dumps(str(name), ensure_ascii=False)}: {reason}")
    return "\n".join(lines)
