"""VGG16 with the course's weights, or with those trained on ImageNet."""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import numpy as np

WEIGHTS = ("course", "imagenet")
VARIABLE = "EIGHT_FACES_WEIGHTS"


def chosen_weights(weights: str | None = None) -> str:
    """Tell which weights to use.

    Parameters
    ----------
    weights : {"course", "imagenet"}, optional
        By default the environment variable ``EIGHT_FACES_WEIGHTS`` decides, else "course".

    Returns
    -------
    str
        "course" or "imagenet".

    Raises
    ------
    ValueError
        If it is neither.
    """
    chosen = weights or os.environ.get(VARIABLE) or "course"
    if chosen not in WEIGHTS:
        source = "the argument weights" if weights else f"the environment variable {VARIABLE}"
        raise ValueError(
            f'The weights should be "course" or "imagenet", but {source} says "{chosen}". '
            "Is it a typing mistake?"
        )
    return chosen


def vgg16(weights: str | None = None, include_top: bool = True) -> "keras.Model":
    """Build VGG16 with trained weights.

    Parameters
    ----------
    weights : {"course", "imagenet"}, optional
        "course": trained by the course on rendered people who are in no exercise; nothing is
        downloaded. "imagenet": trained on photographs of 1,000 kinds of things, downloaded by
        Keras once (528 MB). By default ``EIGHT_FACES_WEIGHTS`` decides, else "course".
    include_top : bool
        Whether to keep flatten, fc1, fc2 and predictions.

    Returns
    -------
    keras.Model
        ``keras.applications.VGG16``, 138,357,544 parameters with its top, layer names as in
        Keras. Input: (224, 224, 3) after ``keras.applications.vgg16.preprocess_input``.

    Raises
    ------
    ValueError
        If `weights` is neither of the two.
    OSError
        If ImageNet's weights can't be downloaded.
    FileNotFoundError
        If the course's weights are missing from the installation.
    """
    import keras

    if chosen_weights(weights) == "imagenet":
        return _imagenet(include_top)
    from data_scripts.narrow_vgg import full_weights, set_layer_weights

    model = keras.applications.VGG16(
        weights=None, include_top=include_top, input_shape=(224, 224, 3)
    )
    set_layer_weights(model, full_weights())
    return model


def _imagenet(include_top: bool) -> "keras.Model":
    import keras

    try:
        return keras.applications.VGG16(
            weights="imagenet", include_top=include_top, input_shape=(224, 224, 3)
        )
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise OSError(
            "The ImageNet weights of VGG16 could not be loaded. Keras downloads them the first "
            "time (528 MB); most likely there is no network here, or a firewall is in the way. "
            'Connect and try again, or use the course\'s own weights, vgg16("course"), which need '
            f"no download (unset {VARIABLE} if it is set). Keras said: {error}"
        ) from error


def decode_predictions(
    predictions: "np.ndarray", top: int = 5, weights: str | None = None
) -> list[Any]:
    """Name the most likely classes: for ImageNet weights only.

    Parameters
    ----------
    predictions : numpy.ndarray
        Output of ``vgg16("imagenet")``, shape (n, 1000).
    top : int
        How many classes a picture.
    weights : {"course", "imagenet"}, optional
        Which weights made the predictions; chosen as in ``vgg16``.

    Returns
    -------
    list of list of tuple
        (class id, name, probability) for each picture, as Keras gives it.

    Raises
    ------
    ValueError
        With course weights: their 1,000 classes are rendered people, who have no names.
    """
    if chosen_weights(weights) == "course":
        raise ValueError(
            "decode_predictions gives the names of ImageNet's 1,000 classes, but these predictions "
            "come from the course's weights. Their 1,000 classes are rendered people who do not "
            "exist and have no names: predictions.argmax(axis=1) tells the person's number. For "
            'the names of things, use vgg16("imagenet").'
        )
    import keras

    named: list[Any] = keras.applications.vgg16.decode_predictions(predictions, top=top)
    return named
