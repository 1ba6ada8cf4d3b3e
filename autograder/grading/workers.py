"""Workers for submissions: processes of this machine, or those of a Dask cluster.

A worker has one submission at a time, and the driver says which: it always knows what was lost with
a worker, however the cluster is configured. As soon as a worker is free it gets the next one, while
the driver may still be writing down another.
"""

import contextlib
import functools
import logging
import tempfile
import threading
import time
import uuid
import warnings
from collections import deque
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, Self

import dask
import distributed
import psutil  # type: ignore[import-untyped]
from dask.system import CPU_COUNT
from distributed.system import MEMORY_LIMIT

from autograder.grading import remote_run
from autograder.grading.course import CourseError
from autograder.grading.sandbox.limits import GIB
from autograder.grading.sandbox.scratch import remove_later_leftovers
from autograder.grading.shared_store import DriversStore
from autograder.grading.store import Store
from autograder.grading.travel import Answer

MOST_RUNS: Final = 3
"""How often a submission is begun when its worker dies each time."""

PER_WORKER: Final = 6 * GIB
"""Memory that is reckoned for a worker: what a submission may use, unless the course says more."""

PATIENCE: Final = 600.0
"""Seconds without any worker after which the driver gives up."""

_LOOK: Final = 1.0  # seconds between two looks at which workers are there
_DASHBOARD: Final = "bokeh"
_UNWATCHED: Final = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "500ms",
}
"""Dask looks at its processes up to a hundred times a second; nobody asks what it saw."""


@dataclass(eq=False)
class _Task:
    student: str
    content: bytes
    runs: int = 0
    future: Any = None


def default_number() -> int:
    """Return how many workers this machine is good for: a core and `PER_WORKER` memory each."""
    memory = min(psutil.virtual_memory().available, MEMORY_LIMIT)
    return max(1, min(int(CPU_COUNT), int(memory // PER_WORKER)))


class Workers:
    """The workers of one grading.

    Parameters
    ----------
    data : bytes
        The course, as a `autograder.grading.travel.CourseData`.
    number : int
        How many processes of this machine to start; of no meaning with a scheduler.
    scheduler : str
        Address of a cluster's scheduler, such as ``tls://grading.example.org:8786``; empty for
        processes of this machine.
    store : Store
        The course's; workers of a cluster share it, those of this machine have it on their disk.

    Attributes
    ----------
    dashboard : str
        Address of Dask's dashboard; empty where there is none.
    """

    def __init__(self, data: bytes, number: int, scheduler: str, store: Store) -> None:
        self._stack = contextlib.ExitStack()
        self._name = f"eight-faces-{uuid.uuid4().hex}"
        self._waiting: deque[_Task] = deque()
        self._running: dict[str, _Task] = {}
        self._ended: deque[tuple[str, _Task, Answer | str]] = deque()
        self._lock = threading.RLock()  # of what is waiting, running and ended
        self._news = threading.Event()
        self._unfit: dict[str, str] = {}
        self._given_up: list[tuple[str, Answer]] = []
        self._usable: list[str] = []
        self._seen = time.monotonic()
        self._stack.enter_context(_quiet())
        try:
            self._client = self._connect(number, scheduler)
            self._client.register_plugin(remote_run.CourseOnWorker(self._name, data))
            self._shared = DriversStore(self._client, self._name, store) if scheduler else None
            if self._shared is not None:
                self._stack.enter_context(self._shared)
        except BaseException:
            self._stack.close()
            raise
        self.dashboard = self._dashboard(scheduler)
        self._look()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End what still runs. Local workers end; those of a cluster forget the course."""
        with self._lock:
            self._waiting.clear()
            running, self._running = self._running, {}
        try:
            for task in running.values():
                task.future.cancel()
            with contextlib.suppress(OSError, TimeoutError):
                self._client.unregister_worker_plugin(self._name)
        finally:
            self._stack.close()
            remove_later_leftovers()  # of workers that were killed

    def has_room(self) -> bool:
        """Tell whether to submit another one: as many as there are workers lie ready."""
        return len(self._waiting) + len(self._running) < max(2 * len(self._usable), 1)

    @property
    def running(self) -> int:
        """How many submissions are being run."""
        return len(self._running)

    def submit(self, student: str, content: bytes) -> None:
        """Let a submission be run.

        Parameters
        ----------
        student : str
            Whose it is; `next_answers` says so again.
        content : bytes
            A `autograder.grading.travel.Submission`.
        """
        self._waiting.append(_Task(student, content))
        self._hand_out()

    def next_answers(self) -> list[tuple[str, Answer]]:
        """Wait about a second for submissions that were run, or were given up.

        Raises
        ------
        autograder.grading.course.CourseError
            If there is no worker that can do anything.
        """
        self._news.wait(_LOOK if self._running else _LOOK / 10)
        self._news.clear()
        found = self._collect()
        self._look()
        self._hand_out()
        found += self._given_up
        self._given_up = []
        return found

    def _connect(self, number: int, scheduler: str) -> Any:
        if scheduler:
            try:
                client = distributed.Client(scheduler, set_as_default=False, timeout="30s")
            except (OSError, ValueError, TimeoutError) as error:
                raise CourseError(
                    f"There is no Dask scheduler at {scheduler} that this computer may speak to "
                    f"({error}). Look at its address, and for tls:// at the certificates."
                ) from error
            return self._stack.enter_context(client)
        # Without keys, whoever has an account on this machine could have the workers run anything.
        security = distributed.Security.temporary()
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="efw-"))
        self._stack.enter_context(dask.config.set({"temporary-directory": folder, **_UNWATCHED}))
        cluster = distributed.LocalCluster(
            n_workers=number,
            threads_per_worker=1,
            memory_limit=0,  # the sandboxes have limits of their own
            host="127.0.0.1",
            protocol="tls",
            security=security,
            dashboard_address="127.0.0.1:0" if find_spec(_DASHBOARD) else None,
            silence_logs=logging.CRITICAL,
        )
        self._stack.enter_context(cluster)
        return self._stack.enter_context(distributed.Client(cluster, set_as_default=False))

    def _dashboard(self, scheduler: str) -> str:
        if not scheduler and not find_spec(_DASHBOARD):
            return ""
        return str(self._client.dashboard_link or "")

    def _look(self) -> None:
        """See which workers are there, and what was lost with those that are not."""
        try:
            alive = list(self._client.nthreads())
        except (OSError, TimeoutError, ValueError) as error:
            raise CourseError(
                f"The Dask scheduler does not answer any more ({error}). What is graded stays; "
                "the same command goes on."
            ) from error
        with self._lock:
            gone = {address: self._running[address] for address in self._running.keys() - {*alive}}
            for address in gone:
                del self._running[address]
        for address, task in gone.items():
            task.future.cancel()
            if self._shared is not None:
                self._shared.lost(address)
            self._lost(task, "the worker that ran it ended: killed, or out of memory")
        self._usable = [address for address in alive if address not in self._unfit]
        now = time.monotonic()
        if self._usable:
            self._seen = now
        elif alive:
            address, why = next(iter(self._unfit.items()))
            raise CourseError(f"No worker can grade. The one at {address}: {why}.")
        elif now - self._seen > PATIENCE:
            raise CourseError(
                f"There has been no worker for {PATIENCE:g} s. What is graded stays; start "
                "workers, and the same command goes on."
            )

    def _hand_out(self) -> None:
        with self._lock:
            for address in self._usable:
                if self._waiting and address not in self._running:
                    task = self._waiting.popleft()
                    task.runs += 1
                    task.future = self._client.submit(
                        remote_run.run,
                        self._name,
                        task.content,
                        key=f"{self._name}-{uuid.uuid4().hex}",
                        workers=[address],
                        allow_other_workers=False,
                        pure=False,
                    )
                    self._running[address] = task
                    task.future.add_done_callback(functools.partial(self._note_end, address))

    def _note_end(self, address: str, future: Any) -> None:
        """Take what a worker gave, and let it go on; called in a thread of Dask's."""
        try:
            given: Answer | str = Answer.from_bytes(future.result())  # which goes with its worker
        except BaseException as error:  # of Dask's, the task itself never raises
            given = f"{type(error).__name__}: {error}"
        with self._lock:
            task = self._running.get(address)
            if task is not None and task.future is future:
                del self._running[address]
                self._ended.append((address, task, given))
                if isinstance(given, Answer) and not given.unfit:
                    self._hand_out()
        self._news.set()

    def _collect(self) -> list[tuple[str, Answer]]:
        found = []
        while self._ended:
            address, task, given = self._ended.popleft()
            if isinstance(given, str):
                self._lost(task, given)
            elif given.unfit:
                self._unfit[address] = given.trouble
                task.runs -= 1
                self._waiting.appendleft(task)
            else:
                found.append((task.student, given))
        return found

    def _lost(self, task: _Task, why: str) -> None:
        if task.runs < MOST_RUNS:
            self._waiting.appendleft(task)
            return
        trouble = f"It was begun {MOST_RUNS} times, and each time {why}."
        self._given_up.append((task.student, Answer(trouble=trouble)))


@contextlib.contextmanager
def _quiet() -> Any:
    """Keep Dask's log lines and warnings away: what a person has to know is said in the results."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
