"""Read the fields of a node, and the nodes that have no others within them."""

import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograder.transport import revive
from autograder.transport.arrays import array_from, checked_dtype
from autograder.transport.limits import Node, TransportError

_INT: Final = re.compile(r"-?\d{1,1001}", re.ASCII)
_FLOAT: Final = re.compile(r"-?(\d{1,20}(\.\d{1,20})?(e[-+]\d{1,4})?|inf)|nan", re.ASCII)
_BYTES: Final = re.compile(r"([0-9a-f]{2}){1,16}", re.ASCII)
_LONGEST_REASON: Final = 1200
_KEYS: Final = ("str", "int", "float", "bool", "none", "scalar")


def kind_of(node: object) -> str:
    """Return the kind of a node."""
    kind = node.get("kind") if type(node) is dict else None
    if type(kind) is not str:
        raise TransportError("there is a value of no kind")
    return kind


def fields(node: Node, *names: str) -> list[Any]:
    """Return what a node holds beside its kind; it must hold just that."""
    if set(node) != {"kind", *names}:
        raise TransportError(f"a value of the kind {text_of(node['kind'])[:30]} is incomplete")
    return [node[name] for name in names]


def text_of(value: object) -> str:
    """Return a text that can be shown to a person."""
    if type(value) is not str:
        raise TransportError("a text is none")
    return revive.shown(value[:_LONGEST_REASON])


def key_and_value(pair: object) -> tuple[Any, Any]:
    """Return the nodes of an entry of a dictionary, or of a column of a table."""
    if type(pair) is not list or len(pair) != 2 or kind_of(pair[0]) not in _KEYS:
        raise TransportError("a dictionary or a table is none")
    return pair[0], pair[1]


def _nothing(node: Node) -> Any:
    fields(node)
    return None if node["kind"] == "none" else ...


def _bool(node: Node) -> bool:
    (value,) = fields(node, "value")
    if type(value) is not bool:
        raise TransportError("a truth value is none")
    return value


def _int(node: Node) -> int:
    return int(_matching(_INT, fields(node, "value")[0]))


def _float(node: Node) -> float:
    return float(_matching(_FLOAT, fields(node, "value")[0]))


def _scalar(node: Node) -> Any:
    name, digits = fields(node, "dtype", "bytes")
    raw = np.frombuffer(bytes.fromhex(_matching(_BYTES, digits)), np.uint8)
    return array_from(raw, (), checked_dtype(name))[()]


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if type(value) is not str or not pattern.fullmatch(value):
        raise TransportError("a number is none")
    return value


SIMPLE: Final[dict[str, Callable[[Node], Any]]] = {
    "none": _nothing,
    "ellipsis": _nothing,
    "bool": _bool,
    "int": _int,
    "float": _float,
    "scalar": _scalar,
}
"""How to read nodes that hold no others."""
