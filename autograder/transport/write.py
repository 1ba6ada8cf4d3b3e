"""Write messages: folders that appear when they are whole."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.transport.arrays import Raw
from autograder.transport.encode import Encoder
from autograder.transport.limits import FORMAT, VALUES, Node, ReadLimits, RefusedError
from autograder.transport.tensors import path_of, write_tensors


def write_values(values: Mapping[str, Any], folder: Path) -> None:
    """Write plain data for the student's process, such as the arguments of a function.

    Parameters
    ----------
    values : mapping of str to object
        Numbers, texts, arrays, and lists, tuples and dicts of these.
    folder : pathlib.Path
        Where the message goes; must not exist.

    Raises
    ------
    TypeError
        If a value is no such data.
    """
    encoder = Encoder((), ReadLimits(), rich=False)
    nodes = {}
    for name, value in values.items():
        try:
            nodes[name] = encoder.encode(value)
        except RefusedError as refused:
            raise TypeError(f"{name}{refused.place} {refused.reason}") from None
    write_message(nodes, encoder.arrays, folder)


def write_message(nodes: Mapping[str, Node], arrays: Mapping[str, Raw], folder: Path) -> None:
    """Write a message beside its place, then rename it.

    Parameters
    ----------
    nodes : mapping of str to dict
        Nodes by name.
    arrays : mapping of str to numpy.ndarray of uint8
        New arrays by SHA-256.
    folder : pathlib.Path
        Where the message goes; must not exist.
    """
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        if arrays:
            with path_of(beside).open("xb") as file:
                write_tensors(arrays, file)
        text = json.dumps({"format": FORMAT, "values": nodes}, separators=(",", ":"))
        (beside / VALUES).write_text(text, encoding="ascii")
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
