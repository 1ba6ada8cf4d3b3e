"""Files of arrays in the safetensors format: every array as its bytes, named by their SHA-256.

The reader is our own, since it must not map a file that somebody may cut off meanwhile, nor read
an array before its size was checked.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from autograder.transport.arrays import Raw, digest_of, is_digest
from autograder.transport.limits import ARRAYS, TransportError
from autograder.transport.strict import parse

_LENGTH: Final = 8  # bytes that tell how long the header is
_PER_ARRAY: Final = 200  # most bytes that the header spends on an array


def write_tensors(arrays: Mapping[str, Raw], file: BinaryIO) -> None:
    """Write arrays in the safetensors format.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray of uint8, shape (n,)
        Bytes by their SHA-256.
    file : binary file
        Open for writing.
    """
    header, end = {}, 0
    for name, raw in arrays.items():
        begin, end = end, end + raw.size
        header[name] = {"dtype": "U8", "shape": [raw.size], "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % _LENGTH)
    file.write(len(text).to_bytes(_LENGTH, "little"))
    file.write(text)
    for raw in arrays.values():
        file.write(raw.data)


def read_header(file: BinaryIO, size: int, most: int) -> dict[str, int]:
    """Read which arrays a file holds; afterwards the file stands at the first one.

    Parameters
    ----------
    file : binary file
    size : int
        Bytes of the file.
    most : int
        Most arrays.

    Returns
    -------
    dict of str to int
        Bytes of each array, in the order of the file, by SHA-256 as the file claims it.

    Raises
    ------
    TransportError
        If the file is not exactly what `write_tensors` writes.
    """
    length = int.from_bytes(file.read(_LENGTH), "little")
    if not 0 < length <= min(size - _LENGTH, most * _PER_ARRAY):
        raise TransportError(f"{ARRAYS} has a header of a wrong length")
    header = parse(file.read(length), f"the header of {ARRAYS}", numbers="whole")
    sizes, end = {}, 0
    for name, entry in header.items():
        if not is_digest(name) or type(entry) is not dict or len(entry) != 3:
            raise TransportError(f"{ARRAYS} has a header that says something else than ours do")
        begin, end = end, _end(entry, end)
        sizes[name] = end - begin
    if len(sizes) > most:
        raise TransportError(f"{ARRAYS} holds more than {most:,} arrays")
    if _LENGTH + length + end != size:
        raise TransportError(f"{ARRAYS} is not as long as its header says")
    return sizes


def _end(entry: dict[str, object], begin: int) -> int:
    """Return where an array ends that begins where the one before it ended."""
    offsets, shape = entry.get("data_offsets"), entry.get("shape")
    if entry.get("dtype") != "U8" or type(offsets) is not list or type(shape) is not list:
        raise TransportError(f"{ARRAYS} holds an array that is not of bytes")
    plain = all(type(number) is int for number in (*offsets, *shape))
    if not plain or len(shape) != 1 or len(offsets) != 2 or offsets[0] != begin:
        raise TransportError(f"{ARRAYS} has a header that does not fit its arrays")
    if shape[0] < 0 or offsets[1] - begin != shape[0]:
        raise TransportError(f"{ARRAYS} has a header that does not fit its arrays")
    return int(offsets[1])


def read_tensor(file: BinaryIO, size: int, digest: str) -> Raw:
    """Read the next array of a file and check that it is the one that it claims to be.

    Parameters
    ----------
    file : binary file
    size : int
        Its bytes.
    digest : str
        Its SHA-256.

    Raises
    ------
    TransportError
        If the file ends before it, or it is another one.
    """
    raw = np.empty(size, np.uint8)
    view, done = raw.data, 0
    while done < size:
        got = file.readinto(view[done:])  # type: ignore[attr-defined]
        if not got:
            raise TransportError(f"{ARRAYS} ends too early")
        done += got
    if digest_of(raw) != digest:
        raise TransportError("an array is not the one that its name says")
    return raw


def skip_tensor(file: BinaryIO, size: int) -> None:
    """Go on to the next array of a file."""
    file.seek(size, 1)


def path_of(folder: Path) -> Path:
    """Return where a message keeps its arrays."""
    return folder / ARRAYS
