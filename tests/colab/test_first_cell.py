"""A course must not make students wait much longer than TensorFlow does."""

import pytest

from tests.colab.first_cell import measure


@pytest.mark.full
def test_the_first_figure_comes_soon_after_tensorflow() -> None:
    medians = measure(5)
    assert medians["first code cell"] < medians["an empty Python"] + 1
    assert medians["to the first figure"] < medians["import tensorflow"] + 2, medians
