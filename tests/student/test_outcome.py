"""Points are what nbgrader reads as a score; nothing else may look like one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.outcome import CheckFailed, NotAttempted, points, require_attempt


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 100))
def test_points_are_a_finite_python_float_within_bounds(fraction: float, of: float) -> None:
    score = points(fraction, of)
    assert type(score) is float
    assert 0 <= score <= of


@pytest.mark.parametrize("fraction", [np.float64(0.5), np.float32(0.5), 0.5])
def test_numpy_scalars_become_python_floats(fraction: float) -> None:
    assert repr(points(fraction, of=4)) == "2.0"


@pytest.mark.parametrize("fraction", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_finite_number_is_refused(fraction: float) -> None:
    with pytest.raises(CheckFailed, match="not a number"):
        points(fraction, of=4)


def test_an_open_gap_is_not_attempted_rather_than_wrong() -> None:
    with pytest.raises(NotAttempted, match="Flattening"):
        require_attempt(1, ..., task="Flattening")
    require_attempt(np.zeros(3), None, 0, task="Flattening")


def test_notebooks_show_one_line_instead_of_a_traceback() -> None:
    assert CheckFailed("too small")._render_traceback_() == ["Not right yet: too small"]
    assert NotAttempted("open")._render_traceback_() == ["Not attempted yet: open"]


def test_long_messages_are_broken_between_words() -> None:
    message = "expected (2000, 48, 48, 3) and got something else, " * 4 + "\nx" * 2
    lines = CheckFailed(message)._render_traceback_()
    assert max(map(len, lines)) <= 90
    assert lines[-2:] == ["x", "x"]
    assert " ".join(lines).split() == f"Not right yet: {message}".split()
