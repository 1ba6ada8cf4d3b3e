"""How many pictures each category has, in which order they come, and their rendering."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from data_scripts.faces_production import seed_words, seeded_generator
from data_scripts.objects_categories import NAMES
from data_scripts.objects_renderer import SIDE, render_object
from data_scripts.pool import run_tasks

PICTURES = 6209
SMALLEST, LARGEST = 31, 239
SPLIT_TOTALS = {"train": 4346, "valid": 931, "test": 932}
BATCH = 16

# First word of the seed sequence: what the random numbers are for.
PURPOSES = {"train": 31, "valid": 32, "test": 33, "hidden": 34}
SHUFFLE = 35


class Picture(NamedTuple):
    """One picture of a set: which purpose and seed it has, its label, its number of that label."""

    words: tuple[int, ...]
    label: int
    number: int


def _apportion(total: int, quotas: np.ndarray) -> np.ndarray:
    """Round quotas to whole numbers of a sum, by largest remainder (first come on a tie)."""
    whole = np.floor(quotas + 1e-9).astype(int)
    order = np.argsort(-(quotas - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def category_sizes() -> np.ndarray:
    """Tell how many pictures each category has: int, shape (97,), sum 6,209.

    The sizes of Caltech-101's 97 remaining categories fall from 239 to 31, quickly at first. So do
    these: ``31 + 208 * (1 - rank / 96) ** power``, rounded, with the power that gives the sum.
    Category k of the alphabetical order has rank ``(37 * k + 11) % 97``, a permutation because 97
    is a prime number.
    """
    count = len(NAMES)
    ranks = (37 * np.arange(count) + 11) % count
    share = 1 - ranks / (count - 1)
    low, high = 0.1, 50.0
    for _ in range(60):
        power = (low + high) / 2
        total = (SMALLEST + (LARGEST - SMALLEST) * share**power).sum()
        low, high = (power, high) if total > PICTURES else (low, power)
    return _apportion(PICTURES, SMALLEST + (LARGEST - SMALLEST) * share**low)


def split_sizes(share: int = 1) -> dict[str, np.ndarray]:
    """Tell how many pictures of each category a split has.

    Parameters
    ----------
    share : int
        One in so many pictures of each category, at least one, for quick runs.

    Returns
    -------
    dict of str to numpy.ndarray
        "train", "valid" and "test", each int, shape (97,); sums 4,346, 931 and 932: 70, 15 and 15
        per cent of each category, rounded by largest remainder.
    """
    sizes = category_sizes()
    valid = _apportion(SPLIT_TOTALS["valid"], sizes * SPLIT_TOTALS["valid"] / PICTURES)
    test = _apportion(SPLIT_TOTALS["test"], sizes * SPLIT_TOTALS["test"] / PICTURES)
    splits = {"train": sizes - valid - test, "valid": valid, "test": test}
    if share == 1:
        return splits
    return {split: np.maximum(1, counts // share) for split, counts in splits.items()}


def plan_set(counts: np.ndarray, words: tuple[int, ...]) -> list[Picture]:
    """List the pictures of a set in a random order that its seed words decide.

    A set with smaller ``counts`` has some of the same pictures, but another order.
    """
    pictures = [
        Picture(words, label, number)
        for label, count in enumerate(counts.tolist())
        for number in range(count)
    ]
    order = seeded_generator(SHUFFLE, *words).permutation(len(pictures))
    return [pictures[place] for place in order]


def split_words(split: str, seed: int) -> tuple[int, ...]:
    """Seed words of a split."""
    return (PURPOSES[split], *seed_words(seed))


def render_task(task: list[Picture]) -> np.ndarray:
    """Render some pictures, each with its own generator: uint8, shape (n, 224, 224, 3)."""
    return np.stack(
        [
            render_object(NAMES[label], seeded_generator(*words, label, number))
            for words, label, number in task
        ]
    )


def render_set(pictures: list[Picture], workers: int | None = None) -> Iterator[np.ndarray]:
    """Render pictures in their order, in batches; the result does not depend on ``workers``."""
    tasks = [pictures[start : start + BATCH] for start in range(0, len(pictures), BATCH)]
    return run_tasks(render_task, tasks, workers)


def picture_shape(count: int) -> tuple[int, int, int, int]:
    """Shape of a set of ``count`` pictures."""
    return count, SIDE, SIDE, 3
