"""Describe Keras objects as data: a model as its config and arrays, a history as its numbers."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.transport.limits import Node, RefusedError, type_name

USE = "Use Sequential or functional models with built-in layers."


def encode(
    value: Any, inner: Callable[[object], Node], arrays: Callable[[np.ndarray], Node]
) -> Node | None:
    """Encode a model or a history; None for what is nothing of Keras.

    Raises
    ------
    RefusedError
        If it is something of Keras that cannot travel.
    """
    import keras

    if isinstance(value, keras.callbacks.History):
        return _history(value, inner)
    if isinstance(value, keras.Model):
        return _model(value, arrays)
    if isinstance(value, keras.KerasTensor):
        raise RefusedError(
            "is the output of a layer, not a network yet. keras.Model(inputs, outputs) makes one."
        )
    if isinstance(value, keras.Layer):
        raise RefusedError(
            f"is a single layer ({type_name(value)}), not a network. Put the layers into "
            "keras.Sequential([...])."
        )
    return None


def is_other_callable(value: object) -> bool:
    """Tell whether a value can be called, and is neither a class nor a layer or model."""
    keras = sys.modules.get("keras")
    if not callable(value) or isinstance(value, type):
        return False
    return keras is None or not isinstance(value, keras.Layer)


def is_plain_model(value: Any) -> bool:
    """Tell whether a value is a Sequential or functional model of Keras' own classes."""
    import keras

    own = type(value)
    return (
        isinstance(value, keras.Model)
        and own.__module__.startswith("keras.")
        and own.__name__ in ("Sequential", "Functional")
    )


def leaves(model: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every layer of a model and of the models within it, with the names that lead to it."""
    for layer in model.layers:
        here = (*path, layer.name)
        if is_plain_model(layer):
            yield from leaves(layer, here)
        else:
            yield here, layer


def variables(model: Any) -> list[Any]:
    """Return the variables of a model, layer by layer: weights, and the states of random numbers.

    Two spellings of one network have them in the same order.
    """
    return [variable for _, layer in leaves(model) for variable in layer.variables]


def number(variable: Any) -> np.ndarray:
    """Return a copy of what a variable of Keras holds."""
    import keras

    # NumPy would ask for it by a protocol that TensorFlow has in an old version only.
    return np.array(keras.ops.convert_to_tensor(variable).numpy())


def states(model: Any) -> list[Any]:
    """Return the variables of a model that are no weights: the states of its random numbers."""
    weights = {id(weight) for _, layer in leaves(model) for weight in layer.weights}
    return [variable for variable in variables(model) if id(variable) not in weights]


def _history(value: Any, inner: Callable[[object], Node]) -> Node:
    return {
        "kind": "history",
        "history": inner(dict(value.history)),
        "epoch": inner(list(value.epoch)),
        "params": inner(dict(value.params or {})),
        "model": None,
    }


def _model(model: Any, arrays: Callable[[np.ndarray], Node]) -> Node:

    if not is_plain_model(model):
        raise RefusedError(f"is a model of your own class {type_name(model)}. {USE}", "model")
    try:
        config = as_json(model.get_config())
    except Exception as error:
        raise RefusedError(f"cannot be described ({_first_line(error)}). {USE}") from None
    weights = []
    for path, layer in leaves(model) if model.built else ():
        for weight in layer.weights:
            node = arrays(number(weight))
            weights.append({"layer": list(path), "name": weight.name, "array": node})
    return {
        "kind": "model",
        "type": type(model).__name__,
        "config": config,
        "compile": _compile_config(model),
        "weights": weights,
    }


def _compile_config(model: Any) -> str | None:
    """Return how a model was compiled, part by part: what cannot be described is left out."""
    if not model.compiled:
        return None
    try:
        whole = dict(model.get_compile_config() or {})
    except Exception:
        whole = {}
    parts = {}
    for name in ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics"):
        try:
            as_json(whole.get(name))
        except Exception:
            continue
        parts[name] = whole.get(name)
    return as_json(parts)


def as_json(config: object) -> str:
    """Return a config of Keras as JSON.

    Raises
    ------
    TypeError, ValueError
        If it holds what is no data, or is no number.
    """
    return json.dumps(config, default=_plain, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is no data")


def _first_line(error: BaseException) -> str:
    text = f"{type(error).__name__}: {error}".strip()
    return text.splitlines()[0][:200] if text else type(error).__name__
