"""Check how the layers of a functional model are connected, on the raw JSON."""

from typing import Any, Final

from autograder.transport.allowed import CHOICES, DTYPES
from autograder.transport.limits import RefusedError

Call = dict[str, Any]

MOST_CALLS: Final = 1000
_MOST_ITEMS: Final = 10_000
_LARGEST: Final = 1_000_000_000
_TENSOR: Final = "__keras_tensor__"
_BROKEN: Final = "has layers that are not connected to a network."


def nodes(value: object) -> list[Call]:
    """Return the calls of one layer if there is nothing odd in them.

    Parameters
    ----------
    value : object
        Its ``inbound_nodes``.

    Raises
    ------
    RefusedError
        If there is.
    """
    if type(value) is not list or len(value) > MOST_CALLS:
        raise RefusedError(_BROKEN)
    found = []
    for call in value:
        if type(call) is not dict or set(call) != {"args", "kwargs"}:
            raise RefusedError(_BROKEN)
        if type(call["args"]) is not list or type(call["kwargs"]) is not dict:
            raise RefusedError(_BROKEN)
        keywords = {_keyword(key): _argument(item, 0) for key, item in call["kwargs"].items()}
        found.append({"args": _argument(call["args"], 0), "kwargs": keywords})
        if not _origins(found[-1]):
            raise RefusedError(_BROKEN)  # a call with numbers alone would be carried out
    return found


def _keyword(key: str) -> str:
    if key.isidentifier() and key not in ("class_name", "config", "module"):
        return key
    raise RefusedError(_BROKEN)


def _argument(value: object, depth: int) -> Any:
    if value is None or type(value) in (bool, float):
        return value
    if type(value) is int and abs(value) <= _LARGEST:
        return value
    if type(value) is str and value in CHOICES | DTYPES:
        return value
    if type(value) is list and len(value) <= _MOST_ITEMS and depth < 5:
        return [_argument(item, depth + 1) for item in value]
    if type(value) is dict and set(value) >= {"class_name", "config"}:
        return _special(value["class_name"], value["config"])
    raise RefusedError("calls a layer with something else than tensors and numbers.")


def _special(kind: object, config: object) -> Call:
    if kind == _TENSOR and type(config) is dict:
        history = _leaf(config.get("keras_history"))
        shape, dtype = config.get("shape"), config.get("dtype")
        if type(shape) is list and len(shape) <= 8 and type(dtype) is str:
            sides = [side if type(side) is int else None for side in shape]
            if dtype not in DTYPES:
                raise RefusedError(_BROKEN)
            inner = {"shape": sides, "dtype": dtype, "keras_history": history}
            return {"class_name": _TENSOR, "config": inner}
    if kind == "__slice__" and type(config) is dict:
        ends = {key: config.get(key) for key in ("start", "stop", "step")}
        if all(end is None or type(end) is int for end in ends.values()):
            return {"class_name": kind, "config": ends}
    if kind == "__ellipsis__":
        return {"class_name": kind, "config": {}}
    raise RefusedError("calls a layer with something else than tensors and numbers.")


def _leaf(value: object) -> list[Any]:
    """Return [name of a layer, number of its call, number of its output]."""
    if type(value) is list and len(value) == 3:
        name, call, output = value
        numbers = type(call) is int and type(output) is int
        if type(name) is str and numbers and 0 <= call < MOST_CALLS and 0 <= output < MOST_CALLS:
            return [name, call, output]
    raise RefusedError(_BROKEN)


def ends(value: object, depth: int = 0) -> Any:
    """Return where a functional model begins or ends: a leaf, or lists or dicts of leaves."""
    if type(value) is list and value and depth < 5 and len(value) <= MOST_CALLS:
        if type(value[0]) is str:
            return _leaf(value)
        return [ends(item, depth + 1) for item in value]
    if type(value) is dict and value and depth < 5:
        return {_keyword(key): ends(item, depth + 1) for key, item in value.items()}
    raise RefusedError(_BROKEN)


def check(layers: list[dict[str, Any]], outer: dict[str, Any]) -> None:
    """Make sure that every connection leads somewhere, and that none leads in a circle.

    Parameters
    ----------
    layers : list of dict
        With ``name`` and checked ``inbound_nodes``.
    outer : dict
        Checked ``input_layers`` and ``output_layers``.

    Raises
    ------
    RefusedError
        If one does.
    """
    calls = {layer["name"]: layer["inbound_nodes"] for layer in layers}
    if len(calls) != len(layers) or sum(len(found) for found in calls.values()) > MOST_CALLS:
        raise RefusedError("has two layers of the same name, or too many connections.")
    waiting: dict[tuple[str, int], set[tuple[str, int]]] = {}
    for name, found in calls.items():
        for number, call in enumerate(found or [None]):
            origins = {_known(origin, calls) for origin in _origins(call)}
            waiting[name, number] = origins
    for leaf in _origins(outer):
        _known(leaf, calls)
    done: set[tuple[str, int]] = set()
    while waiting:
        ready = [call for call, origins in waiting.items() if origins <= done]
        if not ready:
            raise RefusedError("has layers that are connected in a circle.")
        done.update(ready)
        for call in ready:
            del waiting[call]


def _known(leaf: list[Any], calls: dict[str, list[Call]]) -> tuple[str, int]:
    """Return the call that an output comes from."""
    name, number = leaf[:2]
    if name not in calls or number > len(calls[name]):
        raise RefusedError(_BROKEN)
    # a model within a model counts its own call as the first one
    return name, min(number, max(len(calls[name]) - 1, 0))


def _origins(value: Any) -> list[list[Any]]:
    """Find all leaves in a call, or at the ends of a model."""
    if type(value) is dict:
        if value.get("class_name") == _TENSOR:
            return [value["config"]["keras_history"]]
        return [leaf for item in value.values() for leaf in _origins(item)]
    if type(value) is list:
        if len(value) == 3 and type(value[0]) is str and type(value[1]) is int:
            return [value]
        return [leaf for item in value for leaf in _origins(item)]
    return []
