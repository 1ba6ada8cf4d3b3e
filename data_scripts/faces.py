"""The course's data sets of rendered faces: eight people, a hidden set and other people."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_scripts.cache import cached_arrays, source_hash
from data_scripts.faces_production import PEOPLE, SIZES, render_people, seed_words, seeded_generator
from data_scripts.faces_renderer import LARGE, SMALL

COURSE_SEED = 0
SPLITS = {"train": 250, "valid": 50, "test": 50}
DRAWING_MODULES = (
    "identity", "conditions", "geometry", "features", "hair", "renderer", "production"
)  # fmt: skip

# First word of the seed sequence of pictures: what the random numbers are for.
OTHER_PICTURES, SHUFFLE = 3, 5  # 4 is that of hidden sets
SPLIT_PURPOSES = {"train": 11, "valid": 12, "test": 13}


class Faces(NamedTuple):
    """Pictures and labels of eight people.

    Attributes
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        Pictures, uint8, range 0-255, shapes (2000, s, s, 3), (400, s, s, 3), (400, s, s, 3).
    y_train, y_valid, y_test : numpy.ndarray
        Who is on each picture, uint8, range 0-7, shapes (2000,), (400,), (400,).
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
    return source_hash(Path(__file__).with_name(f"faces_{module}.py") for module in DRAWING_MODULES)


def shuffled_set(
    pictures: dict[int, np.ndarray], per_person: int, words: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Put pictures and labels into a random order given by seed words.

    Parameters
    ----------
    pictures : dict of int to numpy.ndarray
        Pictures by their size, ordered by person.
    per_person : int
    words : tuple of int

    Returns
    -------
    dict of str to numpy.ndarray
        Labels ``y``, uint8, and pictures ``x<size>``.
    """
    labels = np.repeat(np.arange(PEOPLE, dtype=np.uint8), per_person)
    order = seeded_generator(SHUFFLE, *words).permutation(len(labels))
    return {"y": labels[order], **{f"x{size}": array[order] for size, array in pictures.items()}}


def _build_faces(
    people_seed: int, splits: dict[str, int], progress: bool, workers: int | None
) -> dict[str, np.ndarray]:
    arrays = {}
    for split, per_person in splits.items():
        words = (SPLIT_PURPOSES[split], *seed_words(people_seed))
        pictures = render_people(
            PEOPLE, per_person, words, people_seed=people_seed, progress=progress, workers=workers
        )
        shuffled = shuffled_set(pictures, per_person, words)
        arrays.update({f"{split}_{key}": array for key, array in shuffled.items()})
    return arrays


def check_size(size: int) -> None:
    """Raise ValueError when pictures of this size are not drawn."""
    if size not in SIZES:
        raise ValueError(f"size must be one of {SIZES}, not {size}")


def load_faces(
    size: int = SMALL,
    *,
    people_seed: int = COURSE_SEED,
    cache_dir: str | Path | None = None,
    progress: bool = True,
    splits: dict[str, int] | None = None,
    workers: int | None = None,
) -> Faces:
    """Load the pictures of eight people, rendering them the first time.

    Parameters
    ----------
    size : int
        Side of the pictures, 48 or 100; both sizes show the same pictures and are cached together.
    people_seed : int
        Which eight people, and which pictures of them; at most 128 bits.
    cache_dir : str or pathlib.Path, optional
        Where to keep the pictures; see ``data_scripts.cache.default_cache_dir``.
    progress : bool
        Whether to show a progress bar on standard output while rendering.
    splits : dict of str to int, optional
        Pictures of each person in "train", "valid" and "test"; 250, 50 and 50 by default.
    workers : int, optional
        Processes which render, two by default; the pictures do not depend on it.

    Returns
    -------
    Faces
        uint8 pictures in the range 0-255 and uint8 labels 0-7, balanced and shuffled; by default
        2000 training, 400 validation and 400 test pictures.
    """
    check_size(size)
    splits = SPLITS if splits is None else splits
    counts = "-".join(str(splits[split]) for split in SPLITS)
    arrays = cached_arrays(
        f"faces-{people_seed}-{counts}-{renderer_hash()[:16]}",
        lambda: _build_faces(people_seed, splits, progress, workers),
        cache_dir,
    )
    return Faces(*(arrays[f"{split}_{key}"] for split in SPLITS for key in (f"x{size}", "y")))


def render_other_people(
    n_people: int,
    per_person: int,
    *,
    seed: int = 0,
    size: int = LARGE,
    progress: bool = True,
    workers: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Render people who are in no set of eight, to train a network beforehand; not cached.

    Parameters
    ----------
    n_people, per_person : int
        How many people, and pictures of each.
    seed : int
        Which people; at most 128 bits. Person k of a seed is the same for every ``n_people``.
    size : int
        Side of the pictures, 48 or 100.
    progress, workers
        As in ``load_faces``.

    Returns
    -------
    x : numpy.ndarray
        Pictures, uint8, range 0-255, shape (n_people * per_person, size, size, 3), ordered by
        person. Beside this array only small batches are held in memory.
    y : numpy.ndarray
        Who is on them, int64, range 0 to n_people - 1, shape (n_people * per_person,).
    """
    check_size(size)
    words = (OTHER_PICTURES, *seed_words(seed))
    pictures = render_people(
        n_people, per_person, words, people_seed=seed, other=True, sizes=(size,),
        progress=progress, workers=workers,
    )  # fmt: skip
    return pictures[size], np.repeat(np.arange(n_people), per_person)
