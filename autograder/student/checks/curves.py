"""Check of learning curves that were taken out of histories."""

from typing import Any

import numpy as np

from autograder.student.checks.arrays import as_array
from autograder.student.checks.messages import failed, text
from autograder.student.outcome import CheckFailed, Share, is_gap, require_attempt


def learning_curves(
    title: str, variant: str | None, curves: Any, *, expected: dict[str, Any]
) -> float:
    """Check curves that were taken out of histories.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    curves : dict of str to sequence of float
        The student's curves by name, a number an epoch.
    expected : dict of str to (history, key)
        By name: what ``fit`` returned, and the key of the curve in its ``history``.

    Returns
    -------
    float
        Share of the curves that are right.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(curves, task=title)
    if not isinstance(curves, dict):
        raise failed("not_a_dictionary", name="curves", got=type(curves).__name__)
    problems = [
        problem
        for name in expected
        if (problem := _wrong_curve(name, curves, expected)) is not None
    ]
    if len(problems) == len(expected):
        raise CheckFailed(problems[0][1], problems[0][0])
    causes, messages = zip(*problems, strict=True) if problems else ((), ())
    return Share.of(1 - len(problems) / len(expected), list(messages), list(causes))


def _wrong_curve(
    name: str, curves: dict[str, Any], expected: dict[str, Any]
) -> tuple[str, str] | None:
    """Return cause and message of a curve that is not the one of its history."""

    def problem(cause: str, **fields: object) -> tuple[str, str]:
        return cause, text(cause, name=f'curves["{name}"]', **fields)

    history, key = expected[name]
    if is_gap(history):
        return problem("network_untrained", network=name)
    if name not in curves or is_gap(curves[name]):
        return "no_entry", text("no_entry", name="curves", key=name)
    given, count = curves[name], len(history.history[key])
    if isinstance(given, dict) or hasattr(given, "history"):
        kind = "a whole dictionary" if isinstance(given, dict) else "a whole history"
        return problem("curve_is_history", count=count, expected=key, got=kind)
    array = as_array(given, f'curves["{name}"]')
    if _same_curve(array, history.history[key]):
        return None
    for other in history.history:
        if _same_curve(array, history.history[other]):
            return problem("curve_of_another_key", expected=key, got=other)
    for other, (record, its_key) in expected.items():
        if not is_gap(record) and _same_curve(array, record.history[its_key]):
            return problem("curve_of_another_network", got=other)
    return problem("curve_differs", count=count, expected=key, got=array.shape)


def _same_curve(given: np.ndarray, own: Any) -> bool:
    return given.shape == np.shape(own) and bool(np.allclose(given, own, atol=1e-3))
