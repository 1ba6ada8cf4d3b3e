"""MNIST in the numbers of the course: 4,000 training, 1,000 validation and 1,000 test digits."""

from pathlib import Path

import numpy as np

from data_scripts.faces_production import seeded_generator
from data_scripts.original.download import PATIENT, obtain
from data_scripts.original.errors import DataError, OriginalError
from data_scripts.original.sources import DIGITS
from data_scripts.original.splits import SHUFFLE, Pictures, keep, kept, pictures_of
from data_scripts.original.web import Limits

NAME = "digits"
COUNTS = {"train": 4000, "valid": 1000, "test": 1000}
NAMES = tuple(str(digit) for digit in range(10))


def choose(
    training: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]
) -> Pictures:
    """Choose the course's digits out of MNIST, always the same ones.

    Parameters
    ----------
    training, test : tuple of (numpy.ndarray, numpy.ndarray)
        Images (n, 28, 28) and labels (n,), as Keras gives them.

    Returns
    -------
    Pictures
        Training and validation digits from `training`, test digits from `test`; both in random
        order, since the first and second half of MNIST's test set come from other writers.

    Raises
    ------
    DataError
        If there are too few, or they are not 28 x 28 of uint8 with labels 0 to 9.
    """
    held_out = COUNTS["train"] + COUNTS["valid"]
    training = _checked(*training, held_out, "training")
    test = _checked(*test, COUNTS["test"], "test")
    order = seeded_generator(SHUFFLE, 0).permutation(len(training[0]))
    first, second = order[: COUNTS["train"]], order[COUNTS["train"] : held_out]
    third = seeded_generator(SHUFFLE, 1).permutation(len(test[0]))[: COUNTS["test"]]
    arrays = (array[chosen] for whole, chosen in ((training, first), (training, second),
                                                  (test, third)) for array in whole)  # fmt: skip
    return pictures_of(arrays, NAMES)


def _checked(
    images: np.ndarray, labels: np.ndarray, least: int, which: str
) -> tuple[np.ndarray, np.ndarray]:
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise DataError(
            f"The {which} digits should be uint8 of shape (n, 28, 28), not {images.dtype} of "
            f"shape {images.shape}."
        )
    if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
        raise DataError(
            f"The {which} digits should have one label each, whole numbers, not {labels.dtype} of "
            f"shape {labels.shape}."
        )
    if len(images) < least:
        raise DataError(f"{least:,} {which} digits are needed, and there are {len(images):,}.")
    if labels.min() < 0 or labels.max() > 9:
        raise DataError(f"Labels of the {which} digits should be 0 to 9.")
    return images, labels.astype(np.uint8)


def read_file(path: Path) -> Pictures:
    """Read digits from a file on this machine.

    Parameters
    ----------
    path : pathlib.Path
        A ``.npz`` file: as Keras', with ``x_train``, ``y_train``, ``x_test``, ``y_test``; or with
        ``images`` and ``labels``, of which 4,000, 1,000 and 1,000 are taken in their order.

    Returns
    -------
    Pictures

    Raises
    ------
    DataError
        If it is another kind of file.
    """
    try:
        with np.load(path, allow_pickle=False) as opened:
            arrays = {name: opened[name] for name in opened.files}
    except Exception as error:  # a broken ZIP file raises almost anything
        raise DataError(f"{path} can't be read as a .npz file: {error}") from error
    if {"x_train", "y_train", "x_test", "y_test"} <= set(arrays):
        return choose((arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"]))
    if {"images", "labels"} <= set(arrays):
        return _in_order(*_checked(arrays["images"], arrays["labels"], sum(COUNTS.values()), "all"))
    raise DataError(
        f"{path} should hold x_train, y_train, x_test and y_test, or images and labels; it holds "
        f"{', '.join(sorted(arrays)) or 'nothing'}."
    )


def _in_order(images: np.ndarray, labels: np.ndarray) -> Pictures:
    ends = np.cumsum(list(COUNTS.values()))
    parts = [array[end - count : end]
             for end, count in zip(ends, COUNTS.values(), strict=True)
             for array in (images, labels)]  # fmt: skip
    return pictures_of(parts, NAMES)


def fetch_digits(
    given: str | None = None,
    *,
    cache_dir: str | Path | None = None,
    limits: Limits = PATIENT,
    progress: bool = True,
) -> Pictures:
    """Get the digits, through Keras' own loader or from a file, and keep the course's share.

    Parameters
    ----------
    given : str, optional
        A file as in `read_file`, or an address of Keras' file. By default the file is downloaded
        to where Keras looks for it, and read by ``keras.datasets.mnist.load_data``.
    cache_dir, limits, progress
        As in `data_scripts.original.download.obtain`.

    Returns
    -------
    Pictures

    Raises
    ------
    OriginalError
    """
    if given and "://" not in given:
        chosen = read_file(Path(given))
    else:
        obtain(NAME, DIGITS, given, cache_dir=cache_dir, limits=limits, progress=progress)
        chosen = _through_keras()
    keep(chosen, NAME, cache_dir)
    return chosen


def _through_keras() -> Pictures:
    import keras

    try:
        training, test = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise OriginalError(f"Keras could not load MNIST: {error}") from error
    return choose(training, test)


def load_digits(*, cache_dir: str | Path | None = None) -> Pictures:
    """Load the digits that were fetched.

    Parameters
    ----------
    cache_dir : str or pathlib.Path, optional
        By default `data_scripts.cache.default_cache_dir()`.

    Returns
    -------
    Pictures
        ``x_train`` (4000, 28, 28), ``x_valid`` and ``x_test`` (1000, 28, 28), uint8, 0 to 255;
        labels 0 to 9.

    Raises
    ------
    MissingDataError
        If they have not been fetched.
    """
    return kept(NAME, NAMES, cache_dir)
