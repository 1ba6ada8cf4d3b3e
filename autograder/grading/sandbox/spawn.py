"""Start processes from a thread that lives as long as this process.

Linux ends what `bwrap --die-with-parent` runs when the *thread* that started it ends, and kernels
may be started from threads that live only for one call.
"""

import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

_Job = tuple[Callable[[], "subprocess.Popen[bytes]"], "Future[subprocess.Popen[bytes]]"]


class _Starter:
    """The thread, made when it is first needed and again after a fork."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.jobs: SimpleQueue[_Job] | None = None

    def queue(self) -> "SimpleQueue[_Job]":
        with self.lock:
            if self.jobs is None:
                self.jobs = SimpleQueue()
                name = "starts-sandboxes"
                threading.Thread(target=_work, args=[self.jobs], name=name, daemon=True).start()
            return self.jobs


def _work(jobs: "SimpleQueue[_Job]") -> None:
    while True:
        job, future = jobs.get()
        try:
            future.set_result(job())
        except BaseException as error:
            future.set_exception(error)
        del job, future


_starter = _Starter()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_starter.__init__)  # type: ignore[misc]


def spawn(arguments: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
    """Start a process that no thread's end can end.

    Parameters
    ----------
    arguments : sequence of str
        The command line.
    **options
        As for `subprocess.Popen`.

    Returns
    -------
    subprocess.Popen
        The process, to be waited for by the caller.

    Raises
    ------
    OSError
        If it can't be started.
    """
    future: Future[subprocess.Popen[bytes]] = Future()
    _starter.queue().put((lambda: subprocess.Popen(list(arguments), **options), future))
    return future.result()
