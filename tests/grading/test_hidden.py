"""Hidden tests measure again what a submission says of itself."""

from types import SimpleNamespace

import numpy as np
import pytest

from autograder.grading import hidden
from autograder.grading.inputs import Splits
from autograder.student.checks import results
from autograder.student.outcome import CheckFailed, NotAttempted
from data_scripts.features import prepare_images


@pytest.fixture
def reaches(monkeypatch: pytest.MonkeyPatch) -> object:
    """Set what the network reaches on the validation pictures."""
    inputs = Splits(*(np.zeros((400, 1)) for _ in range(6)))
    monkeypatch.delenv("EIGHT_FACES_QUICK", raising=False)
    monkeypatch.setattr(hidden, "_validation_inputs", lambda _: (inputs.x_valid, inputs.y_valid))
    return lambda value: monkeypatch.setattr(results, "accuracy", lambda *_: value)


def said(*accuracies: float) -> SimpleNamespace:
    return SimpleNamespace(history={"val_accuracy": list(accuracies)})


def test_a_history_that_the_network_bears_out(reaches) -> None:
    reaches(0.7025)
    assert hidden.training("03_faces_fc", "b", said(0.4, 0.6, 0.7025), object()) == 1.0


def test_a_network_that_kept_its_best_weights(reaches) -> None:
    reaches(0.7)
    assert hidden.training("03_faces_fc", "b", said(0.4, 0.7, 0.65), object()) == 1.0


@pytest.mark.parametrize("history", [said(0.4, 0.9), said(), SimpleNamespace(history={})])
def test_a_history_made_up(history: SimpleNamespace, reaches) -> None:
    reaches(0.55)
    with pytest.raises(CheckFailed, match=r"reaches 0\.550 on the validation pictures"):
        hidden.training("03_faces_fc", "b", history, object())


def test_a_network_that_could_not_learn_costs_its_points_elsewhere(reaches) -> None:
    reaches(0.125)
    assert hidden.training("03_faces_fc", "b", said(0.125), object()) == 1.0


def test_nothing_trained_yet(reaches) -> None:
    reaches(0.7)
    with pytest.raises(NotAttempted):
        hidden.training("03_faces_fc", "b", ..., object())


def test_a_preprocessing_that_works_on_any_picture() -> None:
    assert hidden.preprocessing(prepare_images) == 1.0


def test_a_preprocessing_that_only_knows_the_pictures_of_the_notebook() -> None:
    known = {}

    def prepare(images: np.ndarray) -> np.ndarray:
        return known.get(images.tobytes(), np.zeros((len(images), 224, 224, 3)))

    with pytest.raises(CheckFailed, match="the numbers are not"):
        hidden.preprocessing(prepare)
