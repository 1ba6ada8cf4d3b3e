"""The trusted side: read what a student's process wrote, and believe none of it.

No exception but `TransportError` leaves a `Reader`, whatever the files hold, and nothing is
allocated before its size was checked.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder.transport.arrays import Raw, plain_array, raw_bytes
from autograder.transport.decode import Decoder
from autograder.transport.kept import Models
from autograder.transport.limits import (
    ARRAYS,
    FORMAT,
    VALUES,
    Problem,
    ReadLimits,
    TransportError,
)
from autograder.transport.strict import open_plain, parse, read_plain
from autograder.transport.tensors import path_of, read_header, read_tensor, skip_tensor
from autograder.transport.write import write_values

__all__ = ["Problem", "ReadLimits", "Reader", "TransportError", "write_values"]

Known = Mapping[str, np.ndarray | Callable[[], np.ndarray]]


class Reader:
    """Reads the messages of one submission.

    Arrays and models of earlier messages are remembered, so that each has to travel and to be
    built only once.

    Parameters
    ----------
    known : mapping of str to (numpy.ndarray or callable)
        Arrays that need not travel, by SHA-256; a callable makes its array when it is needed. The
        mapping may grow later.
    limits : ReadLimits
        What a message may hold.
    call : callable, optional
        Calls a function of the student: takes its name, a tuple and a dict. Without it functions
        do not travel.
    writable : bool
        Whether arrays may be changed. They share no memory then; otherwise they are read-only.
    """

    def __init__(
        self,
        known: Known,
        limits: ReadLimits,
        call: Callable[[str, tuple[Any, ...], dict[str, Any]], Any] | None,
        *,
        writable: bool = False,
    ) -> None:
        self._known = known
        self._limits = limits
        self._call = call
        self._writable = writable
        self._remembered: dict[str, Raw] = {}
        self._bytes = 0
        self._models = Models(2 * limits.parameters)

    @property
    def remembered(self) -> list[str]:
        """SHA-256 of the arrays that earlier messages brought."""
        return sorted(self._remembered)

    def read(self, folder: Path) -> dict[str, Any]:
        """Read a message.

        Parameters
        ----------
        folder : pathlib.Path

        Returns
        -------
        dict
            Values by name. A name that the notebook does not have is absent; a value that cannot
            be had is a `Problem`.

        Raises
        ------
        TransportError
            If the message is broken.
        """
        try:
            content = read_plain(folder / VALUES, self._limits.json_bytes)
        except FileNotFoundError:
            raise TransportError("there are none") from None
        message = parse(content, VALUES)
        nodes = message.get("values")
        if set(message) != {"format", "values"} or message["format"] != FORMAT:
            raise TransportError(f"{VALUES} is of another version")
        if type(nodes) is not dict:
            raise TransportError(f"{VALUES} holds no values")
        self._read_arrays(folder)
        loaded: dict[str, Raw] = {}
        decoder = Decoder(
            nodes,
            lambda digest, keep: self._raw(digest, loaded if keep else {}),
            self._models,
            self._limits,
            self._call,
            writable=self._writable,
        )
        return decoder.values()

    def _read_arrays(self, folder: Path) -> None:
        try:
            file, size = open_plain(path_of(folder), 2 * self._limits.message_bytes)
        except FileNotFoundError:
            return
        with file:
            sizes = read_header(file, size, self._limits.arrays)
            new = {d: s for d, s in sizes.items() if d not in self._known}
            new = {d: s for d, s in new.items() if d not in self._remembered}
            arriving = sum(new.values())
            if arriving > self._limits.message_bytes:
                most = self._limits.message_bytes
                raise TransportError(f"{ARRAYS} holds more than {most / 1e6:,.0f} MB of arrays")
            if self._bytes + arriving > self._limits.total_bytes:
                most = self._limits.total_bytes
                raise TransportError(f"they hold more than {most / 1e6:,.0f} MB of arrays in all")
            for digest, length in sizes.items():
                if digest in new:
                    self._remembered[digest] = read_tensor(file, length, digest)
                    self._bytes += length
                else:
                    skip_tensor(file, length)

    def _raw(self, digest: str, loaded: dict[str, Raw]) -> Raw | None:
        """Return the bytes of an array; what the course knows wins."""
        if digest not in self._known:
            return self._remembered.get(digest)
        if digest not in loaded:
            known = self._known[digest]
            loaded[digest] = raw_bytes(plain_array(known() if callable(known) else known))
        return loaded[digest]
