"""The layout that all data sets of the course share, and how pictures are dealt out to it."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_scripts.cache import cached_arrays
from data_scripts.cache_endings import ARRAYS
from data_scripts.faces_production import seeded_generator
from data_scripts.original.sources import folder_of, missing

# First word of the seed sequence: what the random numbers are for.
DEAL, SHUFFLE = 31, 32


class Pictures(NamedTuple):
    """Pictures and labels in three splits.

    Attributes
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        uint8, range 0-255, shapes (n, height, width) or (n, height, width, 3).
    y_train, y_valid, y_test : numpy.ndarray
        Numbers of the classes, uint8, shapes (n,).
    names : tuple of str
        Name of each class, in the order of the numbers.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    names: tuple[str, ...]


def pictures_of(arrays: Iterable[np.ndarray], names: tuple[str, ...]) -> Pictures:
    """Name six arrays, given as ``x_train, y_train, x_valid, ...``."""
    x_train, y_train, x_valid, y_valid, x_test, y_test = arrays
    return Pictures(x_train, y_train, x_valid, y_valid, x_test, y_test, names)


def keep(pictures: Pictures, name: str, cache_dir: str | Path | None) -> None:
    """Write a small data set into the folder of its source, in place of an earlier one.

    Parameters
    ----------
    pictures : Pictures
    name : str
        Name of the source.
    cache_dir : str or pathlib.Path, optional
        By default `data_scripts.cache.default_cache_dir()`.
    """
    folder = folder_of(name, cache_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}{ARRAYS}").unlink(missing_ok=True)
    arrays = dict(zip(Pictures._fields[:-1], pictures[:-1], strict=True))
    cached_arrays(name, lambda: arrays, folder)


def kept(name: str, names: tuple[str, ...], cache_dir: str | Path | None) -> Pictures:
    """Read what `keep` wrote; parameters as there, and the names of the classes.

    Raises
    ------
    MissingDataError
        If it is not there, or damaged.
    """

    def absent() -> dict[str, np.ndarray]:
        raise missing(name)

    folder = folder_of(name, cache_dir)
    if not folder.is_dir():
        raise missing(name)
    arrays = cached_arrays(name, absent, folder)
    return pictures_of((arrays[field] for field in Pictures._fields[:-1]), names)


def dealt_order(labels: np.ndarray, seed: int = 0) -> np.ndarray:
    """Order pictures so that every stretch has all classes in their proportions.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (n,)
    seed : int
        Decides the order within each class.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Indices. Any first part of them holds each class in its share of the whole, to within one
        picture: cut anywhere, and the cut is stratified.
    """
    generator = seeded_generator(DEAL, seed)
    place = np.empty(len(labels))
    for label in np.unique(labels):
        found = np.flatnonzero(labels == label)
        ranks = generator.permutation(len(found))
        place[found] = (ranks + generator.random()) / len(found)
    return np.argsort(place, kind="stable")


def cuts(count: int) -> tuple[int, int]:
    """Return where training and validation pictures end: 70 and 85 % of all, rounded down."""
    return count * 70 // 100, count * 85 // 100
