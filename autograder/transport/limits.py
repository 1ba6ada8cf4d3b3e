"""How large a message may be, and what is said of one that is broken or too large."""

from dataclasses import dataclass
from typing import Any, Final

FORMAT: Final = 1
VALUES: Final = "values.json"
ARRAYS: Final = "arrays.safetensors"
Node = dict[str, Any]
"""A value as it stands in ``values.json``; its ``kind`` says what it is."""


class TransportError(ValueError):
    """A message that cannot be read at all.

    Parameters
    ----------
    detail : str
        What is wrong with it, without a full stop.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"The values of your notebook could not be read: {detail}. Restart the notebook and "
            "run all its cells; the values should be plain results of your own cells."
        )


@dataclass(frozen=True)
class Problem:
    """Stands for a value that could not be had.

    Attributes
    ----------
    reason : str
        A sentence for the student: what the value is, and what to use instead.
    """

    reason: str


class RefusedError(Exception):
    """A single value that cannot be had; the rest of its message can.

    Parameters
    ----------
    reason : str
        A sentence without its subject, such as ``"is a set. Use a list instead."``
    kind : str
        Type of the value.
    """

    def __init__(self, reason: str, kind: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.place = ""

    def within(self, place: str) -> "RefusedError":
        """Note in which item the value lies, such as ``["a"]``; called from the inside out."""
        self.place = place + self.place
        return self


@dataclass(frozen=True)
class ReadLimits:
    """What a message may hold.

    Attributes
    ----------
    json_bytes : int
        Bytes of ``values.json``.
    message_bytes, total_bytes : int
        Bytes of new arrays in one message, and in all messages that one reader reads.
    nodes : int
        Values in one message, those in lists and dicts included.
    depth : int
        Lists within lists.
    text : int
        Characters of one text.
    arrays : int
        New arrays in one message.
    parameters : int
        Numbers in the weights of one model; a message may hold twice as many.
    """

    json_bytes: int = 20_000_000
    message_bytes: int = 256_000_000
    total_bytes: int = 256_000_000
    nodes: int = 200_000
    depth: int = 30
    text: int = 1_000_000
    arrays: int = 10_000
    parameters: int = 150_000_000


def type_name(value: object) -> str:
    """Return the name of a value's type, whatever its metaclass says."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return name[:100]
