"""One sandbox: its scratch directory and everything that runs in it."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from autograder.grading.sandbox import bubblewrap, environment, processes
from autograder.grading.sandbox.binds import HOME, Bind
from autograder.grading.sandbox.fonts import copy_font_list
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.scratch import ScratchFolder
from autograder.grading.sandbox.seccomp import seccomp_filter
from autograder.grading.sandbox.spawn import spawn
from autograder.grading.sandbox.watchdog import Watchdog

_KILLED = 60.0  # seconds; a fork bomb on a busy machine needed more than 10 to be gone


class SandboxError(RuntimeError):
    """The sandbox was used in a way that would not be safe, or could not be ended."""


class Started(Protocol):
    """What a sandbox needs of a process that it has started."""

    @property
    def pid(self) -> int:
        """Its number."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""


class Sandbox:
    """A scratch directory and everything that runs in it, for one program.

    A context manager; at its end nothing of it runs any more and the scratch directory is gone.

    Parameters
    ----------
    limits : Limits
        What the program and all that it starts may use together.
    binds : sequence of Bind
        What is visible beside the system and this Python, read-only.
    variables : mapping
        Environment variables that may go in, as far as `environment.inside` allows them.
    confined : bool
        False runs without bubblewrap: the same folders and limits, and nothing is hidden.
    base : Path, optional
        Where its scratch directory is made.

    Attributes
    ----------
    scratch : Path
        The folder that holds all it may write.
    work, channel : Path
        Folder of the notebook, and of sockets and messages; the same paths inside.
    home, tmp, shm : Path
        What is ``$HOME``, ``/tmp`` and ``/dev/shm`` inside.
    environment : dict
        The environment inside.
    stopped_because : str
        What it did when the watchdog stopped it ("used more than 6 GiB of memory"); else empty.
    """

    def __init__(
        self,
        limits: Limits,
        binds: Sequence[Bind],
        variables: Mapping[str, str],
        *,
        confined: bool = True,
        base: Path | None = None,
    ) -> None:
        self.limits = limits
        self.confined = confined
        self.stopped_because = ""
        self._binds = list(binds)
        self._folder = ScratchFolder(base)
        self.scratch, self._own = self._folder.path, self._folder.own
        names = ("work", "home", "tmp", "shm", "channel")
        self.work, self.home, self.tmp, self.shm, self.channel = map(self._folder.make, names)
        copy_font_list(self.home)
        home, temporary = (HOME, Path("/tmp")) if confined else (self.home, self.tmp)
        self.environment = environment.inside(variables, home, temporary, confined=confined)
        self._write_own()
        self._watchdog = Watchdog(limits, self.scratch, self._stop)
        self._killing = threading.Lock()
        self._started: list[Started] = []

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _write_own(self) -> None:
        (self._own / "passwd").write_text(bubblewrap.PASSWD)
        (self._own / "group").write_text(bubblewrap.GROUP)
        (self._own / "filter").write_bytes(self._filter())

    def _filter(self) -> bytes:
        return seccomp_filter()

    def _system(self) -> list[str]:
        return bubblewrap.system()

    @property
    def replaced(self) -> list[Bind]:
        """Its folders that stand in the place of one that every system has."""
        return [
            Bind(self.tmp, Path("/tmp")),
            Bind(self.shm, Path("/dev/shm")),
            Bind(self.home, HOME),
        ]

    @property
    def shared(self) -> list[Bind]:
        """Its folders that are at the same path inside and outside."""
        return [Bind(self.work, self.work), Bind(self.channel, self.channel)]

    def command(self, arguments: Sequence[str]) -> list[str]:
        """Return the command line that runs a program in this sandbox.

        Parameters
        ----------
        arguments : sequence of str
            The program and its arguments, with paths as they are inside.

        Raises
        ------
        SandboxError
            If a program has been started before: it could have left links in the scratch
            directory that lead bubblewrap out of it.
        FileNotFoundError
            If bubblewrap is not installed.
        """
        if not self.confined:
            return list(arguments)
        if self._watchdog.roots:
            raise SandboxError("a sandbox is for one program; make another one")
        users = [Bind(self._own / name, Path("/etc", name)) for name in ("passwd", "group")]
        return [
            *bubblewrap.host_side(self._own / "filter", self._own / "status"),
            *bubblewrap.namespaces(self.environment),
            *self._system(),
            *bubblewrap.writable([*self.replaced, *self.shared]),
            *bubblewrap.read_only([*users, *self._binds]),
            *bubblewrap.ending(self.work),
            *bubblewrap.limited(self.limits),
            *arguments,
        ]

    def start(self, arguments: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
        """Start a program in this sandbox and let the watchdog look after it.

        It does not end with the thread that calls this, only with this process.

        Parameters
        ----------
        arguments : sequence of str
            The program and its arguments.
        **options
            As for `subprocess.Popen`; streams that are not named are closed.
        """
        options = {
            **dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL),
            "cwd": self.work,
            "start_new_session": True,
            **options,
        }
        if not self.confined:
            options["env"] = {**self.environment, "JPY_PARENT_PID": str(os.getpid())}
        process = spawn(self.command(arguments), **options)
        self._started.append(process)
        self.watch(process.pid)
        return process

    def watch(self, process: int) -> None:
        """Let the watchdog look after a process and all that descends from it.

        Parameters
        ----------
        process : int
            Number of a process started with `command`.
        """
        self._watchdog.add(process)

    def _stop(self, reason: str) -> None:
        self.stopped_because = reason
        self.kill()

    def kill(self) -> None:
        """Kill everything that runs in it, and wait until it is gone.

        Raises
        ------
        SandboxError
            If something can't be killed.
        """
        with self._killing:
            for root in self._watchdog.roots:
                family = self._kill_confined(root) if self.confined else self._kill_open(root)
                if not processes.wait_until_gone(family, _KILLED):
                    raise SandboxError("a process of the sandbox could not be killed")

    def _kill_confined(self, root: processes.Process) -> list[processes.Process]:
        family = processes.kill_namespace(root)
        # Bubblewrap may have ended before the last process of its namespace.
        if first := bubblewrap.first_process(self._own / "status"):
            processes.send(first, signal.SIGKILL)
            family.append(first)
        return family

    def _kill_open(self, root: processes.Process) -> list[processes.Process]:
        if hasattr(os, "killpg") and processes.same(root, processes.find(root.pid)):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if os.getpgid(root.pid) == root.pid:
                    os.killpg(root.pid, signal.SIGKILL)
        family = list(self._watchdog.seen)
        processes.kill_all([root, *family])
        # What left the family before the watchdog saw it still has our home in its environment.
        left = processes.with_environment(f"HOME={self.home}")
        processes.kill_all(left)
        return [root, *family, *left]

    def close(self) -> None:
        """End everything that runs in it and remove the scratch directory; may be repeated."""
        self._watchdog.end()
        try:
            self.kill()
            for process in self._started:
                process.wait(_KILLED)
        finally:
            self._folder.close()
