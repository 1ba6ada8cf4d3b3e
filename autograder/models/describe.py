"""Layers, shapes and counts in words and as code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ACTIVATION_NAMES = {"relu": "ReLU"}
_ORDINARY = {"padding": "valid", "strides": (1, 1)}
_UNSAID = (("strides", (1, 1)), ("offset", 0.0))
_FRACTIONS = ((1 / 255, "1 / 255"),)
"""Numbers that are written as fractions, by people and by us."""


def pair_in_words(pair: Any) -> str:
    """Write (3, 3) as ``3 x 3``."""
    return " x ".join(str(side) for side in pair)


def setting_in_words(name: str, value: Any) -> str:
    """Write one setting of a layer as one would say it."""
    if value is None and name in _ORDINARY:
        value = _ORDINARY[name]
    words = {
        "units": "{} unit" if value == 1 else "{} units",
        "filters": "{} filter" if value == 1 else "{} filters",
        "rate": "rate {}",
        "scale": "scale {}",
        "padding": 'padding="{}"',
        "activation": "{}",
        "kernel_size": "a kernel of {}",
        "strides": "strides of {}",
        "pool_size": "windows of {}",
    }
    if name in ("kernel_size", "strides", "pool_size") and isinstance(value, tuple):
        value = pair_in_words(value)
    if name == "activation":
        value = _ACTIVATION_NAMES.get(value, value)
    if name == "scale":
        value = _number_as_code(value)
    return words.get(name, name + "={}").format(value)


def layer_in_words(kind: str, settings: Mapping[str, Any]) -> str:
    """Describe a layer with its article, such as ``a Dense layer with 200 units``."""
    if kind == "Activation":
        name = setting_in_words("activation", settings.get("activation"))
        return f"{article(name)} {name} activation"
    named = f"{article(kind)} {kind} layer"
    shown = {name: value for name, value in settings.items() if (name, value) not in _UNSAID}
    parts = [setting_in_words(name, value) for name, value in shown.items()]
    if not parts:
        return named
    listed = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return f"{named} with {listed}"


def layer_as_code(kind: str, settings: Mapping[str, Any]) -> str:
    """Write a layer of a table as one line of code, such as ``layers.Dense(200)``."""
    arguments: list[str] = []
    for name, value in settings.items():
        if (name, value) in _UNSAID:
            continue
        if name in ("kernel_size", "strides", "pool_size") and isinstance(value, tuple):
            value = value[0] if value[0] == value[1] else value
        is_first = not arguments
        is_kernel = name == "kernel_size" and len(arguments) == 1
        positional = is_first or is_kernel
        text = f'"{value}"' if isinstance(value, str) else _number_as_code(value)
        arguments.append(text if positional else f"{name}={text}")
    return f"layers.{kind}({', '.join(arguments)})"


def _number_as_code(value: Any) -> str:
    return next((text for number, text in _FRACTIONS if number == value), repr(value))


def shape_in_words(shape: Any) -> str:
    """Write a shape without the batch, such as ``(48, 48, 3)`` or ``(6912,)``."""
    return "unknown" if shape is None else str(tuple(shape))


def number(value: int) -> str:
    """Write a count with thin groups, such as ``2,765,200``."""
    return f"{value:,}"


def article(word: str) -> str:
    """Choose between "a" and "an"."""
    return "an" if word[:1].lower() in "aeio" else "a"
