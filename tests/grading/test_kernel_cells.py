"""Waiting for a cell: replies may come while something else is attended to."""

import asyncio

from autograder.grading.kernel_cells import KernelCells


class Attending(KernelCells):
    """A runner that always has something else to do; nothing of a kernel is needed for that."""

    async def attend(self) -> float:
        await asyncio.sleep(0.2)
        return 0.2

    async def _is_alive(self) -> bool:
        return True


def settled(seconds: float, reply_after: float) -> bool:
    async def wait() -> bool:
        reading = asyncio.ensure_future(asyncio.sleep(reply_after))
        replying = asyncio.ensure_future(asyncio.sleep(reply_after))
        try:
            return await Attending()._settle(reading, replying, seconds)
        finally:
            reading.cancel()
            replying.cancel()

    return asyncio.run(wait())


def test_reply_and_output_that_both_come_while_a_training_is_answered() -> None:
    assert settled(seconds=5, reply_after=0.05)


def test_time_that_was_spent_on_something_else_is_not_the_cell_s() -> None:
    assert settled(seconds=0.3, reply_after=0.5)


def test_no_reply_in_time() -> None:
    assert not settled(seconds=0.2, reply_after=60)
