"""Hidden tests measure again what a submission says of itself."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from autograder.grading import hidden
from autograder.grading.inputs import Splits
from autograder.student.checks import results
from autograder.student.outcome import CheckFailed, NotAttempted
from data_scripts import narrow_vgg19
from data_scripts.features import prepare_images


@pytest.fixture
def reaches(monkeypatch: pytest.MonkeyPatch) -> object:
    """Set what the network reaches on the validation pictures."""
    inputs = Splits(*(np.zeros((4, 6912)) for _ in range(6)))
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


def extract(pictures: np.ndarray) -> np.ndarray:
    return narrow_vgg19.features_of_prepared(pictures).reshape(len(pictures), -1)


def test_a_function_that_gives_the_features_of_any_picture() -> None:
    assert hidden.extract(extract) == 1.0


def test_features_of_another_network_are_none() -> None:
    with pytest.raises(CheckFailed) as failed:
        hidden.extract(lambda pictures: np.ones((len(pictures), 2048)))
    assert failed.value.cause == "features_of_base_differ"


def load_image(path: Path, size: tuple[int, int]) -> tuple[Any, np.ndarray]:
    image = keras.utils.load_img(path, target_size=size)
    return image, keras.utils.img_to_array(image)


def test_a_function_that_reads_any_picture() -> None:
    assert hidden.load_image(load_image) == 1.0


def test_a_function_that_only_reads_square_pictures_in_colours() -> None:
    def always_square(path: Path, size: tuple[int, int]) -> tuple[Any, np.ndarray]:
        return load_image(path, (224, 224))

    def as_they_are(path: Path, size: tuple[int, int]) -> tuple[Any, np.ndarray]:
        image = Image.open(path).resize(size[::-1])
        return image, np.asarray(image)

    for function, cause in (
        (always_square, "picture_shape"),
        (as_they_are, "not_three_colours"),
    ):
        with pytest.raises(CheckFailed) as failed:
            hidden.load_image(function)
        assert failed.value.cause == cause


def split(count: int) -> list[np.ndarray]:
    order = np.random.default_rng(0).permutation(count)
    return np.split(order, (int(0.7 * count), int(0.85 * count)))


def test_a_function_that_splits_any_number() -> None:
    assert hidden.split(split) == 1.0
    with pytest.raises(CheckFailed):
        hidden.split(lambda count: split(6209))


def likeliest(shares: np.ndarray, names: list[str], count: int = 5) -> list[tuple[str, float]]:
    return [(names[place], float(shares[place])) for place in np.argsort(shares)[::-1][:count]]


def test_a_function_that_names_any_categories() -> None:
    assert hidden.likeliest(likeliest) == 1.0
    with pytest.raises(CheckFailed) as failed:
        hidden.likeliest(lambda shares, names, count: likeliest(shares, names))
    assert failed.value.cause == "how_many_likeliest"


def standardize(train: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return [(images - mean) / (deviation + 1e-4) for images in (train, *others)]


def test_a_function_that_standardises_any_picture() -> None:
    assert hidden.standardize(standardize) == 1.0


def test_a_function_that_standardises_each_set_by_itself() -> None:
    with pytest.raises(CheckFailed, match="its own"):
        hidden.standardize(lambda *images: [standardize(each)[0] for each in images])


@pytest.fixture
def calibrated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Eight hidden digits, and an accuracy to reach."""
    drawn = np.zeros((8, 28, 28, 1), dtype="float32"), np.arange(8) % 2
    network = {"threshold": 0.9, "floor": 0.2}
    monkeypatch.delenv("EIGHT_FACES_QUICK", raising=False)
    monkeypatch.setattr(hidden, "_hidden_pictures", lambda exercise, seed: drawn)
    monkeypatch.setattr(hidden, "load_calibration", lambda name: {"networks": {"a": network}})
    hidden._hidden_inputs.cache_clear()
    yield
    hidden._hidden_inputs.cache_clear()


class Guesses:
    """Predicts the digits 0 and 1 in turn, or always 0; takes rows of 784 numbers."""

    def __init__(self, *digits: int) -> None:
        self.digits = digits

    def predict(self, rows: np.ndarray, **how: object) -> np.ndarray:
        assert rows.shape == (8, 784)
        return np.eye(10)[np.resize(self.digits, len(rows))]


def test_hidden_digits_come_as_the_network_takes_them(calibrated: None) -> None:
    assert hidden.accuracy("02_mnist_cnn", "a", Guesses(0, 1)) == 1.0


def test_a_network_that_reads_digits_badly(calibrated: None) -> None:
    with pytest.raises(CheckFailed, match=r"0\.90 on new digits, .*, got 0\.50"):
        hidden.accuracy("02_mnist_cnn", "a", Guesses(0))
