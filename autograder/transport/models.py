"""Build a Keras model from a node that a hostile process may have written."""

import contextlib
import copy
import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from autograder.transport.arrays import checked_shape
from autograder.transport.compiling import compile_as
from autograder.transport.config import Checker
from autograder.transport.describe import USE, is_plain_model, leaves
from autograder.transport.limits import Node, ReadLimits, RefusedError, TransportError
from autograder.transport.settings import Config, closed
from autograder.transport.strict import parse

LARGEST_OUTPUT: Final = 16_000_000
"""Numbers that one layer may put out for one sample: five times VGG16's largest."""

_MISFIT: Final = "has weights that do not fit its layers. Build the model again and train it again."

Array = Callable[[Node], np.ndarray]
Weight = tuple[tuple[str, ...], str, tuple[int, ...], Node]


def build_model(node: Node, array: Array, limits: ReadLimits) -> Any:
    """Build a model with its weights, and compile it as it was compiled.

    Parameters
    ----------
    node : dict
        A node of the kind ``model``.
    array : callable
        Returns the array that a node stands for.
    limits : ReadLimits

    Returns
    -------
    keras.Model
        Sequential or functional.

    Raises
    ------
    RefusedError
        If it is made of something that is not allowed, or does not fit its weights.
    TransportError
        If the node is none of a model.
    """
    kind = node["type"]
    if kind not in ("Sequential", "Functional"):
        raise TransportError("a model is of an unknown kind")
    weights = _checked_weights(node["weights"])
    if _count(weights) > limits.parameters:
        raise RefusedError(
            f"has {_count(weights):,} parameters, more than the {limits.parameters:,} that can be "
            "checked."
        )
    config = Checker().model(kind, parse(node["config"], "a model", numbers="all"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = _from_config(kind, config, [shape for _, _, shape, _ in weights])
        _check_outputs(model)
        _set_weights(model, weights, array)
        _set_trainable(model, config)
        compile_as(model, node["compile"])
    return model


def parameters_of(node: Node) -> int:
    """Return how many parameters a model says that it has."""
    return _count(_checked_weights(node["weights"]))


def _count(weights: list[Weight]) -> int:
    return sum(math.prod(shape) for _, _, shape, _ in weights)


def _checked_weights(entries: object) -> list[Weight]:
    if type(entries) is not list:
        raise TransportError("a model has no list of weights")
    weights = []
    for entry in entries:
        if type(entry) is not dict or set(entry) != {"layer", "name", "array"}:
            raise TransportError("a model has a weight that is none")
        path, name, node = entry["layer"], entry["name"], entry["array"]
        plain_path = type(path) is list and all(type(part) is str for part in path)
        if not plain_path or type(name) is not str or type(node) is not dict:
            raise TransportError("a model has a weight that is none")
        weights.append((tuple(path), name, checked_shape(node.get("shape")), node))
    return weights


def _from_config(kind: str, config: Config, shapes: list[tuple[int, ...]]) -> Any:
    misfit: list[str] = []
    try:
        with _only_weights_of(shapes, misfit):
            return _build(closed("keras", kind, copy.deepcopy(config)))
    except Exception as error:
        if misfit:
            raise RefusedError(_MISFIT) from None
        text = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise RefusedError(f"cannot be built again ({text}). {USE}") from None


def _build(entry: Config) -> Any:
    """Build a model or a layer.

    Keras' own `from_config` builds a Sequential anew for each of its layers.
    """
    import keras

    config = entry["config"]
    if entry["class_name"] == "Functional":
        return keras.Model.from_config(config)
    if entry["class_name"] == "Sequential":
        return keras.Sequential([_build(layer) for layer in config["layers"]], name=config["name"])
    return keras.saving.deserialize_keras_object(entry, safe_mode=True)


@contextlib.contextmanager
def _only_weights_of(shapes: list[tuple[int, ...]], misfit: list[str]) -> Iterator[None]:
    """Let layers make no weights but those of the given shapes, and fill them with zeros.

    A config may declare layers of any size. This keeps Keras from allocating a weight that was
    not transported, and from drawing random numbers for those that were.
    """
    import keras

    left = Counter(shapes)
    ordinary = keras.Layer.add_weight

    def add_weight(
        layer: Any, shape: Any = None, initializer: Any = None, *args: Any, **keywords: Any
    ) -> Any:
        sides = (shape,) if isinstance(shape, int) else tuple(shape or ())
        if not left[sides]:
            misfit.append(layer.name)
            raise ValueError(_MISFIT)
        left[sides] -= 1
        return ordinary(layer, sides, "zeros", *args, **keywords)

    keras.Layer.add_weight = add_weight
    try:
        yield
    finally:
        keras.Layer.add_weight = ordinary


def _check_outputs(model: Any) -> None:
    """Refuse layers that blow up a sample: each takes nothing to describe."""
    import keras

    for operation in getattr(model, "operations", model.layers):
        if is_plain_model(operation):
            _check_outputs(operation)
        try:
            outputs = operation.output
        except (AttributeError, ValueError):  # not built
            continue
        for tensor in keras.tree.flatten(outputs):
            size = math.prod(side or 1 for side in tensor.shape)
            if size > LARGEST_OUTPUT:
                raise RefusedError(f"has a layer that puts out {size:,} numbers for one sample.")


def _set_weights(model: Any, weights: list[Weight], array: Array) -> None:
    import keras

    variables = [
        (path, variable.name, variable)
        for path, layer in leaves(model)
        for variable in layer.weights
    ]
    if [(path, name) for path, name, _ in variables] != [weight[:2] for weight in weights]:
        raise RefusedError(_MISFIT)
    for (_, _, variable), (_, _, _, node) in zip(variables, weights, strict=True):
        values = array(node)
        both_float = values.dtype.kind == "f" and "float" in variable.dtype
        if values.shape != tuple(variable.shape):
            raise RefusedError(_MISFIT)
        if not both_float and values.dtype.name != variable.dtype:
            raise RefusedError(_MISFIT)
        known = variable.dtype != "bfloat16"  # which NumPy does not know; Keras converts to it
        variable.assign(values.astype(variable.dtype, copy=False) if known else values)
    for _, layer in leaves(model):
        if isinstance(layer, keras.layers.Normalization) and layer.built:
            layer.finalize_state()


def _set_trainable(model: Any, config: Config) -> None:
    """Freeze what was frozen; setting a model's flag sets those of its layers, so it goes first."""
    model.trainable = config["trainable"]
    entries = {entry["config"].get("name"): entry for entry in config["layers"]}
    for layer in model.layers:
        inner = entries[layer.name]["config"]
        if is_plain_model(layer):
            _set_trainable(layer, inner)
        elif "trainable" in inner:
            layer.trainable = inner["trainable"]
