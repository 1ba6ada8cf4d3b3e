"""The warm parent, seen from outside: a process that has imported, and forks what is asked for."""

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.grading.sandbox import bubblewrap, inside, processes
from autograder.grading.sandbox.binds import Bind
from autograder.grading.sandbox.box import Sandbox, SandboxError
from autograder.grading.sandbox.inside.plan import Plan
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.seccomp import seccomp_filter
from autograder.grading.verifier.channel import Channel, ChannelError

KERNEL_MODULES = (
    *("tensorflow", "keras", "numpy", "matplotlib.pyplot"),
    *("ipykernel.kernelapp", "ipykernel.debugger"),
    *("autograder.student", "autograder.transport.sharing", "tqdm.auto"),
)
"""What a notebook's kernel and the course's notebooks import."""

_UNLIMITED = Limits(memory=1 << 60, processes=100_000, disk=1 << 60, files=1 << 60)
_IMPORTED = 300.0  # seconds in which the slowest machine has imported everything
_FORKED = 60.0
_LOG_SHOWN = 2000

# The parent's own folder comes and goes: nothing of it may be what a fork finds first.
_PROGRAM = (
    "import sys; sys.path[0] = sys.argv[1]; from inside.parent import main; del sys.path[0]; "
    "main(sys.argv[2:])"
)


class WarmError(Exception):
    """There is no fork; the text goes on after "the warm parent ..."."""


class _ParentBox(Sandbox):
    """Where the parent runs: as a student's program does, but free to confine its forks itself.

    It runs nothing of a student's, so nobody looks after it; its forks have their own limits.
    """

    def __init__(self, binds: Sequence[Bind], variables: Mapping[str, str]) -> None:
        super().__init__(_UNLIMITED, binds, variables)
        self.pool = self._folder.make("pool")
        program = Path(inside.__file__).parent
        self.program = self._folder.make("program")
        self._binds.append(Bind(program, self.program / program.name))

    def _filter(self) -> bytes:
        return b""

    def _system(self) -> list[str]:
        return bubblewrap.system_of_parent()

    @property
    def shared(self) -> list[Bind]:
        """The folders of its forks as well."""
        return [*super().shared, Bind(self.pool, self.pool)]

    def watch(self, process: int) -> None:
        """Remember the process, to end it."""
        if found := processes.find(process):
            self._watchdog.know(found)


class WarmParent:
    """A process in a sandbox that has imported libraries, and forks confined processes.

    A fork begins with what the parent has imported, in folders and namespaces of its own, and
    shares nothing with other forks but memory that none of them can change. What it runs is any
    module, as ``python -m`` would run it.

    Parameters
    ----------
    binds : sequence of Bind
        What forks see beside the system and this Python, read-only.
    variables : mapping
        Environment variables that may go in.
    modules : sequence of str
        What is imported. Importing them must run no operation of TensorFlow: forks would hang.

    Attributes
    ----------
    pool : Path
        A folder in which the scratch folders of forks must lie, so that they can be shown.
    forks : int
        How many there have been.
    trouble : str
        Why the last fork failed; it had better be replaced then.
    """

    def __init__(
        self,
        binds: Sequence[Bind],
        variables: Mapping[str, str],
        modules: Sequence[str] = KERNEL_MODULES,
    ) -> None:
        if not seccomp_filter():
            raise WarmError("knows no filter of system calls for this kind of processor")
        self.forks = 0
        self.trouble = ""
        self._box = _ParentBox(binds, variables)
        self.pool = self._box.pool
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._asking = threading.Lock()
        self._number = 0
        pipe = subprocess.PIPE
        try:
            self._process = self._box.start(
                [sys.executable, "-c", _PROGRAM, str(self._box.program), *modules],
                stdin=pipe,
                stdout=pipe,
                stderr=self._log,
                bufsize=0,
            )
        except BaseException:
            self._log.close()
            self._box.close()
            raise
        assert self._process.stdin
        assert self._process.stdout
        self._channel = Channel(self._process.stdin, self._process.stdout)

    def __enter__(self) -> "WarmParent":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def wait_until_ready(self) -> processes.Process:
        """Wait until everything is imported; return the process that forks, as it is now.

        Raises
        ------
        WarmError
            If it is not there, or can't import what it should.
        """
        with self._asking:
            return self._ready()

    def _ready(self) -> processes.Process:
        if not self._number:
            self._number = int(self._receive(_IMPORTED)["process"])
        return self._find(self._number)

    def fork(
        self,
        module: str,
        arguments: Sequence[str],
        box: Sandbox,
        readable: Sequence[Bind] = (),
        *,
        watch: Callable[[processes.Process], None],
    ) -> None:
        """Fork a process that is confined before it reads anything.

        Parameters
        ----------
        module : str
            What it runs, as ``python -m MODULE``.
        arguments : sequence of str
            The module's arguments.
        box : Sandbox
            Whose folders, environment and limits it gets; they lie in the pool.
        readable : sequence of Bind
            More folders of the pool, shown read-only.
        watch : callable
            Given the first process of the fork's namespace before anything runs in it; with this
            process ends everything that the fork starts.

        Raises
        ------
        WarmError
            If there is no fork; the parent is then still there, unless `alive` says otherwise.
        """
        plan = Plan(
            cover=str(self._box.scratch),
            replaced=_texts(box.replaced),
            writable=_texts(box.shared),
            readable=_texts(readable),
            work=str(box.work),
            environment=box.environment,
            limits=bubblewrap.process_limits(box.limits),
            filter=seccomp_filter().hex(),
        )
        request = {"module": module, "arguments": list(arguments), "plan": asdict(plan)}
        try:
            with self._asking:
                self._fork(request, watch)
        except WarmError as error:
            self.trouble = str(error)
            raise
        self.forks += 1

    def _fork(self, request: dict[str, Any], watch: Callable[[processes.Process], None]) -> None:
        self._ready()
        self._send(request)
        answer = self._receive(_FORKED)
        if "error" in answer:
            raise WarmError(f"refused: {answer['error']}")
        go = False
        try:
            watch(self._find(answer["process"]))
            go = True
        finally:
            self._send({"go": go})

    def _find(self, number: int) -> processes.Process:
        outer = processes.find(self._process.pid)
        found = processes.find_inside(outer, number) if outer else None
        if found is None:
            raise WarmError(f"has lost its process {number}")
        return found

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self._channel.send(message, time.monotonic() + _FORKED)
        except ChannelError as trouble:
            raise self._lost(trouble) from None

    def _receive(self, seconds: float) -> dict[str, Any]:
        try:
            return self._channel.receive(time.monotonic() + seconds)
        except ChannelError as trouble:
            raise self._lost(trouble) from None

    def _lost(self, trouble: ChannelError) -> WarmError:
        """End a parent that can't be talked to any more, so that nothing of a fork stays."""
        size = self._log.seek(0, 2)
        self._log.seek(max(size - _LOG_SHOWN, 0))
        said = self._log.read().decode(errors="replace").strip()
        with contextlib.suppress(SandboxError):
            self._box.kill()
        return WarmError(f"{trouble}: {said}" if said else str(trouble))

    def close(self) -> None:
        """End it with all of its forks, and remove its folders; may be repeated."""
        try:
            self._box.close()
        finally:
            for stream in (self._process.stdin, self._process.stdout, self._log):
                if stream is not None:
                    stream.close()


def _texts(binds: Sequence[Bind]) -> list[list[str]]:
    return [[str(bind.source), str(bind.target)] for bind in binds]
