"""A training as a student's notebook asks for it, read from a message and believed in nothing."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograder.grading.store import name_of
from autograder.grading.trainer.form import digests, form_of, without_names
from autograder.grading.trainer.question import Question, read_question
from autograder.transport import describe, fitting
from autograder.transport.read import Problem, Reader, ReadLimits, TransportError

_COMPILED: Final = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
_MOST_EPOCHS: Final = 10_000
_MODES: Final = ("auto", "min", "max")
_PASSES: Final = 3  # a training step costs about as much as three passes forward


class RefusedTrainingError(Exception):
    """A training or question that can't be done here; the notebook does it itself."""


@dataclass(frozen=True)
class Request:
    """A training.

    Attributes
    ----------
    model : keras.Model
        Built and compiled, as it was before.
    arguments : dict
        Of ``fit``, all but callbacks and ``verbose``.
    callbacks : list of dict
        Those that decide something: ``kind`` and settings.
    kind : str
        What tells it from a question.
    """

    model: Any
    arguments: dict[str, Any]
    callbacks: list[dict[str, Any]]
    kind: str = fitting.FIT

    @property
    def samples(self) -> int:
        """Samples of one epoch, at most: those set aside for validation count as well."""
        return len(self.arguments["x"])

    def name(self, circumstances: object) -> str:
        """Return the SHA-256 of everything that decides what comes of this training.

        Parameters
        ----------
        circumstances : object
            Versions, threads and seed, as plain JSON values.
        """
        fit = {key: value for key, value in self.arguments.items() if key in fitting.PLAIN}
        if fit["class_weight"]:
            fit["class_weight"] = sorted(fit["class_weight"].items())
        arrays = {key: digests(self.arguments[key]) for key in (*fitting.ARRAYS, "validation_data")}
        variables, compiled = describe.variables(self.model), _compiled(self.model)
        return name_of(
            {
                "network": form_of(self.model),
                "variables": digests([describe.number(variable) for variable in variables]),
                "trainable": [bool(variable.trainable) for variable in variables],
                "compile": compiled | {"optimizer": without_names(compiled["optimizer"])},
                "optimizer": digests([describe.number(one) for one in self._optimizer_variables()]),
                "arrays": arrays,
                "fit": fit,
                "callbacks": self.callbacks,
                "circumstances": circumstances,
            }
        )

    def _optimizer_variables(self) -> list[Any]:
        optimizer = self.model.optimizer
        return list(optimizer.variables) if optimizer.built else []


def work(request: Request | Question) -> float:
    """Return about how many floating-point operations something takes."""
    a_sample = sum(
        2.0 * math.prod(weight.shape) * _positions(layer)
        for _, layer in describe.leaves(request.model)
        for weight in layer.weights
    )
    passes = _PASSES * request.arguments["epochs"] if isinstance(request, Request) else 1
    return float(passes * a_sample * request.samples)


def read_request(folder: Path, known: Mapping[str, Any]) -> Request | Question:
    """Read a training, or a question, from a message.

    Parameters
    ----------
    folder : Path
        The message.
    known : mapping
        Arrays that need not travel, by SHA-256.

    Raises
    ------
    RefusedTrainingError
        If it is none, or holds what can't be trained here.
    """
    try:
        values = Reader(known, ReadLimits(), None).read(folder)
    except TransportError as error:
        raise RefusedTrainingError(str(error)) from None
    for value in values.values():
        if isinstance(value, Problem):
            raise RefusedTrainingError(value.reason)
    try:
        return _request(values)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RefusedTrainingError(f"it is not described as it should be: {error}") from None


def _request(values: dict[str, Any]) -> Request | Question:
    model = values["model"]
    if not describe.is_plain_model(model) or not model.compiled:
        raise ValueError("there is no compiled network")
    said = json.loads(values["compile"])
    if any(said.get(part) != _compiled(model).get(part) for part in _COMPILED):
        raise ValueError("the network is compiled with something that could not be rebuilt")
    if "asks" in values:
        return read_question(values, model, _compiled(model))
    _assign(describe.states(model), values["states"])
    if values["optimizer"]:
        model.optimizer.build(model.trainable_variables)
        _assign(model.optimizer.variables, values["optimizer"])
    arrays = {name: _array(values["data"][name]) for name in fitting.ARRAYS}
    validation = values["data"]["validation"]
    if validation is not None:
        validation = tuple(_array(part) for part in validation)
    if arrays["x"] is None or not len(arrays["x"]):
        raise ValueError("there is nothing to train on")
    fit = _checked_fit(values["fit"])
    callbacks = [_checked_callback(one) for one in values["callbacks"]]
    return Request(model, {**arrays, "validation_data": validation, **fit}, callbacks)


def _compiled(model: Any) -> dict[str, Any]:
    whole = json.loads(describe.as_json(model.get_compile_config()))
    return {part: whole.get(part) for part in _COMPILED}


def _assign(variables: list[Any], arrays: list[np.ndarray]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        if tuple(variable.shape) != array.shape or np.dtype(variable.dtype) != array.dtype:
            raise ValueError("a state does not fit the network")
        variable.assign(array)


def _array(value: object) -> np.ndarray | None:
    if value is None or isinstance(value, np.ndarray):
        return value
    raise TypeError("there is something else where an array belongs")


def _checked_fit(fit: dict[str, Any]) -> dict[str, Any]:
    found = {name: fit[name] for name in fitting.PLAIN}
    weights = found.pop("class_weight")
    if not all(value is None or type(value) in (bool, int, float) for value in found.values()):
        raise TypeError("an argument of fit is no number")
    if weights is not None and not all(
        type(key) is int and type(value) in (int, float) for key, value in weights.items()
    ):
        raise TypeError("class_weight is no table of numbers")
    if not 1 <= int(found["epochs"]) <= _MOST_EPOCHS:
        raise ValueError(f"epochs must be 1 to {_MOST_EPOCHS}")
    return {**found, "class_weight": weights}


def _checked_callback(callback: dict[str, Any]) -> dict[str, Any]:
    names = fitting.DECIDING[callback["kind"]]
    if set(callback) != {"kind", *names} or callback.get("mode", "auto") not in _MODES:
        raise ValueError("a callback is none")
    for name in names:
        value = callback[name]
        if name in ("monitor", "mode"):
            if type(value) is not str or len(value) > 100:
                raise TypeError(f"{name} of a callback is no name")
        elif value is not None and type(value) not in (bool, int, float):
            raise TypeError(f"{name} of a callback is no number")
    return callback


def _positions(layer: Any) -> int:
    """At how many places of its output a layer uses each of its weights."""
    try:
        return math.prod(side or 1 for side in layer.output.shape[1:-1])
    except (AttributeError, ValueError, TypeError):
        return 1
