"""The chain of operations that a Keras model consists of, through Keras' public interface."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

_HISTORY = "__keras_tensor__"


class UnreadableModelError(Exception):
    """A model that is no plain chain of layers.

    Attributes
    ----------
    cause : str
        Key of a text in `autograder.models.messages`.
    detail : str
        What was found, for the message.
    """

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


def input_shape(model: Any) -> tuple[int | None, ...]:
    """Input shape of a model without the batch.

    Raises
    ------
    UnreadableModelError
        If the model is not built yet or has several inputs.
    """
    check_readable(model)
    shape = model.input_shape
    if not isinstance(shape, tuple) or any(isinstance(side, (tuple, list)) for side in shape):
        raise UnreadableModelError("branches", "it has several inputs")
    return shape[1:]


def check_readable(model: Any) -> None:
    """Make sure that `model` is a built Sequential or functional model with layers.

    Raises
    ------
    UnreadableModelError
        With the cause ``not_a_model``, ``subclassed_model``, ``empty_model`` or ``not_built``.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise UnreadableModelError("not_a_model", _what(model))
    if not _is_plain_model(model):
        raise UnreadableModelError("subclassed_model", type(model).__name__)
    if not model.layers:
        raise UnreadableModelError("empty_model")
    if isinstance(model, keras.Sequential) and not model.built:
        raise UnreadableModelError("not_built")


def chain_of_operations(model: Any) -> list[Any]:
    """List the operations of a model in the order in which data pass them.

    Nested models are replaced by their own operations; input layers are left out.

    Parameters
    ----------
    model : keras.Model
        A built Sequential or functional model.

    Returns
    -------
    list of keras.Operation

    Raises
    ------
    UnreadableModelError
        Causes of `check_readable`, ``branches`` and ``shared_layer``.
    """
    import keras

    check_readable(model)
    operations = model.layers if isinstance(model, keras.Sequential) else _walk(model)
    result: list[Any] = []
    for operation in operations:
        if isinstance(operation, keras.layers.InputLayer):
            continue
        if _is_plain_model(operation):
            result.extend(chain_of_operations(operation))
        else:
            result.append(operation)
    _refuse_shared_weights(result)
    return result


def _is_plain_model(operation: Any) -> bool:
    import keras

    if not isinstance(operation, keras.Model):
        return False
    is_builtin = type(operation).__module__.startswith("keras.")
    return is_builtin and (
        isinstance(operation, keras.Sequential) or hasattr(operation, "operations")
    )


def _walk(model: Any) -> list[Any]:
    """Follow a functional model from its output back to its input."""
    by_name = {operation.name: operation for operation in model.operations}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            config = model.get_config()
        except Exception:  # layers of one's own need not be serialisable; they are named later
            return list(model.operations)
    entries = {entry["name"]: entry for entry in config["layers"]}
    outputs = list(_triples(config["output_layers"]))
    if len(outputs) != 1:
        raise UnreadableModelError("branches", "it has several outputs")
    result = []
    name, node = outputs[0][:2]
    while True:
        result.append(by_name[name])
        nodes = entries[name]["inbound_nodes"]
        origins = list(_histories(nodes[node])) if nodes else []
        if not origins:
            break
        if len(origins) > 1:
            raise UnreadableModelError("branches", f'the layer "{name}" has several inputs')
        name, node = origins[0][:2]
    calls = sum(max(1, len(entry["inbound_nodes"])) for entry in entries.values())
    if calls != len(result):
        raise UnreadableModelError("branches", "its layers do not form one line")
    return result[::-1]


def _triples(value: Any) -> Iterator[list[Any]]:
    """Find every [name, node, tensor], however deeply this version of Keras nests them."""
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], str):
        yield list(value)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _triples(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _triples(item)


def _histories(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, dict):
        if value.get("class_name") == _HISTORY:
            yield value["config"]["keras_history"]
        else:
            for item in value.values():
                yield from _histories(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _histories(item)


def _refuse_shared_weights(operations: list[Any]) -> None:
    seen: set[int] = set()
    for operation in operations:
        if id(operation) in seen and getattr(operation, "weights", None):
            raise UnreadableModelError("shared_layer", operation.name)
        seen.add(id(operation))


def _what(value: Any) -> str:
    """Say what somebody passed instead of a model."""
    import keras

    if value is None:
        return "None"
    if value is ...:
        return "still ..."
    if isinstance(value, keras.KerasTensor):
        return "the output of a layer"
    if isinstance(value, keras.callbacks.History):
        return "the history that fit gives back"
    if isinstance(value, (list, tuple)):
        return "a list of layers"
    if isinstance(value, type):
        return f"the class {value.__name__}, without brackets after it"
    if isinstance(value, keras.Layer):
        return "a single layer"
    return f"a value of type {type(value).__name__}"
