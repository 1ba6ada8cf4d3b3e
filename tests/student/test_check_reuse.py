"""What is checked of a pretrained network that is used again: features, what learns, costs."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from autograder.student.checks import results, reuse
from autograder.student.outcome import CheckFailed, NotAttempted, Share

PICTURES = np.random.default_rng(0).normal(scale=60, size=(9, 8, 8, 3)).astype("float32")
LABELS = np.arange(9) % 2
EXERCISE = "09_santa_vgg19"


class Base:
    """Stands for a network without its top: maps of 2 x 2, and 6 of them."""

    def predict(self, pictures: np.ndarray, verbose: int = 0) -> np.ndarray:
        squares = pictures.reshape(len(pictures), 2, 4, 2, 4, 3).mean(axis=(2, 4))
        return np.concatenate([squares, squares**2], axis=-1)


BASE = Base()


def right(pictures: np.ndarray) -> np.ndarray:
    return BASE.predict(pictures).reshape(len(pictures), -1)


def extract(function: Callable[[np.ndarray], Any]) -> float:
    return reuse.extract("Features", None, function, images=PICTURES, model=BASE)


def test_rows_of_features_are_right_as_array_list_and_tensor() -> None:
    for kind in (np.asarray, keras.ops.convert_to_tensor, np.ndarray.tolist):
        assert extract(lambda pictures, kind=kind: kind(right(pictures))) == 1.0


@pytest.mark.parametrize(
    ("function", "cause"),
    [
        (BASE.predict, "features_not_flattened"),
        (lambda pictures: right(pictures).T, "rows_and_columns_swapped"),
        (lambda pictures: right(pictures).reshape(-1), "wrong_shape"),
        (lambda pictures: right(pictures / 255), "features_of_base_differ"),
        (
            lambda pictures: right(keras.applications.vgg19.preprocess_input(pictures)),
            "preprocessed_twice",
        ),
        (lambda pictures: "features", "not_an_array"),
    ],
)
def test_wrong_features_are_named(function: Callable[[np.ndarray], Any], cause: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        extract(function)
    assert failed.value.cause == cause


def test_a_function_that_returns_the_dots_is_not_attempted() -> None:
    with pytest.raises(NotAttempted):
        extract(lambda pictures: ...)


def test_a_function_can_not_change_the_pictures() -> None:
    before = PICTURES.copy()

    def spoil(pictures: np.ndarray) -> np.ndarray:
        pictures *= 2
        return right(pictures / 2)

    extract(spoil)
    np.testing.assert_array_equal(PICTURES, before)


def arrays(*counts: Any) -> float:
    return reuse.arrays("What learns", "frozen", *counts, exercise=EXERCISE)


def test_the_numbers_of_arrays_are_those_of_the_table() -> None:
    assert arrays(36, 4) == 1.0
    assert arrays(np.int64(36), np.array([4])) == 1.0


@pytest.mark.parametrize(
    ("counts", "cause", "said"),
    [
        ((4, 4), "counted_after_freezing", "before freezing should be 36"),
        ((36, 36), "arrays_differ", "after freezing should be 4"),
        ((36, 270_601), "parameters_for_arrays", "270601"),
        ((20_294_985, 4), "parameters_for_arrays", "20294985"),
        (([36, 4], 4), "arrays_differ", "[36, 4]"),
        (("many", 4), "arrays_differ", "many"),
    ],
)
def test_wrong_numbers_of_arrays_are_named(counts: tuple[Any, Any], cause: str, said: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        arrays(*counts)
    assert failed.value.cause == cause
    assert said in str(failed.value)


def test_one_open_number_is_not_attempted() -> None:
    with pytest.raises(NotAttempted):
        arrays(36, ...)


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    keras.utils.set_random_seed(1)
    made = {}
    for name in ("head", "tuned"):
        layers = [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(3)]
        made[name] = keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])
        made[name].compile(loss="binary_crossentropy", metrics=["accuracy"])
    made["head"].layers[1].trainable = False
    return made


DATA = {"head": (PICTURES / 100, LABELS), "tuned": (PICTURES / 100, 1 - LABELS)}


def table(models: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "seconds": 2.5,
            "trainable": {"head": 4, "tuned": 583}[name],
            "test": models[name].evaluate(DATA[name][0], DATA[name][1], verbose=0)[1],
        }
        for name in models
    }


def ways(models: dict[str, Any], given: Any) -> float:
    return reuse.ways("All ways", None, given, models=models, data=DATA)


def test_own_numbers_are_right(models: dict[str, Any]) -> None:
    assert ways(models, table(models)) == 1.0


@pytest.mark.parametrize(
    ("key", "value", "cause"),
    [
        ("seconds", 0, "not_seconds"),
        ("seconds", "long", "not_seconds"),
        ("seconds", [1.0, 2.0], "not_seconds"),
        ("trainable", 583, "all_parameters_counted"),
        ("trainable", 2, "arrays_for_parameters"),
        ("trainable", 17, "parameters_differ"),
        ("trainable", "all", "parameters_differ"),
        ("test", 0.05, "accuracy_differs"),
        ("test", ..., "no_entry"),
    ],
)
def test_a_wrong_number_costs_one_way(
    models: dict[str, Any], key: str, value: Any, cause: str
) -> None:
    given = table(models)
    given["head"][key] = value
    share = ways(models, given)
    assert isinstance(share, Share)
    assert share == 0.5
    assert share.causes == (cause,)
    assert 'ways["head"]' in share.remarks[0]


def test_the_loss_of_a_single_output_is_recognised(models: dict[str, Any]) -> None:
    given = table(models)
    given["tuned"]["test"] = models["tuned"].evaluate(*DATA["tuned"], verbose=0)[0]
    share = ways(models, given)
    assert isinstance(share, Share)
    assert share.causes == ("loss_for_accuracy",)


def test_what_is_no_table_and_what_is_open(models: dict[str, Any]) -> None:
    with pytest.raises(NotAttempted):
        ways(models, ...)
    with pytest.raises(NotAttempted):
        ways({**models, "head": ...}, table(models))
    with pytest.raises(CheckFailed, match="curly brackets"):
        ways(models, [1, 2])
    with pytest.raises(CheckFailed, match="seconds, trainable, test"):
        ways(models, dict.fromkeys(models, 0.9))


def test_one_output_says_yes_above_one_half() -> None:
    class Says:
        def predict(self, pictures: np.ndarray, batch_size: int, verbose: int) -> np.ndarray:
            return np.array([[0.1], [0.5], [0.51], [1.0]])

    assert results.accuracy(Says(), PICTURES[:4], np.array([0, 0, 1, 0])) == 0.75
