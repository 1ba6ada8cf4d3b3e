"""Predictions of models, each worked out once: the grading process keeps them.

They are named here, where no student's code has run, by the model as it is at this moment and by
the very inputs, so that a changed model or other inputs never meet what was kept before.
"""

import hashlib
import json
import shutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograder.student.checks import results
from autograder.transport import describe
from autograder.transport.known import digest
from autograder.transport.limits import Node, ReadLimits, RefusedError, TransportError
from autograder.transport.read import Reader, write_values

_FORMAT: Final = 1
_VALUE: Final = "predictions"


class Predictions:
    """Takes the place of `autograder.student.checks.results.forward` in the verifier.

    Parameters
    ----------
    exchange : pathlib.Path
        Folder through which values come and go.
    ask : callable
        Sends a message to the grading process and returns the answer.
    """

    def __init__(self, exchange: Path, ask: Callable[[dict[str, str]], dict[str, Any]]) -> None:
        self._exchange = exchange
        self._ask = ask

    def __call__(self, model: Any, images: Any) -> np.ndarray:
        """Return the model's outputs for some inputs, as `results.work_out` does."""
        name = name_of(model, images)
        if name is None:
            return results.work_out(model, images)
        found = self._recall(name)
        if found is None:
            found = results.work_out(model, images)
            self._keep(name, found)
        return found

    def _recall(self, name: str) -> np.ndarray | None:
        answer = self._ask({"recall": name})
        if "values" not in answer:
            return None
        folder = Path(answer["values"])
        try:
            found = Reader({}, ReadLimits(), None, writable=True).read(folder).get(_VALUE)
        except TransportError:
            return None
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return found if isinstance(found, np.ndarray) else None

    def _keep(self, name: str, found: np.ndarray) -> None:
        folder = self._exchange / f"kept-{name[:16]}"
        try:
            write_values({_VALUE: found}, folder)
        except TypeError:  # outputs that are no numbers, or too many
            return
        self._ask({"keep": name, "values": folder.name})
        shutil.rmtree(folder, ignore_errors=True)


def name_of(model: Any, images: Any) -> str | None:
    """Name predictions by everything that decides them.

    Parameters
    ----------
    model : keras.Model
    images : numpy.ndarray

    Returns
    -------
    str or None
        SHA-256 of the model's configuration and weights, the inputs and the versions of what works
        them out; None for what is not wholly described by these.
    """
    if type(images) is not np.ndarray or not describe.is_plain_model(model):
        return None
    import keras

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras' own, about NumPy; they would stand in the test
            node = describe.encode(model, _no_values, _array)
        inputs = _array(images)
    except RefusedError:
        return None
    if node is None or not model.built:
        return None
    programs = ("numpy", "keras", keras.backend.backend())
    described = {
        "format": _FORMAT,
        "type": node["type"],
        "config": node["config"],
        "weights": node["weights"],
        "inputs": inputs,
        "floatx": keras.config.floatx(),
        "versions": {name: sys.modules[name].__version__ for name in programs},
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _array(array: np.ndarray) -> Node:
    return {"dtype": array.dtype.str, "shape": list(array.shape), "sha256": digest(array)}


def _no_values(value: object) -> Node:
    raise RefusedError("is no model.")
