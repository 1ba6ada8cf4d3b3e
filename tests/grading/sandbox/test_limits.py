"""Bombs of every kind: the watchdog ends them, says why, and the machine stays usable."""

import shutil
import tempfile
import time

import pytest
from boxing import LIMITS, MIB, run, running

from autograder.grading.sandbox import Limits

pytestmark = pytest.mark.usefixtures("real_sandbox")

SMALL = Limits(memory=300 * MIB, processes=20, disk=32 * MIB, files=500)

BOMBS = {
    "fork": (
        "processes at once",
        "import os\nwhile True:\n    os.fork()",
    ),
    "fork and sleep in sessions of their own": (
        "processes at once",
        """
        import os, time
        while True:
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(60)
                os._exit(0)
        """,
    ),
    "threads": (
        "threads at once|BlockingIOError|can't start new thread",
        """
        import threading, time
        while True:
            threading.Thread(target=time.sleep, args=[60], daemon=True).start()
        """,
    ),
    "memory": (
        "of memory",
        "kept = []\nwhile True:\n    kept.append(bytearray(10 << 20))",
    ),
    "memory of children": (
        "of memory",
        """
        import os, time
        for _ in range(6):
            if os.fork() == 0:
                kept = bytearray(100 << 20)
                time.sleep(60)
        time.sleep(60)
        """,
    ),
    "files in memory": (
        "of memory",
        """
        import os, time
        descriptors = []
        while True:
            descriptors.append(os.memfd_create("x"))
            os.write(descriptors[-1], bytes(10 << 20))
        """,
    ),
    "one big file": (
        "File too large|to disk",
        "with open('big', 'wb') as file:\n    while True:\n        file.write(bytes(1 << 20))",
    ),
    "big files": (
        "to disk",
        """
        import itertools
        for n in itertools.count():
            with open(f"big-{n}", "wb") as file:
                file.write(bytes(5 << 20))
        """,
    ),
    "big files in /dev/shm": (
        "to disk",
        """
        import itertools
        for n in itertools.count():
            with open(f"/dev/shm/big-{n}", "wb") as file:
                file.write(bytes(5 << 20))
        """,
    ),
    "deleted files that stay open": (
        "to disk",
        """
        import os, tempfile
        kept = []
        while True:
            kept.append(tempfile.TemporaryFile())
            kept[-1].write(bytes(5 << 20))
        """,
    ),
    "files in a folder made unreadable": (
        "to disk",
        """
        import itertools, os
        os.mkdir("dark")
        for n in itertools.count():
            os.chmod("dark", 0o700)
            with open(f"dark/big-{n}", "wb") as file:
                file.write(bytes(2 << 20))
            os.chmod("dark", 0)
        """,
    ),
    "small files": (
        "files",
        """
        import itertools
        for n in itertools.count():
            open(f"/tmp/{n}", "w").close()
        """,
    ),
    "links": (
        "files",
        "import itertools, os\nfor n in itertools.count():\n    os.symlink('/', f'/tmp/{n}')",
    ),
    "deep folders": (
        "levels deep|files",
        """
        import os
        while True:
            os.mkdir("d")
            os.chdir("d")
        """,
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_ended_with_a_sentence(name):
    sentence, source = BOMBS[name]
    free = shutil.disk_usage(tempfile.gettempdir()).free
    ran = run(source, limits=SMALL)
    assert any(one in ran.why + ran.err for one in sentence.split("|")), ran
    assert ran.code != 0
    assert ran.seconds < 30
    assert shutil.disk_usage(tempfile.gettempdir()).free > free - 300 * MIB
    started = time.monotonic()
    assert run("print(1)").answer == 1
    assert time.monotonic() - started < 20


def test_sparse_files_and_links_to_big_files_cost_what_they_take():
    ran = run(
        """
        import os, time
        with open("sparse", "wb") as file:
            file.truncate(20 << 20)
        os.symlink("/usr", "usr")
        os.symlink("..", "loop")
        time.sleep(0.5)
        print(1)
        """,
        limits=Limits(memory=LIMITS.memory, processes=10, disk=24 * MIB, files=100),
    )
    assert (ran.answer, ran.why) == (1, "")


def test_honest_work_is_left_alone():
    ran = run("""
        import numpy, pathlib, subprocess, sys, time
        pathlib.Path("result.bin").write_bytes(bytes(1 << 20))
        subprocess.run([sys.executable, "-c", "print(1)"], check=True, capture_output=True)
        time.sleep(0.5)
        print(int(numpy.ones((1000, 1000)).sum()))
        """)
    assert (ran.answer, ran.why) == (1_000_000, "")


def test_limits_hold_without_bubblewrap_too():
    ran = run(
        "import time\nkept = bytearray(400 << 20)\ntime.sleep(60)", limits=SMALL, confined=False
    )
    assert ran.why == "used more than 300 MiB of memory"
    assert not running("bytearray(400 << 20)")
