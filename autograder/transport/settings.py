"""Check settings of layers and of compiled models on the raw JSON."""

import math
from collections.abc import Callable
from typing import Any, Final

from autograder.transport.allowed import CHOICES, CLASSES, DTYPES, SMALL, UNSET
from autograder.transport.describe import USE
from autograder.transport.limits import RefusedError

Config = dict[str, Any]

_LONGEST_NAME: Final = 200
_MOST_ITEMS: Final = 10_000
_LARGEST_INT: Final = 1_000_000
_FAMILIES: Final = {
    "_initializer": "initializers",
    "_regularizer": "regularizers",
    "_constraint": "constraints",
}


def setting(key: str, value: object) -> Any:
    """Return a setting of a layer, an optimiser, a loss or a metric if it is allowed."""
    if key == "name":
        return name_of(value)
    if key == "dtype":
        return _dtype(value)
    if key == "seed" or key in UNSET:
        return _seed(value) if key == "seed" else _unset(key, value)
    if key == "learning_rate" and type(value) is dict:
        return member("optimizers.schedules", value)
    for ending, family in _FAMILIES.items():
        if key.endswith(ending):
            return None if value is None else member(family, value)
    return plain(key, value)


def member(family: str, value: object) -> Any:
    """Return a built-in object of one of the families in `CLASSES`, given by name or as config.

    Parameters
    ----------
    family : str
        Such as ``"losses"``.
    value : str or dict
        As Keras serialises it.

    Raises
    ------
    RefusedError
        If it is none.
    """
    module = f"keras.{family}"
    if type(value) is str and value in CLASSES[family]:
        return value
    if type(value) is dict:
        name = function_name(value)
        if name in CLASSES[family]:
            return name
        if str(value.get("class_name")) in CLASSES[family] and value.get("module") == module:
            kind, config = opened(value)[1:]
            return closed(module, kind, {key: setting(key, config[key]) for key in config})
        value = name or value.get("class_name")
        value = value if value != "__lambda__" else "a lambda of your own"
    thing = family.replace("optimizers.schedules", "schedules").removesuffix("s")
    raise RefusedError(f"uses {str(value)[:60]} as {thing}, which is none of Keras. {USE}")


def plain(key: str, value: object, depth: int = 0) -> Any:
    """Return a number, a known text, None, or lists of these; nothing else is allowed."""
    if value is None or type(value) is bool:
        return value
    if type(value) is int and abs(value) <= SMALL.get(key, _LARGEST_INT):
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is str and value in CHOICES:
        return value
    if type(value) is list and len(value) <= _MOST_ITEMS and depth < 4:
        return [plain(key, item, depth + 1) for item in value]
    shown = str(value)[:60] if type(value) in (int, str) else "something else than numbers"
    raise RefusedError(f"has a layer or setting with {key[:60]} = {shown}, which is not allowed.")


def opened(entry: object) -> tuple[str, str, Config]:
    """Return module, class and config of an object as Keras serialises it."""
    if type(entry) is not dict:
        raise RefusedError(f"has a layer that is not described as Keras does it. {USE}")
    module, kind, config = entry.get("module"), entry.get("class_name"), entry.get("config")
    registered = entry.get("registered_name")
    if type(module) is not str or type(kind) is not str or registered not in (None, kind):
        named = registered if type(registered) is str else kind
        raise RefusedError(f"uses {str(named)[:60]}, which is none of Keras. {USE}")
    if type(config) is not dict:
        raise RefusedError(f"uses {shown(module, kind)} without its settings. {USE}")
    return module, kind, config


def closed(module: str, kind: str, config: Config) -> Config:
    """Return an object as Keras serialises it."""
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}


def function_name(value: Config) -> str | None:
    """Return the name of a function as Keras serialises it, None if it is something else."""
    name = value.get("config")
    is_function = value.get("class_name") == "function" and value.get("module") == "builtins"
    return name if is_function and type(name) is str else None


def shown(module: str, kind: str) -> str:
    """Return what a class is called in messages."""
    return (kind if module.startswith("keras") else f"{module}.{kind}")[:60]


def name_of(value: object) -> str:
    """Return the name of a layer, a short text."""
    if type(value) is str and 0 < len(value) <= _LONGEST_NAME and value.isprintable():
        return value
    raise RefusedError("has a layer whose name is no short text.")


def _dtype(value: object) -> Any:
    if type(value) is dict:
        module, kind, config = opened(value)
        if module != "keras" or kind != "DTypePolicy":
            raise RefusedError(f"uses {shown(module, kind)} as type of its numbers.")
        value = config.get("name")
    if value is None or (type(value) is str and value in DTYPES):
        return value
    raise RefusedError("uses an unknown type of numbers.")


def _seed(value: object) -> Any:
    if value is None or (type(value) is int and abs(value) < 2**64):
        return value
    return _of(value, "keras.random", "SeedGenerator", {"name": name_of, "seed": _seed})


def _of(
    value: object, module: str, kind: str, settings: dict[str, Callable[[object], Any]]
) -> Config:
    found = opened(value)
    if found[:2] != (module, kind):
        raise RefusedError(f"uses {shown(*found[:2])} where a {kind} belongs.")
    config = found[2]
    return closed(module, kind, {key: read(config.get(key)) for key, read in settings.items()})


def _unset(key: str, value: object) -> Any:
    if value is None or value is False:
        return value
    raise RefusedError(f"has a layer with {key}, which is not allowed.")
