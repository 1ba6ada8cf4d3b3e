"""The side of the student's kernel: what is cut from the course's VGG16 predicts in less time.

The course's weights were widened from a network of a quarter of the width, so that both compute
the same within rounding. ``predict`` of a model made of these weights is therefore left to the
narrow network, a fraction of the work; and what it makes of the pictures that everybody looks at is
looked up. Nothing here protects anything: what a model predicts is tested where no student's code
has run.
"""

import functools
import inspect
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from autograder import exercises
from autograder.models.compare import compare
from autograder.models.graph import UnreadableModelError, chain_of_operations
from autograder.transport import describe, seen_pictures
from autograder.transport.known import course_weight_digests, digest
from data_scripts import narrow_vgg
from data_scripts.narrow_vgg19 import FULL_WIDTHS, NARROW_WIDTHS, narrow_weights
from data_scripts.widening import owners

METHODS: Final = ("predict", "predict_on_batch")

_NETWORKS: Final = (tuple(narrow_vgg.FULL_WIDTHS), tuple(FULL_WIDTHS))
"""Layers of VGG16, and of VGG19, whose widths and weights hold those of VGG16 as well."""

_LAST: Final = "predictions"
_LAST_OF_FEATURES: Final = "fc1"
_PARTS: Final = ("kernel", "bias")
_FIRST: Final = (3, 3, 3, FULL_WIDTHS["block1_conv1"])
"""Shape of the first kernel; a model that begins with another one needs no closer look."""

_SEEDED: Final = "_initializer"  # a layer that draws weights would move on the random numbers
_IDLE: Final = ("Dropout", "SpatialDropout2D", "GaussianDropout", "GaussianNoise", "Identity")
_UNIT_BY_UNIT: Final = (
    *("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D"),
    *("ReLU", "Activation", "Flatten"),
)
"""Operations that do the same with each unit, and nothing across units."""

_ACTIVATIONS: Final = ("linear", "relu")


def _digests_in_cache() -> Mapping[str, str]:
    return course_weight_digests(make=False)


class Narrow(NamedTuple):
    """A narrow network that computes what a wide one does.

    Attributes
    ----------
    model : keras.Model
    units : numpy.ndarray
        int64, shape (wide units,): the output of the narrow network that each output of the wide
        one repeats.
    features : bool
        Whether it is the network of exercise 06, whose output is known for some pictures.
    """

    model: Any
    units: np.ndarray
    features: bool = False


class _Look(NamedTuple):
    """What a model was when it was looked at.

    Attributes
    ----------
    configs : list
        Of its operations.
    tensors : list
        What its weights held. As long as somebody holds them nobody writes into them: TensorFlow
        gives changed weights a place of their own.
    narrow : Narrow
    """

    configs: list[Any]
    tensors: list[Any]
    narrow: Narrow


class Narrowing:
    """Finds the narrow network that computes what a model does.

    Parameters
    ----------
    digests : callable, optional
        Returns the SHA-256 of the arrays of the wide networks by name, such as ``"fc1.kernel"``;
        called when there is a model that begins like them. By default what the data cache holds.
    """

    def __init__(self, digests: Callable[[], Mapping[str, str]] = _digests_in_cache) -> None:
        self._digests = functools.cache(digests)
        self._looks: weakref.WeakKeyDictionary[Any, _Look] = weakref.WeakKeyDictionary()

    def __call__(self, model: Any) -> Narrow | None:
        """Return the narrow network; None for a model that is not made of the course's weights."""
        operations = _operations(model)
        if operations is None:
            return None
        configs = [[type(one).__name__, one.get_config()] for one in operations]
        tensors = [_tensor(weight) for one in operations for weight in one.weights]
        look = self._looks.pop(model, None)
        if look is None or look.configs != configs or not _same(look.tensors, tensors):
            narrow = self._narrow(model, operations, tensors)
            if narrow is None:
                return None
            look = _Look(configs, tensors, narrow)
        self._looks[model] = look
        return look.narrow

    def _narrow(self, model: Any, operations: list[Any], tensors: list[Any]) -> Narrow | None:
        weighted = [one for one in operations if one.weights]
        if any(len(one.weights) != len(_PARTS) for one in weighted):
            return None
        arrays = [np.asarray(memoryview(tensor)) for tensor in tensors]
        for network in _NETWORKS:
            names = network[: len(weighted)]
            if len(names) == len(weighted) and self._are_course(names, arrays):
                narrow = _narrow_model(model, operations, names)
                if narrow is None or names[-1] != _LAST_OF_FEATURES:
                    return narrow
                return narrow._replace(features=_makes_features(model))
        return None

    def _are_course(self, layers: tuple[str, ...], arrays: list[np.ndarray]) -> bool:
        """Tell whether these are the weights of these layers, in order; the small ones first."""
        names = [f"{layer}.{part}" for layer in layers for part in _PARTS]
        by_size = sorted(zip(names, arrays, strict=True), key=lambda item: item[1].nbytes)
        return all(self._digests().get(name) == digest(array) for name, array in by_size)


def patch(model_class: Any, narrowing: Callable[[Any], Narrow | None] | None = None) -> None:
    """Let `predict` and `predict_on_batch` of a class of models take the narrow way.

    Parameters
    ----------
    model_class : type
        Such as `keras.Model`.
    narrowing : callable, optional
        By default a `Narrowing`.
    """
    narrowing = narrowing or Narrowing()
    for name in METHODS:
        original = getattr(model_class, name)
        if not getattr(original, "takes_narrow_way", False):
            setattr(model_class, name, _narrow_way(original, narrowing))


def _narrow_way(original: Any, narrowing: Callable[[Any], Narrow | None]) -> Any:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
        # Callbacks look at the model that predicts.
        narrow = None if keywords.get("callbacks") else narrowing(self)
        if narrow is None:
            return original(self, *arguments, **keywords)
        found = None
        if narrow.features:
            given = signature.bind(self, *arguments, **keywords).arguments
            found = seen_pictures.predict(self, given, shows=original.__name__ == "predict")
        if found is None:
            found = original(narrow.model, *arguments, **keywords)
        return found[..., narrow.units]

    method.takes_narrow_way = True  # type: ignore[attr-defined]
    return method


def _operations(model: Any) -> list[Any] | None:
    """Return the operations of a model that begins as VGG16 does, in order."""
    if not describe.is_plain_model(model) or not model.built:
        return None
    first = next((layer for _, layer in describe.leaves(model) if layer.weights), None)
    if first is None or tuple(first.weights[0].shape) != _FIRST:
        return None
    try:
        return chain_of_operations(model)
    except UnreadableModelError:
        return None


def _makes_features(model: Any) -> bool:
    networks = exercises.load(seen_pictures.EXERCISE).networks
    return compare(model, networks[seen_pictures.NETWORK]).matches


def _narrow_model(model: Any, operations: list[Any], names: tuple[str, ...]) -> Narrow | None:
    layers = []
    left = iter(names)
    for operation in operations:
        name = next(left) if operation.weights else ""
        if type(operation).__name__ not in _IDLE:
            narrow = _narrow_layer(operation, name)
            if narrow is None:
                return None
            layers.append(narrow)
    return _assemble(model, layers, names[-1])


def _narrow_layer(operation: Any, name: str) -> Any:
    """Return a layer that does with narrow inputs what an operation does; None if there is none."""
    kind, config = type(operation).__name__, operation.get_config()
    if config.get("data_format", "channels_last") != "channels_last":
        return None
    if getattr(operation, "compute_dtype", None) != "float32":
        return None
    if config.get("activation", "linear") not in _ACTIVATIONS and name != _LAST:
        return None
    if name:
        units = {"Conv2D": "filters", "Dense": "units"}.get(kind)
        if units is None or config[units] != FULL_WIDTHS[name] or config.get("groups", 1) != 1:
            return None
        config[units] = NARROW_WIDTHS[name]
        config |= {key: "zeros" for key in config if key.endswith(_SEEDED)}
        config["name"] = name
    elif kind not in _UNIT_BY_UNIT:
        return None
    return type(operation).from_config(config)


def _assemble(model: Any, layers: list[Any], last: str) -> Narrow | None:
    import keras

    names = [layer.name for layer in layers]
    if len(set(names)) != len(names):
        return None
    # Names of its own: one that Keras makes up would count on in those of the notebook's layers.
    inputs = keras.Input(model.input_shape[1:], name="narrow_input")
    narrow = keras.Sequential([inputs, *layers], name=model.name)
    weights = narrow_weights()
    for layer in narrow.layers:
        if layer.weights:
            parts = [weights[f"{layer.name}.{part}"] for part in _PARTS]
            if [array.shape for array in parts] != [tuple(one.shape) for one in layer.weights]:
                return None
            layer.set_weights(parts)
    channels = owners(NARROW_WIDTHS[last], FULL_WIDTHS[last])
    places = narrow.output_shape[-1] // NARROW_WIDTHS[last]  # more than one after flattening
    units = NARROW_WIDTHS[last] * np.arange(places)[:, None] + channels
    return Narrow(narrow, units.reshape(-1))


def _tensor(weight: Any) -> Any:
    """Return what a weight holds, without a copy."""
    import tensorflow as tf

    return tf.convert_to_tensor(weight.value)


def _same(before: list[Any], now: list[Any]) -> bool:
    return list(_places(before)) == list(_places(now))


def _places(tensors: list[Any]) -> Iterator[int]:
    for tensor in tensors:
        yield np.asarray(memoryview(tensor)).__array_interface__["data"][0]
