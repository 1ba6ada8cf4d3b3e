"""Turn values into nodes: plain JSON, and arrays aside.

Nothing here protects anything: it runs in the student's process as well, and whoever reads what
comes of it checks everything again.
"""

import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

import numpy as np

from autograder.transport import objects
from autograder.transport.arrays import Raw, digest_of, plain_array, raw_bytes, tiles_of
from autograder.transport.limits import Node, ReadLimits, RefusedError, type_name

_LONGEST_INT: Final = 1000  # decimal digits
_BITS_PER_DIGIT: Final = 3.32
_OVER = "is too large to be checked: {} where {} is the most. {}"


class Encoder:
    """Encodes the values of one message.

    Parameters
    ----------
    known : collection of str
        SHA-256 of arrays that the reader has already: they travel as that.
    limits : ReadLimits
        What the reader takes.
    rich : bool
        Whether models, histories, tables and images may travel, not just plain data.
    """

    def __init__(self, known: Collection[str], limits: ReadLimits, *, rich: bool) -> None:
        self.arrays: dict[str, Raw] = {}
        self._known = known
        self._limits = limits
        self._rich = rich
        self._nodes = self._bytes = 0

    def encode(self, value: object) -> Node:
        """Encode one value of the message.

        Raises
        ------
        RefusedError
            If it cannot travel; whatever is raised, its arrays are forgotten.
        """
        before = self._nodes, self._bytes, len(self.arrays)
        try:
            return self._encode(value, 0)
        except Exception:
            self._nodes, self._bytes, arrays = before
            for digest in list(self.arrays)[arrays:]:
                del self.arrays[digest]
            raise

    def array(self, array: np.ndarray, *, tiled: bool = False) -> Node:
        """Encode an array of numbers, or of texts; `tiled`: what repeats itself may go once."""
        if array.dtype.kind == "U" or (array.dtype.kind == "O" and _begins_with_text(array)):
            return self._text_array(array)
        plain = plain_array(array)
        raw = raw_bytes(plain)
        digest = digest_of(raw)
        if raw.size and digest not in self._known and digest not in self.arrays:
            self._count_bytes(raw.size)
            if tiled and (times := tiles_of(plain)) > 1:
                piece = np.ascontiguousarray(plain[..., : plain.shape[-1] // times])
                return {"kind": "tiled", "times": times, "array": self.array(piece)}
            self.arrays[digest] = raw
        return {
            "kind": "array",
            "dtype": plain.dtype.name,
            "shape": list(plain.shape),
            "sha256": digest,
        }

    def _count_bytes(self, size: int) -> None:
        self._bytes += size
        most = self._limits.message_bytes
        if self._bytes > most or len(self.arrays) >= self._limits.arrays:
            said = f"{self._bytes / 1e6:,.0f} MB in {len(self.arrays) + 1:,} arrays"
            end = "Keep only what the task asks for."
            raise RefusedError(_OVER.format(said, f"{most / 1e6:,.0f} MB", end))

    def _text_array(self, array: np.ndarray) -> Node:
        items = array.ravel().tolist()
        if any(type(item) is not str for item in items):
            raise RefusedError("is an array of texts and other things. Use one kind of value.")
        for item in items:
            self._count(item)
        return {"kind": "text_array", "shape": list(array.shape), "items": items}

    def _count(self, text: str = "") -> None:
        self._nodes += 1
        most = self._limits.nodes
        if self._nodes > most:
            end = "Put numbers into a NumPy array rather than a list."
            raise RefusedError(_OVER.format(f"{self._nodes:,} values", f"{most:,}", end))
        if len(text) > self._limits.text:
            most = self._limits.text
            raise RefusedError(_OVER.format(f"a text of {len(text):,} characters", f"{most:,}", ""))

    def _encode(self, value: Any, depth: int) -> Node:
        self._count()
        if depth > self._limits.depth:
            raise RefusedError("holds lists within lists within lists, too many of them.", "list")
        kind = type(value)
        if kind in _PLAIN:
            return _PLAIN[kind](self, value, depth)
        for family, encode in _PLAIN.items():
            if issubclass(kind, family):
                return encode(self, value, depth)
        if self._rich:
            node = objects.encode(value, lambda inner: self._encode(inner, depth + 1), self.array)
            if node is not None:
                return node
        return self._by_protocol(value, depth)

    def _by_protocol(self, value: Any, depth: int) -> Node:
        """Encode what says of itself that it is an array (a tensor), or a mapping (a file)."""
        if objects.is_image(value):
            return self.array(np.asarray(value))
        if isinstance(value, Mapping):
            return self._dict({key: value[key] for key in value}, depth)
        if hasattr(type(value), "__array__"):
            return self.array(_base(np.asarray(value)))
        raise RefusedError(objects.sentence(value), type_name(value))

    def _none(self, value: object, depth: int) -> Node:
        return {"kind": "none" if value is None else "ellipsis"}

    def _scalar(self, value: np.generic, depth: int) -> Node:
        if isinstance(value, np.str_):
            return self._text(str(value), depth)
        plain = plain_array(np.asarray(value))
        return {"kind": "scalar", "dtype": plain.dtype.name, "bytes": plain.tobytes().hex()}

    def _bool(self, value: bool, depth: int) -> Node:
        return {"kind": "bool", "value": value}

    def _int(self, value: int, depth: int) -> Node:
        value = int.__int__(value)
        if value.bit_length() > _LONGEST_INT * _BITS_PER_DIGIT:
            raise RefusedError(f"is a whole number of more than {_LONGEST_INT} digits.", "int")
        return {"kind": "int", "value": str(value)}

    def _float(self, value: float, depth: int) -> Node:
        return {"kind": "float", "value": repr(float.__float__(value))}

    def _text(self, value: str, depth: int) -> Node:
        value = str.__str__(value)
        self._count(value)
        return {"kind": "str", "value": value}

    def _array(self, value: np.ndarray, depth: int) -> Node:
        return self.array(_base(value), tiled=True)

    def _list(self, value: Iterable[Any], depth: int) -> Node:
        items = _items(value)
        nodes = []
        for place, item in enumerate(items):
            with objects.within(f"[{place}]"):
                nodes.append(self._encode(item, depth + 1))
        return {"kind": "tuple" if isinstance(value, tuple) else "list", "items": nodes}

    def _dict(self, value: dict[Any, Any], depth: int) -> Node:
        pairs = []
        for key, item in list(dict.items(value)):
            with objects.within(f"[{key!r}]" if type(key) in (str, int) else "[...]"):
                if type(key) not in _KEYS and not isinstance(key, np.generic):
                    raise RefusedError("has a key that is neither a text nor a number.", "dict")
                pairs.append([self._encode(key, depth + 1), self._encode(item, depth + 1)])
        return {"kind": "dict", "pairs": pairs}


_KEYS: Final = (str, int, float, bool, type(None))
_PLAIN: Final[dict[Any, Callable[[Encoder, Any, int], Node]]] = {
    type(None): Encoder._none,
    type(...): Encoder._none,
    np.generic: Encoder._scalar,  # before float and str, of which some are subclasses
    bool: Encoder._bool,
    int: Encoder._int,
    float: Encoder._float,
    str: Encoder._text,
    np.ndarray: Encoder._array,
    list: Encoder._list,
    tuple: Encoder._list,
    range: Encoder._list,
    dict: Encoder._dict,
}


def _items(value: Iterable[Any]) -> list[Any]:
    if isinstance(value, list):
        return list(list.__iter__(value))
    return list(tuple.__iter__(value)) if isinstance(value, tuple) else list(value)


def _begins_with_text(array: np.ndarray) -> bool:
    return any(type(item) is str for item in array.flat[:1])


def _base(array: np.ndarray) -> np.ndarray:
    """Return the array under a subclass, such as a matrix or a mapped file."""
    masked = sys.modules.get("numpy.ma")
    if masked is not None and isinstance(array, masked.MaskedArray):
        raise RefusedError("is a masked array. Use np.asarray(...) of it.", "masked array")
    return array.view(np.ndarray) if type(array) is not np.ndarray else array
