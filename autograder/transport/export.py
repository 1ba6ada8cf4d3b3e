"""The side of the student's kernel: write values that were asked for, call functions.

Requests are files that the grading side wrote. Whatever happens here is an answer too: a value
that cannot travel becomes a node that says why.
"""

import json
import tempfile
import types
import warnings
from pathlib import Path
from typing import Any

from autograder.transport import describe
from autograder.transport.encode import Encoder
from autograder.transport.limits import Node, ReadLimits, RefusedError, type_name
from autograder.transport.read import Reader
from autograder.transport.write import write_message

RESULT = "result"
"""Name of what a function returned."""

_LIMITS = ReadLimits()
_JSON_MARGIN = 100_000  # bytes of the message that are not values
_FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)

_sent: set[str] = set()


def export_names(request: str) -> None:
    """Write the values of some names of the notebook.

    Parameters
    ----------
    request : str
        Path of a JSON file: ``names``; ``folder``, where the message goes; ``known``, the path of
        a JSON list of the SHA-256 of arrays that need not be sent; and ``forget``, true when the
        reader has lost what was sent before.
    """
    asked = _read(request)
    space = _namespace()
    values = {name: space[name] for name in asked["names"] if name in space}
    encoder = _encoder(asked)
    nodes: dict[str, Node] = {name: {"kind": "missing"} for name in asked["names"]}
    nodes.update(_encode_all(values, encoder))
    _send(nodes, encoder, asked)


def call_function(request: str) -> None:
    """Call a function of the notebook and write what it returned, under the name ``result``.

    Parameters
    ----------
    request : str
        Path of a JSON file: ``function``, a name in the notebook; ``arguments``, a folder with a
        message of ``arguments``, ``keywords`` and, where some of them are files, ``files``; and
        ``folder``, ``known``, ``forget`` as in `export_names`.
    """
    asked = _read(request)
    given = Reader({}, _LIMITS, None, writable=True).read(Path(asked["arguments"]))
    encoder = _encoder(asked)
    try:
        function = _namespace()[asked["function"]]
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            arguments, keywords = _with_files(given, Path(folder))
            result = function(*arguments, **keywords)
    except BaseException as error:  # an interrupt too: it ends the call, and this is the answer
        node = {"kind": "error", "type": type_name(error), "text": _text_of(error)}
        _send({RESULT: node}, encoder, asked)
        return
    _send(_encode_all({RESULT: result}, encoder, functions=False), encoder, asked)


def _with_files(given: dict[str, Any], folder: Path) -> tuple[list[Any], dict[str, Any]]:
    """Write the files that came along, and put their paths where they belong."""
    arguments, keywords = list(given["arguments"]), dict(given["keywords"])
    for number, (place, (name, content)) in enumerate(given.get("files", {}).items()):
        path = folder / str(number) / name
        path.parent.mkdir()
        path.write_bytes(content.tobytes())
        if isinstance(place, int):
            arguments[place] = path
        else:
            keywords[place] = path
    return arguments, keywords


def _encoder(asked: dict[str, Any]) -> Encoder:
    if asked.get("forget"):
        _sent.clear()
    known = set(json.loads(Path(asked["known"]).read_text("utf-8")))
    return Encoder(known | _sent, _LIMITS, rich=True)


def _encode_all(
    values: dict[str, Any], encoder: Encoder, *, functions: bool = True
) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    first: dict[int, str] = {}
    room = _LIMITS.json_bytes - _JSON_MARGIN
    for name, value in values.items():
        earlier = first.setdefault(id(value), name)
        if earlier != name and nodes[earlier]["kind"] == "model":
            nodes[name] = {"kind": "model", "same_as": earlier}
            continue
        try:
            node = _encode(name, value, encoder, functions)
            size = len(json.dumps(node))
            if size > room:
                raise RefusedError(f"is too large to be checked: {size / 1e6:.0f} MB of values.")
            room -= size
        except RefusedError as refused:
            node = _opaque(refused)
        nodes[name] = node
    for name, node in nodes.items():
        if node["kind"] == "history":
            node["model"] = _name_of_model(values[name], nodes, first)
    return nodes


def _encode(name: str, value: Any, encoder: Encoder, functions: bool) -> Node:
    if functions and isinstance(value, _FUNCTIONS):
        return {"kind": "function", "name": name}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they would stand under the student's next cell
            return encoder.encode(value)
    except RefusedError:
        if functions and describe.is_other_callable(value):
            return {"kind": "function", "name": name}
        raise
    except Exception as error:
        reason = f"could not be read ({type_name(error)}: {_text_of(error)})."
        raise RefusedError(reason, type_name(value)) from None


def _opaque(refused: RefusedError) -> Node:
    return {
        "kind": "opaque",
        "type": refused.kind[:100],
        "place": refused.place[:200],
        "reason": refused.reason[:1000],
    }


def _name_of_model(history: Any, nodes: dict[str, Node], first: dict[int, str]) -> str | None:
    name = first.get(id(getattr(history, "model", None)))
    return name if name is not None and nodes[name]["kind"] == "model" else None


def _send(nodes: dict[str, Node], encoder: Encoder, asked: dict[str, Any]) -> None:
    write_message(nodes, encoder.arrays, Path(asked["folder"]))
    _sent.update(encoder.arrays)


def _namespace() -> dict[str, Any]:
    from IPython import get_ipython

    shell: Any = get_ipython()
    return dict(shell.user_ns)


def _read(request: str) -> dict[str, Any]:
    return dict(json.loads(Path(request).read_text("utf-8")))


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:1000]
    except Exception:
        return ""
