"""How far under the mean a threshold must lie so that almost every honest run passes it."""

import math
from collections.abc import Callable, Sequence

import numpy as np

CONTENT = 0.999
"""Share of honest runs that reach the threshold."""

CONFIDENCE = 0.95
"""Probability, over calibrations, that the threshold has that content."""

SOURCE = "one-sided normal tolerance limit: Hahn & Meeker, Statistical Intervals; NIST 7.2.6.3"

GRID = 4001


def tolerance_factor(
    runs: int, *, content: float = CONTENT, confidence: float = CONFIDENCE
) -> float:
    """Return k, so that mean - k * standard deviation is a one-sided normal tolerance limit.

    With probability `confidence`, at least the share `content` of a normal population lies above
    the limit computed from a sample of `runs` values. k is the `confidence` quantile of the
    noncentral t distribution with ``runs - 1`` degrees of freedom and noncentrality
    z(content) * sqrt(runs), divided by sqrt(runs) (Hahn & Meeker, Statistical Intervals;
    NIST/SEMATECH e-Handbook of Statistical Methods, 7.2.6.3).

    Parameters
    ----------
    runs : int
        Size of the sample, at least 5: below, no limit of any use comes out.
    content, confidence : float
        Between 0 and 1.

    Returns
    -------
    float
        4.32 for 20 runs, 5.20 for 10.

    Raises
    ------
    ValueError
        If there are fewer than five runs.
    """
    if runs < 5:
        raise ValueError(f"a tolerance limit needs at least 5 runs, not {runs}")
    wanted = _quantile(content)
    freedom = runs - 1
    # P(k): Z + wanted*sqrt(n) <= k*sqrt(n)*S, integrated over S, the sample deviation over the
    # true one; freedom * S**2 has a chi-square distribution.
    spread = np.linspace(1e-6, 1 + 12 / math.sqrt(freedom), GRID)
    log_density = (freedom - 1) * np.log(spread) - freedom * spread**2 / 2
    weights = np.exp(log_density - log_density.max())
    weights /= weights.sum()

    def reached(factor: float) -> float:
        return float(weights @ _normal((factor * spread - wanted) * math.sqrt(runs)))

    low, high = 0.0, 1.0
    while reached(high) < confidence:
        high *= 2
    return _bisect(lambda factor: reached(factor) - confidence, low, high)


def tolerance_limit(values: Sequence[float]) -> float:
    """Return mean - k * standard deviation (of the sample, n - 1) of some runs."""
    return float(np.mean(values) - tolerance_factor(len(values)) * np.std(values, ddof=1))


def _normal(values: np.ndarray) -> np.ndarray:
    return np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in values])


def _quantile(probability: float) -> float:
    return _bisect(lambda z: math.erfc(-z / math.sqrt(2)) / 2 - probability, -10.0, 10.0)


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2
