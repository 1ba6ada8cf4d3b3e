"""Check the config of a model on the raw JSON, before Keras sees any of it.

What comes out is built anew from what is known to be harmless; nothing is passed on unseen.
"""

from typing import Any, Final

from autograder.transport import graph
from autograder.transport.allowed import (
    ACTIVATION_LAYERS,
    ACTIVATIONS,
    LAYERS,
    MODELS,
    OPERATION_MODULES,
    OPERATIONS,
)
from autograder.transport.describe import USE
from autograder.transport.limits import RefusedError
from autograder.transport.settings import (
    Config,
    closed,
    function_name,
    name_of,
    opened,
    setting,
    shown,
)

MOST_LAYERS: Final = 500
_MOST_NESTED: Final = 60
_DEEPEST: Final = 12
_INNER_LAYERS: Final = ("layer", "forward_layer", "backward_layer")


class Checker:
    """Checks one model, the models within it included."""

    def __init__(self) -> None:
        self._layers = 0

    def model(self, kind: str, config: object, depth: int = 0) -> Config:
        """Return a copy of the config of a model that holds nothing but allowed things.

        Parameters
        ----------
        kind : str
            ``"Sequential"`` or ``"Functional"``.
        config : object
            What its ``get_config`` is said to have returned.
        depth : int
            How many models it lies in.

        Raises
        ------
        RefusedError
            If something in it is not allowed; the sentence says what.
        """
        entries = config.get("layers") if type(config) is dict else None
        if type(entries) is not list or depth > 5:
            raise RefusedError(f"has a description that is none of a model. {USE}", "model")
        self._layers += len(entries)
        if self._layers > MOST_LAYERS:
            raise RefusedError(f"has more than {MOST_LAYERS} layers, too many to check.", "model")
        assert type(config) is dict
        common = {"name": name_of(config.get("name")), "trainable": _flag(config.get("trainable"))}
        if kind == "Functional":
            layers = [self._called_layer(entry, depth) for entry in entries]
            ends = {key: graph.ends(config.get(key)) for key in ("input_layers", "output_layers")}
            graph.check(layers, ends)
            return {**common, "layers": layers, **ends}
        return {**common, "layers": [self._layer(entry, depth) for entry in entries]}

    def _called_layer(self, entry: object, depth: int) -> Config:
        layer = self._layer(entry, depth, operations=True)
        sequential = layer["class_name"] == "Sequential"
        if sequential and len(layer["config"]["layers"]) > _MOST_NESTED:  # Keras takes its square
            raise RefusedError(
                f"has a model of more than {_MOST_NESTED} layers within it.", "model"
            )
        assert type(entry) is dict
        name = name_of(entry.get("name"))
        if layer["config"].get("name", name) != name:
            raise RefusedError("has a layer with two names.", "model")
        return {**layer, "name": name, "inbound_nodes": graph.nodes(entry.get("inbound_nodes"))}

    def _layer(self, entry: object, depth: int, *, operations: bool = False) -> Config:
        module, kind, config = opened(entry)
        if kind in MODELS and module in MODELS[kind]:
            return closed(module, kind, self.model(kind, config, depth + 1))
        is_operation = operations and kind in OPERATIONS and module in OPERATION_MODULES
        if not is_operation and (kind not in LAYERS or module != "keras.layers"):
            raise RefusedError(f"uses {shown(module, kind)}, which cannot be checked. {USE}")
        if depth > _DEEPEST:
            raise RefusedError("has layers within layers, too many of them.", "model")
        return closed(module, kind, {key: self._setting(key, config[key], depth) for key in config})

    def _setting(self, key: str, value: object, depth: int) -> Any:
        if key in _INNER_LAYERS:
            self._layers += 1
            return None if value is None else self._layer(value, depth + 1)
        if key in ("activation", "recurrent_activation"):
            return self._activation(value, depth)
        return setting(key, value)

    def _activation(self, value: object, depth: int) -> Any:
        if value is None or (type(value) is str and value in ACTIVATIONS):
            return value
        if type(value) is dict:
            if (name := function_name(value)) in ACTIVATIONS:
                return name
            if str(value.get("class_name")) in ACTIVATION_LAYERS:
                return self._layer(value, depth + 1)
        named = value if type(value) is str else "a function of your own"
        raise RefusedError(
            f"uses {named!s:.60} as activation, which is none of Keras. Use a built-in one, such "
            'as "relu".'
        )


def _flag(value: object) -> bool:
    if value is None or type(value) is bool:
        return value is not False
    raise RefusedError("has a layer that is neither trainable nor not.")
