"""Derived results are judged against the student's own model, never against the course's."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.student.checks import curves, predictions, results
from autograder.student.outcome import CheckFailed, NotAttempted

GENERATOR = np.random.default_rng(0)
OUTPUTS = GENERATOR.dirichlet(np.ones(8), size=40).astype("float32")
LABELS = GENERATOR.integers(0, 8, 40)
IMAGES = np.arange(40)[:, None]
GUESSES = OUTPUTS.argmax(axis=1)
ACCURACY = float(np.mean(GUESSES == LABELS))
MATRIX = np.zeros((8, 8), dtype=int)
np.add.at(MATRIX, (LABELS, GUESSES), 1)


class TableModel:
    """Stands for a trained network: an image is its own row number."""

    def predict(self, images: np.ndarray, batch_size: int = 32, verbose: int = 0) -> np.ndarray:
        return OUTPUTS[np.asarray(images)[:, 0]]


MODEL = TableModel()


class CountingModel:
    """Notes how many pictures it was given at a time."""

    def predict(self, images: np.ndarray, batch_size: int = 32, verbose: int = 0) -> np.ndarray:
        self.batch_size = batch_size
        return OUTPUTS[: len(images)]


def check_accuracies(reported: object) -> float:
    data = {"train": (IMAGES[:20], LABELS[:20]), "test": (IMAGES, LABELS)}
    return results.accuracies("t", None, reported, models={"a": MODEL, "b": MODEL}, data=data)


def rows() -> dict[str, float]:
    return {"train": float(np.mean(GUESSES[:20] == LABELS[:20])), "test": ACCURACY}


def test_own_accuracies_pass_also_when_rounded() -> None:
    assert check_accuracies({"a": rows(), "b": rows()}) == 1.0
    rounded = {split: round(value, 2) for split, value in rows().items()}
    assert check_accuracies({"a": rounded, "b": rounded}) == 1.0


@pytest.mark.parametrize("shape", [(48, 48, 3), (224, 224, 3), (5000, 5000), (), (0, 3)])
def test_large_pictures_are_predicted_in_small_batches(shape) -> None:
    model = CountingModel()
    results.predict(model, np.broadcast_to(np.float32(0), (2, *shape)))
    numbers = math.prod(shape)
    assert 1 <= model.batch_size <= results.LARGEST_BATCH
    assert model.batch_size == 1 or model.batch_size * numbers <= results.NUMBERS_OF_A_BATCH
    assert (model.batch_size == results.LARGEST_BATCH) == (numbers <= 48 * 48 * 3)


def test_one_right_network_of_two_gives_half() -> None:
    assert check_accuracies({"a": rows(), "b": {"train": 0.99, "test": 0.99}}) == 0.5


def test_networks_may_take_different_inputs() -> None:
    data = {
        "a": {"train": (IMAGES[:20], LABELS[:20]), "test": (IMAGES, LABELS)},
        "b": {"train": (IMAGES[20:], LABELS[:20]), "test": (IMAGES[::-1], LABELS)},
    }
    right = {
        name: {split: results.accuracy(MODEL, *pair) for split, pair in own.items()}
        for name, own in data.items()
    }
    models = {"a": MODEL, "b": MODEL}
    assert results.accuracies("t", None, right, models=models, data=data) == 1.0
    wrong = {"a": right["a"], "b": right["a"]}
    assert right["a"] != right["b"]
    assert results.accuracies("t", None, wrong, models=models, data=data) == 0.5


@pytest.mark.parametrize(
    ("reported", "message"),
    [
        ([0.5], "should be a dictionary"),
        ({}, "should be a dictionary with the keys"),
        ({"a": {"train": 0.83}, "b": {}}, "but model_a"),
        ({"a": {"train": "x", "test": 1}, "b": {}}, "number between 0 and 1"),
        ({"a": {k: v * 100 for k, v in rows().items()}, "b": {}}, "per cent|between 0 and 1"),
        ({"a": {"train": float("nan"), "test": 1}, "b": {}}, "but model_a reaches"),
    ],
)
def test_wrong_accuracies_are_named(reported: object, message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        check_accuracies(reported)


def check_matrix(matrix: object) -> float:
    return predictions.confusion_matrix(
        "t", None, matrix, model=MODEL, images=IMAGES, labels=LABELS
    )


def test_confusion_matrix_of_own_model_passes_and_transposed_gives_half() -> None:
    assert check_matrix(MATRIX) == 1.0
    assert check_matrix(MATRIX.T) == 0.5
    by_labels = predictions.confusion_matrix("t", None, MATRIX, predicted=GUESSES, labels=LABELS)
    assert by_labels == 1.0


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (MATRIX[:7], "should have the shape"),
        (MATRIX / 40, "add up to"),
        (np.roll(MATRIX, 1, axis=1), "Row 0"),
    ],
)
def test_wrong_confusion_matrices_are_named(matrix: np.ndarray, message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        check_matrix(matrix)


def test_probabilities_and_labels_follow_from_each_other() -> None:
    assert predictions.probabilities("t", None, OUTPUTS, model=MODEL, images=IMAGES) == 1.0
    assert predictions.predicted_labels("t", None, GUESSES, probabilities=OUTPUTS) == 1.0
    with pytest.raises(CheckFailed, match="another order"):
        predictions.probabilities("t", None, OUTPUTS[::-1], model=MODEL, images=IMAGES)
    with pytest.raises(CheckFailed, match="largest of your probabilities"):
        predictions.predicted_labels("t", None, (GUESSES + 1) % 8, probabilities=OUTPUTS)


def test_right_and_wrong_are_positions() -> None:
    right, wrong = np.flatnonzero(GUESSES == LABELS), np.flatnonzero(GUESSES != LABELS)

    def check(first: object, second: object) -> float:
        return predictions.right_and_wrong(
            "t", None, first, second, predicted=GUESSES, labels=LABELS
        )

    assert check(right, wrong) == 1.0
    assert check(right[::-1].tolist(), wrong) == 1.0
    with pytest.raises(CheckFailed, match="flatnonzero"):
        check(GUESSES == LABELS, wrong)
    with pytest.raises(CheckFailed, match="agree"):
        check(wrong, right)


def test_test_accuracy_is_that_of_the_own_labels() -> None:
    assert results.test_accuracy("t", None, ACCURACY, predicted=GUESSES, labels=LABELS) == 1.0
    with pytest.raises(CheckFailed, match="per cent"):
        results.test_accuracy("t", None, ACCURACY * 100, predicted=GUESSES, labels=LABELS)
    with pytest.raises(CheckFailed, match="one number"):
        results.test_accuracy("t", None, [0.1, 0.2], predicted=GUESSES, labels=LABELS)


def test_worst_images_come_worst_first() -> None:
    order = np.argsort(OUTPUTS[np.arange(40), LABELS])[:12]

    def check(values: object) -> float:
        return predictions.worst_images(
            "t", None, values, model=MODEL, images=IMAGES, labels=LABELS, count=12
        )

    assert check(order) == 1.0
    assert check(order[::-1]) == 0.5
    for wrong, message in (
        (order[:5], "should have the shape"),
        (order + 100, "positions of test images"),
        (np.repeat(order[:6], 2), "twice"),
        (np.argsort(-OUTPUTS[np.arange(40), LABELS])[:12], "largest probability"),
    ):
        with pytest.raises(CheckFailed, match=message):
            check(wrong)


def test_open_gaps_are_not_attempted() -> None:
    with pytest.raises(NotAttempted):
        check_matrix(...)
    with pytest.raises(NotAttempted):
        predictions.probabilities("t", None, ..., model=MODEL, images=IMAGES)
    with pytest.raises(NotAttempted):
        predictions.confusion_matrix("t", None, MATRIX, model=..., images=IMAGES, labels=LABELS)


def test_an_open_network_costs_only_its_own_share() -> None:
    data = {"train": (IMAGES[:20], LABELS[:20]), "test": (IMAGES, LABELS)}
    reported = {"a": rows(), "b": ...}
    assert results.accuracies("t", None, reported, models={"a": MODEL, "b": ...}, data=data) == 0.5


def test_what_builds_on_an_open_task_says_so() -> None:
    with pytest.raises(NotAttempted, match="earlier task"):
        results.test_accuracy("t", None, 0.8, predicted=..., labels=LABELS)


def test_tiny_probabilities_keep_their_order() -> None:
    class SureModel:
        def predict(self, images: np.ndarray, batch_size: int, verbose: int) -> np.ndarray:
            outputs = np.full((40, 8), 1e-7)
            outputs[np.arange(40), LABELS] = 10.0 ** -np.arange(5, 45)
            return outputs

    def check(values: object) -> float:
        return predictions.worst_images(
            "t", None, values, model=SureModel(), images=IMAGES, labels=LABELS, count=12
        )

    assert check(np.arange(39, 27, -1)) == 1.0
    with pytest.raises(CheckFailed):
        check(np.arange(12))


def test_curves_come_from_the_own_histories() -> None:
    history = SimpleNamespace(history={"accuracy": [0.1, 0.2], "val_accuracy": [0.1, 0.15]})
    expected = {"train": (history, "accuracy"), "validation": (history, "val_accuracy")}

    def check(given: object) -> float:
        return curves.learning_curves("t", None, given, expected=expected)

    assert check({"train": [0.1, 0.2], "validation": np.array([0.1, 0.15])}) == 1.0
    assert check({"train": [0.1, 0.2]}) == 0.5
    with pytest.raises(CheckFailed, match="one an epoch"):
        check({"train": 0.2, "validation": 0.15})
    with pytest.raises(NotAttempted):
        check(...)
