"""What hidden tests ask for: exact counts, and accuracy on pictures that no student has."""

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from autograder import exercises, settings
from autograder.grading.inputs import as_taken, hidden_inputs, training_inputs
from autograder.grading.secret import secret_seed
from autograder.grading.thresholds import load_calibration
from autograder.grading.verifier import trained
from autograder.grading.verifier.protect import protect
from autograder.models.canonical import canonical_layers
from autograder.models.compare import compare
from autograder.student.checks import arrays, codes, features, image_sets, results, reuse
from autograder.student.exercise import partial_credit
from autograder.student.outcome import fail, require_attempt
from data_scripts import narrow_vgg19


@functools.lru_cache(maxsize=2)
def _hidden_pictures(exercise: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    images, labels = hidden_inputs(exercise, seed)
    protect((images, labels))
    return images, labels


@functools.lru_cache(maxsize=3)
def _hidden_inputs(exercise: str, variant: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what a network takes; the very same arrays each time, which are hashed once."""
    images, labels = _hidden_pictures(exercise, seed)
    taken = as_taken(images, exercise, variant)
    protect((taken,))
    return taken, labels


@functools.lru_cache(maxsize=2)
def _validation_inputs(exercise: str) -> tuple[np.ndarray, np.ndarray]:
    inputs = training_inputs(exercise)
    protect((inputs.x_valid, inputs.y_valid))
    return inputs.x_valid, inputs.y_valid


@functools.cache
def _training_samples(exercise: str) -> int:
    return len(training_inputs(exercise).x_train)


def network(exercise: str, variant: str, model: Any) -> float:
    """Compare a model with the table: comparison, parameter counts, shapes layer by layer.

    Parameters
    ----------
    exercise, variant : str
        Name of the exercise, and key of the network in its table.
    model : keras.Model
        The student's model.

    Returns
    -------
    float
        Share of the points, as `autograder.models.compare.compare` gives it.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(model, task=f"Network {variant}")
    table = exercises.load(exercise).networks[variant]
    comparison = compare(model, table)
    if comparison.difference is not None and not comparison.logits:
        fail(comparison.difference.message)
    total = sum(layer.parameters for layer in canonical_layers(model))
    if total != table.parameters.total:
        fail(f"expected {table.parameters.total:,} parameters, got {total:,}.")
    return comparison.fraction


def training(exercise: str, variant: str, history: Any, model: Any) -> float:
    """Measure again what a history says of a network: nothing is believed that is only said.

    Parameters
    ----------
    exercise, variant : str
        Name of the exercise, and key of the network in its table.
    history : keras.callbacks.History
        What ``fit`` returned; its ``val_accuracy`` holds a number an epoch, 0 to 1.
    model : keras.Model
        The student's trained model.

    Returns
    -------
    float
        1.0; in a quick test run too, which trains too little to measure an accuracy.

    Raises
    ------
    CheckFailed
        If no epoch of the history has the accuracy that the network reaches on the validation
        set.
    """
    require_attempt(history, model, task=f"Training of network {variant}")
    if settings.quick():
        return 1.0
    record = trained.record_of(model)
    if record is not None:
        if dict(history.history) == record.figures:
            return 1.0
        fail(
            f"history_{variant} says something else than the training of model_{variant}. Was it "
            "changed after that fit?"
        )
    images, labels = _validation_inputs(exercise)
    own = results.accuracy(model, as_taken(images, exercise, variant), labels)
    said = np.asarray(history.history.get("val_accuracy", ()), dtype="float64")
    if not np.any(np.abs(said - own) <= results.ACCURACY_TOLERANCE):
        fail(
            f"model_{variant} reaches {own:.3f} on the validation pictures, and no epoch of "
            f"history_{variant} says so. Was the network changed, or trained on other pictures, "
            "after or without that fit?"
        )
    return 1.0


def preprocessing(prepare: Any) -> float:
    """Try a student's preprocessing on pictures that it has never seen.

    They are the same for all submissions of a course, so that what a function made of them once
    serves a regrade as well.

    Parameters
    ----------
    prepare : callable
        The student's function, (n, 100, 100, 3) to (n, 224, 224, 3).

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    fresh = np.random.default_rng(secret_seed()).integers(0, 256, (2, 100, 100, 3), dtype="uint8")
    return features.preprocessing("The preprocessing", None, prepare, images=fresh)


def extract(function: Any) -> float:
    """Try a student's function that makes features on pictures that it has never seen.

    Parameters
    ----------
    function : callable
        The student's, pictures (n, 64, 64, 3) after ``preprocess_input`` to rows (n, 2048).

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    generator = np.random.default_rng(secret_seed())
    fresh = generator.uniform(-124, 151, (features.SAMPLE, 64, 64, 3)).astype("float32")

    class Base:
        def predict(self, pictures: np.ndarray, verbose: int) -> np.ndarray:
            return narrow_vgg19.features_of_prepared(pictures)

    return reuse.extract("The features", None, function, images=fresh, model=Base())


def load_image(function: Any) -> float:
    """Try a student's function that reads pictures on files that it has never seen.

    Parameters
    ----------
    function : callable
        The student's ``load_image(path, size)``.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    from PIL import Image

    generator = np.random.default_rng(secret_seed())
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, (mode, size) in enumerate((("RGB", (90, 60)), ("L", (50, 80)))):
            coarse = generator.integers(0, 256, (5, 5, 3), dtype="uint8")
            files.append(Path(folder) / f"picture_{number}.png")
            Image.fromarray(coarse).resize(size).convert(mode).save(files[-1])
        return image_sets.load_image("Reading", None, function, files=files, size=(120, 160))


def split(function: Any) -> float:
    """Try a student's function that splits a data set on another number of pictures.

    Parameters
    ----------
    function : callable
        The student's ``split(count)``.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    count = int(np.random.default_rng(secret_seed()).integers(1000, 3000))
    return image_sets.split("The split", None, function, count=count)


def likeliest(function: Any) -> float:
    """Try a student's function that names the most likely categories on other ones.

    Parameters
    ----------
    function : callable
        The student's ``likeliest(probabilities, names, count)``.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    generator = np.random.default_rng(secret_seed())
    return image_sets.likeliest(
        "The most likely categories",
        None,
        function,
        probabilities=generator.dirichlet(np.ones(30)),
        names=[f"category {number}" for number in generator.permutation(30)],
        count=4,
    )


def standardize(function: Any) -> float:
    """Try a student's function that standardises on pictures that it has never seen.

    Parameters
    ----------
    function : callable
        The student's ``standardize(train, *others)``, for pixels from 0 to 1.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    generator = np.random.default_rng(secret_seed())
    fresh = [
        (generator.random((count, 28, 28, 1)) * brightest).astype("float32")
        for count, brightest in ((40, 1.0), (20, 0.8), (10, 0.6))
    ]
    for images in fresh:
        images[:, 0] = 0  # pixels that never change, as at the edge of a digit
    return arrays.standardize("The standardising", None, function, images=fresh)


def codes_of_new_images(model: Any, cut: Any) -> float:
    """Compare a model that returns codes with its network, on images that nobody has seen.

    Parameters
    ----------
    model : keras.Model
        The student's network, (None, 28, 28, 1) to (None, 10).
    cut : keras.Model
        The student's model that ends at the code.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    fresh = np.random.default_rng(secret_seed()).random((codes.SAMPLE, 28, 28, 1), dtype="float32")
    return codes.code_model("The code model", None, cut, model=model, images=fresh)


def accuracy(exercise: str, variant: str, model: Any) -> float:
    """Measure a model on the hidden pictures, and return the share of the points.

    Parameters
    ----------
    exercise, variant : str
        Name of the exercise, and key of the network in its calibration.
    model : keras.Model
        The student's trained model.

    Returns
    -------
    float
        1 at the calibrated threshold or above, less in the band under it.

    Raises
    ------
    CheckFailed
        If there are no points: at or below what an untrained or badly trained network reaches.
    """
    require_attempt(model, task=f"Network {variant}")
    if settings.quick():
        fail(settings.SKIPPED)
    calibrated = load_calibration(exercise)["networks"][variant]
    images, labels = _hidden_inputs(exercise, variant, secret_seed())
    try:
        own = results.accuracy(model, images, labels)
    except Exception as error:
        fail(f"the network cannot predict pictures of shape {images.shape[1:]} "
             f"({type(error).__name__}).")  # fmt: skip
    share = partial_credit(own, calibrated["threshold"], floor=calibrated["floor"])
    if share > 0 and (doubt := _doubt(exercise, trained.record_of(model))):
        trained.remark(
            f"The points for the accuracy of network {variant} are provisional: {doubt}. A person "
            "looks at them."
        )
    if share == 0:
        fail(
            f"expected an accuracy of at least {calibrated['threshold']:.2f} on "
            f"{exercises.load(exercise).images.new}, got {own:.2f}. Was the network trained for "
            "all epochs, on the prepared images, with the course's loss?"
        )
    return share


def _doubt(exercise: str, record: trained.Record | None) -> str:
    """Say why an accuracy may not be the student's own; empty when there is no reason."""
    if record is None:
        return "its weights were not trained by the grader"
    if not record.fresh:
        return "its training did not start from new weights"
    most = _training_samples(exercise)
    if record.samples > most:
        return f"it was trained on {record.samples:,} pictures where the course has {most:,}"
    return ""
