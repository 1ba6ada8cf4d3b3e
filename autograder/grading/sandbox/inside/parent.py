"""The warm parent: imports libraries once, and forks a confined process for every request.

Requests and answers are JSON, one a line, over standard input and output. The parent reads
nothing that a student wrote, and runs no operation of TensorFlow: a fork would hang for ever.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any, NamedTuple

from . import system
from .confine import confine, enter_namespaces
from .plan import Plan

_OVER_PROC = ("sys", "sysrq-trigger", "irq", "bus")
"""What bubblewrap may have covered; Linux then refuses a fork its own /proc."""


class Program(NamedTuple):
    """What a fork runs, as ``python -m MODULE ARGUMENTS`` would.

    Attributes
    ----------
    module : str
        Any module that is visible inside; quick when the parent has imported what it needs.
    arguments : list of str
        Its arguments.
    """

    module: str
    arguments: list[str]


class _Fork(NamedTuple):
    """A fork that waits: the first process of its namespace, and what a byte written to starts."""

    first: int
    starter: int


class _RefusedError(Exception):
    """Why there is no fork."""


def main(modules: list[str]) -> None:
    """Import modules, and serve until the other side is gone.

    Parameters
    ----------
    modules : list of str
        What forks find imported. Importing them may start threads, and must do nothing else.
    """
    _uncover_proc()
    system.drop_capabilities()
    control = _Control()
    gc.disable()  # to go through all that is imported takes long, and nothing of it goes
    for name in modules:
        importlib.import_module(name)
    gc.freeze()  # or the next collection in a fork would copy every page
    gc.enable()
    _fork_once()
    program = _serve(control)
    _run(program)


def _fork_once() -> None:
    """Let libraries such as OpenBLAS end the threads that they end at a fork."""
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


class _Control:
    """Both directions of talking to the grading process.

    Bare descriptors: a fork closes them, and no object of it may close a number again that by
    then belongs to something else.
    """

    def __init__(self) -> None:
        self._in, self._out = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(2, 1)  # whatever a library prints
        os.close(nothing)
        self._pending = b""

    def receive(self) -> dict[str, Any]:
        """Return the next request; the process ends when there will be none."""
        while b"\n" not in self._pending:
            piece = os.read(self._in, 1 << 16)
            if not piece:
                os._exit(0)
            self._pending += piece
        line, _, self._pending = self._pending.partition(b"\n")
        request: dict[str, Any] = json.loads(line)
        return request

    def send(self, answer: dict[str, Any]) -> None:
        """Answer."""
        os.write(self._out, json.dumps(answer).encode() + b"\n")


def _serve(control: _Control) -> Program:
    """Answer requests for ever; returns in forks alone, so that they leave all this behind."""
    threads = _threads()
    control.send({"ready": True, "process": os.getpid()})
    while True:
        request = control.receive()
        try:
            _check_state(threads)
            fork = _fork(Plan(**request["plan"]))
        except _RefusedError as refused:
            control.send({"error": str(refused)})
            continue
        if fork is None:
            return Program(request["module"], request["arguments"])
        control.send({"process": fork.first})
        # Nothing runs before somebody looks after it.
        if control.receive()["go"]:
            os.write(fork.starter, b".")
        os.close(fork.starter)


def _check_state(threads: int) -> None:
    """Refuse to fork what would hang, or what two forks would share."""
    if _threads() != threads:
        raise _RefusedError(
            f"the parent has {_threads()} threads, after its imports it had {threads}"
        )
    for line in Path("/proc/self/maps").read_text().splitlines():
        if line.split()[1] == "rw-s":
            raise _RefusedError(f"the parent has memory that forks would share: {line}")


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - names, not paths


def _fork(plan: Plan) -> _Fork | None:
    """Fork a confined process that waits; return None in it when it may go on."""
    report, go = os.pipe(), os.pipe()
    middle = os.fork()
    if not middle:
        os.close(report[0])
        os.close(go[1])
        _become_confined(plan, report[1], go[0])
        return None
    os.close(report[1])
    os.close(go[0])
    said = b""
    while piece := os.read(report[0], 4096):
        said += piece
    os.close(report[0])
    os.waitpid(middle, 0)
    number, _, outcome = said.decode(errors="replace").partition("\n")
    if outcome != "confined\n":
        os.close(go[1])
        raise _RefusedError(f"a fork could not be confined: {outcome.strip() or number}")
    return _Fork(int(number), go[1])


def _become_confined(plan: Plan, report: int, go: int) -> None:
    """Turn this process into the program's own; every other one on the way ends here."""
    try:
        enter_namespaces()
        ready = os.pipe()
        first = os.fork()
        if first:
            os.write(report, f"{first}\n".encode())
            os.write(ready[1], b".")
            os._exit(0)
        os.close(ready[1])
        os.read(ready[0], 1)  # its number is said first
        confine(plan, keep=(report, go))
        os.write(report, b"confined\n")
        os.close(report)
        if not os.read(go, 1):
            os._exit(1)
        os.close(go)
        program = os.fork()
        if program:
            _reap(program)
    except BaseException as error:
        # Nothing of a fork that is not confined may go on.
        try:
            os.write(report, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(1)


def _reap(program: int) -> None:
    """Be the first process of a namespace: bury the dead, and end with the program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # other signals from inside don't reach it anyway
    while True:
        pid, status = os.wait()
        if pid == program:
            # The kernel then ends whatever else runs in the namespace.
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _run(program: Program) -> None:
    """Run the program as a fresh Python would."""
    # Python's own random numbers begin anew after a fork by themselves.
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[name]
    sys.argv = ["", *program.arguments]
    sys.path.insert(0, str(Path.cwd()))
    runpy.run_module(program.module, run_name="__main__", alter_sys=True)


def _uncover_proc() -> None:
    for name in _OVER_PROC:
        try:
            system.unmount(f"/proc/{name}")
        except OSError:
            continue
