"""What decides how a network trains, in a form that does not depend on how it was written."""

import json
from typing import Any, Final

from autograder.models.graph import UnreadableModelError, chain_of_operations
from autograder.transport import describe
from autograder.transport.known import digest

_NOT_DECIDING: Final = ("name", "seed", "build_config")
_LABELS: Final = ("name", "shared_object_id")
_INITIAL: Final = "_initializer"  # the weights themselves are part of a training's name
_AS_ACTIVATION: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "ReLU": ("relu", {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}),
    "Relu": ("relu", {}),
    "Softmax": ("softmax", {"axis": -1}),
}
_LINEAR: Final = "linear"


def form_of(model: Any) -> Any:
    """Return what a network computes, as plain JSON values.

    Parameters
    ----------
    model : keras.Model
        Built, Sequential or functional, of Keras' own layers.

    Returns
    -------
    list or dict
        A chain of layers becomes a list without names, in which Sequential and functional,
        ``activation=`` and a layer of its own look the same. Anything else is its whole config:
        equal only when it was written alike. In doubt two networks differ.
    """
    try:
        operations = chain_of_operations(model)
    except UnreadableModelError:
        # Here layers are told apart by their names, so that these stay.
        return {"config": json.loads(describe.as_json(model.get_config()))}
    return [entry for operation in operations for entry in _entries(operation)]


def _entries(operation: Any) -> list[Any]:
    kind = type(operation).__name__
    config = json.loads(describe.as_json(operation.get_config()))
    settings = {
        key: value
        for key, value in config.items()
        if key not in _NOT_DECIDING and not key.endswith(_INITIAL)
    }
    dtype = settings.pop("dtype", None)
    trainable = bool(settings.pop("trainable", True))
    if kind in _AS_ACTIVATION:
        name, ordinary = _AS_ACTIVATION[kind]
        if all(ordinary.get(key, value) == value for key, value in settings.items()):
            return [["Activation", name, dtype]]
    activations: list[Any] = []
    if isinstance(settings.get("activation"), str):
        name = settings.pop("activation")
        activations = [] if name == _LINEAR else [["Activation", name, dtype]]
        if kind == "Activation":
            return activations
    return [[kind, settings, dtype, trainable], *activations]


def without_names(config: Any) -> Any:
    """Return the config of an optimiser without its names, which decide nothing.

    Parameters
    ----------
    config : object
        Plain JSON values.
    """
    if isinstance(config, list):
        return [without_names(item) for item in config]
    if isinstance(config, dict):
        left = {key: item for key, item in config.items() if key not in _LABELS}
        return {key: without_names(item) for key, item in left.items()}
    return config


def digests(arrays: Any) -> Any:
    """Return type, shape and SHA-256 of arrays, in lists as they lie; None stays None."""
    if arrays is None:
        return None
    if isinstance(arrays, (list, tuple)):
        return [digests(array) for array in arrays]
    return [arrays.dtype.name, list(arrays.shape), digest(arrays)]
