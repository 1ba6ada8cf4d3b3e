"""Turn nodes back into values; a node that is none is a `TransportError`."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograder.transport import arrays, revive
from autograder.transport.arrays import Raw, checked_dtype, checked_shape
from autograder.transport.fields import SIMPLE, fields, key_and_value, kind_of, text_of
from autograder.transport.kept import Models
from autograder.transport.limits import Node, Problem, ReadLimits, RefusedError, TransportError
from autograder.transport.models import build_model, parameters_of
from autograder.transport.objects import within

Call = Callable[[str, tuple[Any, ...], dict[str, Any]], Any]
Bytes = Callable[[str, bool], Raw | None]


class Decoder:
    """Decodes one message.

    Parameters
    ----------
    nodes : dict
        Nodes by name.
    raw : callable
        Returns the bytes of an array (None if nobody has them) by its SHA-256 and by whether to
        keep what is made for it until the whole message is read.
    models : Models
        Models that are there already.
    limits, call, writable
        As in `autograder.transport.read.Reader`.
    """

    def __init__(
        self,
        nodes: dict[str, Any],
        raw: Bytes,
        models: Models,
        limits: ReadLimits,
        call: Call | None,
        *,
        writable: bool,
    ) -> None:
        self._given = nodes
        self._raw = raw
        self._models = models
        self._limits = limits
        self._call = call
        self._writable = writable
        self._nodes = self._copied = self._parameters = 0

    def values(self) -> dict[str, Any]:
        """Return the values by name; `Problem` for those that cannot be had.

        Raises
        ------
        TransportError
            If the message is broken.
        """
        values: dict[str, Any] = {}
        for name, node in self._given.items():
            if kind_of(node) == "missing":
                continue
            try:
                values[name] = self._named(name, node)
            except RefusedError as refused:
                values[name] = Problem(_sentence(name, refused))
        for name, node in self._given.items():
            if node["kind"] == "history":
                self._link(values[name], node.get("model"), values)
        return values

    def _named(self, name: str, node: Node) -> Any:
        kind = node["kind"]
        if kind == "model" and "same_as" in node:
            return self._same(node)
        if kind == "function":
            if fields(node, "name") != [name] or not name.isidentifier():
                raise TransportError("a function has another name than its own")
            if self._call is None:
                raise RefusedError("is a function, where a value is wanted.")
            return revive.Function(name, self._call)
        if kind == "error":
            error, text = (text_of(part) for part in fields(node, "type", "text"))
            raise RefusedError(f"It raised {error}: {text}" if text else f"It raised {error}.", "!")
        if kind == "opaque":
            _, place, reason = (text_of(part) for part in fields(node, "type", "place", "reason"))
            raise RefusedError(reason).within(place)
        return self._decode(node, 0)

    def _same(self, node: Node) -> Any:
        (name,) = fields(node, "same_as")
        target = self._given.get(str(name))
        if type(target) is not dict or target.get("kind") != "model" or "same_as" in target:
            raise TransportError("a model is said to be the same as something else")
        return self._decode(target, 0)

    def _link(self, history: Any, name: object, values: dict[str, Any]) -> None:
        if name is None or isinstance(history, Problem):
            return
        if type(name) is not str or kind_of(self._given.get(name)) != "model":
            raise TransportError("a history is that of something else than a model")
        if not isinstance(values[name], Problem):
            history.set_model(values[name])

    def _decode(self, node: object, depth: int) -> Any:
        kind = kind_of(node)
        assert type(node) is dict
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise TransportError(f"they are more than {self._limits.nodes:,}")
        if depth > self._limits.depth:
            raise TransportError("they are lists within lists, too deeply")
        if kind in SIMPLE:
            return SIMPLE[kind](node)
        decode = _KINDS.get(kind)
        if decode is None:
            raise TransportError(f"there is a value of an unknown kind ({text_of(kind)[:30]})")
        return decode(self, node, depth)

    def _str(self, node: Node, depth: int) -> str:
        (value,) = fields(node, "value")
        return self._checked_text(value)

    def _checked_text(self, value: object) -> str:
        if type(value) is not str or len(value) > self._limits.text:
            raise TransportError("a text is none, or too long")
        return revive.clean(value)

    def _list(self, node: Node, depth: int) -> Any:
        (items,) = fields(node, "items")
        if type(items) is not list:
            raise TransportError("a list is none")
        values = []
        for place, item in enumerate(items):
            with within(f"[{place}]"):
                values.append(self._decode(item, depth + 1))
        return tuple(values) if node["kind"] == "tuple" else values

    def _dict(self, node: Node, depth: int) -> dict[Any, Any]:
        (pairs,) = fields(node, "pairs")
        if type(pairs) is not list:
            raise TransportError("a dictionary is none")
        found: dict[Any, Any] = {}
        for pair in pairs:
            name, value = key_and_value(pair)
            key = self._decode(name, depth + 1)
            if key in found:
                raise TransportError("a dictionary has a key twice")
            with within(f"[{key!r:.50}]"):
                found[key] = self._decode(value, depth + 1)
        return found

    def array(self, node: object, depth: int = 0, *, once: bool = False) -> np.ndarray:
        """Return the array of a node; `once` is for those that are used up at once."""
        if kind_of(node) != "array":
            raise TransportError("there is something else where an array belongs")
        assert type(node) is dict
        name, sides, digest = fields(node, "dtype", "shape", "sha256")
        dtype, shape = checked_dtype(name), checked_shape(sides)
        if not arrays.is_digest(digest):
            raise TransportError("an array is named in an unknown way")
        if arrays.size_in_bytes(shape, dtype) == 0:
            return np.zeros(shape, dtype)
        raw = self._raw(digest, not once)
        if raw is None:
            raise RefusedError("could not be had: its numbers were lost on the way.", "array")
        array = arrays.array_from(raw, shape, dtype)
        if not self._writable:
            return array
        self._count_copy(array.nbytes)
        return array.copy()

    def _count_copy(self, size: int) -> None:
        self._copied += size
        if self._copied > self._limits.message_bytes:
            raise TransportError("they hold too many arrays")

    def _tiled(self, node: Node, depth: int) -> np.ndarray:
        times, inner = fields(node, "times", "array")
        if type(times) is not int or not 1 < times <= arrays.MOST_TILES:
            raise TransportError("an array is repeated too often")
        piece = self.array(inner)
        if piece.ndim == 0:
            raise TransportError("a single number is said to be a row")
        self._count_copy(times * piece.nbytes)
        tiled = np.tile(piece, times)
        tiled.flags.writeable = self._writable
        return tiled

    def _text_array(self, node: Node, depth: int) -> np.ndarray:
        sides, items = fields(node, "shape", "items")
        shape = checked_shape(sides)
        if type(items) is not list or len(items) != arrays.size_in_bytes(shape, np.dtype("u1")):
            raise TransportError("an array of texts is none")
        self._nodes += len(items)
        texts = [self._checked_text(item) for item in items]
        if max(map(len, texts), default=0) * len(texts) > self._limits.json_bytes:
            raise RefusedError("is an array of texts that is too large.", "array")
        return np.array(texts, dtype=str).reshape(shape)

    def _model(self, node: Node, depth: int) -> Any:
        fields(node, "type", "config", "compile", "weights")
        if type(node["type"]) is not str or type(node["config"]) is not str:
            raise TransportError("a model is none")
        count = parameters_of(node)
        self._parameters += count
        if self._parameters > 2 * self._limits.parameters:
            raise RefusedError("and the other models together are too large to be checked.")
        return self._models.get(
            node,
            count,
            lambda: build_model(node, lambda inner: self.array(inner, once=True), self._limits),
        )

    def _history(self, node: Node, depth: int) -> Any:
        parts = fields(node, "history", "epoch", "params", "model")
        history, epoch, params = (self._decode(part, depth + 1) for part in parts[:3])
        if type(history) is not dict or type(epoch) is not list or type(params) is not dict:
            raise TransportError("a history is none")
        return revive.history(history, epoch, params)

    def _table(self, node: Node, depth: int) -> Any:
        columns, index, rows = fields(node, "columns", "index", "rows")
        if type(columns) is not list or type(rows) is not int:
            raise TransportError("a table is none")
        pairs = [
            (self._decode(name, depth + 1), self._side(side, rows))
            for name, side in (key_and_value(column) for column in columns)
        ]
        return revive.table(pairs, None if index is None else self._side(index, rows), rows)

    def _side(self, node: object, rows: int) -> np.ndarray:
        values = self._decode(node, 1)
        if not isinstance(values, np.ndarray) or values.shape != (rows,):
            raise TransportError("a table has columns of unequal length")
        return values

    def _image(self, node: Node, depth: int) -> Any:
        mode, array = fields(node, "mode", "array")
        return revive.image(mode, self.array(array))


_KINDS: Final[dict[str, Callable[[Decoder, Node, int], Any]]] = {
    "str": Decoder._str,
    "list": Decoder._list,
    "tuple": Decoder._list,
    "dict": Decoder._dict,
    "array": Decoder.array,
    "tiled": Decoder._tiled,
    "text_array": Decoder._text_array,
    "model": Decoder._model,
    "history": Decoder._history,
    "table": Decoder._table,
    "image": Decoder._image,
}


def _sentence(name: str, refused: RefusedError) -> str:
    if refused.kind == "!":  # what a function raised is a sentence of its own
        return revive.shown(refused.reason)
    return revive.shown(f"{name[:60]}{refused.place} {refused.reason}")
