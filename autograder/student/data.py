"""The course's data as a notebook wants it."""

import os
from typing import TYPE_CHECKING

import numpy as np

from autograder import settings
from autograder.place import DATA

if TYPE_CHECKING:
    from data_scripts.digits import Digits
    from data_scripts.faces import Faces
    from data_scripts.features import Features

SOURCES = ("embedded", "original")

STANDARDIZE_EPSILON = 1e-4
"""Added to the standard deviation, so that a pixel that never changes divides by something."""


def chosen_source(source: str | None = None) -> str:
    """Tell which data to use.

    Parameters
    ----------
    source : {"embedded", "original"}, optional
        By default the environment variable ``EIGHT_FACES_DATA`` decides, else "embedded".

    Returns
    -------
    str
        "embedded", which is made on this machine, or "original", other people's data sets that
        ``python -m data_scripts.original fetch`` has brought here.

    Raises
    ------
    ValueError
        If it is neither.
    """
    chosen = source or os.environ.get(DATA) or "embedded"
    if chosen not in SOURCES:
        origin = "the argument source" if source else f"the environment variable {DATA}"
        raise ValueError(
            f'The data should be "embedded" or "original", but {origin} says "{chosen}". Is it a '
            "typing mistake?"
        )
    return chosen


def load_faces(size: int = 48) -> "Faces":
    """Load the eight people: rendered ones, or the original course's (see `chosen_source`).

    Parameters
    ----------
    size : {48, 100}
        Height and width in pixels.

    Returns
    -------
    Faces
        ``x_train`` (2000, size, size, 3), ``x_valid`` and ``x_test`` (400, size, size, 3), uint8,
        0 to 255; ``y_train``, ``y_valid``, ``y_test``, labels 0 to 7. A tenth of each in a quick
        test run.

    Raises
    ------
    ValueError
        If `size` is another one, or ``EIGHT_FACES_DATA`` says something else than it may.
    data_scripts.original.errors.MissingDataError
        If the original faces are chosen and not on this machine; it names the command that
        fetches them.
    """
    from data_scripts import faces

    if chosen_source() == "original":
        from data_scripts.original.faces import load_faces as load_original

        everything = load_original(size)
    else:
        everything = faces.load_faces(size)
    if not settings.quick():
        return everything
    return faces.Faces(*(array[: len(array) // settings.QUICK_SHARE] for array in everything))


def load_digits() -> "Digits":
    """Load the handwritten digits: rendered ones, or those of MNIST (see `chosen_source`).

    Returns
    -------
    Digits
        ``x_train`` (4000, 28, 28), ``x_valid`` and ``x_test`` (1000, 28, 28), uint8, 0 to 255,
        light on black; ``y_train``, ``y_valid``, ``y_test``, labels 0 to 9. A tenth of each in a
        quick test run.

    Raises
    ------
    ValueError, data_scripts.original.errors.MissingDataError
        As in `load_faces`.
    """
    from data_scripts import digits

    if chosen_source() == "original":
        from data_scripts.original.digits import load_digits as load_original

        everything = digits.Digits(*load_original()[:6])
    else:
        everything = digits.load_digits()
    if not settings.quick():
        return everything
    return digits.Digits(*(array[: len(array) // settings.QUICK_SHARE] for array in everything))


def scale(images: np.ndarray) -> np.ndarray:
    """Bring grey pixels to the range 0 to 1 and give every image its channel.

    Parameters
    ----------
    images : numpy.ndarray of uint8, shape (n, height, width)
        Grey images, 0 to 255.

    Returns
    -------
    numpy.ndarray of float32, shape (n, height, width, 1)
        What a convolutional network takes, 0 to 1.
    """
    return images[..., None].astype("float32") / 255


def load_features() -> "Features":
    """Load the features of the eight people at fc1 of the pretrained VGG16, before its ReLU.

    Returns
    -------
    Features
        ``x_train`` (2000, 4096), ``x_valid`` and ``x_test`` (400, 4096), float32, in the order of
        the images; ``y_train``, ``y_valid``, ``y_test``, labels 0 to 7. A tenth of each in a quick
        test run.

    Raises
    ------
    ValueError, data_scripts.original.errors.MissingDataError
        As in `load_faces`.
    """
    if chosen_source() == "original":
        from data_scripts.original.features import load_features as load_original

        return load_original()
    from data_scripts import features

    return features.load_features()


def standardize(train: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Standardise images with the mean and standard deviation of the training images.

    Parameters
    ----------
    train : numpy.ndarray of uint8, shape (n, height, width, channels)
        Training images, 0 to 255; each pixel's mean and standard deviation come from these alone.
    *others : numpy.ndarray of uint8, shapes (m, height, width, channels)
        Images to be treated with the same numbers.

    Returns
    -------
    list of numpy.ndarray of float32
        The training images and the others: (x / 255 - mean) / (std + 1e-4).
    """
    pixels = _as_shares(train)
    mean = pixels.mean(axis=0)
    scale = pixels.std(axis=0) + np.float32(STANDARDIZE_EPSILON)
    standardized = [pixels, *map(_as_shares, others)]
    for images in standardized:  # in place: memory is what takes the time
        images -= mean
        images /= scale
    return standardized


def _as_shares(images: np.ndarray) -> np.ndarray:
    """Return pixels from 0 to 1 as new numbers."""
    shares = images.astype("float32")
    shares /= 255
    return shares


def one_hot(labels: np.ndarray, classes: int = 8) -> np.ndarray:
    """Return one row a label, 1 at its position and 0 elsewhere.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (n,)
        0 to ``classes - 1``.
    classes : int

    Returns
    -------
    numpy.ndarray of float32, shape (n, classes)
    """
    rows: np.ndarray = np.eye(classes, dtype="float32")[labels]
    return rows


def flatten(images: np.ndarray) -> np.ndarray:
    """Return one row of numbers an image.

    Parameters
    ----------
    images : numpy.ndarray, shape (n, height, width, channels)

    Returns
    -------
    numpy.ndarray, shape (n, height * width * channels)
    """
    return images.reshape(len(images), -1)
