"""Output shapes and parameter counts of a layer table, in plain arithmetic.

The tables are checked, and the messages explained, without importing Keras: a student's first
cell must not wait eight seconds for TensorFlow only to learn how many units a layer has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

Shape = tuple[int, ...]

#: Settings of every layer kind that a table may use; ``...`` marks a setting without a default.
DEFAULTS: dict[str, dict[str, Any]] = {
    "Dense": {"units": ...},
    "Conv2D": {"filters": ..., "kernel_size": 3, "strides": 1, "padding": "same"},
    "MaxPooling2D": {"pool_size": 2},
    "BatchNormalization": {},
    "Dropout": {"rate": ...},
    "Flatten": {},
    "Activation": {"activation": ...},
    "Rescaling": {"scale": ..., "offset": 0.0},
    "RandomFlip": {"mode": ...},
    "RandomRotation": {"factor": ..., "fill_mode": "nearest"},
    "RandomTranslation": {"height_factor": ..., "width_factor": ..., "fill_mode": "nearest"},
    "RandomShear": {"x_factor": ..., "y_factor": ..., "fill_mode": "nearest"},
    "RandomZoom": {"height_factor": ..., "fill_mode": "nearest"},
}

_PAIRS = ("kernel_size", "strides", "pool_size")


class LayerCounts(NamedTuple):
    """Parameters of one layer."""

    trainable: int
    non_trainable: int

    @property
    def total(self) -> int:
        """All parameters of the layer."""
        return self.trainable + self.non_trainable


def complete_settings(kind: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the defaults of a layer and write sizes as pairs.

    Parameters
    ----------
    kind : str
        A key of `DEFAULTS`.
    settings : mapping
        The settings that the table gives.

    Returns
    -------
    dict
        All settings of the layer; ``kernel_size``, ``strides`` and ``pool_size`` are pairs of int.

    Raises
    ------
    ValueError
        If the kind is unknown, a setting is unknown, or one without a default is missing.
    """
    if kind not in DEFAULTS:
        raise ValueError(f"unknown layer kind {kind!r}; known are {', '.join(DEFAULTS)}")
    unknown = sorted(set(settings) - set(DEFAULTS[kind]))
    if unknown:
        raise ValueError(f"{kind} has no setting {', '.join(unknown)}")
    complete = {**DEFAULTS[kind], **settings}
    missing = [name for name, value in complete.items() if value is ...]
    if missing:
        raise ValueError(f"{kind} needs the setting {', '.join(missing)}")
    for name in _PAIRS:
        if name in complete:
            complete[name] = as_pair(complete[name])
    return complete


def as_pair(value: Any) -> tuple[int, int]:
    """Write a size given as one number, or as a list of two, as a pair of int."""
    if isinstance(value, int):
        return (value, value)
    height, width = value
    return (int(height), int(width))


def output_shape(kind: str, settings: Mapping[str, Any], shape: Shape) -> Shape:
    """Shape that a layer makes out of an input of `shape`.

    Parameters
    ----------
    kind : str
        Layer kind.
    settings : mapping
        Complete settings, as `complete_settings` returns them.
    shape : tuple of int
        Input shape without the batch; images are (height, width, channels).

    Returns
    -------
    tuple of int
        Output shape without the batch.

    Raises
    ------
    ValueError
        If an image layer is given something that is not an image, or nothing is left of it.
    """
    if kind == "Dense":
        return (*shape[:-1], settings["units"])
    if kind == "Flatten":
        return (math.prod(shape),)
    if kind in ("Conv2D", "MaxPooling2D"):
        if len(shape) != 3:
            raise ValueError(f"{kind} needs an image (height, width, channels), not {shape}")
        height, width, channels = shape
        if kind == "MaxPooling2D":
            rows, columns = settings["pool_size"]
            result = (height // rows, width // columns, channels)
        else:
            sides = (
                _convolved(side, kernel, stride, settings["padding"])
                for side, kernel, stride in zip(
                    (height, width), settings["kernel_size"], settings["strides"], strict=True
                )
            )
            result = (*sides, settings["filters"])
        if min(result) < 1:
            raise ValueError(f"{kind} leaves nothing of {shape}")
        return result
    return shape


def layer_counts(kind: str, settings: Mapping[str, Any], shape: Shape) -> LayerCounts:
    """Parameters of a layer whose input has `shape` (without the batch)."""
    if kind == "Dense":
        return LayerCounts((shape[-1] + 1) * settings["units"], 0)
    if kind == "Conv2D":
        rows, columns = settings["kernel_size"]
        return LayerCounts((rows * columns * shape[-1] + 1) * settings["filters"], 0)
    if kind == "BatchNormalization":
        return LayerCounts(2 * shape[-1], 2 * shape[-1])
    return LayerCounts(0, 0)


def _convolved(side: int, kernel: int, stride: int, padding: str) -> int:
    if padding == "same":
        return math.ceil(side / stride)
    return (side - kernel) // stride + 1
