"""The side of the student's kernel: ask what trained weights make of the course's data.

``evaluate`` and ``predict`` of a network that was trained for this notebook give for everybody who
trained the same the same answer, which is therefore worked out once. What would have to be sent
first, other weights or other pictures, is worked out here. Nothing here protects anything: no test
believes what a notebook says of accuracies.
"""

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from autograder.transport.fitting import (
    CannotTravelError,
    compile_config,
    plain_array_or_none,
    plain_number,
    require_plain,
)

EVALUATE: Final = "evaluate"
PREDICT: Final = "predict"

_LEFT_OUT: Final = ("sample_weight", "steps", "callbacks")
"""Arguments with which a question is not asked."""

_MOST_SENT: Final = 1_000_000
"""Bytes of arrays that may travel with a question: labels, but neither pictures nor weights."""

_MOST_ANSWERED: Final = 8_000_000
"""Bytes of predictions that are worth keeping; features are not."""


def patch(model_class: Any, desk: Any) -> None:
    """Let `evaluate` and `predict` of a class of models ask a desk first.

    Parameters
    ----------
    model_class : type
        Such as `keras.Model`.
    desk : object
        An `autograder.transport.fitting.Desk`.
    """
    for kind, replay in ((EVALUATE, _evaluated), (PREDICT, _predicted)):
        original = getattr(model_class, kind)
        if not getattr(original, "asks_first", False):
            setattr(model_class, kind, _asking(original, kind, desk, replay))


def _asking(original: Any, kind: str, desk: Any, replay: Callable[..., Any]) -> Any:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if not desk.has_answered:
            return original(self, *arguments, **keywords)
        try:
            given = signature.bind(self, *arguments, **keywords)
            given.apply_defaults()
            question = describe_question(self, kind, given.arguments)
            answer = desk.ask(question, most=_MOST_SENT)
        except (TypeError, CannotTravelError):
            return original(self, *arguments, **keywords)
        found = _Answer.of(answer)
        if found is None:
            return original(self, *arguments, **keywords)
        return replay(self, given.arguments, found)

    method.asks_first = True  # type: ignore[attr-defined]
    return method


def describe_question(model: Any, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Describe a question: everything that decides the answer.

    Parameters
    ----------
    model : keras.Model
    kind : str
        `EVALUATE` or `PREDICT`.
    given : dict
        Arguments of that method, all of them.

    Raises
    ------
    CannotTravelError
        If something in it is no data, or the answer would be large.
    """
    require_plain(model)
    if given.get("kwargs") or any(given.get(name) is not None for name in _LEFT_OUT):
        raise CannotTravelError
    x, y = plain_array_or_none(given["x"]), plain_array_or_none(given.get("y"))
    shape = model.output_shape
    if x is None or not x.ndim or not isinstance(shape, tuple) or None in shape[1:]:
        raise CannotTravelError
    if kind == PREDICT and 4 * len(x) * math.prod(shape[1:]) > _MOST_ANSWERED:
        raise CannotTravelError
    return {
        "asks": kind,
        "model": model,
        "compile": compile_config(model),
        "data": {"x": x, "y": y},
        "batch_size": plain_number(given["batch_size"]),
    }


class _Answer(NamedTuple):
    """What came back.

    Attributes
    ----------
    steps : int
        Batches.
    logs : dict of str to float
        Loss and metrics by name; of predictions none.
    value : list of float or numpy.ndarray
        What the method returns.
    """

    steps: int
    logs: dict[str, float]
    value: Any

    @classmethod
    def of(cls, answer: dict[str, Any]) -> "_Answer | None":
        try:
            return cls(int(answer["steps"]), dict(answer["logs"]), answer["value"])
        except (KeyError, TypeError, ValueError):
            return None


def _evaluated(model: Any, given: dict[str, Any], answer: _Answer) -> Any:
    shown = _callbacks(model, given["verbose"], answer.steps)
    shown.on_test_begin()
    shown.on_test_batch_end(answer.steps - 1, answer.logs)
    shown.on_test_end(answer.logs)
    if given["return_dict"]:
        return dict(answer.logs)
    return list(answer.value) if len(answer.value) > 1 else answer.value[0]


def _predicted(model: Any, given: dict[str, Any], answer: _Answer) -> np.ndarray:
    show_predicting(model, given["verbose"], answer.steps)
    return np.asarray(answer.value)


def show_predicting(model: Any, verbose: Any, steps: int) -> None:
    """Show what `predict` of a model shows.

    Parameters
    ----------
    model : keras.Model
    verbose : int or str
        As `predict` takes it.
    steps : int
        Number of batches.
    """
    shown = _callbacks(model, verbose, steps)
    shown.on_predict_begin()
    shown.on_predict_batch_end(steps - 1)
    shown.on_predict_end()


def _callbacks(model: Any, verbose: Any, steps: int) -> Any:
    import keras

    return keras.callbacks.CallbackList(
        add_progbar=verbose != 0,
        verbose=verbose,
        epochs=1,
        steps=steps,
        model=model,
    )
