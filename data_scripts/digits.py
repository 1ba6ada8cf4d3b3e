"""The course's data set of rendered handwritten digits."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_scripts.cache import cached_arrays, source_hash
from data_scripts.digits_renderer import SIDE, draw_writer, render_digit
from data_scripts.faces_production import seed_words, seeded_generator

COURSE_SEED = 0
CLASSES = 10
SPLITS = {"train": 400, "valid": 100, "test": 100}
"""Digits of each class."""

PER_WRITER = 2
"""How often a hand writes each digit; nobody has written in two splits."""

DRAWING_MODULES = ("shapes", "renderer")

# First word of the seed sequence, what the pictures are for, and the last but one, what is drawn.
SPLIT_PURPOSES = {"train": 21, "valid": 22, "test": 23}
WRITER, DIGIT, ORDER = 1, 2, 3


class Digits(NamedTuple):
    """Pictures and labels of handwritten digits.

    Attributes
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        Pictures, uint8, range 0-255, light on black, shapes (4000, 28, 28), (1000, 28, 28),
        (1000, 28, 28).
    y_train, y_valid, y_test : numpy.ndarray
        The digits, uint8, range 0-9, shapes (4000,), (1000,), (1000,).
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def renderer_hash() -> str:
    """Hash the source of the drawing modules; line endings do not matter.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits, the same on every system.
    """
    return source_hash(
        Path(__file__).with_name(f"digits_{module}.py") for module in DRAWING_MODULES
    )


def render_digits(per_class: int, words: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Render digits of all classes, in an order given by chance; not cached.

    Parameters
    ----------
    per_class : int
        Pictures of each digit; the first ones are the same for every number.
    words : tuple of int
        Words of the seed sequence: a purpose, and a seed.

    Returns
    -------
    x : numpy.ndarray of uint8, shape (10 * per_class, 28, 28)
    y : numpy.ndarray of uint8, shape (10 * per_class,)
        Balanced, 0 to 9.
    """
    pictures = np.array(list(_pictures(per_class, words)), dtype=np.uint8)
    labels = np.tile(np.arange(CLASSES, dtype=np.uint8), per_class)
    order = seeded_generator(*words, ORDER).permutation(len(labels))
    return pictures.reshape(-1, SIDE, SIDE)[order], labels[order]


def _pictures(per_class: int, words: tuple[int, ...]) -> Iterator[np.ndarray]:
    for number in range(per_class):
        writer = draw_writer(seeded_generator(*words, WRITER, number // PER_WRITER))
        for digit in range(CLASSES):
            yield render_digit(digit, writer, seeded_generator(*words, DIGIT, digit, number))


def load_digits(
    *,
    seed: int = COURSE_SEED,
    cache_dir: str | Path | None = None,
    splits: dict[str, int] | None = None,
) -> Digits:
    """Load the digits, rendering them the first time; that takes a few seconds.

    Parameters
    ----------
    seed : int
        Which hands, and which digits of them; at most 128 bits.
    cache_dir : str or pathlib.Path, optional
        Where to keep the pictures; see ``data_scripts.cache.default_cache_dir``.
    splits : dict of str to int, optional
        Pictures of each digit in "train", "valid" and "test"; 400, 100 and 100 by default.

    Returns
    -------
    Digits
        uint8 pictures in the range 0-255 and uint8 labels 0-9, balanced and shuffled; by default
        4000 training, 1000 validation and 1000 test pictures.
    """
    splits = SPLITS if splits is None else splits

    def build() -> dict[str, np.ndarray]:
        arrays = {}
        for split, purpose in SPLIT_PURPOSES.items():
            rendered = render_digits(splits[split], (purpose, *seed_words(seed)))
            arrays[f"{split}_x"], arrays[f"{split}_y"] = rendered
        return arrays

    counts = "-".join(str(splits[split]) for split in SPLITS)
    arrays = cached_arrays(f"digits-{seed}-{counts}-{renderer_hash()[:16]}", build, cache_dir)
    return Digits(*(arrays[f"{split}_{key}"] for split in SPLITS for key in "xy"))
