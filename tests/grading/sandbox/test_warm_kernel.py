"""A notebook's kernel forked from a parent that has imported TensorFlow, and one started cold."""

import asyncio
import base64
import time

import pytest
from kernel_session import Session

from autograder.grading.quiet import QUIET
from autograder.grading.sandbox import Limits, Sandbox, student_binds
from autograder.grading.sandbox.warm import WarmParent
from autograder.grading.sandbox.warm_box import WarmSandbox

pytestmark = [pytest.mark.usefixtures("real_sandbox"), pytest.mark.slow(minutes=2)]

LIMITS = Limits(memory=2500 << 20, processes=64, disk=64 << 20, files=2000)

FIT = """
import keras
import numpy as np
keras.utils.set_random_seed(7)
network = keras.Sequential([
    keras.Input((20,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(4)
])
network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
x = np.random.default_rng(0).normal(size=(200, 20))
history = network.fit(x, np.arange(200) % 4, batch_size=50, epochs=2, verbose=0)
print([round(loss, 6) for loss in history.history["loss"]], network.count_params())
"""

SPOIL = """
import builtins, keras, numpy, sys
keras.Model.count_params = lambda self: 1
keras.layers.Dense = None
builtins.min = max
numpy.arange = None
sys.modules["keras.layers"] = sys
print(keras.Model.count_params(None))
"""

DRAW = """
import matplotlib.pyplot as plt
plt.figure(figsize=(1, 1))
plt.plot([1, 2])
"""


@pytest.fixture(scope="module")
def parent(real_sandbox):
    with WarmParent(student_binds(), QUIET) as found:
        found.wait_until_ready()
        yield found


def kernel(make_box, test, limits=LIMITS):
    """Start a kernel, try something with it, and end it."""

    async def whole():
        session = await Session().start(limits, make_box=make_box)
        try:
            return await test(session)
        finally:
            await session.end()

    return asyncio.run(whole())


@pytest.fixture
def warm(parent):
    made = []

    def make(limits):
        made.append(WarmSandbox(parent, limits, student_binds(), QUIET))
        return made[-1]

    yield make
    assert [box.cold_because for box in made] == [""] * len(made)
    assert not [box for box in made if box.scratch.exists()]
    assert parent.alive


def cold(limits):
    return Sandbox(limits, student_binds(), QUIET)


def test_parent_keeps_the_threads_that_it_has_after_its_imports(parent, warm):
    """An operation of TensorFlow would start more, and forks would hang for ever."""
    before = parent.wait_until_ready().threads
    for _ in range(2):
        assert "156" in kernel(warm, lambda session: session.run(FIT + "print(12 * 13)", 120))
        assert parent.wait_until_ready().threads == before


def test_network_is_trained_as_in_a_cold_kernel(warm):
    boxes = (warm, warm, cold)
    said = [kernel(box, lambda session: session.run(FIT, 240)) for box in boxes]
    # A cold kernel shows what TensorFlow says when it is imported, too.
    found = [text.splitlines()[-1] for text in said]
    assert found[0].endswith(" 204")
    assert found[0] == found[1] == found[2]


def test_what_one_kernel_changes_is_not_there_in_the_next(warm):
    assert kernel(warm, lambda session: session.run(SPOIL)) == "1\n"
    assert kernel(warm, lambda session: session.run(FIT, 120)).endswith(" 204\n")


def test_endless_training_is_interrupted(warm):
    async def test(session):
        await session.run(FIT, 120)
        endless = "while True:\n    network.fit(x, np.arange(200) % 4, verbose=0)"
        waiting = asyncio.ensure_future(session.run(endless, 120))
        await asyncio.sleep(3)
        assert not waiting.done()
        await session.manager.interrupt_kernel()
        assert "KeyboardInterrupt" in await asyncio.wait_for(waiting, 60)
        assert await session.run("print(network.count_params())") == "204\n"

    kernel(warm, test)


def test_kernel_that_ignores_interrupts_is_killed(warm):
    async def test(session):
        session.client.execute(
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass"
        )
        await asyncio.sleep(1)
        await session.manager.interrupt_kernel()
        await asyncio.sleep(0.5)
        assert await session.manager.is_alive()
        await session.manager.shutdown_kernel(now=True)
        assert not await session.manager.is_alive()

    kernel(warm, test)


@pytest.mark.parametrize("end", ["import os; os._exit(3)", "import os; os.kill(os.getpid(), 9)"])
def test_manager_knows_that_the_kernel_has_ended(end, warm):
    async def test(session):
        assert await session.manager.is_alive()
        session.client.execute(end)
        deadline = time.monotonic() + 30
        while await session.manager.is_alive() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        assert not await session.manager.is_alive()

    kernel(warm, test)


def test_memory_that_is_shared_does_not_count(parent, warm):
    """Twice the parent's memory is in the fork's two processes, and once in a cold kernel."""
    most = parent.wait_until_ready().memory + (500 << 20)
    limits = Limits(most, 64, 64 << 20, 2000)

    async def honest(session):
        return await session.run("kept = bytes(100 << 20); import time; time.sleep(1); print(8)")

    async def greedy(session):
        session.client.execute("kept = b'x' * (900 << 20)\nimport time\ntime.sleep(60)")
        deadline = time.monotonic() + 30
        while await session.manager.is_alive() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        return session.box.stopped_because

    assert kernel(warm, honest, limits) == "8\n"
    assert "of memory" in kernel(warm, greedy, limits)


@pytest.mark.parametrize("make", ["warm", "cold"])
def test_figures_are_shown(make, warm):
    async def test(session):
        shown = []

        def keep(message):
            if message["msg_type"] == "display_data":
                shown.append(base64.b64decode(message["content"]["data"]["image/png"]))

        await session.client.execute_interactive(DRAW, timeout=120, output_hook=keep)
        return shown

    shown = kernel(warm if make == "warm" else cold, test)
    assert [picture[:4] for picture in shown] == [b"\x89PNG"]
