"""One submission in the verifier: the course's names, the student's values, one test at a time."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder.grading.importing import importing
from autograder.grading.verifier import errors, names, trained
from autograder.grading.verifier.cell import Namespace, Runner, first_error
from autograder.grading.verifier.predictions import Predictions
from autograder.grading.verifier.protect import protect
from autograder.grading.verifier.values import Values
from autograder.student.checks import results
from autograder.transport import narrowing


class Submission:
    """What the verifier holds of one submission.

    Parameters
    ----------
    runner : Runner
        Runs the cells.
    exchange : pathlib.Path
        Folder through which values come and go.
    ask : callable
        Sends a message to the grading process and returns the answer.
    """

    def __init__(
        self, runner: Runner, exchange: Path, ask: Callable[[dict[str, str]], dict[str, Any]]
    ) -> None:
        self._runner = runner
        self._names = Namespace()
        trained.forget()
        self._values = Values(exchange, ask)
        results.forward = Predictions(exchange, ask)

    @property
    def known_arrays(self) -> Mapping[str, Any]:
        """Arrays of the course by SHA-256; or what makes one."""
        return self._values.known_arrays

    def setup(self, source: str) -> dict[str, Any]:
        """Run a setup cell; its names stay, and its arrays become read-only.

        Parameters
        ----------
        source : str

        Returns
        -------
        dict
            ``error``, ``names`` and ``known``, as `SetupResult` describes them.
        """
        before = dict(self._names)
        with importing():  # what a first setup cell does, for the most part
            error = first_error(self._runner.run(source, self._names))
        new = {
            name: value
            for name, value in self._names.items()
            if not _is_special(name) and (name not in before or before[name] is not value)
        }
        protect(new.values())
        self._values.add_known(new)
        if "keras" in sys.modules:
            narrowing.patch(sys.modules["keras"].Model)
        return self._setup_answer(error)

    def learn(self, folder: Path, *, fresh: bool, samples: int) -> dict[str, Any]:
        """Read what came of a training: its weights need not be sent, its figures are believed.

        Parameters
        ----------
        folder : pathlib.Path
            What the trainer wrote.
        fresh, samples : bool and int
            As `trained.Record` has them.

        Returns
        -------
        dict
            As of `setup`.
        """
        record, weights = trained.read(folder, fresh=fresh, samples=samples)
        trained.remember(record)
        self._values.add_known({"weights": weights})
        return self._setup_answer("")

    def _setup_answer(self, error: str) -> dict[str, Any]:
        defined = [name for name in self._names if not _is_special(name)]
        return {"error": error, "names": defined, "known": self._values.known}

    def test(self, source: str, folder: str) -> dict[str, Any]:
        """Run a test cell; its names go again, so that each test sees the course's names alone.

        Parameters
        ----------
        source : str
        folder : str
            Where the student's values lie; empty when there are none.

        Returns
        -------
        dict
            ``outputs``, ``states`` and ``remarks``, as `TestResult` describes them, and ``lost``:
            whether values did not arrive.
        """
        before = dict(self._names)
        self._values.lost = False
        try:
            problem = self._bring(source, Path(folder)) if folder else ""
            if problem:
                outputs = [errors.plain("CheckFailed", problem)]
            else:
                outputs = self._runner.run(source, self._names)
        finally:
            self._names.clear()
            self._names.update(before)
            self._names.problems.clear()
        return {
            "outputs": outputs,
            "states": self._states(),
            "remarks": trained.take_remarks(),
            "lost": self._values.lost,
        }

    def _bring(self, source: str, folder: Path) -> str:
        """Put the values that the test needs under their names, but never over the course's."""
        values, problems, trouble = self._values.read(folder)
        try:
            wanted = names.needed(source)
        except SyntaxError:
            wanted = []  # running it says so
        for name in wanted:
            if name in self._names:
                continue
            if name in values:
                self._names[name] = values[name]
            elif name in problems:
                self._names.problems[name] = problems[name]
        return trouble

    def _states(self) -> dict[str, str]:
        states = getattr(self._names.get("exercise"), "states", None)
        if not isinstance(states, dict):
            return {}
        return {str(task): str(state) for task, state in states.items()}


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
