"""One verifier process in its sandbox, from start to end."""

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from autograder.grading.sandbox import processes
from autograder.grading.sandbox.box import SandboxError
from autograder.grading.verifier.channel import Channel, ChannelError

MODULE = "autograder.grading.verifier"

_LOG_SHOWN = 2_000
_SETTLE = 0.5  # seconds until a process whose pipes have closed is gone
_KILLED = 10.0  # seconds until a killed process is gone


class Box(Protocol):
    """What is needed of `autograder.grading.sandbox.Sandbox`."""

    work: Path
    stopped_because: str

    def start(self, arguments: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
        """Start a program inside."""

    def kill(self) -> None:
        """Kill everything in it."""

    def close(self) -> None:
        """Kill everything in it and remove its folder."""


class Worker:
    """A running verifier.

    Parameters
    ----------
    box : Box
        Its sandbox, new and for it alone; closed by `stop`.
    command : sequence of str
        The program that is run inside.

    Raises
    ------
    ChannelError
        If it cannot be started.
    """

    def __init__(self, box: Box, command: Sequence[str]) -> None:
        self.box = box
        self.exchange = box.work / "exchange"
        self.exchange.mkdir(exist_ok=True)
        self._places = 0
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        pipe = subprocess.PIPE
        try:
            self._process = box.start(command, stdin=pipe, stdout=pipe, stderr=self._log, bufsize=0)
        except (OSError, SandboxError) as error:
            self._log.close()
            box.close()
            raise ChannelError(f"could not be started: {error}") from None
        assert self._process.stdin
        assert self._process.stdout
        self._channel = Channel(self._process.stdin, self._process.stdout)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def send(self, message: dict[str, Any], deadline: float) -> None:
        """Send a message, as `Channel.send` does."""
        self._channel.send(message, deadline)

    def receive(self, deadline: float) -> dict[str, Any]:
        """Return the next message, as `Channel.receive` does."""
        return self._channel.receive(deadline)

    def ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a message and return the answer."""
        deadline = time.monotonic() + seconds
        self.send(message, deadline)
        return self.receive(deadline)

    def place(self, kind: str) -> Path:
        """Return a new path in the folder that is exchanged with the process."""
        self._places += 1
        return self.exchange / f"{kind}-{self._places}"

    def clear(self) -> None:
        """Empty the folder that is exchanged with the process."""
        for path in self.exchange.iterdir():
            shutil.rmtree(path, ignore_errors=True)

    def why(self) -> str:
        """Say why the process ended, as far as it is known; empty when it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_SETTLE)
        if self.box.stopped_because:
            return self.box.stopped_because
        code = self._process.poll()
        return "" if code is None else f"ended with exit status {code}"

    def memory(self) -> int:
        """Return how many bytes the process and what it started hold; 0 when it is gone."""
        root = processes.find(self._process.pid)
        family = processes.trees([root], processes.table()) if root else []
        return sum(process.memory for process in family)

    def log(self) -> str:
        """Return the last lines that the process wrote to its standard error."""
        size = self._log.seek(0, 2)
        self._log.seek(max(size - _LOG_SHOWN, 0))
        return self._log.read().decode("utf-8", errors="replace")

    def stop(self, seconds: float = 0.0) -> None:
        """End the process and everything that it started, and remove its sandbox.

        Parameters
        ----------
        seconds : float
            How long it may take to end by itself; at 0 it is killed.
        """
        if seconds:
            with contextlib.suppress(ChannelError, subprocess.TimeoutExpired):
                self.send({"do": "end"}, time.monotonic() + seconds)
                self._process.wait(seconds)
        # Where something can't be killed or removed, the next submission is still graded.
        with contextlib.suppress(SandboxError, subprocess.TimeoutExpired, OSError):
            self.box.kill()
            self._process.wait(_KILLED)
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None:
                stream.close()
        with contextlib.suppress(SandboxError, subprocess.TimeoutExpired, OSError):
            self.box.close()
