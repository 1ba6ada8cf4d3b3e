"""The course's data set of people with and without a Santa costume.

The lesson's folders hold 461 pictures with and 461 without Santa, 542, 200 and 180 in the three
splits. Ours are balanced in each split: 271, 100 and 90 of both. Everybody is on one picture only,
so that no network can learn who wears the costume.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from data_scripts.cache import cached_arrays
from data_scripts.faces import renderer_hash as faces_hash
from data_scripts.faces_identity import draw_identity
from data_scripts.faces_production import seed_words, seeded_generator
from data_scripts.image_folders import write_folders
from data_scripts.pool import run_tasks
from data_scripts.santa_renderer import render_santa

COURSE_SEED = 0
PER_CLASS = {"train": 271, "validation": 100, "test": 90}
CLASSES = ("not_santa", "santa")
DRAWING_MODULES = ("costume", "renderer")
BATCH = 25

# First word of the seed sequence: what the random numbers are for.
PURPOSES = {"train": 41, "validation": 42, "test": 43, "hidden": 44}
PEOPLE, SHUFFLE = 45, 46


class Santa(NamedTuple):
    """Pictures of people and whether they wear the costume.

    Attributes
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        Pictures, uint8, range 0-255, shapes (542, 64, 64, 3), (200, 64, 64, 3), (180, 64, 64, 3).
    y_train, y_valid, y_test : numpy.ndarray
        1 with the costume, 0 without it, uint8, shapes (542,), (200,), (180,); balanced, shuffled.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


class Task(NamedTuple):
    """Pictures start to stop of a set, with the costume or without it."""

    words: tuple[int, ...]
    santa: bool
    start: int
    stop: int


def renderer_hash() -> str:
    """Hash the source of all modules that decide the pixels; line endings do not matter.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits, the same on every system.
    """
    digest = hashlib.sha256(faces_hash().encode("ascii"))
    for module in DRAWING_MODULES:
        source = Path(__file__).with_name(f"santa_{module}.py").read_text(encoding="utf-8")
        digest.update("\n".join(source.splitlines()).encode("utf-8"))
    return digest.hexdigest()


def render_task(task: Task) -> np.ndarray:
    """Render a task, each picture with its own person: uint8, shape (n, 64, 64, 3)."""
    pictures = []
    for number in range(task.start, task.stop):
        place = (*task.words, int(task.santa), number)
        person = draw_identity(seeded_generator(PEOPLE, *place))
        pictures.append(render_santa(person, task.santa, seeded_generator(*place)))
    return np.stack(pictures)


def balanced_set(
    words: tuple[int, ...], per_class: int, progress: bool, workers: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Render a balanced set and shuffle it.

    Parameters
    ----------
    words : tuple of int
        Seed words of the set; the first says what it is for, as in ``PURPOSES``.
    per_class : int
        Pictures with the costume, and without it.
    progress, workers
        As in ``load_santa``.

    Returns
    -------
    x, y : numpy.ndarray
        uint8, shapes (2 * per_class, 64, 64, 3) and (2 * per_class,).
    """
    tasks = [
        Task(words, santa, start, min(start + BATCH, per_class))
        for santa in (False, True)
        for start in range(0, per_class, BATCH)
    ]
    parts = []
    with tqdm(
        total=2 * per_class, desc="rendering people", disable=not progress, file=sys.stdout
    ) as bar:
        for part in run_tasks(render_task, tasks, workers):
            parts.append(part)
            bar.update(len(part))
    labels = np.repeat(np.arange(2, dtype=np.uint8), per_class)
    order = seeded_generator(SHUFFLE, *words).permutation(len(labels))
    return np.concatenate(parts)[order], labels[order]


def load_santa(
    *,
    seed: int = COURSE_SEED,
    cache_dir: str | Path | None = None,
    progress: bool = True,
    per_class: dict[str, int] | None = None,
    workers: int | None = None,
) -> Santa:
    """Load the pictures of people with and without the costume, rendering them the first time.

    Parameters
    ----------
    seed : int
        Which people and pictures; at most 128 bits. Nobody of the course's eight is among them.
    cache_dir : str or pathlib.Path, optional
        Where to keep the pictures; see ``data_scripts.cache.default_cache_dir``.
    progress : bool
        Whether to show a progress bar on standard output while rendering.
    per_class : dict of str to int, optional
        Pictures of each class in "train", "validation" and "test"; 271, 100 and 90 by default.
    workers : int, optional
        Processes which render, one a core up to four by default; the pictures do not depend on it.

    Returns
    -------
    Santa
        uint8 pictures and labels, by default 542, 200 and 180.
    """
    per_class = PER_CLASS if per_class is None else per_class

    def build() -> dict[str, np.ndarray]:
        arrays = {}
        for split in PER_CLASS:
            words = (PURPOSES[split], *seed_words(seed))
            x, y = balanced_set(words, per_class[split], progress, workers)
            arrays.update({f"{split}_x": x, f"{split}_y": y})
        return arrays

    counts = "-".join(str(per_class[split]) for split in PER_CLASS)
    arrays = cached_arrays(f"santa-{seed}-{counts}-{renderer_hash()[:16]}", build, cache_dir)
    return Santa(*(arrays[f"{split}_{part}"] for split in PER_CLASS for part in "xy"))


def write_image_folders(path: str | Path, pictures: Santa | None = None) -> Path:
    """Write the pictures as files: ``<path>/<split>/<class>/image_0001.png``.

    Parameters
    ----------
    path : str or pathlib.Path
        The folder to make; it must not be there yet, or be empty.
    pictures : Santa, optional
        The pictures; ``load_santa()`` by default.

    Returns
    -------
    pathlib.Path
        The folder: ``train``, ``validation`` and ``test``, each with ``santa`` and ``not_santa``.

    Raises
    ------
    FileExistsError
        When the folder holds something already.
    """
    pictures = load_santa() if pictures is None else pictures

    def places() -> Iterator[tuple[str, np.ndarray]]:
        for number, split in enumerate(PER_CLASS):
            x, y = pictures[2 * number], pictures[2 * number + 1]
            for label, name in enumerate(CLASSES):
                for count, row in enumerate(np.flatnonzero(y == label).tolist(), 1):
                    yield f"{split}/{name}/image_{count:04d}.png", x[row]

    return write_folders(path, places())
