"""Checks of what goes into a pretrained network and of the features that come out."""

from typing import Any

import numpy as np

from autograder.student.checks.arrays import as_array, require_shape
from autograder.student.checks.networks import network
from autograder.student.outcome import CheckFailed, fail, require_attempt, require_before

SAMPLE = 4
"""Images on which pictures and features are compared; more would only take longer."""

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
    if _close(array, expected):
        return 1.0
    raise CheckFailed(_preprocessing_cause(array, expected))


def _preprocessing_cause(array: np.ndarray, expected: np.ndarray) -> str:
    mean = np.array([103.939, 116.779, 123.68])
    pixels = (expected + mean)[..., ::-1]
    causes = {
        "These are the resized pixels, 0 to 255, without preprocess_input. VGG16 was trained on "
        "pixels from which the mean colour was taken: apply preprocess_input.": pixels,
        "These pixels lie between 0 and 1. Dividing by 255 is right for networks that were trained "
        "so; VGG16 was trained on preprocess_input alone.": pixels / 255,
        "preprocess_input was given pixels that had already been divided by 255. It expects 0 to "
        "255.": pixels[..., ::-1] / 255 - mean,
        "Something was divided by 255 after preprocess_input. Nothing comes after it.": expected
        / 255,
        "preprocess_input was applied twice.": expected[..., ::-1] - mean,
        "The colours are in the order red, green, blue, and the mean colour of VGG16 was taken "
        "away in another order. Let preprocess_input do both.": pixels - mean[::-1],
    }
    for cause, wrong in causes.items():
        if _close(array, wrong):
            return cause
    return (
        "The shape is right, the numbers are not. Resize the pictures (0 to 255) to 224 x 224 and "
        "give the result to keras.applications.vgg16.preprocess_input; nothing before, nothing "
        f"after. Expected a mean of {expected.mean():.1f}; yours is {array.mean():.1f}."
    )


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
    if not _close(features, expected_features(sample)):
        fail(
            "The layers are right, but the features are not those of the pretrained network. A new "
            "Dense layer starts with random weights: give it the weights of fc1 with "
            "layer.set_weights(vgg.get_layer('fc1').get_weights())."
        )
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
    """Check the features of the whole set as they were read back from the file.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    values : mapping of str to array, shapes (n_i, 4096)
        Features by split: ``train``, ``validation`` and ``test``.
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
            fail(f'features should have an entry "{split}"; save it under that name.')
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
    if _close(given, expected):
        return
    if _close(np.sort(given.sum(axis=1)), np.sort(expected.sum(axis=1))):
        fail(f"{name} are in another order than the pictures. Do not shuffle.")
    fail(
        f"{name} have the right shape, but they are not what your own feature model gives for "
        "these pictures. Did every batch go through your preprocessing, and was nothing done to "
        "the result?"
    )


def _close(given: np.ndarray, expected: np.ndarray) -> bool:
    distance = np.linalg.norm(given.astype("float64") - expected)
    return bool(distance <= RELATIVE_TOLERANCE * np.linalg.norm(expected))
