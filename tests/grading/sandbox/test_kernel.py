"""A kernel in a sandbox, managed by jupyter_client as nbclient does it."""

import asyncio
import os
import time

import pytest
from boxing import LIMITS, MIB, run, running
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from kernel_session import Session
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from autograder.grading.sandbox import Limits, Sandbox, student_binds
from autograder.grading.sandbox.kernel import kernel_manager

pytestmark = pytest.mark.usefixtures("real_sandbox")

IGNORES_INTERRUPTS = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
"""


def session(test, **options):
    async def whole():
        one = await Session().start(**options)
        try:
            return await test(one)
        finally:
            await one.end()
            assert not one.box.scratch.exists()
            assert not running(str(one.box.channel))

    return asyncio.run(whole())


@pytest.mark.parametrize("confined", [True, False])
def test_kernel_starts_in_its_folder_and_runs_a_cell(confined):
    async def test(one):
        assert one.manager.transport == "ipc"
        assert await one.manager.is_alive()
        said = await one.run("import os; print(os.getcwd(), os.environ['HOME'], 6 * 7)")
        home = "/home/student" if confined else str(one.box.home)
        assert said == f"{one.box.work} {home} 42\n"
        assert oct(one.box.channel.stat().st_mode & 0o777) == "0o700"

    session(test, confined=confined)


def test_kernel_can_use_the_course_package_and_draw():
    async def test(one):
        source = (
            "import matplotlib.pyplot as plt\nfrom autograder.student import Exercise\n"
            "plt.plot([1, 2]); plt.savefig('figure.png')\nprint(Exercise.__name__)"
        )
        assert "Exercise\n" in await one.run(source)
        assert (one.box.work / "figure.png").stat().st_size

    session(test)


@pytest.mark.parametrize("confined", [True, False])
def test_endless_loop_is_interrupted_by_a_message(confined):
    async def test(one):
        waiting = asyncio.ensure_future(one.run("while True:\n    pass"))
        await asyncio.sleep(1)
        assert not waiting.done()
        await one.manager.interrupt_kernel()
        assert await asyncio.wait_for(waiting, 60) == "KeyboardInterrupt"
        assert await one.manager.is_alive()
        assert await one.run("print(1)") == "1\n"

    session(test, confined=confined)


@pytest.mark.parametrize("confined", [True, False])
def test_kernel_that_ignores_interrupts_is_killed(confined):
    async def test(one):
        one.client.execute(IGNORES_INTERRUPTS)
        await asyncio.sleep(1)
        await one.manager.interrupt_kernel()
        await asyncio.sleep(0.5)
        assert await one.manager.is_alive()
        await one.manager.shutdown_kernel(now=True)
        assert not await one.manager.is_alive()
        assert not running(str(one.box.channel))

    session(test, confined=confined)


@pytest.mark.parametrize(
    "source", ["import os; os._exit(3)", "import os, signal; os.kill(os.getpid(), 9)", "1 / 0"]
)
def test_manager_knows_whether_the_kernel_lives(source):
    async def test(one):
        one.client.execute(source)
        deadline = time.monotonic() + 30
        while await one.manager.is_alive() and time.monotonic() < deadline and source != "1 / 0":
            await asyncio.sleep(0.05)
        assert await one.manager.is_alive() == (source == "1 / 0")

    session(test)


def test_kernel_that_takes_too_much_is_stopped_and_says_so():
    async def test(one):
        one.client.execute("kept = bytearray(900 << 20)\nimport time\ntime.sleep(60)")
        deadline = time.monotonic() + 30
        while await one.manager.is_alive() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        assert not await one.manager.is_alive()
        assert one.box.stopped_because == "used more than 700 MiB of memory"

    session(test, limits=Limits(700 * MIB, 40, 64 * MIB, 2000))


def test_nbclient_runs_a_notebook_through_it():
    notebook = new_notebook(
        cells=[new_code_cell("x = 20 + 1"), new_code_cell("print(2 * x)")],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    with Sandbox(LIMITS, student_binds(), {}) as box:
        client = NotebookClient(notebook)
        client.km = kernel_manager(box, "python3", Config())  # its own: it shuts it down
        with client.setup_kernel(env=dict(os.environ)):
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
        assert notebook.cells[1].outputs[0].text == "42\n"
        assert not running(str(box.channel))


def test_kernel_outlives_the_call_that_started_it():
    """`run_sync` inside a running loop starts it from another thread."""

    async def outer():
        box = Sandbox(LIMITS, student_binds(), {})
        manager = kernel_manager(box, "python3", Config())
        run_sync(manager.start_kernel)()
        await asyncio.sleep(1)
        alive = await manager.is_alive()
        run_sync(manager.shutdown_kernel)(now=True)
        box.close()
        return alive

    assert asyncio.run(outer())


def test_list_of_fonts_is_taken_along(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    (tmp_path / "fontlist-v1.json").write_text("{}")
    ran = run(
        "import os, json\nprint(json.dumps(os.listdir(os.environ['MPLCONFIGDIR'])))", limits=LIMITS
    )
    assert ran.answer == ["fontlist-v1.json"]


def test_paths_of_sockets_stay_short(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 80)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with Sandbox(LIMITS, [], {}) as box:
        assert len(str(box.channel / "k-5")) < 100
    assert list(long.iterdir()) == []


def test_plain_manager_is_what_it_replaces():
    with Sandbox(LIMITS, [], {}) as box:
        manager = kernel_manager(box, "python3", Config())
        assert isinstance(manager, AsyncKernelManager)
        assert manager.kernel_spec.interrupt_mode == "message"
        assert manager.kernel_spec.argv
