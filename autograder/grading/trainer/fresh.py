"""Tell weights that an initialiser drew from weights that somebody has trained."""

from collections.abc import Collection
from typing import Any, Final

import numpy as np

from autograder.transport import describe
from autograder.transport.known import digest

CERTAINTY: Final = 1e-9
"""How seldom weights that were drawn are taken for trained ones, a variable."""


def is_fresh(model: Any, course: Collection[str]) -> bool:
    """Tell whether all weights of a model look as its initialisers draw them.

    A trained weight is no longer where it was drawn, so that its values are spread differently:
    the two-sample Kolmogorov-Smirnov test compares them with a new draw of the same initialiser
    (p = 2 exp(-D**2 n) for two samples of n values; Smirnov 1939).

    Parameters
    ----------
    model : keras.Model
        Built, Sequential or functional.
    course : collection of str
        SHA-256 of weights of the course's own, which count as fresh.

    Returns
    -------
    bool
        False too for a layer whose initialisers can't be told.
    """
    for _, layer in describe.leaves(model):
        for weight in layer.weights:
            values = describe.number(weight)
            if digest(values) in course:
                continue
            initializer = _initializer(layer, weight.name)
            if initializer is None or not _drawn_alike(values, initializer):
                return False
    return True


_PLAIN: Final = {
    "gamma": "ones", "beta": "zeros", "moving_mean": "zeros", "moving_variance": "ones",
}  # fmt: skip


def _initializer(layer: Any, name: str) -> Any:
    import keras

    found = getattr(layer, f"{name}_initializer", None)
    if found is None and name in _PLAIN:
        found = keras.initializers.get(_PLAIN[name])
    return found


def _drawn_alike(values: np.ndarray, initializer: Any) -> bool:
    import keras

    # A new object of the same kind: the old one may hold a seed that gives the same numbers.
    again = type(initializer).from_config(
        {**initializer.get_config(), **({"seed": None} if hasattr(initializer, "seed") else {})}
    )
    drawn = np.asarray(keras.ops.convert_to_numpy(again(values.shape)))
    one, other = np.sort(values, axis=None), np.sort(drawn, axis=None)
    if one.size == 0 or np.array_equal(one, other):
        return True
    if other[0] == other[-1]:  # a constant, from which training moves
        return False
    both = np.concatenate([one, other])
    distance = np.max(
        np.abs(
            np.searchsorted(one, both, side="right") - np.searchsorted(other, both, side="right")
        )
    ) / one.size  # fmt: skip
    return bool(2 * np.exp(-(distance**2) * one.size) >= CERTAINTY)
