"""A course must not make students wait much longer than TensorFlow does."""

import pytest

from tests.colab.first_cell import measure


@pytest.mark.full
def test_the_first_figure_comes_soon_after_tensorflow() -> None:
    """As ratios: how many seconds it is depends on the machine (docs/measurements.md)."""
    medians = measure(5)
    assert medians["first code cell"] < medians["import tensorflow"] / 4, medians
    assert medians["to the first figure"] < 2 * medians["import tensorflow"], medians
