"""Compile a rebuilt model with the built-in parts of how it was compiled."""

import contextlib
from typing import Any

from autograder.transport.limits import RefusedError, TransportError
from autograder.transport.settings import member, plain
from autograder.transport.strict import parse


def compile_as(model: Any, text: object) -> None:
    """Compile a model as far as it was compiled with what Keras offers.

    What is of the student's own making is left out: a test then sees a model without that loss,
    rather than none.

    Parameters
    ----------
    model : keras.Model
    text : str or None
        JSON of the optimiser, the loss and the metrics; None if it was not compiled.

    Raises
    ------
    TransportError
        If it is something else.
    """
    if text is None:
        return
    if type(text) is not str:
        raise TransportError("a model is compiled in an unknown way")
    config = parse(text, "how a model was compiled", numbers="all")
    parts = {
        "loss": _part("losses", config.get("loss")),
        "metrics": _part("metrics", config.get("metrics")),
        "weighted_metrics": _part("metrics", config.get("weighted_metrics")),
        "loss_weights": _numbers(config.get("loss_weights")),
    }
    optimizer = _part("optimizers", config.get("optimizer"))
    for chosen in (parts, {"loss": parts["loss"]}, {}):
        with contextlib.suppress(Exception):
            revived = {name: _revived_all(name, part) for name, part in chosen.items()}
            revived["optimizer"] = _revived("optimizers", optimizer or "rmsprop")
            model.compile(**revived, jit_compile=False)
            return


def _part(family: str, value: object, depth: int = 0) -> Any:
    """Return a loss, metrics or an optimiser, without those that are not allowed."""
    if type(value) is list and depth < 3 and len(value) <= 100:
        return [part for item in value if (part := _part(family, item, depth + 1)) is not None]
    if type(value) is dict and "class_name" not in value and depth < 3:
        return {name: _part(family, item, depth + 1) for name, item in value.items()}
    with contextlib.suppress(RefusedError):
        return None if value is None else member(family, value)
    return None


def _numbers(value: object) -> Any:
    with contextlib.suppress(RefusedError):
        if type(value) is dict:
            return {name: plain("loss_weights", item) for name, item in value.items()}
        return plain("loss_weights", value)
    return None


def _revived_all(name: str, part: Any) -> Any:
    family = "losses" if name == "loss" else "metrics"
    if name == "loss_weights":
        return part
    if type(part) is list:
        return [_revived_all(name, item) for item in part]
    if type(part) is dict and "class_name" not in part:
        return {key: _revived_all(name, item) for key, item in part.items()}
    return _revived(family, part)


def _revived(family: str, part: Any) -> Any:
    import keras

    if type(part) is not dict:
        return part
    return keras.saving.deserialize_keras_object(part, safe_mode=True)
