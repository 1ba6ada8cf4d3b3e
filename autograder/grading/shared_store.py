"""One store for the workers of a cluster, which share no disk: it is the driver's.

A worker has a store of its own, and behind it stands the driver's: it asks there for what it lacks,
says what is new, and waits while another worker makes what it would make itself. Questions go
through a queue of Dask, answers to the worker itself; entries travel as the bytes of a ZIP archive.
"""

import contextlib
import json
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, Self

import distributed

from autograder.grading.store import Store

PATIENCE: Final = 60.0
"""Seconds after which a worker does without an entry that the driver should have sent."""

LONGEST_WORK: Final = 3600.0
"""Seconds after which a worker makes an entry although another seems to be making it."""

_LOOK: Final = 1.0  # seconds between two looks at whether it is over


def queue_of(course: str) -> str:
    """Return the name of the queue in which workers ask the driver.

    Parameters
    ----------
    course : str
        Name of the plugin that holds the course on workers.
    """
    return f"{course}-store"


class Claims:
    """Who makes which entry; whoever else wants to waits in line."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[tuple[str, str]]] = {}

    def claim(self, name: str, worker: str, key: str) -> list[tuple[str, str]]:
        """Note that a worker wants to make an entry.

        Parameters
        ----------
        name, worker, key : str
            The entry, the worker's address, and the key of its question.

        Returns
        -------
        list of tuple
            Workers and keys of those who may begin now: this one, or none.
        """
        line = self._lines.setdefault(name, deque())
        line.append((worker, key))
        return [(worker, key)] if len(line) == 1 else []

    def release(self, name: str, worker: str) -> list[tuple[str, str]]:
        """Note that a worker does not make an entry any more.

        Returns
        -------
        list of tuple
            Workers and keys of those who may begin now: the next in line, or none.
        """
        line = self._lines.get(name, deque())
        if not line:
            return []
        first = line[0]
        left = deque(place for place in line if place[0] != worker)
        if not left:
            del self._lines[name]
            return []
        self._lines[name] = left
        return [left[0]] if left[0] != first else []

    def lost(self, worker: str) -> list[tuple[str, str]]:
        """Note that a worker is not there any more; returns as `release` does."""
        return [next_ for name in list(self._lines) for next_ in self.release(name, worker)]


class DriversStore:
    """Answers workers in a thread of its own.

    Parameters
    ----------
    client : distributed.Client
        The driver's.
    course : str
        Name of the plugin that holds the course on workers.
    store : Store
        The driver's store of the course.
    """

    def __init__(self, client: Any, course: str, store: Store) -> None:
        self._client = client
        self._course = course
        self._store = store
        self._claims = Claims()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._queue = distributed.Queue(queue_of(course), client=client)
        self._thread = threading.Thread(target=self._serve, daemon=True, name="store")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join(PATIENCE)

    def lost(self, worker: str) -> None:
        """Let others go on with what a worker was making that is not there any more."""
        with self._lock:
            free = self._claims.lost(worker)
        self._let_begin(free)

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                questions = [self._queue.get(timeout=_LOOK), *self._queue.get(batch=True)]
            except TimeoutError:
                continue
            except Exception:  # the cluster is gone; the driver notices that itself
                return
            for question in questions:
                # A worker that is gone, or a full disk, costs time and no grade.
                with contextlib.suppress(Exception):
                    self._answer(**json.loads(question))

    def _answer(self, do: str, name: str, worker: str, key: str) -> None:
        if do == "fetch":
            self._send(worker, key, self._store.pack(name))
        elif do == "offer":
            content = self._run(worker, hand_over, name)
            if content is not None:
                self._store.unpack(name, content)
        elif do == "claim":
            with self._lock:
                free = self._claims.claim(name, worker, key)
            self._let_begin(free)
        elif do == "release":
            with self._lock:
                free = self._claims.release(name, worker)
            self._let_begin(free)

    def _let_begin(self, free: list[tuple[str, str]]) -> None:
        for worker, key in free:
            with contextlib.suppress(Exception):  # `lost` follows when it is gone
                self._send(worker, key, None)

    def _send(self, worker: str, key: str, content: bytes | None) -> None:
        self._run(worker, deliver, key, content)

    def _run(self, worker: str, function: Callable[..., Any], *arguments: Any) -> Any:
        answers = self._client.run(function, self._course, *arguments, workers=[worker])
        return answers[worker]


class BehindWorker:
    """A worker's way to the driver's store; an `autograder.grading.store.Beyond`.

    Parameters
    ----------
    client : distributed.Client
        The worker's own.
    course : str
        Name of the plugin that holds the course.
    worker : str
        The worker's address.
    """

    def __init__(self, client: Any, course: str, worker: str) -> None:
        self._queue = distributed.Queue(queue_of(course), client=client)
        self._worker = worker
        self._answers: dict[str, _Answer] = {}
        self._closed = False

    def fetch(self, name: str) -> bytes | None:
        """Ask the driver for an entry; None if it has none, or does not answer."""
        with self._question("fetch", name) as answer:
            self._wait(answer, PATIENCE)
            return answer.content

    def offer(self, name: str) -> None:
        """Tell the driver of a new entry, which it fetches itself."""
        self._ask("offer", name, "")

    @contextlib.contextmanager
    def working_on(self, name: str) -> Iterator[None]:
        """Wait until nobody else makes the entry."""
        with self._question("claim", name) as answer:
            self._wait(answer, LONGEST_WORK)
        try:
            yield
        finally:
            self._ask("release", name, "")

    def deliver(self, key: str, content: bytes | None) -> None:
        """Take an answer of the driver's."""
        if answer := self._answers.get(key):
            answer.content = content
            answer.there.set()

    def close(self) -> None:
        """Wait for no answer any more."""
        self._closed = True

    @contextlib.contextmanager
    def _question(self, do: str, name: str) -> Iterator["_Answer"]:
        key = uuid.uuid4().hex
        answer = self._answers[key] = _Answer()
        try:
            self._ask(do, name, key)
            yield answer
        finally:
            del self._answers[key]

    def _ask(self, do: str, name: str, key: str) -> None:
        question = {"do": do, "name": name, "worker": self._worker, "key": key}
        with contextlib.suppress(OSError, TimeoutError):  # without the driver's store, then
            self._queue.put(json.dumps(question), timeout=PATIENCE)

    def _wait(self, answer: "_Answer", seconds: float) -> None:
        for _ in range(int(seconds / _LOOK)):
            if answer.there.wait(_LOOK) or self._closed:
                return


class _Answer:
    def __init__(self) -> None:
        self.there = threading.Event()
        self.content: bytes | None = None


def deliver(course: str, key: str, content: bytes | None, dask_worker: Any = None) -> None:
    """Give an answer of the driver's to a worker; what the driver runs there.

    Parameters
    ----------
    course, key : str
        The plugin, and the question.
    content : bytes or None
        The answer.
    dask_worker : distributed.Worker
        Filled in by Dask.
    """
    dask_worker.plugins[course].behind.deliver(key, content)


def hand_over(course: str, name: str, dask_worker: Any = None) -> bytes | None:
    """Return an entry of a worker's store; what the driver runs there.

    Parameters
    ----------
    course, name : str
        The plugin, and the entry.
    dask_worker : distributed.Worker
        Filled in by Dask.
    """
    content: bytes | None = dask_worker.plugins[course].store.pack(name)
    return content
