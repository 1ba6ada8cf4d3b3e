"""What the verifier may answer, read with care: it has handled a student's values."""

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, NamedTuple

import nbformat
from nbformat import NotebookNode

from autograder.grading.limits import join_streams
from autograder.grading.verifier.channel import ChannelError

_ARGUMENTS: Final = re.compile(r"arguments-\d{1,6}")
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_KEPT: Final = re.compile(r"kept-[0-9a-f]{16}")
_DATA: Final = frozenset({"text/plain", "image/png"})


@dataclass(frozen=True)
class SetupResult:
    """What came of a setup cell.

    Attributes
    ----------
    error : str
        Why it failed; empty when it did not.
    names : list of str
        All names that setup cells have defined so far; the verifier's values win.
    known : list of str
        SHA-256 of arrays that need not be sent, since the verifier has them.
    """

    error: str
    names: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TestResult:
    """What came of a test cell.

    Attributes
    ----------
    outputs : list of NotebookNode
        Outputs of the cell; an error output when it failed or could not be run.
    states : dict of str to str
        What `Exercise.states` said after it, if there is an exercise.
    restarted : bool
        Whether the verifier lacks what was sent to it: it must all be sent whole again.
    remarks : list of str
        What a person should know who looks at the submission.
    trouble : str
        Why the test could not be checked, for a person to look at; empty when it could.
    """

    __test__: ClassVar[bool] = False

    outputs: list[NotebookNode]
    states: dict[str, str] = field(default_factory=dict)
    restarted: bool = False
    remarks: list[str] = field(default_factory=list)
    trouble: str = ""


class CallRequest(NamedTuple):
    """The wish that a student's function be called."""

    function: str
    arguments: str


class MemoryRequest(NamedTuple):
    """The wish that predictions be kept, or recalled when there is no folder of them."""

    name: str
    values: str


def require_done(message: dict[str, Any]) -> None:
    """Refuse the answer that something went wrong.

    Raises
    ------
    ChannelError
        With what the verifier says.
    """
    if "failed" in message:
        raise ChannelError(f"failed: {message['failed']!s:.400}")


def read_setup(message: dict[str, Any]) -> SetupResult:
    """Read the answer to a setup cell.

    Raises
    ------
    ChannelError
        If it is none.
    """
    require_done(message)
    error, names, known = (message.get(key) for key in ("error", "names", "known"))
    if not (isinstance(error, str) and _texts(names) and _texts(known)):
        raise ChannelError("answered with something that is no message")
    assert isinstance(names, list)
    assert isinstance(known, list)
    return SetupResult(error, names, known)


def read_test(message: dict[str, Any]) -> TestResult:
    """Read the answer to a test cell.

    Raises
    ------
    ChannelError
        If it is none.
    """
    require_done(message)
    keys = ("outputs", "states", "lost", "remarks")
    outputs, states, lost, remarks = (message.get(key) for key in keys)
    fine = (
        isinstance(outputs, list)
        and isinstance(lost, bool)
        and _texts(remarks)
        and isinstance(states, dict)
        and _texts(list(states.values()))
        and all(isinstance(output, dict) and _is_output(output) for output in outputs)
    )
    if not fine:
        raise ChannelError("answered with something that is no message")
    assert isinstance(outputs, list)
    assert isinstance(states, dict)
    assert isinstance(lost, bool)
    assert isinstance(remarks, list)
    shown = join_streams([nbformat.from_dict(out) for out in outputs])
    return TestResult(shown, states, lost, remarks)


def read_call(message: dict[str, Any]) -> CallRequest | None:
    """Read the wish for a call; None when the message is something else.

    Raises
    ------
    ChannelError
        If it is a wish, but a malformed one.
    """
    if "call" not in message:
        return None
    function, arguments = message["call"], message.get("arguments")
    if not (isinstance(function, str) and isinstance(arguments, str)):
        raise ChannelError("answered with something that is no message")
    if not _ARGUMENTS.fullmatch(arguments):
        raise ChannelError("answered with something that is no message")
    return CallRequest(function, arguments)


def read_memory(message: dict[str, Any]) -> MemoryRequest | None:
    """Read the wish to keep or recall predictions; None when the message is something else.

    Raises
    ------
    ChannelError
        If it is a wish, but a malformed one.
    """
    wish = "keep" if "keep" in message else "recall"
    if wish not in message:
        return None
    name, values = message[wish], message.get("values", "")
    fine = isinstance(name, str) and isinstance(values, str) and _NAME.fullmatch(name)
    if not fine or (wish == "keep" and not _KEPT.fullmatch(values)):
        raise ChannelError("answered with something that is no message")
    return MemoryRequest(name, values if wish == "keep" else "")


def _texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _is_output(output: dict[str, Any]) -> bool:
    kind = output.get("output_type")
    if kind == "stream":
        return output.get("name") in ("stdout", "stderr") and _texts([output.get("text")])
    if kind == "error":
        texts = [output.get("ename"), output.get("evalue")]
        return _texts(texts) and _texts(output.get("traceback"))
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return False
    return set(data) <= _DATA and _texts(list(data.values())) and output.get("metadata") == {}
