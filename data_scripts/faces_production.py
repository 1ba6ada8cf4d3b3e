"""Render many pictures in worker processes; the result does not depend on how many there are."""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context
from types import ModuleType
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from data_scripts.faces_identity import Identity, choose_distinct, draw_identity
from data_scripts.faces_renderer import LARGE, SMALL, render_face

PEOPLE = 8
CANDIDATES = 16
SIZES = (LARGE, SMALL)
BATCH = 25

# First word of the seed sequence of people: what the random numbers are for.
COURSE_PEOPLE, OTHER_PEOPLE = 1, 2


class Task(NamedTuple):
    """Pictures start to stop of one person, in some sizes; small enough for a progress bar."""

    other: bool
    people_seed: int
    person: int
    words: tuple[int, ...]
    start: int
    stop: int
    sizes: tuple[int, ...]


def seed_words(seed: int) -> tuple[int, int, int, int]:
    """Split a seed of at most 128 bits into four words of 32 bits."""
    if not 0 <= seed < 2**128:
        raise ValueError("a seed must be at least 0 and have at most 128 bits")
    first, second, third, fourth = ((seed >> shift) & 0xFFFFFFFF for shift in (0, 32, 64, 96))
    return first, second, third, fourth


def seeded_generator(*words: int) -> np.random.Generator:
    """Random generator of a purpose (the first word), a seed and a place in the data set."""
    return np.random.default_rng(np.random.SeedSequence(words))


@lru_cache(maxsize=8)
def course_people(people_seed: int) -> tuple[Identity, ...]:
    """Choose, by seed, the eight people of a data set, so that they differ from one another."""
    generator = seeded_generator(COURSE_PEOPLE, *seed_words(people_seed))
    candidates = [draw_identity(generator) for _ in range(CANDIDATES)]
    return tuple(choose_distinct(candidates, PEOPLE))


def other_person(seed: int, number: int) -> Identity:
    """Person `number` among the other people of a seed; never one of a set of eight."""
    return draw_identity(seeded_generator(OTHER_PEOPLE, *seed_words(seed), number))


def _render_task(task: Task) -> dict[int, np.ndarray]:
    """Render a task; every picture has its own generator, so the order does not matter."""
    if task.other:
        person = other_person(task.people_seed, task.person)
    else:
        person = course_people(task.people_seed)[task.person]
    pictures = range(task.start, task.stop)
    pairs = [
        render_face(person, seeded_generator(*task.words, task.person, index)) for index in pictures
    ]
    by_size = dict(zip(SIZES, zip(*pairs, strict=True), strict=True))
    return {size: np.stack(by_size[size]) for size in task.sizes}


@contextmanager
def _empty_main() -> Iterator[None]:
    """Hide the main module, so that new processes do not run a script a second time."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _run(tasks: list[Task], workers: int) -> Iterator[dict[int, np.ndarray]]:
    """Render tasks in their order, in worker processes if they can be had, else here."""
    done = 0
    if workers > 1:
        try:
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
                with _empty_main():
                    results = pool.map(_render_task, tasks)
                for result in results:
                    done += 1
                    yield result
        except (BrokenProcessPool, OSError, RuntimeError):
            pass  # No processes to be had: the rest is rendered here, with the same result.
    for task in tasks[done:]:
        yield _render_task(task)


def render_people(
    people: int,
    per_person: int,
    words: tuple[int, ...],
    *,
    people_seed: int,
    other: bool = False,
    sizes: tuple[int, ...] = SIZES,
    progress: bool = True,
    workers: int | None = None,
) -> dict[int, np.ndarray]:
    """Pictures ordered by person, for each size: uint8, shape (people * per_person, s, s, 3)."""
    tasks = [
        Task(other, people_seed, person, words, start, min(start + BATCH, per_person), sizes)
        for person in range(people)
        for start in range(0, per_person, BATCH)
    ]
    pictures = {size: np.empty((people * per_person, size, size, 3), np.uint8) for size in sizes}
    workers = min(2, os.cpu_count() or 1) if workers is None else workers
    place = 0
    with tqdm(
        total=people * per_person, desc="rendering faces", disable=not progress, file=sys.stdout
    ) as bar:
        for result in _run(tasks, workers if len(tasks) > 2 else 1):
            count = len(result[sizes[0]])
            for size in sizes:
                pictures[size][place : place + count] = result[size]
            place += count
            bar.update(count)
    return pictures
