"""Right answers to every task, on a few made-up images: what mistakes are made in."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
from PIL import Image

from autograder.exercises import ExerciseTable, Network, chain, counts_of, load, names
from autograder.grading import reference
from autograder.grading.mutator.wrong_values import Scene
from autograder.student.data import STANDARDIZE_EPSILON, flatten, one_hot
from data_scripts.features import prepare_images
from tests.weightless import weightless

CLASSES = 8
SIZES = {"train": 120, "validation": 64, "test": 64}
"""The other two have as many images as each other, as in the course: so they can be exchanged."""


@functools.cache
def splits() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Images (n, 48, 48, 3), standardised, and labels, by split."""
    generator = np.random.default_rng(5)
    return {
        split: (
            generator.normal(size=(size, 48, 48, 3)).astype("float32"),
            generator.integers(0, CLASSES, size),
        )
        for split, size in SIZES.items()
    }


class Linear:
    """Stand for a trained network: one layer on the means of squares of an image.

    Checks ask a network for nothing but predictions; these cost no tracing of TensorFlow.

    Parameters
    ----------
    square : int
        Side of the squares.
    outputs, seed : int
        Length of a prediction, and what decides its weights.
    size : float
        Standard deviation of the weights.
    softmax : bool
        Whether predictions are probabilities.
    """

    def __init__(self, square: int, outputs: int, seed: int, size: float, softmax: bool) -> None:
        self.square, self.outputs, self.softmax = square, outputs, softmax
        self._generator = np.random.default_rng(seed)
        self._size = size
        self._weights: np.ndarray | None = None

    def predict(
        self, images: np.ndarray, batch_size: int = 32, verbose: int | str = "auto"
    ) -> np.ndarray:
        """Return predictions, (n, outputs) float32."""
        n, height, width, colours = np.shape(images)
        side = self.square
        squares = np.reshape(images, (n, height // side, side, width // side, side, colours))
        rows = squares.mean(axis=(2, 4)).reshape(n, -1)
        if self._weights is None:
            shape = (rows.shape[1], self.outputs)
            self._weights = self._generator.normal(scale=self._size, size=shape)
        result = rows @ self._weights
        if self.softmax:
            result = np.exp(result) / np.exp(result).sum(axis=1, keepdims=True)
        return np.asarray(result.astype("float32"))


@functools.cache
def small_model(seed: int) -> Linear:
    """Make a network that tells people apart, somehow; three seeds, three accuracies."""
    return Linear(square=1, outputs=CLASSES, seed=seed, size=0.03, softmax=True)


def scenes() -> list[Scene]:
    """Right answers to all tasks but those in which networks are built or trained."""
    found = []
    for name in names():
        table = load(name)
        for task in table.tasks:
            maker = _MAKERS.get(task)
            if maker is not None:
                values, given = maker(table)
                found.append(Scene(name, task, values, given))
    return found


def _one_hot(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    labels = tuple(labels for _, labels in splits().values())
    return tuple(one_hot(each) for each in labels), {"labels": labels}


def _flatten(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    images = tuple(images for images, _ in splits().values())
    return tuple(flatten(each) for each in images), {"images": images}


def _standardize(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    generator = np.random.default_rng(6)
    images = tuple(
        (generator.random((size, 6, 6, 1)) * level).astype("float32")
        for size, level in ((40, 1.0), (20, 0.8), (20, 0.6))
    )
    for each in images:
        each[:, 0, 0] = 0.5  # a pixel that never changes, such as a corner of a digit
    return (standardize_unit,), {"images": images}


def standardize_unit(*images: np.ndarray) -> list[np.ndarray]:
    """Standardise pixels from 0 to 1, as the exercise asks for."""
    mean, deviation = images[0].mean(axis=0), images[0].std(axis=0)
    return [(each - mean) / (deviation + STANDARDIZE_EPSILON) for each in images]


def _accuracies(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    keys = [key for key in table.networks if f"network_{key}" in table.tasks]
    models = {key: small_model(seed) for seed, key in enumerate(keys)}
    right = {
        key: {
            split: float(np.mean(model.predict(x, verbose=0).argmax(axis=1) == y))
            for split, (x, y) in splits().items()
        }
        for key, model in models.items()
    }
    return (right,), {"models": models, "data": splits()}


def _predictions() -> tuple[Any, np.ndarray, np.ndarray, np.ndarray]:
    images, labels = splits()["test"]
    model = small_model(1)
    return model, images, labels, np.asarray(model.predict(images, verbose=0))


def _probabilities(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    model, images, _, outputs = _predictions()
    return (outputs,), {"model": model, "images": images}


def _predicted_labels(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    outputs = _predictions()[3]
    return (outputs.argmax(axis=1),), {"probabilities": outputs}


def _test_accuracy(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    _, _, labels, outputs = _predictions()
    guess = outputs.argmax(axis=1)
    return (float(np.mean(guess == labels)),), {"predicted": guess, "labels": labels}


def _confusion(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    model, images, labels, outputs = _predictions()
    matrix = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(matrix, (labels, outputs.argmax(axis=1)), 1)
    return (matrix,), {"model": model, "images": images, "labels": labels}


def _right_and_wrong(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    _, _, labels, outputs = _predictions()
    guess = outputs.argmax(axis=1)
    values = np.flatnonzero(guess == labels), np.flatnonzero(guess != labels)
    return values, {"predicted": guess, "labels": labels}


def _worst(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    model, images, labels, outputs = _predictions()
    order = np.argsort(outputs[np.arange(len(labels)), labels])[:12]
    return (order,), {"model": model, "images": images, "labels": labels, "count": 12}


def _curves(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    generator = np.random.default_rng(8)
    keys = ("loss", "accuracy", "val_loss", "val_accuracy")

    def history() -> Any:
        record = {key: generator.random(10).tolist() for key in keys}
        return SimpleNamespace(history=record)

    networks = [key for key in table.networks if f"network_{key}" in table.tasks]
    if len(networks) == 1:
        only = history()
        expected = {"train": (only, "accuracy"), "validation": (only, "val_accuracy")}
    else:
        expected = {key: (history(), "val_accuracy") for key in networks}
    right = {name: history.history[key] for name, (history, key) in expected.items()}
    return (right,), {"expected": expected}


@functools.cache
def pictures(count: int, seed: int) -> np.ndarray:
    """Pictures with some structure, (n, 100, 100, 3) uint8."""
    generator = np.random.default_rng(seed)
    blots = generator.integers(0, 200, (count, 10, 10, 3)).repeat(10, axis=1).repeat(10, axis=2)
    return (blots + generator.integers(0, 56, blots.shape)).astype(np.uint8)


@functools.cache
def feature_model() -> Linear:
    """Stand for the model that ends at fc1 before its ReLU."""
    return Linear(square=28, outputs=64, seed=3, size=0.05, softmax=False)


def _features(images: np.ndarray) -> np.ndarray:
    return np.asarray(feature_model().predict(prepare_images(images), verbose=0))


def _preprocessing(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (prepare_images,), {"images": pictures(4, 0)}


def _batch_features(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    images = pictures(8, 1)
    given = {"images": images, "prepare": prepare_images, "model": feature_model()}
    return (_features(images),), given


def _all_features(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    images = {
        split: pictures(count, seed)
        for seed, (split, count) in enumerate({"validation": 12, "test": 6}.items())
    }
    given = {"images": images, "prepare": prepare_images, "model": feature_model()}
    return ({split: _features(each) for split, each in images.items()},), given


class Maps(Linear):
    """Stand for a pretrained network without its top: its output is 2 x 2 maps."""

    def predict(
        self, images: np.ndarray, batch_size: int = 32, verbose: int | str = "auto"
    ) -> np.ndarray:
        """Return maps, (n, 2, 2, outputs / 4) float32."""
        return super().predict(images).reshape(len(images), 2, 2, -1)


def _extract(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    base = Maps(square=10, outputs=64, seed=4, size=0.05, softmax=False)

    def extract(images: np.ndarray) -> np.ndarray:
        return base.predict(images).reshape(len(images), -1)

    prepared = keras.applications.vgg19.preprocess_input(pictures(4, 2).astype("float32"))
    return (extract,), {"images": prepared, "model": base}


def _arrays(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (36, 4), {"exercise": table.name}


@functools.cache
def yes_or_no() -> dict[str, Any]:
    """Three small networks with one output, each with a part that does not learn."""
    found = {}
    for seed, name in enumerate(("head", "frozen", "tuned")):
        keras.utils.set_random_seed(seed)
        first = keras.layers.Dense(4, trainable=False)
        last = [keras.layers.Dense(3), keras.layers.Dense(1, activation="sigmoid")]
        found[name] = keras.Sequential([keras.Input((6,)), first, *last])
    return found


def _ways(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    generator = np.random.default_rng(9)
    rows, labels = generator.normal(size=(60, 6)).astype("float32"), generator.integers(0, 2, 60)
    right = {
        name: {
            "seconds": 12.5,
            "trainable": 19,
            "test": float(np.mean((model.predict(rows, verbose=0)[:, 0] > 0.5) == labels)),
        }
        for name, model in yes_or_no().items()
    }
    return (right,), {"models": yes_or_no(), "data": dict.fromkeys(right, (rows, labels))}


@functools.cache
def picture_files() -> tuple[Path, ...]:
    """Three files of different kinds and sizes, as folders of pictures hold them."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    paths = []
    for number, (mode, size) in enumerate((("RGB", (90, 60)), ("L", (50, 80)), ("RGB", (70, 70)))):
        paths.append(folder / f"picture_{number}.png")
        picture = Image.fromarray(pictures(3, 7)[number])
        picture.resize(size).convert(mode).save(paths[-1])
    return tuple(paths)


def _load_image(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    def load_image(path: Path, size: tuple[int, int]) -> tuple[Any, np.ndarray]:
        image = keras.utils.load_img(path, target_size=size)
        return image, keras.utils.img_to_array(image)

    return (load_image,), {"files": picture_files(), "size": (40, 64)}


def _split(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    def split(count: int) -> list[np.ndarray]:
        order = np.random.default_rng(0).permutation(count)
        return np.split(order, (int(0.7 * count), int(0.85 * count)))

    return (split,), {"count": 6209}


def _likeliest(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    def likeliest(
        probabilities: np.ndarray, names: list[str], count: int
    ) -> list[tuple[str, float]]:
        order = np.argsort(probabilities)[::-1][:count]
        return [(names[place], float(probabilities[place])) for place in order]

    shares = np.random.default_rng(11).dirichlet(np.ones(40))
    named = [f"thing {number}" for number in range(40)]
    return (likeliest,), {"probabilities": shares, "names": named}


def _same_predictions(table: ExerciseTable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    keras.utils.set_random_seed(12)
    shown = pictures(4, 8)
    base = [keras.Input((224, 224, 3)), keras.layers.GlobalAveragePooling2D()]
    last = keras.Sequential([keras.Input((3,)), keras.layers.Dense(5, activation="softmax")])
    model = keras.Sequential([*base, keras.layers.Dense(5, activation="softmax")])
    trained = last.layers[0].get_weights()
    model.layers[-1].set_weights(trained)
    features = np.asarray(prepare_images(shown)).mean(axis=(1, 2))
    given = {"model": model, "last": last, "pictures": shown, "features": features}
    return (trained,), given


_MAKERS = {
    "one_hot": _one_hot,
    "flatten": _flatten,
    "standardize": _standardize,
    "accuracies": _accuracies,
    "comparison": _accuracies,
    "probabilities": _probabilities,
    "predicted_labels": _predicted_labels,
    "test_accuracy": _test_accuracy,
    "confusion_matrix": _confusion,
    "right_and_wrong": _right_and_wrong,
    "worst_images": _worst,
    "learning_curves": _curves,
    "preprocessing": _preprocessing,
    "batch_features": _batch_features,
    "all_features": _all_features,
    "extract": _extract,
    "arrays_frozen": _arrays,
    "ways": _ways,
    "same_predictions": _same_predictions,
    "load_image": _load_image,
    "split": _split,
    "likeliest": _likeliest,
}


@functools.cache
def frozen_base() -> Network:
    """Make a network as in transfer learning: a frozen base like VGG's, and a head that learns."""
    shape = (32, 32, 3)
    conv = {"kernel_size": 3, "padding": "same", "trainable": False}
    relu = ("Activation", {"activation": "relu"})
    layers: list[tuple[str, dict[str, Any]]] = [
        ("Conv2D", {"filters": 8, **conv}),
        relu,
        ("Conv2D", {"filters": 8, **conv}),
        relu,
        ("MaxPooling2D", {}),
        ("Conv2D", {"filters": 16, **conv}),
        relu,
        ("MaxPooling2D", {}),
        ("Flatten", {}),
        ("Dense", {"units": 32}),
        relu,
        ("Dense", {"units": 5}),
        ("Activation", {"activation": "softmax"}),
    ]
    title = "a small frozen base and a head"
    return Network("frozen", title, shape, chain(shape, layers), counts_of(shape, layers))


def networks() -> dict[str, Network]:
    """All networks that mistakes are made in, by exercise and key; equal ones once.

    Where a pretrained network is used as it is, nobody writes its layers: for all of those stands
    a small one, `frozen_base`.
    """
    found: dict[str, Network] = {}
    for name in names():
        for key, network in load(name).networks.items():
            is_new = all(other.layers != network.layers for other in found.values())
            if network.is_written and is_new:
                found[label(name, key)] = network
    return {**found, "frozen base": frozen_base()}


def label(name: str, key: str) -> str:
    """Return a short name of a network: of its exercise the number, and its key."""
    return f"{name[:2]}{key if len(key) == 1 else ' ' + key}"


def exercise_of(label: str) -> str:
    """Return the name of the exercise that a label of `networks` begins with; empty for none."""
    return next((name for name in names() if name[:2] == label[:2]), "")


def built(network: Network) -> Any:
    """Build a network of the tables without taking memory for its weights."""
    with weightless():
        return reference.build(network)
