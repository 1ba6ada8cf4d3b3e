"""The canonical form of a model: one plain entry a layer, however the model was written."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from autograder.models.graph import chain_of_operations, input_shape
from autograder.models.layer_settings import read_settings

Shape = tuple[int | None, ...]

#: Classes (of Keras itself) that are nothing but an activation, and the activation's name.
_ACTIVATIONS = {
    "relu": "relu",
    "softmax": "softmax",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "leakyrelu": "leaky_relu",
    "elu": "elu",
    "selu": "selu",
    "gelu": "gelu",
    "silu": "silu",
    "swish": "silu",
    "softplus": "softplus",
    "softsign": "softsign",
    "logsoftmax": "log_softmax",
    "hardsigmoid": "hard_sigmoid",
}
_NO_LONGER_NEEDED = "linear"


@dataclass(frozen=True)
class CanonicalLayer:
    """One layer of a model.

    Attributes
    ----------
    kind : str
        A layer kind of the exercise tables, or the name of any other class.
    settings : dict
        As in the tables; a setting that tables never change (such as ``use_bias``) is only
        present where it is not the default.
    output_shape : tuple of int or None
        Without the batch; None where it could not be worked out.
    parameters : int
        Trainable and non-trainable together.
    trainable : bool
        False for a frozen layer.
    name : str
        Name in the student's model.
    allowed : bool
        False for layers that do not come from Keras, and for Lambda.
    fused : bool
        True for an activation that was written as ``activation=`` of the layer before.
    remarks : tuple of str
        Settings that do not decide whether layers are equal, but are worth a note.
    """

    kind: str
    settings: dict[str, Any]
    output_shape: Shape | None
    parameters: int = 0
    trainable: bool = True
    name: str = ""
    allowed: bool = True
    fused: bool = False
    remarks: tuple[str, ...] = field(default=())


def canonical_layers(model: Any) -> list[CanonicalLayer]:
    """Write a model as a list of plain layers.

    Input layers, linear activations and layers that change nothing are left out, activations
    become layers of their own, ``Reshape((-1,))`` becomes Flatten, nested models are expanded.

    Parameters
    ----------
    model : keras.Model
        A built Sequential or functional model.

    Returns
    -------
    list of CanonicalLayer
        In the order in which data pass them.

    Raises
    ------
    UnreadableModelError
        If the value is no model, is not built, is a subclass of one's own, or has branches.
    """
    shape: Shape | None = input_shape(model)
    result: list[CanonicalLayer] = []
    for operation in chain_of_operations(model):
        before, shape = shape, _output_shape(operation, shape)
        result.extend(_canonical(operation, before, shape))
    return result


def _output_shape(operation: Any, shape: Shape | None) -> Shape | None:
    import keras

    if shape is None:
        return None
    try:
        # not operation.output: that is the first call, and a layer may have been used before
        if isinstance(operation, keras.Layer):
            return tuple(operation.compute_output_shape((None, *shape))[1:])
        return tuple(operation.compute_output_spec(keras.KerasTensor((None, *shape))).shape[1:])
    except Exception:
        return None


def _canonical(operation: Any, before: Shape | None, after: Shape | None) -> list[CanonicalLayer]:
    kind = type(operation).__name__
    common: dict[str, Any] = {
        "output_shape": after,
        "parameters": _parameters(operation),
        "trainable": bool(getattr(operation, "trainable", True)),
        "name": operation.name,
    }
    if not type(operation).__module__.startswith("keras.") or kind == "Lambda":
        return [CanonicalLayer(kind, {}, **common, allowed=False)]
    if _changes_nothing(kind, before, after):
        return []
    if kind in ("Flatten", "Reshape"):
        is_flat = before is not None and after is not None and len(after) == 1
        if kind == "Flatten" or is_flat:
            return [CanonicalLayer("Flatten", {}, **common)]
        return [CanonicalLayer("Reshape", {"target_shape": after}, **common)]
    activation = _own_activation(operation, kind)
    if activation is not None:
        return _activation_layer(activation, common)
    settings, remarks = read_settings(operation, before)
    layers = [CanonicalLayer(kind, settings, **common, remarks=remarks)]
    if callable(fused := getattr(operation, "activation", None)):
        layers += _activation_layer(_activation_name(fused), {**common, "fused": True})
    return layers


def _changes_nothing(kind: str, before: Shape | None, after: Shape | None) -> bool:
    if kind == "Identity":
        return True
    return kind in ("Flatten", "Reshape") and before is not None and before == after


def _parameters(operation: Any) -> int:
    # `weights` leaves out a Dropout's seed, which is a variable but no parameter
    return sum(math.prod(weight.shape) for weight in getattr(operation, "weights", []))


def _activation_layer(name: str, common: dict[str, Any]) -> list[CanonicalLayer]:
    if name == _NO_LONGER_NEEDED:
        return []
    # no course table has a function of one's own, and a graded model may not carry code
    allowed = not name.startswith("function ")
    return [
        CanonicalLayer(
            "Activation", {"activation": name}, **{**common, "parameters": 0}, allowed=allowed
        )
    ]


def _own_activation(operation: Any, kind: str) -> str | None:
    """Name of the activation that an operation is, or None if it is anything else."""
    if kind == "Activation":
        return _activation_name(operation.activation)
    name = _ACTIVATIONS.get(kind.lower())
    if name is None:
        return None
    odd = []
    ordinary: dict[str, Any] = {"max_value": None, "threshold": 0, "axis": -1}
    if name == "relu":
        ordinary["negative_slope"] = 0
    for setting, default in ordinary.items():
        value = getattr(operation, setting, default)
        if value != default:
            odd.append(f"{setting}={value}")
    return f"{name} with {', '.join(odd)}" if odd else name


def _activation_name(function: Any) -> str:
    """Name of an activation; TensorFlow's functions count as Keras' of the same name."""
    own_class = type(function)
    if own_class.__module__.startswith("keras.") and not hasattr(function, "__name__"):
        return _own_activation(function, own_class.__name__) or own_class.__name__
    name = str(getattr(function, "__name__", own_class.__name__)).removesuffix("_v2")
    module = str(getattr(function, "__module__", ""))
    if module.split(".")[0] in ("keras", "tensorflow"):
        return name
    return f"function {name}"
