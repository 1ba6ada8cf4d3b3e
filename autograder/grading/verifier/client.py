"""The grading process's side of the verifier: never an exception, always an outcome."""

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from autograder.grading import outputs
from autograder.grading.sandbox import ScratchFolder
from autograder.grading.verifier.channel import ChannelError, TooLateError
from autograder.grading.verifier.copying import CopyError, copy_message
from autograder.grading.verifier.replies import (
    CallRequest,
    MemoryRequest,
    SetupResult,
    TestResult,
    read_call,
    read_memory,
    read_test,
)
from autograder.grading.verifier.supervisor import END_SECONDS, Supervisor
from autograder.grading.verifier.worker import MODULE, Box, Worker

Call = Callable[[str, Path, Path], str]
"""Calls a student's function: its name, the folder of arguments, and a path that does not exist
yet, to which the folder with the result is moved or copied. Returns "" or why it could not."""

LARGEST_MESSAGE: Final = 300_000_000
"""Bytes of one message from a student's process; what is in it is counted by its reader."""

LARGEST_RESULT: Final = 64_000_000
"""Bytes of what a student's function may return."""


class Memory(Protocol):
    """What is needed of `autograder.grading.predictions.KeptPredictions`."""

    def recall(self, name: str, target: Path) -> bool:
        """Copy what is kept under a name to a path that does not exist; False if nothing is."""

    def keep(self, name: str, message: Path) -> None:
        """Keep a message."""


class Verifier:
    """A process that runs test cells, for one submission after the other.

    A process that hangs, dies or answers nonsense is killed; the next call starts another one and
    runs the setup cells again.

    Parameters
    ----------
    make_box : callable
        Returns a new sandbox; called whenever a process is started.
    command : sequence of str, optional
        The program; this Python with the verifier's module if not given.
    setup_seconds : float
        How long a setup cell may take.
    memory : Memory, optional
        Where predictions are kept; without it they are worked out each time.
    """

    def __init__(
        self,
        make_box: Callable[[], Box],
        command: Sequence[str] = (sys.executable, "-m", MODULE),
        *,
        setup_seconds: float = 600.0,
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory
        self._processes = Supervisor(make_box, command, setup_seconds=setup_seconds)
        self._scratch = ScratchFolder()
        self._staging = self._scratch.make("results")
        self._results = 0

    def __enter__(self) -> "Verifier":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def log(self) -> str:
        """Last lines that a process wrote which was lost; for the instructor."""
        return self._processes.log

    @property
    def known(self) -> list[str]:
        """SHA-256 of arrays that need not be sent, since the verifier has them."""
        return self._processes.known

    def start(self) -> None:
        """Start the process, without waiting for it."""
        self._processes.start()

    def begin(self) -> None:
        """Forget the submission before, and begin with another one."""
        self._processes.begin()

    def ready(self) -> bool:
        """Make sure that the process is there and has run the setup cells.

        To be called before values are exported for a test.

        Returns
        -------
        bool
            False when nothing has been sent to this process: what was sent must be sent whole.
        """
        return self._processes.ready()

    def setup(self, source: str) -> SetupResult:
        """Run a setup cell of the present submission.

        Parameters
        ----------
        source : str
            The cell as the course wrote it.

        Returns
        -------
        SetupResult
            After an error no test of this submission can be checked.
        """
        return self._processes.setup(source)

    def learn(self, folder: Path, *, fresh: bool, samples: int) -> list[str]:
        """Let the process know what came of a training; return what is `known` then.

        Parameters
        ----------
        folder : Path
            What the trainer wrote; stays where it is.
        fresh, samples : bool and int
            As `autograder.grading.verifier.trained.Record` has them.
        """
        return self._processes.learn(folder, {"fresh": fresh, "samples": samples})

    def test(self, source: str, values: Path | None, call: Call, seconds: float) -> TestResult:
        """Run a test cell.

        Parameters
        ----------
        source : str
            The cell as the course wrote it.
        values : pathlib.Path or None
            Folder into which the student's process has exported the names that the cell needs;
            it is copied first. None when it needs none.
        call : callable
            Calls a student's function; see `Call`.
        seconds : float
            How long the cell may take, without the time of such calls.

        Returns
        -------
        TestResult
        """
        if self._processes.broken:
            return _not_checked(outputs.NOT_RUN, f"the verifier {self._processes.broken}")
        try:
            if self._processes.died():
                # What these values leave out, as sent before, went with it.
                raise ChannelError("ended")
            return self._test(self._processes.restored(), source, values, call, seconds)
        except CopyError as error:
            return TestResult([outputs.error_output("CheckFailed", str(error))], restarted=True)
        except TooLateError as trouble:
            self._processes.lose(trouble)
            return _not_checked(outputs.CELL_TIMEOUT, f"it took longer than {seconds:g} s")
        except ChannelError as trouble:
            reason = f"the verifier {self._processes.lose(trouble)}"
            return _not_checked(outputs.NOT_RUN, reason)
        except BaseException:
            self._processes.stop()  # it is in the middle of a test, and no one will answer it
            raise

    def close(self) -> None:
        """End the process."""
        self._processes.stop(END_SECONDS)
        self._scratch.close()

    def _test(
        self, worker: Worker, source: str, values: Path | None, call: Call, seconds: float
    ) -> TestResult:
        message = {"do": "test", "source": source, "values": ""}
        if values is not None:
            copy = worker.place("values")
            copy_message(values, copy, LARGEST_MESSAGE)
            message["values"] = str(copy)
        deadline = time.monotonic() + seconds
        worker.send(message, deadline)
        reply = worker.receive(deadline)
        lost = False
        while wish := read_call(reply) or read_memory(reply):
            began = time.monotonic()
            if isinstance(wish, CallRequest):
                answer = self._answer(worker, wish, call)
            else:
                answer = self._remember(worker, wish)
            lost |= "error" in answer
            deadline += time.monotonic() - began
            worker.send(answer, deadline)
            reply = worker.receive(deadline)
        worker.clear()
        result = read_test(reply)
        return replace(result, restarted=result.restarted or lost)

    def _answer(self, worker: Worker, wish: CallRequest, call: Call) -> dict[str, str]:
        self._results += 1
        result = self._staging / f"result-{self._results}"
        try:
            error = call(wish.function, worker.exchange / wish.arguments, result)
            if error:
                return {"error": error}
            copy = worker.place("result")
            copy_message(result, copy, LARGEST_RESULT)
        except CopyError as problem:
            return {"error": str(problem)}
        finally:
            shutil.rmtree(result, ignore_errors=True)
        return {"values": str(copy)}

    def _remember(self, worker: Worker, wish: MemoryRequest) -> dict[str, str]:
        if self._memory is None:
            return {}
        if wish.values:
            self._memory.keep(wish.name, worker.exchange / wish.values)
            return {}
        copy = worker.place("recalled")
        return {"values": str(copy)} if self._memory.recall(wish.name, copy) else {}


def _not_checked(kind: str, reason: str) -> TestResult:
    text = f"This test could not be checked: {reason}. Please tell your instructor."
    return TestResult([outputs.error_output(kind, text)], restarted=True, trouble=reason)
