"""Values of the student's process, read from folders, and its functions, called from afar."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder.grading.verifier.remote import RemoteCalls
from autograder.student.outcome import CheckFailed
from autograder.transport.known import arrays_in, course_weights
from autograder.transport.read import Problem, Reader, ReadLimits, TransportError


class Values:
    """Reads the values of one submission.

    Parameters
    ----------
    exchange : pathlib.Path
        Folder through which values come and go.
    ask : callable
        Sends a message to the grading process and returns the answer.

    Attributes
    ----------
    lost : bool
        Whether a message could not be read, so that the arrays in it are not known here although
        the student's process has sent them.
    """

    def __init__(self, exchange: Path, ask: Callable[[dict[str, str]], dict[str, Any]]) -> None:
        self.lost = False
        self._known: dict[str, Any] = dict(course_weights(make=False))
        calls = RemoteCalls(exchange, ask, self.read_result)
        self._reader = Reader(self._known, ReadLimits(), calls)

    @property
    def known_arrays(self) -> Mapping[str, Any]:
        """Arrays that need not be sent, by SHA-256; or what makes one."""
        return self._known

    @property
    def known(self) -> list[str]:
        """SHA-256 of arrays that need not be sent."""
        return sorted(self._known)

    def add_known(self, values: Mapping[str, Any]) -> None:
        """Add the arrays of setup cells to those that need not be sent."""
        self._known.update(arrays_in(values))

    def read(self, folder: Path) -> tuple[dict[str, Any], dict[str, str], str]:
        """Read a message.

        Parameters
        ----------
        folder : pathlib.Path

        Returns
        -------
        values : dict
            Values by name.
        problems : dict of str to str
            Why a value could not be had, by name.
        trouble : str
            What is wrong with the whole message; empty when it could be read.
        """
        try:
            found = self._reader.read(folder)
        except TransportError as error:
            self.lost = True
            return {}, {}, str(error)
        problems = {n: v.reason for n, v in found.items() if isinstance(v, Problem)}
        values = {n: v for n, v in found.items() if n not in problems}
        return values, problems, ""

    def read_result(self, function: str, folder: Path) -> Any:
        """Read what a student's function returned.

        Raises
        ------
        CheckFailed
            If it raised, or returned something that could not be had.
        """
        values, problems, trouble = self.read(folder)
        reason = trouble or problems.get("result", "")
        if "result" not in values:
            raise CheckFailed(f"your function {function} gave no result. {reason}")
        return values["result"]
