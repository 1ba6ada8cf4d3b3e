"""Tests of running tasks in processes."""

import math
import os

import pytest

from data_scripts import pool


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers):
    tasks = list(range(12))
    assert list(pool.run_tasks(math.factorial, tasks, workers)) == [*map(math.factorial, tasks)]


def test_no_task_no_result():
    assert not list(pool.run_tasks(math.factorial, []))


def test_a_failing_pool_falls_back_to_one_process(monkeypatch):
    def no_pool(*arguments, **options):
        raise OSError("no processes here")

    monkeypatch.setattr(pool, "ProcessPoolExecutor", no_pool)
    assert list(pool.run_tasks(math.sqrt, [1.0, 4.0, 9.0], 2)) == [1.0, 2.0, 3.0]


def test_a_process_that_dies_falls_back_to_one_process():
    parent = str(os.getpid())
    tasks = [f"{parent}:{number}" for number in range(4)]
    assert list(pool.run_tasks(_die_elsewhere, tasks, 2)) == tasks


def _die_elsewhere(task):
    if os.getpid() != int(task.split(":")[0]):
        os._exit(1)
    return task


def test_an_error_of_the_task_itself_is_raised():
    with pytest.raises(ValueError):
        list(pool.run_tasks(math.sqrt, [1.0, -1.0, 4.0], 2))
