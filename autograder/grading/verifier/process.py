"""The verifier's main loop: one request a line on standard input, one answer a line."""

import json
import os
import sys
from pathlib import Path
from typing import IO, Any, NoReturn

from autograder.grading.verifier import errors
from autograder.grading.verifier.capture import Capture
from autograder.grading.verifier.cell import Runner
from autograder.grading.verifier.forget import Start
from autograder.grading.verifier.submission import Submission
from data_scripts.cache import keep_in_memory


class Loop:
    """Answers requests until there are no more.

    Parameters
    ----------
    requests, answers : binary file
        Where requests come from and answers go.
    runner : Runner
        Runs the cells.
    """

    def __init__(self, requests: IO[bytes], answers: IO[bytes], runner: Runner) -> None:
        self._requests = requests
        self._answers = answers
        self._runner = runner
        self._start = Start()
        self._submission: Submission | None = None

    def run(self) -> None:
        """Answer requests until ``end``, or until the grading process is gone."""
        while True:
            request = self._next()
            if request["do"] == "end":
                return
            try:
                answer = self._answer(request)
            except Exception as error:
                answer = {"failed": errors.sentence(error)}
            self._say(answer)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["do"] == "begin":
            self._submission = None
            self._start.restore()
            self._submission = Submission(self._runner, Path(request["exchange"]), self._ask)
            return {"ok": True}
        if self._submission is None:
            raise RuntimeError("no submission has begun")
        if request["do"] == "setup":
            return self._submission.setup(request["source"])
        if request["do"] == "learn":
            return self._submission.learn(
                Path(request["folder"]), fresh=request["fresh"], samples=request["samples"]
            )
        if request["do"] == "test":
            return self._submission.test(request["source"], request["values"])
        raise RuntimeError(f"unknown request {request['do']!r}")

    def _ask(self, message: dict[str, str]) -> dict[str, Any]:
        self._say(message)
        return self._next()

    def _next(self) -> dict[str, Any]:
        line = self._requests.readline()
        if not line:
            end()
        return dict(json.loads(line))

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self._answers.write(json.dumps(message).encode("ascii") + b"\n")
            self._answers.flush()
        except BrokenPipeError:
            end()


def own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Return the streams to and from the grading process, and keep everybody else from them.

    Libraries find an empty standard input, and what they print goes to standard error.
    """
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def main() -> None:
    """Serve the grading process on the standard streams of this one."""
    requests, answers = own_streams()
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    keep_in_memory()
    Loop(requests, answers, Runner(Capture(sys.stderr))).run()
    end()


def end() -> NoReturn:
    """End without waiting for threads of a test cell, and whatever called this."""
    os._exit(0)
