"""The catalogue of mistakes in what is not a network: arrays, trainings, results, features.

A scene holds what a right answer gives to the check of its task. A mistake makes wrong ones out
of it, in every way in which it is possible there; nothing is known of a single exercise.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.exercises import load


@dataclass(frozen=True)
class Scene:
    """One task with a right answer.

    Attributes
    ----------
    exercise, task : str
        Names; the first word of the task's name says which check it has.
    values : tuple
        What the student's cell assigned.
    given : dict
        What the check compares with.
    """

    exercise: str
    task: str
    values: tuple[Any, ...]
    given: dict[str, Any] = field(default_factory=dict)

    def but(self, *values: Any) -> Scene:
        """Return the scene with other values."""
        return replace(self, values=values)


@dataclass(frozen=True)
class WrongValue:
    """A kind of mistake in values.

    Attributes
    ----------
    name, description : str
        What it is called, and what it is.
    check : str
        Key of `autograder.student.checks.CHECKS` of the tasks in which it can be made.
    cause : str
        Key of `autograder.student.checks.messages.MESSAGES` that names it rightly.
    make : callable
        Scene -> pairs of a wrong scene and what its message must name, such as the second of
        three arrays.
    """

    name: str
    description: str
    check: str
    cause: str
    make: Callable[[Scene], Iterator[tuple[Scene, str]]]


Made = Iterator[tuple[Scene, str]]


def _each(change: Callable[[Any], Any], place: str) -> Callable[[Scene], Made]:
    """Change one value after the other; ``{}`` in `place` is its number."""

    def make(scene: Scene) -> Made:
        for index, value in enumerate(scene.values):
            wrong = change(value)
            new = (*scene.values[:index], wrong, *scene.values[index + 1 :])
            yield scene.but(*new), place.format(index + 1)

    return make


def _first(change: Callable[[Scene], Any], place: str = "") -> Callable[[Scene], Made]:
    """Make one wrong value out of a scene that has a single one."""

    def make(scene: Scene) -> Made:
        yield scene.but(change(scene)), place

    return make


def _exchanged(place: str) -> Callable[[Scene], Made]:
    """Exchange the last two values, which are arrays of the same shape."""

    def make(scene: Scene) -> Made:
        *others, first, second = scene.values
        if np.shape(first) == np.shape(second):
            yield scene.but(*others, second, first), place.format(len(scene.values) - 1)

    return make


def _entries(
    change: Callable[[Scene, str, str], float | None],
) -> Callable[[Scene], Made]:
    """Change one accuracy of one network after the other."""

    def make(scene: Scene) -> Made:
        (right,) = scene.values
        for name, row in right.items():
            for split in row:
                value = change(scene, name, split)
                if value is None:
                    continue
                wrong = copy.deepcopy(right)
                wrong[name][split] = value
                yield scene.but(wrong), f'["{name}"]["{split}"]'

    return make


def _outputs(scene: Scene) -> np.ndarray:
    return np.asarray(scene.given["model"].predict(scene.given["images"], verbose=0))


def _another_split(scene: Scene, name: str, split: str) -> float | None:
    row = scene.values[0][name]
    others = [value for other, value in row.items() if other != split]
    return next((value for value in others if abs(value - row[split]) > 0.02), None)


def _another_network(scene: Scene, name: str, split: str) -> float | None:
    rows = {other: row for other, row in scene.values[0].items() if other != name}
    own = set(scene.values[0][name].values())
    return next((row[split] for row in rows.values() if row[split] not in own), None)


def _loss(scene: Scene, name: str, split: str) -> float:
    images, labels = scene.given["data"][split]
    outputs = np.asarray(scene.given["models"][name].predict(images, verbose=0))
    return float(-np.log(outputs[np.arange(len(labels)), labels]).mean())


def _curves(change: Callable[[Any, str], Any]) -> Callable[[Scene], Made]:
    """Change one curve after the other; `change` gets its history and its key."""

    def make(scene: Scene) -> Made:
        for name, (history, key) in scene.given["expected"].items():
            value = change(history, key)
            if value is not None:
                yield scene.but({**scene.values[0], name: value}), f'["{name}"]'

    return make


def _other_key(history: Any, key: str) -> Any:
    return history.history["accuracy" if key.startswith("val_") else f"val_{key}"]


def _curves_exchanged(scene: Scene) -> Made:
    names = list(scene.given["expected"])
    histories = {id(history) for history, _ in scene.given["expected"].values()}
    if len(histories) == len(names) > 1:
        turned = [scene.values[0][name] for name in (*names[1:], names[0])]
        yield scene.but(dict(zip(names, turned, strict=True))), f'["{names[0]}"]'


def _prepared(change: Callable[[np.ndarray, Any], Any]) -> Callable[[Scene], Made]:
    """Prepare pictures wrongly; `change` gets resized pixels and Keras' function."""

    def make(scene: Scene) -> Made:
        import keras

        def prepare(images: np.ndarray) -> Any:
            resized = np.array(keras.ops.image.resize(images.astype("float32"), (224, 224)))
            return change(resized, keras.applications.vgg16.preprocess_input)

        yield scene.but(prepare), ""

    return make


def _standardizing(change: Callable[..., Any]) -> Callable[[Scene], Made]:
    """Standardise wrongly; `change` gets training images, and those to be changed."""

    def make(scene: Scene) -> Made:
        def function(*images: np.ndarray) -> list[Any]:
            return [change(images, own) for own in images]

        yield scene.but(function), "array"

    return make


def _by(own: np.ndarray, measured: np.ndarray, **axis: Any) -> np.ndarray:
    return np.asarray((own - measured.mean(**axis)) / (measured.std(**axis) + 1e-4))


def _splits(change: Callable[[np.ndarray], Any]) -> Callable[[Scene], Made]:
    """Change the features of one split after the other."""

    def make(scene: Scene) -> Made:
        for split, value in scene.values[0].items():
            yield scene.but({**scene.values[0], split: change(value)}), f'["{split}"]'

    return make


def _of_pixels(scene: Scene) -> np.ndarray:
    import keras

    pixels = keras.ops.image.resize(scene.given["images"].astype("float32"), (224, 224))
    return np.asarray(scene.given["model"].predict(np.asarray(pixels), verbose=0))


def _by_length(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _extracting(change: Callable[[Any, np.ndarray], np.ndarray]) -> Callable[[Scene], Made]:
    """Make a function that does something else with the pretrained network than to give rows."""

    def make(scene: Scene) -> Made:
        model = scene.given["model"]
        yield scene.but(lambda images: change(model, images)), ""

    return make


def _rows_of(model: Any, images: np.ndarray) -> np.ndarray:
    return np.asarray(model.predict(images, verbose=0)).reshape(len(images), -1)


def _prepared_again(images: np.ndarray) -> np.ndarray:
    import keras

    return np.asarray(keras.applications.vgg19.preprocess_input(images.copy()))


def _numbers_that_learn(scene: Scene) -> int:
    network = scene.task.rpartition("_")[2]
    return load(scene.exercise).networks[network].parameters.trainable


def _of_way(key: str, change: Callable[[Any, float], float]) -> Callable[[Scene], Made]:
    """Change one number of one way after the other; `change` is given its network as well."""

    def make(scene: Scene) -> Made:
        (right,) = scene.values
        for name, model in scene.given["models"].items():
            wrong = copy.deepcopy(right)
            wrong[name][key] = change(model, wrong[name][key])
            yield scene.but(wrong), f'["{name}"]["{key}"]'

    return make


def _reading(change: Callable[[Any, np.ndarray], Any]) -> Callable[[Scene], Made]:
    """Make something else out of a picture that was read rightly: its image and its array."""

    def make(scene: Scene) -> Made:
        (right,) = scene.values
        yield scene.but(lambda path, size: change(*right(path, size))), ""

    return make


def _opening(read: Callable[[Any, tuple[int, int]], Any]) -> Callable[[Scene], Made]:
    """Read pictures in another way; `read` is given what Pillow opens, and the size."""

    def function(path: Any, size: tuple[int, int]) -> tuple[Any, np.ndarray]:
        from PIL import Image

        image = read(Image.open(path), size)
        return image, np.asarray(image)

    return lambda scene: iter([(scene.but(function), "")])


def _dealing(deal: Callable[[np.ndarray, int, int], Any]) -> Callable[[Scene], Made]:
    """Deal shuffled positions out in another way; `deal` is given the two places to cut."""

    def function(count: int) -> Any:
        order = np.random.default_rng(1).permutation(count)
        return deal(order, int(0.7 * count), int(0.85 * count))

    return lambda scene: iter([(scene.but(function), "")])


def _naming(name: Callable[[np.ndarray, list[str], int], Any]) -> Callable[[Scene], Made]:
    return lambda scene: iter([(scene.but(name), "")])


def _pairs(
    positions: np.ndarray, probabilities: np.ndarray, names: list[str], factor: float = 1.0
) -> list[tuple[str, float]]:
    return [(names[place], factor * float(probabilities[place])) for place in positions]


def _last_layer_as_it_was(scene: Scene) -> Made:
    import keras

    model = keras.models.clone_model(scene.given["model"])
    yield replace(scene, given={**scene.given, "model": model}), ""


def _shares(matrix: np.ndarray) -> np.ndarray:
    return np.asarray(matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1))


def _truth(scene: Scene) -> np.ndarray:
    return np.diag(scene.values[0].sum(axis=1))


def _of_the_true_person(scene: Scene) -> np.ndarray:
    labels = scene.given["labels"]
    return np.asarray(_outputs(scene)[np.arange(len(labels)), labels])


_ONE_HOT, _FLAT = "one-hot array {} of", "flattened array {} of"

_CATALOGUE = (
    WrongValue(
        "labels_not_one_hot", "labels stay numbers", "one_hot", "labels_not_one_hot",
        _each(lambda rows: rows.argmax(axis=1), _ONE_HOT),
    ),
    WrongValue(
        "labels_off_by_one", "labels counted from 1", "one_hot", "one_hot_shifted",
        _each(lambda rows: np.roll(rows, 1, axis=1), _ONE_HOT),
    ),
    WrongValue(
        "labels_shuffled", "labels in another order than the images", "one_hot", "rows_shuffled",
        _each(lambda rows: rows[::-1], _ONE_HOT),
    ),
    WrongValue(
        "one_hot_transposed", "a row for each class", "one_hot", "rows_and_columns_swapped",
        _each(lambda rows: rows.T, _ONE_HOT),
    ),
    WrongValue(
        "one_class_too_many", "nine classes", "one_hot", "wrong_shape",
        _each(lambda rows: np.pad(rows, ((0, 0), (0, 1))), _ONE_HOT),
    ),
    WrongValue(
        "one_hot_inverted", "zeros and ones exchanged", "one_hot", "one_hot_inverted",
        _each(lambda rows: 1 - rows, _ONE_HOT),
    ),
    WrongValue(
        "labels_of_another_split", "validation and test labels exchanged", "one_hot",
        "another_split", _exchanged(_ONE_HOT),
    ),
    WrongValue(
        "not_flattened", "images stay blocks", "flatten", "not_flattened",
        _each(lambda rows: rows.reshape(len(rows), 48, 48, 3), _FLAT),
    ),
    WrongValue(
        "flattened_to_one_row", "all images in one row", "flatten", "flattened_too_far",
        _each(np.ravel, _FLAT),
    ),
    WrongValue(
        "flattened_transposed", "a column for each image", "flatten", "rows_and_columns_swapped",
        _each(lambda rows: rows.T, _FLAT),
    ),
    WrongValue(
        "colours_first", "axes exchanged before flattening", "flatten", "axes_exchanged",
        _each(
            lambda rows: rows.reshape(len(rows), 48, 48, 3).transpose(0, 3, 1, 2)
            .reshape(len(rows), -1),
            _FLAT,
        ),
    ),
    WrongValue(
        "raw_pixels_flattened", "raw pixels flattened", "flatten", "raw_pixels",
        _each(lambda rows: np.clip(rows * 60 + 128, 0, 255).round(), _FLAT),
    ),
    WrongValue(
        "images_of_another_split", "validation and test images exchanged", "flatten",
        "another_split", _exchanged(_FLAT),
    ),
    WrongValue(
        "images_shuffled", "images in another order", "flatten", "rows_shuffled",
        _each(lambda rows: rows[::-1], _FLAT),
    ),
    WrongValue(
        "divided_when_flattened", "divided by 255 after standardising", "flatten",
        "values_changed", _each(lambda rows: rows / 255, _FLAT),
    ),
    WrongValue(
        "test_statistics", "each set standardised with its own numbers", "standardize",
        "test_statistics", _standardizing(lambda sets, own: _by(own, own, axis=0)),
    ),
    WrongValue(
        "statistics_of_everything", "standardised with the numbers of all sets", "standardize",
        "statistics_of_everything",
        _standardizing(lambda sets, own: _by(own, np.concatenate(sets), axis=0)),
    ),
    WrongValue(
        "one_mean_for_all", "one mean for all pixels", "standardize", "one_mean_for_all",
        _standardizing(lambda sets, own: _by(own, sets[0])),
    ),
    WrongValue(
        "not_centred", "mean not taken away", "standardize", "not_centred",
        _standardizing(lambda sets, own: own / (sets[0].std(axis=0) + 1e-4)),
    ),
    WrongValue(
        "not_scaled", "not divided by the standard deviation", "standardize", "not_scaled",
        _standardizing(lambda sets, own: own - sets[0].mean(axis=0)),
    ),
    WrongValue(
        "variance_for_deviation", "divided by the variance", "standardize",
        "variance_for_deviation",
        _standardizing(
            lambda sets, own: (own - sets[0].mean(axis=0)) / (sets[0].var(axis=0) + 1e-4)
        ),
    ),
    WrongValue(
        "no_epsilon", "divided by a standard deviation of 0", "standardize", "no_epsilon",
        _standardizing(
            lambda sets, own: np.where(
                sets[0].std(axis=0) > 0,
                (own - sets[0].mean(axis=0)) / np.maximum(sets[0].std(axis=0), 1e-30),
                np.nan,
            )
        ),
    ),
    WrongValue(
        "not_standardized", "pixels as they came", "standardize", "not_standardized",
        _standardizing(lambda sets, own: own),
    ),
    WrongValue(
        "accuracy_in_per_cent", "accuracies in per cent", "accuracies", "per_cent",
        _entries(lambda scene, name, split: scene.values[0][name][split] * 100),
    ),
    WrongValue(
        "loss_for_accuracy", "the loss that evaluate returns first", "accuracies",
        "loss_for_accuracy", _entries(_loss),
    ),
    WrongValue(
        "accuracy_of_another_split", "the accuracy of another split", "accuracies",
        "accuracy_of_another_split", _entries(_another_split),
    ),
    WrongValue(
        "accuracy_of_another_network", "the accuracy of another network", "accuracies",
        "accuracy_of_another_network", _entries(_another_network),
    ),
    WrongValue(
        "error_rate", "the share of wrong answers", "accuracies", "error_rate",
        _entries(lambda scene, name, split: 1 - scene.values[0][name][split]),
    ),
    WrongValue(
        "invented_accuracy", "an accuracy of its own making", "accuracies", "accuracy_differs",
        _entries(lambda scene, name, split: 0.9876),
    ),
    WrongValue(
        "matrix_transposed", "rows and columns of the confusion matrix exchanged",
        "confusion_matrix", "matrix_transposed", _first(lambda scene: scene.values[0].T),
    ),
    WrongValue(
        "matrix_normalised", "the confusion matrix holds shares", "confusion_matrix",
        "matrix_normalised", _first(lambda scene: _shares(scene.values[0])),
    ),
    WrongValue(
        "matrix_in_per_cent", "the confusion matrix holds per cent", "confusion_matrix",
        "matrix_normalised", _first(lambda scene: 100 * _shares(scene.values[0])),
    ),
    WrongValue(
        "matrix_of_truth", "true labels against themselves", "confusion_matrix",
        "matrix_of_truth", _first(_truth),
    ),
    WrongValue(
        "matrix_counted_twice", "counted into a matrix that was not empty", "confusion_matrix",
        "matrix_of_others", _first(lambda scene: 2 * scene.values[0]),
    ),
    WrongValue(
        "matrix_off_by_one", "predicted labels counted from 1", "confusion_matrix",
        "matrix_differs", _first(lambda scene: np.roll(scene.values[0], 1, axis=1)),
    ),
    WrongValue(
        "labels_for_probabilities", "labels where probabilities are asked for", "probabilities",
        "labels_for_probabilities", _first(lambda scene: scene.values[0].argmax(axis=1)),
    ),
    WrongValue(
        "probabilities_transposed", "a row for each person", "probabilities",
        "rows_and_columns_swapped", _first(lambda scene: scene.values[0].T),
    ),
    WrongValue(
        "probabilities_in_per_cent", "probabilities in per cent", "probabilities",
        "probabilities_in_per_cent", _first(lambda scene: scene.values[0] * 100),
    ),
    WrongValue(
        "probabilities_rounded", "only zeros and ones", "probabilities", "probabilities_rounded",
        _first(lambda scene: np.eye(8)[scene.values[0].argmax(axis=1)]),
    ),
    WrongValue(
        "softmax_again", "softmax once more", "probabilities", "softmax_applied_again",
        _first(
            lambda scene: np.exp(scene.values[0])
            / np.exp(scene.values[0]).sum(axis=1, keepdims=True)
        ),
    ),
    WrongValue(
        "predictions_shuffled", "predictions in another order", "probabilities", "rows_shuffled",
        _first(lambda scene: scene.values[0][::-1]),
    ),
    WrongValue(
        "predicted_unprepared", "other inputs predicted", "probabilities",
        "probabilities_differ",
        _first(lambda scene: scene.given["model"].predict(scene.given["images"] + 1, verbose=0)),
    ),
    WrongValue(
        "argmax_forgotten", "probabilities where labels are asked for", "predicted_labels",
        "argmax_forgotten", _first(lambda scene: scene.given["probabilities"]),
    ),
    WrongValue(
        "argmax_of_columns", "argmax without axis=1", "predicted_labels", "argmax_of_columns",
        _first(lambda scene: scene.given["probabilities"].argmax(axis=0)),
    ),
    WrongValue(
        "max_for_argmax", "max instead of argmax", "predicted_labels", "max_for_argmax",
        _first(lambda scene: scene.given["probabilities"].max(axis=1)),
    ),
    WrongValue(
        "argmin_for_argmax", "argmin instead of argmax", "predicted_labels",
        "smallest_for_largest", _first(lambda scene: scene.given["probabilities"].argmin(axis=1)),
    ),
    WrongValue(
        "predicted_from_one", "predicted labels counted from 1", "predicted_labels",
        "labels_from_one", _first(lambda scene: scene.values[0] + 1),
    ),
    WrongValue(
        "share_in_per_cent", "the accuracy in per cent", "test_accuracy", "per_cent",
        _first(lambda scene: scene.values[0] * 100),
    ),
    WrongValue(
        "count_for_share", "the number of right images", "test_accuracy", "count_for_share",
        _first(lambda scene: round(scene.values[0] * len(scene.given["labels"]))),
    ),
    WrongValue(
        "error_for_accuracy", "the share of wrong images", "test_accuracy", "error_rate",
        _first(lambda scene: 1 - scene.values[0]),
    ),
    WrongValue(
        "comparison_for_accuracy", "all comparisons instead of their mean", "test_accuracy",
        "several_numbers",
        _first(lambda scene: scene.given["predicted"] == scene.given["labels"]),
    ),
    WrongValue(
        "right_for_wrong", "right and wrong images exchanged", "right_and_wrong",
        "right_for_wrong", lambda scene: iter([(scene.but(*scene.values[::-1]), "“right”")]),
    ),
    WrongValue(
        "true_and_false", "True and False instead of positions", "right_and_wrong",
        "true_and_false",
        lambda scene: iter([
            (
                scene.but(
                    scene.given["predicted"] == scene.given["labels"],
                    scene.given["predicted"] != scene.given["labels"],
                ),
                "“right”",
            )
        ]),
    ),
    WrongValue(
        "counts_for_positions", "how many instead of which", "right_and_wrong",
        "number_for_positions", _each(len, "“"),
    ),
    WrongValue(
        "best_for_worst", "the best images instead of the worst", "worst_images",
        "best_for_worst",
        _first(lambda scene: np.argsort(-_of_the_true_person(scene))[: scene.given["count"]]),
    ),
    WrongValue(
        "worst_first_lost", "the worst images, the worst one last", "worst_images",
        "worst_in_another_order", _first(lambda scene: scene.values[0][::-1]),
    ),
    WrongValue(
        "least_sure_for_worst", "where the network is least sure", "worst_images",
        "least_sure_for_worst",
        _first(lambda scene: np.argsort(_outputs(scene).max(axis=1))[: scene.given["count"]]),
    ),
    WrongValue(
        "values_for_positions", "probabilities instead of positions", "worst_images",
        "not_positions",
        _first(lambda scene: np.sort(_of_the_true_person(scene))[: scene.given["count"]]),
    ),
    WrongValue(
        "too_many_images", "all positions, sorted", "worst_images", "wrong_shape",
        _first(lambda scene: np.argsort(_of_the_true_person(scene))),
    ),
    WrongValue(
        "curve_of_another_key", "the curve of the training images, or of the others",
        "learning_curves", "curve_of_another_key", _curves(_other_key),
    ),
    WrongValue(
        "curve_of_the_loss", "the loss instead of the accuracy", "learning_curves",
        "curve_of_another_key",
        _curves(lambda history, key: history.history[key.replace("accuracy", "loss")]),
    ),
    WrongValue(
        "curve_of_another_network", "curves of networks exchanged", "learning_curves",
        "curve_of_another_network", _curves_exchanged,
    ),
    WrongValue(
        "history_for_curve", "the history instead of a curve out of it", "learning_curves",
        "curve_is_history", _curves(lambda history, key: history),
    ),
    WrongValue(
        "last_epoch_for_curve", "the last epoch's number", "learning_curves", "curve_differs",
        _curves(lambda history, key: history.history[key][-1]),
    ),
    WrongValue(
        "no_preprocess_input", "only resized", "preprocessing", "no_preprocess_input",
        _prepared(lambda pixels, function: pixels),
    ),
    WrongValue(
        "divided_instead", "divided by 255 instead of preprocess_input", "preprocessing",
        "divided_instead", _prepared(lambda pixels, function: pixels / 255),
    ),
    WrongValue(
        "divided_before", "divided by 255 before preprocess_input", "preprocessing",
        "divided_before", _prepared(lambda pixels, function: function(pixels / 255)),
    ),
    WrongValue(
        "divided_after", "divided by 255 after preprocess_input", "preprocessing",
        "divided_after", _prepared(lambda pixels, function: function(pixels) / 255),
    ),
    WrongValue(
        "preprocessed_twice", "preprocess_input twice", "preprocessing", "preprocessed_twice",
        _prepared(lambda pixels, function: function(function(pixels))),
    ),
    WrongValue(
        "preprocessed_for_mobilenet", "pixels from -1 to 1", "preprocessing", "scaled_to_one",
        _prepared(lambda pixels, function: pixels / 127.5 - 1),
    ),
    WrongValue(
        "standardized_for_vgg", "standardised instead of preprocess_input", "preprocessing",
        "standardized_instead",
        _prepared(lambda pixels, function: (pixels - pixels.mean()) / pixels.std()),
    ),
    WrongValue(
        "colours_reversed", "the mean colour taken away in another order", "preprocessing",
        "colours_in_order",
        _prepared(lambda pixels, function: pixels - np.array([123.68, 116.779, 103.939])),
    ),
    WrongValue(
        "not_resized", "100 x 100 pixels", "preprocessing", "wrong_shape",
        _first(lambda scene: lambda images: images.astype("float32")),
    ),
    WrongValue(
        "features_after_relu", "a ReLU on the features", "batch_features",
        "features_after_relu", _first(lambda scene: np.maximum(scene.values[0], 0)),
    ),
    WrongValue(
        "features_by_length", "features divided by their length", "batch_features",
        "features_normalised", _first(lambda scene: _by_length(scene.values[0])),
    ),
    WrongValue(
        "features_standardized", "features standardised", "batch_features",
        "features_normalised",
        _first(lambda scene: _by(scene.values[0], scene.values[0], axis=0)),
    ),
    WrongValue(
        "features_of_pixels", "pictures predicted without the preprocessing", "batch_features",
        "features_unprepared", _first(_of_pixels),
    ),
    WrongValue(
        "features_shuffled", "features in another order", "batch_features", "rows_shuffled",
        _first(lambda scene: scene.values[0][::-1]),
    ),
    WrongValue(
        "features_of_another_layer", "features of another layer", "batch_features",
        "wrong_shape", _first(lambda scene: np.repeat(scene.values[0], 2, axis=1)),
    ),
    WrongValue(
        "all_after_relu", "a ReLU on the features of a split", "all_features",
        "features_after_relu", _splits(lambda rows: np.maximum(rows, 0)),
    ),
    WrongValue(
        "all_standardized", "features of a split standardised", "all_features",
        "features_normalised", _splits(lambda rows: _by(rows, rows, axis=0)),
    ),
    WrongValue(
        "all_shuffled", "features of a split in another order", "all_features",
        "rows_shuffled", _splits(lambda rows: rows[::-1]),
    ),
    WrongValue(
        "last_batch_lost", "the last, smaller batch is missing", "all_features", "wrong_shape",
        _splits(lambda rows: rows[:-1]),
    ),
    WrongValue(
        "maps_for_rows", "feature maps that are not flattened", "extract",
        "features_not_flattened", _extracting(lambda model, images: model.predict(images)),
    ),
    WrongValue(
        "prepared_again", "preprocess_input once more", "extract", "preprocessed_twice",
        _extracting(lambda model, images: _rows_of(model, _prepared_again(images))),
    ),
    WrongValue(
        "features_scaled", "prepared pictures divided by 255", "extract",
        "features_of_base_differ", _extracting(lambda model, images: _rows_of(model, images / 255)),
    ),
    WrongValue(
        "rows_as_columns", "a column for each picture", "extract", "rows_and_columns_swapped",
        _extracting(lambda model, images: _rows_of(model, images).T),
    ),
    WrongValue(
        "counted_when_frozen", "both counted after freezing", "arrays", "counted_after_freezing",
        lambda scene: iter([(scene.but(scene.values[1], scene.values[1]), "before")]),
    ),
    WrongValue(
        "layers_for_arrays", "layers instead of arrays", "arrays", "arrays_differ",
        lambda scene: iter([(scene.but(*(count // 2 for count in scene.values)), "before")]),
    ),
    WrongValue(
        "numbers_for_arrays", "single parameters instead of arrays", "arrays",
        "parameters_for_arrays",
        lambda scene: iter([(scene.but(scene.values[0], _numbers_that_learn(scene)), "after")]),
    ),
    WrongValue(
        "no_time", "no time was taken", "ways", "not_seconds",
        _of_way("seconds", lambda model, value: 0.0),
    ),
    WrongValue(
        "frozen_ones_counted", "all parameters instead of those that learn", "ways",
        "all_parameters_counted", _of_way("trainable", lambda model, value: model.count_params()),
    ),
    WrongValue(
        "arrays_for_numbers", "arrays instead of single parameters", "ways",
        "arrays_for_parameters",
        _of_way("trainable", lambda model, value: len(model.trainable_weights)),
    ),
    WrongValue(
        "way_in_per_cent", "the accuracy of a way in per cent", "ways", "per_cent",
        _of_way("test", lambda model, value: 100 * value),
    ),
    WrongValue(
        "weights_not_given", "the trained weights were read, and given to nothing",
        "same_predictions", "last_layer_not_copied", _last_layer_as_it_was,
    ),
    WrongValue(
        "picture_divided", "pixels from 0 to 1", "load_image", "picture_scaled",
        _reading(lambda image, array: (image, array / 255)),
    ),
    WrongValue(
        "array_alone", "no image, only its array", "load_image", "not_image_and_array",
        _reading(lambda image, array: array),
    ),
    WrongValue(
        "array_first", "first the array, then the image", "load_image", "image_for_array",
        _reading(lambda image, array: (array, image)),
    ),
    WrongValue(
        "batch_of_one", "an array with the side of a batch", "load_image", "picture_in_a_batch",
        _reading(lambda image, array: (image, array[None])),
    ),
    WrongValue(
        "blue_first", "blue, green, red", "load_image", "colours_exchanged",
        _reading(lambda image, array: (image, array[..., ::-1])),
    ),
    WrongValue(
        "grey_stays_grey", "pictures keep their kind", "load_image", "not_three_colours",
        _opening(lambda image, size: image.convert("L").resize(size[::-1])),
    ),
    WrongValue(
        "size_of_the_file", "pictures keep their size", "load_image", "picture_shape",
        _opening(lambda image, size: image.convert("RGB")),
    ),
    WrongValue(
        "width_first", "height and width exchanged", "load_image", "height_and_width_swapped",
        _opening(lambda image, size: image.convert("RGB").resize(size)),
    ),
    WrongValue(
        "in_order", "nothing was shuffled", "split", "not_shuffled",
        _dealing(lambda order, first, second: np.split(np.arange(len(order)), (first, second))),
    ),
    WrongValue(
        "other_shares", "80, 10 and 10 %", "split", "sizes_of_parts",
        _dealing(lambda order, first, second: np.split(
            order, (8 * len(order) // 10, 9 * len(order) // 10)
        )),
    ),
    WrongValue(
        "rest_twice", "the validation part goes on to the end", "split", "parts_overlap",
        _dealing(lambda order, first, second: (order[:first], order[first:], order[second:])),
    ),
    WrongValue(
        "some_in_no_part", "a hundredth of the pictures is in no part", "split",
        "pictures_left_out",
        _dealing(lambda order, first, second: np.split(
            order[: -len(order) // 100], (first, second)
        )),
    ),
    WrongValue(
        "two_parts", "training and test alone", "split", "not_three_parts",
        _dealing(lambda order, first, second: (order[:first], order[first:])),
    ),
    WrongValue(
        "shares_for_positions", "positions divided by their number", "split",
        "no_positions_to_split",
        _dealing(lambda order, first, second: np.split(order / len(order), (first, second))),
    ),
    WrongValue(
        "turned_round", "the right ones, the least likely first", "likeliest",
        "least_likely_first",
        _naming(lambda shares, names, count: _pairs(np.argsort(shares)[-count:], shares, names)),
    ),
    WrongValue(
        "first_of_sorted", "the least likely ones", "likeliest", "least_likely",
        _naming(lambda shares, names, count: _pairs(np.argsort(shares)[:count], shares, names)),
    ),
    WrongValue(
        "first_of_all", "the first ones, whatever their probability", "likeliest",
        "other_categories",
        _naming(lambda shares, names, count: _pairs(np.arange(count), shares, names)),
    ),
    WrongValue(
        "all_categories", "all of them, in order", "likeliest", "how_many_likeliest",
        _naming(lambda shares, names, count: _pairs(np.argsort(shares)[::-1], shares, names)),
    ),
    WrongValue(
        "names_alone", "names without probabilities", "likeliest", "not_pairs",
        _naming(lambda shares, names, count: [
            names[place] for place in np.argsort(shares)[::-1][:count]
        ]),
    ),
    WrongValue(
        "numbers_for_names", "positions instead of names", "likeliest", "positions_for_names",
        _naming(lambda shares, names, count: [
            (int(place), float(shares[place])) for place in np.argsort(shares)[::-1][:count]
        ]),
    ),
    WrongValue(
        "likely_in_per_cent", "probabilities in per cent", "likeliest",
        "probabilities_in_per_cent",
        _naming(lambda shares, names, count: _pairs(
            np.argsort(shares)[::-1][:count], shares, names, factor=100
        )),
    ),
    WrongValue(
        "probabilities_in_a_row", "right names, with the first probabilities", "likeliest",
        "probabilities_of_others",
        _naming(lambda shares, names, count: [
            (names[place], float(shares[row]))
            for row, place in enumerate(np.argsort(shares)[::-1][:count])
        ]),
    ),
)  # fmt: skip

WRONG_VALUES: dict[str, WrongValue] = {mistake.name: mistake for mistake in _CATALOGUE}
"""Every kind of mistake in values, by name."""
