"""After the end of a sandbox nothing of it is left, whatever it did to stay."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from pathlib import Path

import pytest
from boxing import LIMITS, run, running

from autograder.grading.sandbox import Sandbox, SandboxError
from autograder.grading.sandbox.remove import remove
from autograder.grading.sandbox.scratch import remove_leftovers

pytestmark = pytest.mark.usefixtures("real_sandbox")

DETACHED = {
    "background": "subprocess.Popen(lasting)",
    "session": "subprocess.Popen(lasting, start_new_session=True)",
    "ignores signals": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGHUP, "
        "signal.SIG_IGN); subprocess.Popen(lasting, start_new_session=True)"
    ),
    "double fork": (
        "\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        os.execv(lasting[0], lasting)\n    os._exit(0)\n"
    ),
    "nohup": "subprocess.Popen(['/usr/bin/nohup', *lasting], start_new_session=True)",
}


def lasting(marker, how):
    return textwrap.dedent(
        """
        import os, signal, subprocess, sys, time
        lasting = [sys.executable, "-c", "import time; time.sleep(600)", {marker!r}]
        {how}
        print("started", flush=True)
        """
    ).format(marker=marker, how=how)


@pytest.mark.parametrize("how", DETACHED)
@pytest.mark.parametrize("confined", [True, False])
def test_detached_processes_end_with_the_program(how, confined):
    marker = f"ef-{uuid.uuid4()}"
    with Sandbox(LIMITS, [], {}, confined=confined) as box:
        command = [sys.executable, "-c", lasting(marker, DETACHED[how])]
        process = box.start(command, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"started\n"
        assert process.wait(30) == 0
        process.stdout.close()
    assert not running(marker)


@pytest.mark.parametrize("how", DETACHED)
@pytest.mark.parametrize("confined", [True, False])
def test_detached_processes_end_when_it_is_killed(how, confined):
    marker = f"ef-{uuid.uuid4()}"
    source = lasting(marker, DETACHED[how]) + "time.sleep(600)"
    with Sandbox(LIMITS, [], {}, confined=confined) as box:
        process = box.start([sys.executable, "-c", source], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"started\n"
        time.sleep(0.2)
        assert running(marker)
        box.kill()
        assert process.wait(10) != 0
        assert not running(marker)
        process.stdout.close()
    assert not box.scratch.exists()


def test_killing_at_once_leaves_nothing():
    for delay in (0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03):
        marker = f"ef-{uuid.uuid4()}"
        with Sandbox(LIMITS, [], {}) as box:
            box.start([sys.executable, "-c", "import time; time.sleep(600)", marker])
            time.sleep(delay)
        assert not running(marker)
        assert not box.scratch.exists()


def test_end_of_the_grading_process_ends_the_sandbox():
    marker = f"ef-{uuid.uuid4()}"
    source = f"""
        import sys, time
        from autograder.grading.sandbox import Limits, Sandbox
        box = Sandbox(Limits(1 << 30, 20, 1 << 24, 500), [], {{}})
        box.start([sys.executable, "-c", "import time; time.sleep(600)", {marker!r}])
        print(box.scratch, flush=True)
        time.sleep(600)
        """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source)], stdout=subprocess.PIPE
    ) as driver:
        scratch = driver.stdout.readline().decode().strip()
        time.sleep(0.5)
        assert [words for _, words in running(marker) if "sleep(600)" in words]
        driver.send_signal(signal.SIGKILL)
        driver.wait()
    deadline = time.monotonic() + 30
    while running(marker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running(marker)
    assert Path(scratch).is_dir()
    with Sandbox(LIMITS, [], {}) as box:
        remove_leftovers.__wrapped__(Path(scratch).parent)
        assert not Path(scratch).exists()
        assert box.work.is_dir()


def test_end_of_the_thread_that_started_it_does_not():
    with Sandbox(LIMITS, [], {}) as box:
        started = []
        command = [sys.executable, "-c", "import time; time.sleep(1); print(1)"]
        thread = threading.Thread(
            target=lambda: started.append(box.start(command, stdout=subprocess.PIPE))
        )
        thread.start()
        thread.join()
        (process,) = started
        assert process.communicate(timeout=30)[0] == b"1\n"


def test_program_that_kills_everything_it_sees_ends_only_itself():
    ran = run("""
        import os, signal
        os.kill(-1, signal.SIGKILL)
        os.kill(1, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
        """)
    assert ran.code != 0
    assert ran.why == ""


def test_a_sandbox_is_for_one_program():
    with Sandbox(LIMITS, [], {}) as box:
        box.start([sys.executable, "-c", ""]).wait(30)
        with pytest.raises(SandboxError, match="make another one"):
            box.command(["x"])


def test_scratch_directory_is_removed_whatever_is_in_it():
    source = """
        import os
        for place in (os.getcwd(), "/tmp", "/dev/shm", os.environ["HOME"]):
            os.chdir(place)
            os.makedirs("dark/darker")
            open("dark/darker/file", "w").close()
            os.chmod("dark/darker/file", 0)
            os.symlink("/usr", "dark/darker/link")
            os.symlink("/", "root")
            os.mkfifo("pipe")
            for _ in range(30):
                os.mkdir("d" * 200)
                os.chdir("d" * 200)
            os.chmod(place + "/dark/darker", 0)
            os.chmod(place + "/dark", 0)
            os.chmod(place, 0)
        """
    ran = run(source)
    assert ran.code == 0, ran


def test_removing_follows_no_link_and_no_depth(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / ".0").mkdir()
    (folder / "hard").hardlink_to(outside / "kept")
    here = os.open(folder, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("deep", dir_fd=here)
        inner = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    remove(folder)
    remove(folder)
    assert not folder.exists()
    assert (outside / "kept").read_text() == "kept"
