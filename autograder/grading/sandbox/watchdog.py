"""The watchdog: ends a sandbox that uses more than it may, and says why."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from autograder.grading.sandbox.limits import (
    DEEPEST,
    DISK_RESERVE,
    MEMORY_RESERVE,
    Limits,
    in_words,
)
from autograder.grading.sandbox.processes import Families, Process, find
from autograder.grading.sandbox.usage import Usage, available_memory, measure, nameless

_SHARE = 8  # a look may take one in so many parts of the time, else looks become rarer
_FAILURES = 5  # looks in a row that may fail


class Watchdog:
    """Looks at the processes and files of one sandbox until it is told to end.

    Parameters
    ----------
    limits : Limits
        What is allowed.
    scratch : Path
        The folder whose contents are counted.
    stop : callable
        Called once with a sentence when it is too much.
    """

    def __init__(self, limits: Limits, scratch: Path, stop: Callable[[str], None]) -> None:
        self._limits = limits
        self._scratch = scratch
        self._stop = stop
        self._device = scratch.stat().st_dev
        self._most = Usage(limits.disk, limits.files, DEEPEST)
        self._roots: list[Process] = []
        self._families = Families()
        # A fork begins with its parent's memory, which it shares with it.
        self._given = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.seen: dict[Process, None] = {}
        """Every process that it has come across, as it was then."""

    def add(self, pid: int) -> Process | None:
        """Look after a process and what descends from it; None when it has ended already."""
        process = find(pid)
        if process is None:
            return None
        self.know(process)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="watches-sandbox", daemon=True)
            self._thread.start()
        return process

    def know(self, process: Process) -> None:
        """Count a process among the roots, without looking after it yet."""
        self._roots.append(process)
        self._given += process.memory

    @property
    def roots(self) -> list[Process]:
        """The processes that it was told to look after."""
        return list(self._roots)

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        failures = 0
        pause = 0.0
        while not self._ended.wait(pause):
            started = time.monotonic()
            try:
                reason, failures = self.look(), 0
            except OSError as error:
                # One that can't be watched does not run on.
                failures += 1
                reason = f"could not be watched ({error.strerror})" if failures > _FAILURES else ""
            if reason:
                self._stop(reason)
                return
            pause = max(self._limits.every, _SHARE * (time.monotonic() - started))

    def look(self) -> str:
        """Look once.

        Returns
        -------
        str
            Why the sandbox must end; empty when it may go on.
        """
        family = self._families.of(self._roots)
        self._remember(family)
        reason = self._too_many(family)
        if reason:
            return reason
        on_disk, in_memory = nameless(family, self._device)
        return self._too_big(family, in_memory) or self._too_full(on_disk)

    def _remember(self, family: list[Process]) -> None:
        known = {(process.pid, process.started) for process in self.seen}
        for process in family:
            if (process.pid, process.started) not in known:
                self.seen[process] = None

    def _too_many(self, family: list[Process]) -> str:
        if len(family) > self._limits.processes:
            return f"ran more than {self._limits.processes} processes at once"
        if sum(process.threads for process in family) > self._limits.threads:
            return f"ran more than {self._limits.threads} threads at once"
        return ""

    def _too_big(self, family: list[Process], in_memory: int) -> str:
        used = sum(process.memory for process in family) + in_memory - self._given
        if used > self._limits.memory:
            return f"used more than {in_words(self._limits.memory)} of memory"
        left = available_memory()
        if left is not None and left < MEMORY_RESERVE:
            return f"left the machine less than {in_words(MEMORY_RESERVE)} of memory"
        return ""

    def _too_full(self, nameless_size: int) -> str:
        if not hasattr(os, "statvfs"):
            return ""
        most = self._most
        found = measure(self._scratch, most)
        if found.size + nameless_size > most.size:
            return f"wrote more than {in_words(most.size)} to disk"
        if found.files > most.files:
            return f"made more than {most.files} files"
        if found.depth > most.depth:
            return f"made folders more than {most.depth} levels deep"
        disk = os.statvfs(self._scratch)
        if disk.f_bavail * disk.f_frsize < DISK_RESERVE:
            return f"left less than {in_words(DISK_RESERVE)} free on the disk"
        return ""
