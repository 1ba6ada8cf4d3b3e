"""Write down what a submission's kernel answered, and answer the same again without a kernel.

A recording is a folder: ``recording.json`` with the events in order, and copies of the messages
with values. These are data of the student's making: nothing in them is executed, and the verifier
reads them as carefully as on the first day.
"""

import hashlib
import json
import shutil
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from autograder.grading.files import write_text
from autograder.grading.kernel_cells import KernelEndedError
from autograder.grading.kernel_side import KernelSide
from autograder.grading.store import Store
from autograder.grading.trainer.desk import Origin, Trained
from autograder.grading.verifier.client import LARGEST_MESSAGE, LARGEST_RESULT
from autograder.grading.verifier.copying import FILES, CopyError, copy_message

FORMAT: Final = 1
EVENTS: Final = "recording.json"
_ARRAYS: Final = FILES[1]

Event = dict[str, Any]


class ReplayError(Exception):
    """A recording does not hold what is asked for; the text goes on after "because"."""


# `KernelSide` says what the methods of both classes do.
# ruff: noqa: D102


class Recorder:
    """A side that writes down what another one answers.

    Parameters
    ----------
    side : KernelSide
    folder : pathlib.Path
        Where the recording goes; out of the student's reach.
    """

    def __init__(self, side: KernelSide, folder: Path) -> None:
        self._side = side
        self._folder = folder
        self._events: list[Event] = []
        self._test = self._known = ""
        self._whole = True
        self._complete = True

    def finish(self) -> bool:
        """Write the events; False when a message could not be kept, so that nothing was."""
        if self._complete:
            text = json.dumps({"format": FORMAT, "events": self._events})
            write_text(self._folder / EVENTS, text)
        return self._complete

    def know(self, digests: list[str]) -> None:
        self._known = _digest_of(digests)
        self._side.know(digests)

    def run(self, cell: NotebookNode, index: int, seconds: float) -> tuple[bool, float]:
        event = self._event("run", in_time=True, seconds=0.0)
        try:
            event["in_time"], event["seconds"] = self._noting_the_end(
                event, lambda: self._side.run(cell, index, seconds)
            )
        finally:
            # The outputs themselves, not copies: a later cell may still change what one displays.
            event["outputs"] = list(cell.outputs)
            event["execution_count"] = cell.execution_count
        return event["in_time"], event["seconds"]

    def setup(self, source: str) -> None:
        self._side.setup(source)

    def trainings(self) -> list[Trained]:
        found = self._side.trainings()
        told = [[one.folder.name, *one.origin] for one in found]
        self._events[-1]["trainings"] = told
        return found

    def export(self, test: str, names: list[str]) -> Path | None:
        self._test = test
        event = self._event("values", names=names, known=self._known)
        folder = self._noting_the_end(event, lambda: self._side.export(test, names))
        return folder and self._keep(event, folder, LARGEST_MESSAGE)

    def call(self, function: str, arguments: Path, result: Path) -> str:
        event = self._event("call", key=_key(function, arguments))
        event["error"] = self._side.call(function, arguments, result)
        if not event["error"]:
            self._keep(event, result, LARGEST_RESULT)
        return str(event["error"])

    def tell(self, states: dict[str, str]) -> None:
        self._side.tell(states)

    def end_test(self) -> None:
        self._side.end_test()

    def send_all(self) -> None:
        self._whole = True
        self._side.send_all()

    def alive(self) -> bool:
        found = self._side.alive()
        if self._events:
            self._events[-1]["alive"] = found
        return found

    def stopped_because(self) -> str:
        return self._side.stopped_because()

    def _event(self, kind: str, **more: Any) -> Event:
        event = {"kind": kind, "message": "", "whole": False, **more}
        if kind != "run":
            event |= {"test": self._test, "whole": self._whole}
            self._whole = False
        self._events.append(event)
        return event

    def _noting_the_end(self, event: Event, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except KernelEndedError:
            event["ended"], event["stopped"] = True, self._side.stopped_because()
            raise

    def _keep(self, event: Event, message: Path, limit: int) -> Path:
        """Copy a message for good, and return where the verifier finds it."""
        name = f"message-{len(self._events)}"
        try:
            copy_message(message, self._folder / name, limit)
        except CopyError:  # the verifier meets the same, and says so in the test
            self._complete = False
            return message
        event["message"] = name
        arrays = self._folder / name / _ARRAYS
        event["arrays"] = arrays.exists() and arrays.stat().st_size > 0
        return self._folder / name


class Replay:
    """A side that answers from a recording.

    Parameters
    ----------
    folder : pathlib.Path
        What a `Recorder` left.
    store : Store
        Keeps what came of trainings.

    Raises
    ------
    ReplayError
        Here when there is none that can be read; later whenever something is asked for that was
        not asked for when it was made.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self._store = store
        try:
            found = json.loads((folder / EVENTS).read_text("utf-8"))
        except (OSError, ValueError):
            found = {}
        if found.get("format") != FORMAT:
            raise ReplayError("its recording can't be read")
        self._folder = folder
        self._events: list[Event] = found["events"]
        self._runs = iter([event for event in self._events if event["kind"] == "run"])
        self._values: dict[str, int] = {}
        self._calls: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        for place, event in enumerate(self._events):
            if event["kind"] == "values":
                self._values[event["test"]] = place
            elif event["kind"] == "call":
                self._calls[event["test"], event["key"]].append(place)
        self._last: Event = {}
        self._delivered: set[int] = set()
        self._test = self._known = self._trouble = ""

    def know(self, digests: list[str]) -> None:
        self._known = _digest_of(digests)

    def run(self, cell: NotebookNode, index: int, seconds: float) -> tuple[bool, float]:
        event = next(self._runs, None)
        if event is None:
            raise ReplayError("its recording ends too early")
        self._last = event
        cell.outputs = [nbformat.from_dict(output) for output in event["outputs"]]
        cell.execution_count = event["execution_count"]
        self._end_as(event)
        return event["in_time"], event["seconds"]

    def setup(self, source: str) -> None:
        pass

    def trainings(self) -> list[Trained]:
        found = []
        for name, *origin in self._last.get("trainings", ()):
            folder = self._store.get(name)
            if folder is None:
                raise ReplayError("the weights of its trainings are no longer kept")
            found.append(Trained(folder, Origin(*origin)))
        return found

    def export(self, test: str, names: list[str]) -> Path | None:
        if test not in self._values:
            raise ReplayError(f"the test ‘{test}’ read no values then")
        place = self._values[test]
        event = self._events[place]
        new = [name for name in names if name not in event["names"]]
        if new:
            raise ReplayError(f"the test ‘{test}’ did not read {', '.join(new)} then")
        if event["known"] != self._known:
            raise ReplayError("the setup cells gave other arrays then")
        self._test, self._last = test, event
        self._end_as(event)
        return self._deliver(place) if event["message"] else None

    def call(self, function: str, arguments: Path, result: Path) -> str:
        places = self._calls[self._test, _key(function, arguments)]
        if not places:
            self._trouble = f"the test ‘{self._test}’ calls {function} with other arguments now"
            return self._trouble
        place = places.popleft()
        event = self._events[place]
        self._last = event
        if event["error"]:
            return str(event["error"])
        try:
            shutil.copytree(self._deliver(place), result)
        except ReplayError as error:  # raised by `end_test`: the verifier waits for an answer
            self._trouble = str(error)
        return self._trouble

    def tell(self, states: dict[str, str]) -> None:
        pass

    def end_test(self) -> None:
        if self._trouble:
            raise ReplayError(self._trouble)
        left = (place for (test, _), places in self._calls.items() if test == self._test
                for place in places)  # fmt: skip
        if any(self._events[place]["error"] for place in left):
            raise ReplayError(f"a call that went wrong in the test ‘{self._test}’ is gone now")

    def send_all(self) -> None:
        self._delivered.clear()

    def alive(self) -> bool:
        return bool(self._last.get("alive", True))

    def stopped_because(self) -> str:
        return str(self._last.get("stopped", ""))

    def _end_as(self, event: Event) -> None:
        if event.get("ended"):
            raise KernelEndedError

    def _deliver(self, place: int) -> Path:
        """Return a message, if the verifier has got all arrays that it may speak of."""
        begin = max(j for j in range(place + 1) if self._events[j]["whole"])
        for earlier in range(begin, place):
            if self._events[earlier].get("arrays") and earlier not in self._delivered:
                raise ReplayError("the tests no longer ask for all values that they asked for then")
        self._delivered.add(place)
        return self._folder / str(self._events[place]["message"])


def _key(function: str, arguments: Path) -> str:
    """Name a call by what is called and with what; the verifier writes equal data alike."""
    digest = hashlib.sha256(function.encode() + b"\0")
    for name in FILES:
        content = (arguments / name).read_bytes() if (arguments / name).exists() else b""
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _digest_of(digests: list[str]) -> str:
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()
