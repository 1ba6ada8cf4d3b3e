"""The settings of one Keras layer, in the words of the exercise tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.exercises.shapes import DEFAULTS, as_pair

Shape = tuple[int | None, ...]

_Settings = tuple[dict[str, Any], tuple[str, ...]]


def read_settings(layer: Any, before: Shape | None) -> _Settings:
    """Read those settings of a layer that decide whether it is the right one.

    Parameters
    ----------
    layer : keras.Operation
        A layer of Keras itself.
    before : tuple of int or None
        Its input shape without the batch, None where unknown.

    Returns
    -------
    settings : dict
        As in the tables; settings that no table has are present only where they are unusual.
    remarks : tuple of str
        Names of settings that were changed but do not make the layer a wrong one.
    """
    read = _READERS.get(type(layer).__name__)
    return read(layer, before) if read else ({}, ())


def _unusual(layer: Any, defaults: dict[str, Any]) -> dict[str, Any]:
    found = {name: getattr(layer, name, default) for name, default in defaults.items()}
    return {name: value for name, value in found.items() if value != defaults[name]}


def _regularised(layer: Any) -> tuple[str, ...]:
    names = ("kernel_regularizer", "bias_regularizer", "kernel_constraint", "activity_regularizer")
    return tuple(name for name in names if getattr(layer, name, None) is not None)


def _dense(layer: Any, before: Shape | None) -> _Settings:
    settings = {"units": layer.units, **_unusual(layer, {"use_bias": True})}
    return settings, _regularised(layer)


def _convolution(layer: Any, before: Shape | None) -> _Settings:
    settings = {
        "filters": layer.filters,
        "kernel_size": as_pair(layer.kernel_size),
        "strides": as_pair(layer.strides),
        "padding": layer.padding,
    }
    defaults = {
        "use_bias": True,
        "dilation_rate": (1, 1),
        "groups": 1,
        "data_format": "channels_last",
    }
    return settings | _unusual(layer, defaults), _regularised(layer)


def _pooling(layer: Any, before: Shape | None) -> _Settings:
    size, strides = as_pair(layer.pool_size), as_pair(layer.strides)
    settings: dict[str, Any] = {"pool_size": size}
    if strides != size:
        settings["strides"] = strides
    sides = before[:2] if before else ()
    divides = len(sides) == 2 and all(
        side is not None and side % step == 0 for side, step in zip(sides, size, strict=True)
    )
    if layer.padding != "valid" and not divides:
        settings["padding"] = layer.padding
    return settings | _unusual(layer, {"data_format": "channels_last"}), ()


def _batch_norm(layer: Any, before: Shape | None) -> _Settings:
    settings = _unusual(layer, {"center": True, "scale": True})
    axis = layer.axis if isinstance(layer.axis, int) else tuple(layer.axis)
    if axis not in (-1, len(before or ())):
        settings["axis"] = axis
    return settings, tuple(_unusual(layer, {"momentum": 0.99, "epsilon": 0.001}))


def _dropout(layer: Any, before: Shape | None) -> _Settings:
    return {"rate": float(layer.rate), **_unusual(layer, {"noise_shape": None})}, ()


def _rescaling(layer: Any, before: Shape | None) -> _Settings:
    return {"scale": layer.scale, "offset": layer.offset}, ()


def _augmentation(layer: Any, before: Shape | None) -> _Settings:
    config = layer.get_config()
    names = DEFAULTS[type(layer).__name__]
    return {name: _one_sided(config[name]) for name in names}, ()


def _one_sided(value: Any) -> Any:
    """Write a range from -f to f as f, which is how one asks for it, and others as tables do."""
    if not isinstance(value, (tuple, list)):
        return value
    return value[1] if value[0] == -value[1] else [float(end) for end in value]


_READERS: dict[str, Callable[[Any, Shape | None], _Settings]] = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "MaxPooling2D": _pooling,
    "BatchNormalization": _batch_norm,
    "Dropout": _dropout,
    "Rescaling": _rescaling,
    "RandomFlip": _augmentation,
    "RandomRotation": _augmentation,
    "RandomTranslation": _augmentation,
    "RandomShear": _augmentation,
    "RandomZoom": _augmentation,
}
