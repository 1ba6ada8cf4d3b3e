"""What a network makes of data, as a student's notebook asks for it; like a training, but quick."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autograder.grading.store import name_of
from autograder.grading.trainer.form import digests, form_of
from autograder.transport import answering, describe

LARGEST_BATCH: Final = 100_000
"""Pictures in a batch, at most."""


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes
    ----------
    kind : str
        `autograder.transport.answering.EVALUATE` or ``PREDICT``.
    model : keras.Model
        Built and compiled, with its weights.
    x : numpy.ndarray
        Inputs.
    y : numpy.ndarray or None
        What should come out; None for predictions.
    batch_size : int or None
        None for Keras' own.
    compiled : dict
        Loss and metrics, as the model was compiled.
    """

    kind: str
    model: Any
    x: np.ndarray
    y: np.ndarray | None
    batch_size: int | None
    compiled: dict[str, Any]

    @property
    def samples(self) -> int:
        """Number of inputs."""
        return len(self.x)

    def name(self, circumstances: object) -> str:
        """Return the SHA-256 of everything that decides the answer."""
        weights = [weight for _, layer in describe.leaves(self.model) for weight in layer.weights]
        asked = self.kind == answering.EVALUATE
        return name_of(
            {
                "asks": self.kind,
                "network": form_of(self.model),
                "weights": digests([describe.number(weight) for weight in weights]),
                "compile": {**self.compiled, "optimizer": None} if asked else None,
                "x": digests(self.x),
                "y": digests(self.y),
                "batch_size": self.batch_size,
                "circumstances": circumstances,
            }
        )

    def answer(self) -> dict[str, Any]:
        """Ask the network.

        Returns
        -------
        dict
            ``value``, what the method returns, as a list of figures or an array; ``logs``, the
            figures by name; ``steps``, the number of batches.
        """
        steps = -(-len(self.x) // (self.batch_size or 32))  # Keras' own batches
        if self.kind == answering.PREDICT:
            value = self.model.predict(self.x, batch_size=self.batch_size, verbose=0)
            return {"value": np.asarray(value), "logs": {}, "steps": steps}
        found = self.model.evaluate(self.x, self.y, batch_size=self.batch_size, verbose=0)
        figures = [float(figure) for figure in np.atleast_1d(found)]
        results = self.model.get_metrics_result()
        return {
            "value": figures,
            "logs": {name: float(figure) for name, figure in results.items()},
            "steps": steps,
        }


def read_question(values: dict[str, Any], model: Any, compiled: dict[str, Any]) -> Question:
    """Check what a message asks.

    Parameters
    ----------
    values : dict
        Of the message.
    model : keras.Model
        Out of it.
    compiled : dict
        How it is compiled.

    Raises
    ------
    TypeError, ValueError
        If it is no question.
    """
    kind, data = values["asks"], values["data"]
    if kind not in (answering.EVALUATE, answering.PREDICT):
        raise ValueError("it asks something else")
    x, y = data["x"], data["y"]
    if not isinstance(x, np.ndarray) or not x.ndim or not len(x):
        raise TypeError("there is nothing to look at")
    if y is not None and not isinstance(y, np.ndarray):
        raise TypeError("there is something else where an array belongs")
    size = values["batch_size"]
    if size is not None and not (type(size) is int and 1 <= size <= LARGEST_BATCH):
        raise TypeError("batch_size is no number of pictures")
    return Question(kind, model, x, y, size, compiled)
