"""The side of the student's kernel: let the grading side train, which trains equal work once.

`fit` of a network that can be described becomes a request; the answer holds the trained weights,
and the notebook's own callbacks see the epochs as if they had happened here. What can't be
described trains here, as always. Nothing here protects anything: whoever trains checks the request.
"""

import functools
import inspect
import json
import secrets
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograder.transport import describe
from autograder.transport.encode import Encoder
from autograder.transport.known import digest
from autograder.transport.limits import Node, ReadLimits, RefusedError, TransportError
from autograder.transport.read import Reader
from autograder.transport.write import write_message

WISH: Final = "wish-"
"""Beginning of the names of requests; the answer to one has its name."""

FIT: Final = "fit"
"""What tells a training from a question, which `autograder.transport.answering` names."""

ARRAYS: Final = ("x", "y", "sample_weight")
"""Arguments of ``fit`` that are arrays, or None."""

PLAIN: Final = (
    *("batch_size", "epochs", "validation_split", "shuffle", "class_weight", "initial_epoch"),
    *("steps_per_epoch", "validation_steps", "validation_batch_size", "validation_freq"),
)
"""Arguments of ``fit`` that are plain numbers, or None."""

DECIDING: Final = {
    "EarlyStopping": (
        *("monitor", "patience", "mode", "min_delta", "baseline"),
        *("restore_best_weights", "start_from_epoch"),
    ),
    "ReduceLROnPlateau": (
        *("monitor", "factor", "patience", "mode", "min_delta", "cooldown", "min_lr"),
    ),
    "ModelCheckpoint": ("monitor", "mode", "save_best_only"),
}
"""Callbacks that decide what comes of a training, and the settings that they do it by."""

_WATCHING: Final = ("CSVLogger", "History", "ProgbarLogger")
_MODULES: Final = ("keras.", "autograder.student.")
_LIMITS: Final = ReadLimits()
_POLL: Final = 0.01  # seconds between two looks at whether the answer is there


class CannotTravelError(Exception):
    """A training that has to be done here."""


def patch(model_class: Any, desk: Any) -> None:
    """Let `fit` of a class of models ask a desk first.

    Parameters
    ----------
    model_class : type
        Such as `keras.Model`.
    desk : object
        Its ``ask`` takes what `describe_training` returns and gives what came of it.
    """
    original = model_class.fit
    if getattr(original, "asks_first", False):
        return
    signature = inspect.signature(original)

    @functools.wraps(original)
    def fit(self: Any, *arguments: Any, **keywords: Any) -> Any:
        try:
            given = signature.bind(self, *arguments, **keywords)
            given.apply_defaults()
            answer = desk.ask(describe_training(self, given.arguments))
        except (TypeError, CannotTravelError):
            return original(self, *arguments, **keywords)
        if "refused" in answer:
            raise RuntimeError(str(answer["refused"]))
        if "weights" not in answer or not _fits(self, answer):
            return original(self, *arguments, **keywords)
        return _replay(self, given.arguments, answer)

    fit.asks_first = True  # type: ignore[attr-defined]
    model_class.fit = fit


class Desk:
    """Where requests go and answers come from.

    Parameters
    ----------
    wishes : Path
        Folder into which requests go.
    answers : Path
        Folder in which answers appear.
    known : Path
        A JSON list of the SHA-256 of arrays that need not be sent.
    """

    def __init__(self, wishes: Path, answers: Path, known: Path) -> None:
        self._wishes, self._answers, self._known = wishes, answers, known
        self._trained: set[str] = set()

    @property
    def has_answered(self) -> bool:
        """Whether anything was trained for this notebook."""
        return bool(self._trained)

    def ask(self, values: dict[str, Any], most: int | None = None) -> dict[str, Any]:
        """Ask for a training or for what came of one, and wait for the answer.

        Parameters
        ----------
        values : dict
            What `describe_training` or `autograder.transport.answering.describe_question`
            returned.
        most : int, optional
            Bytes of arrays that may be sent.

        Raises
        ------
        CannotTravelError
            If it can't be written down or is too large, or the answer can't be read.
        """
        known = self._trained.union(json.loads(self._known.read_text("utf-8")))
        encoder = Encoder(known, _LIMITS, rich=True)
        nodes: dict[str, Node] = {}
        try:
            for name, value in values.items():
                nodes[name] = encoder.encode(value)
        except RefusedError as refused:
            raise CannotTravelError from refused
        if most is not None and sum(raw.nbytes for raw in encoder.arrays.values()) > most:
            raise CannotTravelError
        name = WISH + secrets.token_hex(8)
        write_message(nodes, encoder.arrays, self._wishes / name)
        answer = self._answers / name
        while not answer.exists():
            time.sleep(_POLL)
        try:
            found = Reader({}, _LIMITS, None, writable=True).read(answer)
        except TransportError as error:
            raise CannotTravelError from error
        self._trained.update(map(digest, weights_in(found)))
        return found


def weights_in(answer: dict[str, Any]) -> list[np.ndarray]:
    """Return the weights that came of a training, and those that ModelCheckpoint kept."""
    return [*answer.get("weights", ()), *answer.get("saved", {}).get("weights", ())]


def describe_training(model: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Describe a training: everything that decides what comes of it.

    Parameters
    ----------
    model : keras.Model
    given : dict
        Arguments of ``fit``, all of them.

    Raises
    ------
    CannotTravelError
        If something in it is no data: it has to be trained here.
    """
    require_plain(model)
    fit = {name: plain_number(given[name]) for name in PLAIN}
    arrays = {name: plain_array_or_none(given[name]) for name in ARRAYS}
    validation = given["validation_data"]
    if validation is not None:
        if not isinstance(validation, (tuple, list)) or not 2 <= len(validation) <= 3:
            raise CannotTravelError
        validation = [plain_array_or_none(part) for part in validation]
    return {
        "model": model,
        "compile": compile_config(model),
        "states": [describe.number(variable) for variable in describe.states(model)],
        "optimizer": [describe.number(variable) for variable in _optimizer_variables(model)],
        "data": {**arrays, "validation": validation},
        "fit": fit,
        "callbacks": [told for one in _callbacks(given) if (told := _callback(one)) is not None],
    }


def require_plain(model: Any) -> None:
    """Refuse a network that is not ready, or that does more than its layers say."""
    if not (describe.is_plain_model(model) and model.built and model.compiled):
        raise CannotTravelError
    if model.run_eagerly or getattr(model, "_distribute_strategy", None) is not None:
        raise CannotTravelError


def compile_config(model: Any) -> str:
    """Return how a model was compiled, whole: a training with a part of it would be another one."""
    try:
        return describe.as_json(model.get_compile_config())
    except Exception as error:
        raise CannotTravelError from error


def _optimizer_variables(model: Any) -> list[Any]:
    return list(model.optimizer.variables) if model.optimizer.built else []


def _callbacks(given: dict[str, Any]) -> list[Any]:
    callbacks = given["callbacks"]
    if callbacks is None:
        return []
    if not isinstance(callbacks, (list, tuple)):
        callbacks = [callbacks]
    return list(callbacks)


def _callback(callback: Any) -> dict[str, Any] | None:
    """Describe a callback that decides something; None for one that only watches."""
    own = type(callback)
    if not own.__module__.startswith(_MODULES):
        raise CannotTravelError
    if own.__name__ in _WATCHING:
        return None
    if own.__name__ == "TrainingProgress":  # the course's; it may bring a ModelCheckpoint along
        return None if callback.checkpoint is None else _callback(callback.checkpoint)
    if own.__name__ not in DECIDING:
        raise CannotTravelError
    if own.__name__ == "ModelCheckpoint" and (
        callback.save_freq != "epoch" or "{" in str(callback.filepath) or callback.best is not None
    ):
        raise CannotTravelError
    settings = {
        name: plain_number(getattr(callback, name, None)) for name in DECIDING[own.__name__]
    }
    return {"kind": own.__name__, **settings}


def plain_array_or_none(value: Any) -> np.ndarray | None:
    """Return an argument of `fit` as an array of numbers; see `describe_training` for errors."""
    if value is None:
        return None
    if not isinstance(value, np.ndarray):
        if isinstance(value, (list, tuple, dict)) or not hasattr(type(value), "__array__"):
            raise CannotTravelError
        if hasattr(value, "iloc"):  # tables, whose columns have types of their own
            raise CannotTravelError
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise CannotTravelError
    return array


def plain_number(value: Any) -> Any:
    """Return an argument of `fit` that is a number, a text or None, or a table of these."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is dict and all(type(key) is int for key in value):
        return {key: plain_number(item) for key, item in value.items()}
    raise CannotTravelError


def _replay(model: Any, given: dict[str, Any], answer: dict[str, Any]) -> Any:
    """Give the model what it became, and the notebook's callbacks every epoch on the way."""
    import keras

    callbacks = keras.callbacks.CallbackList(
        _callbacks(given),
        add_history=True,
        add_progbar=given["verbose"] != 0,
        verbose=given["verbose"],
        epochs=given["epochs"],
        steps=answer["steps"],
        model=model,
    )
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    model.stop_training = False
    callbacks.on_train_begin()
    logs: dict[str, Any] | None = None
    for epoch, logs in zip(answer["epoch"], answer["logs"], strict=True):
        callbacks.on_epoch_begin(epoch)
        if epoch == answer["saved_epoch"]:
            _assign(describe.variables(model), answer["saved"]["weights"])
            _assign(model.optimizer.variables, answer["saved"]["optimizer"])
        callbacks.on_epoch_end(epoch, dict(logs))
    _assign(describe.variables(model), answer["weights"])
    callbacks.on_train_end(logs)
    _assign(describe.variables(model), answer["weights"])  # a callback may have restored others
    _assign(model.optimizer.variables, answer["optimizer"])
    return model.history


def _fits(model: Any, answer: dict[str, Any]) -> bool:
    """Tell whether what was trained is this model, and not what it says of itself."""
    shapes = [tuple(variable.shape) for variable in describe.variables(model)]
    return shapes == [array.shape for array in answer["weights"]]


def _assign(variables: Any, arrays: list[np.ndarray]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
