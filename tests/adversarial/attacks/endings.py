"""Not ending, ending too early, and staying."""

from tests.adversarial.attack import Attack, Effect, Family

AFTER = ("array_test", "function_test")
KILLS = "would kill the grader and whoever else works on this machine"


def _end(
    name: str, mechanism: str, code: str, *, stock: Effect, destroys: tuple[str, ...] = AFTER
) -> Attack:
    why_not = KILLS if stock == "not run" else ""
    return Attack(
        name, mechanism, {"array_gap": code}, stock=stock, why_not=why_not, destroys=destroys
    )


FAMILY = Family(
    "endings",
    [
        _end(
            "ignores_interrupts",
            "an endless loop that ignores SIGINT",
            """
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
""",
            stock="breaks grading",
        ),
        _end(
            "catches_interrupts",
            "an endless loop that catches every exception",
            """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
            stock="breaks grading",
        ),
        _end(
            "os_exit",
            "`os._exit` as if all were done",
            "import os\nos._exit(0)",
            stock="breaks grading",
        ),
        _end(
            "kills_itself",
            "SIGKILL of its own process",
            "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGKILL)",
            stock="breaks grading",
        ),
        _end(
            "kills_its_parent",
            "SIGKILL of its parent process, then of all that it may signal",
            """
import os
import signal

for aim in (os.getppid(), -1):
    try:
        os.kill(aim, signal.SIGKILL)
    except OSError as error:
        print(error)
""",
            stock="not run",
            # Process 1 of the sandbox is not theirs to kill, and -1 spares the caller.
            destroys=(),
        ),
        _end(
            "stops_itself",
            "SIGSTOP of its own process: neither alive nor dead",
            "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGSTOP)",
            stock="not run",
        ),
        _end(
            "detached_process",
            "a process in a session of its own that outlives the kernel",
            """
import subprocess

subprocess.Popen(
    ["bash", "-c", "exec -a <<trace>> sleep 120"],
    start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
""",
            stock="leaves traces",
            destroys=(),
        ),
        _end(
            "double_fork",
            "a daemon: forked twice, ignoring every signal that it can",
            """
import os
import signal

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(0, 200)
        os.execvp("bash", ["bash", "-c", "exec -a <<trace>> sleep 120"])
    os._exit(0)
os.wait()
""",
            stock="leaves traces",
            destroys=(),
        ),
        _end(
            "asks_for_input",
            "`input()` that nobody answers, read from the kernel's own standard input too",
            """
import sys

try:
    input("?")
except Exception:
    sys.__stdin__.read()
""",
            stock="nothing",
            destroys=(),
        ),
        _end(
            "closes_its_sockets",
            "all files and sockets of the kernel closed",
            "import os\n\nos.closerange(3, 500)",
            stock="breaks grading",
        ),
        _end(
            "will_not_leave",
            "a thread and an exit handler that keep the kernel from ending",
            """
import atexit
import threading
import time

atexit.register(time.sleep, 60)
threading.Thread(target=time.sleep, args=(60,)).start()
""",
            stock="nothing",
            destroys=(),
        ),
    ],
)
