"""The networks of 02 on real handwriting, where the file of it is there."""

from pathlib import Path

import numpy as np
import pytest

from autograder import exercises
from autograder.grading.inputs import Splits
from autograder.grading.trainings import scores, train
from autograder.student.data import scale
from data_scripts.original.digits import read_file

REAL = Path(__file__).parents[3] / "shared" / "data" / "mnist_6000.npz"
EXERCISE = "02_mnist_cnn"


@pytest.mark.full
@pytest.mark.parametrize(("network", "least"), [("a", 0.90), ("c", 0.96)])
def test_validation_accuracy_on_real_digits(network: str, least: float) -> None:
    if not REAL.exists():
        pytest.skip("the file of real digits is not part of the project")
    pictures = read_file(REAL)
    splits = Splits(*(scale(array) if np.ndim(array) == 3 else array for array in pictures[:6]))
    model = train(EXERCISE, network, splits, seed=exercises.load(EXERCISE).seed)
    (reached,) = scores(model, [(splits.x_valid, splits.y_valid)])
    assert reached >= least
