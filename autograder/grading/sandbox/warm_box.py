"""A sandbox whose program is forked from a warm parent, or started cold where that fails."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.grading.sandbox import processes
from autograder.grading.sandbox.binds import Bind
from autograder.grading.sandbox.box import Sandbox
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.warm import WarmError, WarmParent

_POLL = 0.01


class ForkedProcess:
    """A forked program, offering what `subprocess.Popen` does of it.

    Parameters
    ----------
    first : Process
        The first process of its namespace, which ends after all others.
    """

    stdin = stdout = stderr = None

    def __init__(self, first: processes.Process) -> None:
        self._first = first
        self.pid = first.pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return None while it runs; 0 afterwards, however it ended."""
        if self.returncode is None and processes.wait_until_gone([self._first], 0.0):
            self.returncode = 0
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises
        ------
        subprocess.TimeoutExpired
            If it still runs after the time.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("fork", timeout or 0.0)
            time.sleep(_POLL)
        return 0


class WarmSandbox(Sandbox):
    """A sandbox for a Python module: forked from a warm parent if it can be, else started.

    Parameters
    ----------
    parent : WarmParent
        Has been given the same binds and variables, but for those binds that lie in its pool.
    limits, binds, variables
        As for `Sandbox`.

    Attributes
    ----------
    cold_because : str
        Why the program was started the usual way; else empty.
    """

    def __init__(
        self,
        parent: WarmParent,
        limits: Limits,
        binds: Sequence[Bind],
        variables: Mapping[str, str],
    ) -> None:
        super().__init__(limits, binds, variables, base=parent.pool)
        self._parent = parent
        self._forked: ForkedProcess | None = None
        self.cold_because = ""

    def start(self, arguments: Sequence[str], **options: Any) -> Any:
        """Start a program, as `Sandbox.start` does.

        Parameters
        ----------
        arguments : sequence of str
            ``[sys.executable, "-m", module, ...]`` is forked; anything else is started cold.
        **options
            Streams and so on of a program that is started cold; a fork's streams are closed.
        """
        module = _module(arguments)
        if module is None:
            self.cold_because = "no module of this Python"
            return super().start(arguments, **options)
        own = [bind for bind in self._binds if bind.source.is_relative_to(self._parent.pool)]
        try:
            self._parent.fork(*module, box=self, readable=own, watch=self._watch_fork)
        except WarmError as error:
            self.cold_because = f"the warm parent {error}"
            return super().start(arguments, **options)
        assert self._forked is not None
        return self._forked

    def _watch_fork(self, first: processes.Process) -> None:
        self._forked = ForkedProcess(first)
        self._started.append(self._forked)
        self.watch(first.pid)

    def _kill_confined(self, root: processes.Process) -> list[processes.Process]:
        if self._forked is None:
            return super()._kill_confined(root)
        family = processes.trees([root], processes.table())
        processes.send(root, signal.SIGKILL)  # the kernel ends the namespace with it
        return family


def _module(arguments: Sequence[str]) -> tuple[str, list[str]] | None:
    """Return the module that a command line runs, and its arguments."""
    program, *words = arguments
    while words and words[0].startswith("-X"):
        del words[0]
    if program != sys.executable or words[:1] != ["-m"] or len(words) < 2:
        return None
    return words[1], words[2:]
