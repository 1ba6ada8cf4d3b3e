"""The course's data set of rendered objects: 97 categories.

The pictures stay in a file of the cache and are mapped into memory (``data_scripts.mapped``): the
whole set is 935 MB. Compressed files would take an eighth of that and were left alone: decoding
them in every epoch takes longer than the small network's training step on a GPU, the decoder's
version would decide the pixels, and an array is what notebooks work with.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from data_scripts.image_folders import write_folders
from data_scripts.mapped import mapped_pictures
from data_scripts.objects_categories import NAMES
from data_scripts.objects_production import (
    Picture,
    picture_shape,
    plan_set,
    render_set,
    split_sizes,
    split_words,
)

COURSE_SEED = 0
DRAWING_MODULES = (
    "animals", "categories", "home", "kitchen", "outdoors", "pen", "production", "renderer",
    "scene", "workshop",
)  # fmt: skip


class Objects(NamedTuple):
    """Pictures and labels of 97 categories.

    Attributes
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        Pictures, uint8, range 0-255, shapes (4346, 224, 224, 3), (931, ...), (932, ...), shuffled;
        read-only, and parts of one file that is mapped into memory. Convert them batch by batch.
    y_train, y_valid, y_test : numpy.ndarray
        What is on each picture, uint8, range 0-96, shapes (4346,), (931,), (932,).
    names : tuple of str
        Names of the categories, in the order of the labels.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    names: tuple[str, ...]


def renderer_hash() -> str:
    """Hash the source of the drawing modules; line endings do not matter.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits, the same on every system.
    """
    digest = hashlib.sha256()
    for module in DRAWING_MODULES:
        source = Path(__file__).with_name(f"objects_{module}.py").read_text(encoding="utf-8")
        digest.update("\n".join(source.splitlines()).encode("utf-8"))
    return digest.hexdigest()


def labels_of(pictures: list[Picture]) -> np.ndarray:
    """Labels of planned pictures: uint8, shape (n,), range 0-96."""
    return np.array([picture.label for picture in pictures], dtype=np.uint8)


def mapped_set(
    name: str, pictures: list[Picture], cache_dir: str | Path | None, progress: bool,
    workers: int | None,
) -> np.ndarray:  # fmt: skip
    """Map a set of the cache, rendering it the first time.

    Parameters
    ----------
    name : str
        Name of the file without its ending; it must change whenever the pictures would.
    pictures : list of Picture
        What is to be rendered, in this order.
    cache_dir, progress, workers
        As in ``load_objects``.

    Returns
    -------
    numpy.ndarray
        uint8, range 0-255, shape (n, 224, 224, 3), read-only.
    """

    def build() -> Iterator[np.ndarray]:
        with tqdm(
            total=len(pictures), desc="rendering objects", disable=not progress, file=sys.stdout
        ) as bar:
            for batch in render_set(pictures, workers):
                bar.update(len(batch))
                yield batch

    return mapped_pictures(name, picture_shape(len(pictures)), build, cache_dir)


def load_objects(
    *,
    share: int = 1,
    seed: int = COURSE_SEED,
    cache_dir: str | Path | None = None,
    progress: bool = True,
    workers: int | None = None,
) -> Objects:
    """Load the pictures of 97 categories, rendering them the first time.

    Parameters
    ----------
    share : int
        One in so many pictures of each category, at least one a split, for quick runs.
    seed : int
        Which pictures of the categories; at most 128 bits.
    cache_dir : str or pathlib.Path, optional
        Where to keep the pictures; see ``data_scripts.cache.default_cache_dir``.
    progress : bool
        Whether to show a progress bar on standard output while rendering.
    workers : int, optional
        Processes which render, one a core up to four by default; the pictures do not depend on it.

    Returns
    -------
    Objects
        uint8 pictures in the range 0-255 and uint8 labels 0-96; by default 4,346 training, 931
        validation and 932 test pictures, every category in the same proportions.

    Raises
    ------
    OSError
        When the disk has too little space left: the whole set takes 935 MB.
    """
    splits = {
        split: plan_set(counts, split_words(split, seed))
        for split, counts in split_sizes(share).items()
    }
    everything = [picture for pictures in splits.values() for picture in pictures]
    name = f"objects-{seed}-{share}-{renderer_hash()[:16]}"
    x = mapped_set(name, everything, cache_dir, progress, workers)
    y = labels_of(everything)
    train = len(splits["train"])
    valid = train + len(splits["valid"])
    return Objects(
        x[:train], y[:train], x[train:valid], y[train:valid], x[valid:], y[valid:], NAMES
    )


def write_image_folders(
    path: str | Path, objects: Objects | None = None, *, per_category: int | None = None
) -> Path:
    """Write the pictures as files, a folder a category: ``<path>/<category>/image_0001.png``.

    Parameters
    ----------
    path : str or pathlib.Path
        The folder to make; it must not be there yet, or be empty.
    objects : Objects, optional
        The pictures; ``load_objects()`` by default.
    per_category : int, optional
        Only so many pictures of each category; by default all, about 0.7 GB.

    Returns
    -------
    pathlib.Path
        The folder. Pictures of a category come in the order of training, validation and test set.

    Raises
    ------
    FileExistsError
        When the folder holds something already.
    """
    objects = load_objects() if objects is None else objects
    splits = (
        (objects.x_train, objects.y_train),
        (objects.x_valid, objects.y_valid),
        (objects.x_test, objects.y_test),
    )

    def pictures() -> Iterator[tuple[str, np.ndarray]]:
        written = [0] * len(objects.names)
        for x, y in splits:
            for row, label in enumerate(y.tolist()):
                if per_category is None or written[label] < per_category:
                    written[label] += 1
                    yield f"{objects.names[label]}/image_{written[label]:04d}.png", x[row]

    return write_folders(path, pictures())
