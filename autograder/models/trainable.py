"""What of a model learns, and whether it was compiled again after that was changed."""

from __future__ import annotations

import math
from typing import Any


def parameters_that_learn(model: Any) -> int:
    """Count the parameters that training would change, without moving averages."""
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)


def learned_arrays(model: Any) -> int | None:
    """Count the weight arrays that a model's optimiser has been made for.

    An optimiser is made for the weights that are trainable when a compiled model is first
    trained. Where the number differs from that of the trainable weights of now, ``trainable`` was
    changed afterwards and the model not compiled again.

    Parameters
    ----------
    model : keras.Model
        Any model.

    Returns
    -------
    int or None
        None where it can't be told: nothing was trained since the model was compiled, or the
        optimiser keeps nothing of its own for each weight, such as SGD without momentum.
    """
    import keras

    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not getattr(optimizer, "built", False):
        return None
    try:
        # a like of it that is made for one small weight shows what it keeps for each
        like = type(optimizer).from_config(optimizer.get_config())
        alone = len(like.variables)
        like.build([keras.Variable([0.0])])
        each = len(like.variables) - alone
    except Exception:  # an optimiser of one's own need not be like Keras'
        return None
    return (len(optimizer.variables) - alone) // each if each else None
