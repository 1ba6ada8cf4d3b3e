"""Waiting for a cell: replies may come while something else is attended to."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from nbformat.v4 import new_code_cell

from autograder.grading.kernel_cells import KernelCells
from autograder.grading.limits import OutputBudget


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


class Channel:
    """A channel with some messages; after them it is closed."""

    def __init__(self, *messages: Any) -> None:
        self.messages = list(messages)

    async def get_msg(self, timeout: float | None) -> Any:
        if not self.messages:
            raise AssertionError("closed")
        message = self.messages.pop(0)
        if isinstance(message, Exception):
            raise message
        return message


class Reading(KernelCells):
    """A runner that has a channel to read and loses its client after the first message."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self.nb = SimpleNamespace(cells=[])
        self.kc = SimpleNamespace(iopub_channel=channel, shell_channel=channel)
        self._budget = OutputBudget(1000)
        self._has_left_out = False

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> None:
        self.kc = None


def message(parent: str) -> dict[str, Any]:
    return {"parent_header": {"msg_id": parent}, "content": {"status": "ok"}}


def test_reading_ends_with_its_channel() -> None:
    """Also when a grading was broken off and its client is gone: it would go round for ever."""
    runner = Reading(Channel(message("mine"), message("another")))
    with pytest.raises(AssertionError, match="closed"):
        asyncio.run(runner._read_outputs("mine", new_code_cell(), 0))


def test_malformed_messages_are_left_out_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    broken = [ValueError("Invalid Signature"), {"parent_header": None}, {}, 3] * 50
    runner = Reading(Channel(*broken, message("another"), message("mine")))
    with caplog.at_level(logging.WARNING, logger=runner.log.name):
        reply = asyncio.run(runner._read_reply("mine"))
    assert reply == {"status": "ok"}
    assert [record.getMessage() for record in caplog.records] == [
        "A malformed reply of the kernel was left out."
    ]
