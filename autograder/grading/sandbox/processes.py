"""The processes of the machine: who descends from whom, and how to end them for good."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

_STOPPED = 10.0  # seconds in which a process on a busy machine stops


class Process(NamedTuple):
    """One process as it was found.

    Attributes
    ----------
    pid, parent : int
        Its number and its parent's.
    started : float
        When it started; tells it from a later process of the same number.
    memory : int
        Bytes of resident memory.
    threads : int
        Its threads.
    state : str
        What it does, a letter as in ``/proc``: R runs, S sleeps, T is stopped, Z has ended.
    """

    pid: int
    parent: int
    started: float
    memory: int
    threads: int
    state: str

    @property
    def alive(self) -> bool:
        """False for one that has ended and only waits for its parent to notice."""
        return self.state not in ("Z", "X")


def table() -> dict[int, Process]:
    """Return all processes of the machine that can be seen, by number."""
    return _from_proc() if sys.platform == "linux" else _from_psutil()


def _from_proc() -> dict[int, Process]:
    found = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - a hundred times a second over all processes
        if name.isdigit() and (process := find(int(name))):
            found[process.pid] = process
    return found


def find(pid: int) -> Process | None:
    """Return one process.

    Parameters
    ----------
    pid : int
        Its number.

    Returns
    -------
    Process or None
        None when there is no such process.
    """
    if sys.platform != "linux":
        return _from_psutil().get(pid)
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123 - as above
            text = file.read(2048)
    except OSError:
        return None
    # The program's name is in brackets and may itself hold brackets and blanks.
    fields = text[text.rfind(b")") + 2 :].split()
    if len(fields) < 22:
        return None
    return Process(
        pid,
        parent=int(fields[1]),
        started=float(fields[19]),
        memory=int(fields[21]) * _PAGE,
        threads=int(fields[17]),
        state=fields[0].decode(),
    )


_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def _from_psutil() -> dict[int, Process]:
    import psutil  # type: ignore[import-untyped]

    found = {}
    for one in psutil.process_iter(["ppid", "create_time", "memory_info", "num_threads", "status"]):
        info = one.info
        found[one.pid] = Process(
            one.pid,
            info["ppid"] or 0,
            info["create_time"] or 0.0,
            info["memory_info"].rss if info["memory_info"] else 0,
            info["num_threads"] or 1,
            "Z" if info["status"] == psutil.STATUS_ZOMBIE else "S",
        )
    return found


def find_inside(root: Process, number: int) -> Process | None:
    """Return a process by the number that it has in a sandbox.

    Parameters
    ----------
    root : Process
        The outer bubblewrap.
    number : int
        What the process is called in the namespace that bubblewrap has made.

    Returns
    -------
    Process or None
        None when there is none any more.
    """
    for process in trees([root], table()):
        try:
            with open(f"/proc/{process.pid}/status", "rb") as file:  # noqa: PTH123 - as above
                lines = [line for line in file if line.startswith(b"NSpid:")]
        except OSError:
            continue
        numbers = [int(word) for line in lines for word in line.split()[1:]]
        if numbers[1:2] == [number]:
            return process
    return None


def trees(roots: Iterable[Process], processes: dict[int, Process]) -> list[Process]:
    """Return some processes and all that descend from them, as far as they are there.

    Parameters
    ----------
    roots : iterable of Process
        Processes as they were found at some time; one that has ended since is left out.
    processes : dict of int to Process
        All processes now.
    """
    children: dict[int, list[Process]] = {}
    for process in processes.values():
        children.setdefault(process.parent, []).append(process)
    found: dict[int, Process] = {}
    waiting = [processes[root.pid] for root in roots if same(root, processes.get(root.pid))]
    while waiting:
        process = waiting.pop()
        if process.pid not in found:
            found[process.pid] = process
            waiting.extend(children.get(process.pid, ()))
    return list(found.values())


class Families:
    """Finds again and again who descends from some processes, and rereads only who may be new.

    A process that descends from somebody else never joins a family: when a parent ends, its
    children go to an ancestor of it. Only a parent that ended while we looked leaves a doubt. The
    number of a folder in ``/proc`` tells a process from a later one with the same number.
    """

    def __init__(self) -> None:
        self._roots: tuple[Process, ...] = ()
        self._strangers: dict[int, int] = {}

    def of(self, roots: Iterable[Process]) -> list[Process]:
        """Return some processes and all that descend from them, as `trees` does."""
        roots = tuple(roots)
        if sys.platform != "linux":
            return trees(roots, table())
        if roots != self._roots:
            self._roots, self._strangers = roots, {}
        with os.scandir("/proc") as entries:
            here = {int(one.name): one.inode() for one in entries if one.name.isdigit()}
        strangers = {pid for pid, _ in self._strangers.items() & here.items()}
        read = {pid: found for pid in here.keys() - strangers if (found := find(pid))}
        family = trees(roots, read)
        for process in sorted({*read.values()} - {*family}, key=lambda process: process.started):
            if process.parent == 0 or process.parent in strangers:
                strangers.add(process.pid)
        self._strangers = {pid: here[pid] for pid in strangers}
        return family


def same(before: Process, now: Process | None) -> bool:
    """Tell whether a process is still the one that was found before."""
    return now is not None and now.started == before.started


def send(process: Process, number: int) -> None:
    """Send a signal to a process if it is still the same one."""
    if same(process, find(process.pid)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, number)


def kill_namespace(root: Process) -> list[Process]:
    """Kill bubblewrap and with it everything that runs in its process namespace.

    Parameters
    ----------
    root : Process
        The outer bubblewrap; its only child is the first process of the namespace.

    Returns
    -------
    list of Process
        What was killed.
    """
    # Stopped, it can't start the child between the look at its children and its own end. A child
    # that it had just started would not yet be bound to end with it.
    send(root, signal.SIGSTOP)
    _wait_until_stopped(root)
    family = trees([root], table())
    # The kernel ends a namespace with its first process, whoever hides in it and however.
    for process in family:
        if process.parent == root.pid:
            send(process, signal.SIGKILL)
    send(root, signal.SIGKILL)
    return family


def _wait_until_stopped(process: Process) -> None:
    deadline = time.monotonic() + _STOPPED
    while time.monotonic() < deadline:
        now = find(process.pid)
        if now is None or not same(process, now) or now.state in ("T", "t", "Z", "X"):
            return
        time.sleep(0.001)


def kill_all(processes: Iterable[Process]) -> None:
    """Kill some processes, and those that they start meanwhile."""
    family = list(processes)
    for _ in range(100):
        family = [process for process in trees(family, table()) if process.alive]
        if not family:
            return
        for process in family:
            send(process, signal.SIGKILL)
        time.sleep(0.01)


def wait_until_gone(processes: Iterable[Process], seconds: float) -> bool:
    """Wait until none of some processes runs any more.

    Parameters
    ----------
    processes : iterable of Process
        The processes.
    seconds : float
        How long at most.

    Returns
    -------
    bool
        False when some still ran at the end of the time.
    """
    left = list(processes)
    deadline = time.monotonic() + seconds
    while True:
        found = [(process, find(process.pid)) for process in left]
        left = [process for process, now in found if now and now.alive and same(process, now)]
        if not left or time.monotonic() > deadline:
            return not left
        time.sleep(0.005)


def with_environment(entry: str) -> list[Process]:
    """Return processes of this user that were started with an entry in their environment.

    Parameters
    ----------
    entry : str
        The entry as ``NAME=value``.
    """
    wanted = entry.encode()
    found = []
    for process in table().values():
        try:
            with open(f"/proc/{process.pid}/environ", "rb") as file:  # noqa: PTH123 - as above
                if wanted in file.read(1 << 20).split(b"\0"):
                    found.append(process)
        except OSError:
            continue
    return found
