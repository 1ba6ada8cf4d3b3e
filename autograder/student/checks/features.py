"""Checks of what goes into a pretrained network and of the features that come out."""

from typing import Any

import numpy as np

from autograder.student.checks.arrays import as_array, require_shape
from autograder.student.checks.messages import failed
from autograder.student.checks.networks import network
from autograder.student.outcome import require_attempt, require_before

SAMPLE = 4
"""Images on which pictures and features are compared; more would only take longer."""

MEAN_COLOUR = (103.939, 116.779, 123.68)
"""Blue, green and red of the mean that `preprocess_input` of VGG16 takes away."""

RELATIVE_TOLERANCE = 0.01
"""Allowed distance of features, relative to their size: float32 sums in another order differ."""


def preprocessing(title: str, variant: str | None, prepare: Any, *, images: np.ndarray) -> float:
    """Check a function that prepares pictures for VGG16.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    prepare : callable
        The student's function, (n, 100, 100, 3) to (n, 224, 224, 3).
    images : numpy.ndarray of uint8, shape (n, 100, 100, 3)
        The pictures, 0 to 255.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    from data_scripts.features import prepare_images

    images = images[:SAMPLE]
    values = prepare(images.copy())
    require_attempt(values, task=title)
    array = as_array(values, "Your prepared images")
    require_shape(array, (len(images), 224, 224, 3), "Your prepared images", "VGG16 was trained on "
                  "224 x 224 pixels in three colours: resize the pictures first.")  # fmt: skip
    expected = np.asarray(prepare_images(images))
    if are_close(array, expected):
        return 1.0
    cause = _preprocessing_cause(array, expected)
    raise failed(cause, expected=f"{expected.mean():.1f}", got=f"{array.mean():.1f}")


def _preprocessing_cause(array: np.ndarray, expected: np.ndarray) -> str:
    mean = np.array(MEAN_COLOUR)
    pixels = (expected + mean)[..., ::-1]
    candidates = {
        "no_preprocess_input": pixels,
        "divided_instead": pixels / 255,
        "divided_before": pixels[..., ::-1] / 255 - mean,
        "divided_after": expected / 255,
        "preprocessed_twice": expected[..., ::-1] - mean,
        "colours_in_order": pixels - mean[::-1],
        "scaled_to_one": pixels / 127.5 - 1,
    }
    for cause, candidate in candidates.items():
        if are_close(array, candidate):
            return cause
    if abs(array.mean()) < 0.1 and abs(array.std() - 1) < 0.1:
        return "standardized_instead"
    return "preprocessing_differs"


def feature_model(title: str, variant: str | None, model: Any, *, images: np.ndarray) -> float:
    """Check the model that ends at fc1 before its ReLU, and that it kept the trained weights.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    model : keras.Model
        The student's model, (None, 224, 224, 3) to (None, 4096).
    images : numpy.ndarray of uint8, shape (n, 100, 100, 3)
        Pictures to try it on.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    from data_scripts.features import prepare_images

    network(title, "features", model, exercise="06_faces_vgg_features")
    sample = images[:SAMPLE]
    features = np.asarray(model.predict(prepare_images(sample), verbose=0))
    if not are_close(features, expected_features(sample)):
        raise failed("weights_not_kept")
    return 1.0


def batch_features(
    title: str, variant: str | None, values: Any, *, images: np.ndarray, prepare: Any, model: Any
) -> float:
    """Check the features of one batch of pictures against the student's own model.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    values : array-like, shape (n, 4096)
        The student's features.
    images : numpy.ndarray of uint8, shape (n, 100, 100, 3)
        The pictures of the batch.
    prepare : callable
        The student's preprocessing, (n, 100, 100, 3) to (n, 224, 224, 3).
    model : keras.Model
        The student's feature model.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(values, task=title)
    require_before(model, task=title)
    _require_features(values, images, list(range(SAMPLE)), "Your features", prepare, model)
    return 1.0


def all_features(
    title: str,
    variant: str | None,
    values: Any,
    *,
    images: dict[str, np.ndarray],
    prepare: Any,
    model: Any,
) -> float:
    """Check the features of whole sets as they were read back from the file.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    values : mapping of str to array, shapes (n_i, 4096)
        Features by split: ``validation`` and ``test``.
    images : dict of str to numpy.ndarray of uint8, shapes (n_i, 100, 100, 3)
        The pictures by split.
    prepare, model : callable, keras.Model
        The student's preprocessing and feature model.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    require_attempt(values, task=title)
    require_before(model, task=title)
    for split, pictures in images.items():
        try:
            given = values[split]
        except (KeyError, TypeError, IndexError):
            raise failed("no_entry", name="features", key=split) from None
        require_attempt(given, task=title)
        ends = [0, 1, len(pictures) // 2, len(pictures) - 1]
        _require_features(given, pictures, ends, f'features["{split}"]', prepare, model)
    return 1.0


def expected_features(images: np.ndarray) -> np.ndarray:
    """Return the course's features of a few pictures.

    Parameters
    ----------
    images : numpy.ndarray of uint8, shape (n, 100, 100, 3)

    Returns
    -------
    numpy.ndarray of float32, shape (n, 4096)
        fc1 of the pretrained network before its ReLU.
    """
    from data_scripts.features import extract_features

    return np.asarray(extract_features(images, progress=False))


def _require_features(
    values: Any, images: np.ndarray, rows: list[int], name: str, prepare: Any, model: Any
) -> None:
    prepared = prepare(images[rows])
    require_before(prepared, task=name)
    expected = np.asarray(model.predict(np.asarray(prepared), verbose=0))
    array = as_array(values, name)
    require_shape(array, (len(images), *expected.shape[1:]), name, "One row of features an image, "
                  "4,096 numbers long.")  # fmt: skip
    given = array[rows]
    if are_close(given, expected):
        return
    if are_close(np.sort(given.sum(axis=1)), np.sort(expected.sum(axis=1))) or _is_shuffled(
        array, rows, expected
    ):
        raise failed("rows_shuffled", name=name)
    if are_close(given, np.maximum(expected, 0)):
        raise failed("features_after_relu", name=name)
    if _is_rescaled(array, rows, expected):
        raise failed("features_normalised", name=name)
    if are_close(given, np.asarray(model.predict(_only_resized(images[rows]), verbose=0))):
        raise failed("features_unprepared", name=name)
    raise failed("features_differ", name=name)


def _is_shuffled(array: np.ndarray, rows: list[int], expected: np.ndarray) -> bool:
    """Tell whether each of the expected rows stands somewhere else."""
    sums = array.sum(axis=1, dtype="float64")
    for row, wanted in zip(rows, expected, strict=True):
        nearest = int(np.argmin(np.abs(sums - wanted.sum(dtype="float64"))))
        if nearest == row or not are_close(array[nearest], wanted):
            return False
    return True


def _is_rescaled(array: np.ndarray, rows: list[int], expected: np.ndarray) -> bool:
    """Tell whether rows were divided by their size, or columns standardised over all rows."""
    given = array[rows]
    sizes = np.linalg.norm(expected, axis=1, keepdims=True)
    if are_close(given * sizes / np.linalg.norm(given, axis=1, keepdims=True), expected):
        return True
    # standardising is one straight line a column: two rows give it, the others must lie on it
    change = expected[1:] - expected[0]
    moved = given[1:] - given[0]
    usable = np.abs(change[0]) > np.abs(change[0]).mean()
    slope = moved[0][usable] / change[0][usable]
    return bool((slope > 0).all()) and are_close(change[1:, usable] * slope, moved[1:, usable])


def _only_resized(images: np.ndarray) -> np.ndarray:
    import keras

    return np.asarray(keras.ops.image.resize(images.astype("float32"), (224, 224)))


def are_close(given: np.ndarray, expected: np.ndarray) -> bool:
    """Tell whether features agree but for rounding."""
    distance = np.linalg.norm(given.astype("float64") - expected)
    return bool(distance <= RELATIVE_TOLERANCE * np.linalg.norm(expected))
