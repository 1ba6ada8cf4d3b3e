"""Run tasks in worker processes; the results do not depend on how many there are."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from data_scripts.faces_production import _empty_main

Task = TypeVar("Task")
Result = TypeVar("Result")

MOST_WORKERS = 4


def default_workers() -> int:
    """Tell how many processes work unless somebody says otherwise: one a core, at most four."""
    return min(MOST_WORKERS, os.cpu_count() or 1)


def run_tasks(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int | None = None
) -> Iterator[Result]:
    """Run a function of a module on many tasks.

    Parameters
    ----------
    function : callable
        Can be imported by its name.
    tasks : sequence
        Its arguments.
    workers : int, optional
        Processes; one works here, and so do tasks for which no processes can be had. By default
        ``default_workers()``.

    Yields
    ------
    object
        Results in the order of the tasks. Twice as many tasks as there are processes are under way
        at a time, so that results do not pile up in memory.
    """
    workers = default_workers() if workers is None else workers
    done = 0
    if workers > 1 and len(tasks) > 2:
        try:
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
                ahead = 2 * workers
                with _empty_main():  # the first submissions start the processes
                    waiting = [pool.submit(function, task) for task in tasks[:ahead]]
                while waiting:
                    result = waiting.pop(0).result()
                    if done + ahead < len(tasks):
                        waiting.append(pool.submit(function, tasks[done + ahead]))
                    done += 1
                    yield result
        except (BrokenProcessPool, OSError, RuntimeError):
            pass  # No processes to be had: the rest is done here, with the same result.
    for task in tasks[done:]:
        yield function(task)
