"""Messages to and from a process, one JSON object a line, each within its time and size."""

import json
import os
import selectors
import time
from typing import IO, Any, Final

LONGEST_MESSAGE: Final = 80_000_000
"""Bytes of a message; a test cell's figures are the most that comes."""

_PIECE = 1 << 16


class ChannelError(Exception):
    """The process cannot be talked to any more; the text goes on after "the verifier ..."."""


class TooLateError(ChannelError):
    """The process did not answer in time."""


class Channel:
    """Both directions of talking to a process.

    Parameters
    ----------
    to_process, from_process : binary file
        Its standard input and output, as pipes.
    """

    def __init__(self, to_process: IO[bytes], from_process: IO[bytes]) -> None:
        self._out, self._in = to_process.fileno(), from_process.fileno()
        self._pending = bytearray()
        for descriptor in (self._out, self._in):
            os.set_blocking(descriptor, False)

    def send(self, message: dict[str, Any], deadline: float) -> None:
        """Send a message.

        Parameters
        ----------
        message : dict
        deadline : float
            As `time.monotonic` counts.

        Raises
        ------
        ChannelError
            If the process is gone, does not read, or has said something unasked.
        """
        if self._pending or self._more():
            raise ChannelError("said something that it was not asked")
        rest = memoryview(json.dumps(message).encode("ascii") + b"\n")
        while rest:
            _wait(self._out, selectors.EVENT_WRITE, deadline)
            try:
                rest = rest[os.write(self._out, rest[:_PIECE]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise ChannelError("ended") from None

    def receive(self, deadline: float) -> dict[str, Any]:
        """Return the next message.

        Parameters
        ----------
        deadline : float
            As `time.monotonic` counts.

        Raises
        ------
        ChannelError
            If none comes, or something that is none.
        """
        searched = 0
        while (end := self._pending.find(b"\n", searched)) < 0:
            searched = len(self._pending)
            if searched > LONGEST_MESSAGE:
                raise ChannelError("answered with far too much")
            _wait(self._in, selectors.EVENT_READ, deadline)
            if not self._more():
                raise ChannelError("ended")
        line = bytes(self._pending[:end])
        del self._pending[: end + 1]
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            raise ChannelError("answered with something that is no message")
        return message

    def _more(self) -> bool:
        """Read what there is; False when there is nothing, or never will be again."""
        try:
            piece = os.read(self._in, _PIECE)
        except BlockingIOError:
            return False
        self._pending += piece
        return bool(piece)


def _wait(descriptor: int, event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, event)
        if not selector.select(max(deadline - time.monotonic(), 0.0)):
            raise TooLateError("did not answer in time")
