"""VGG16 and VGG19 with the course's weights, or with those trained on ImageNet."""

import os
from typing import TYPE_CHECKING, Any

from autograder import place
from data_scripts.weights_file import PEOPLE, STEMS

if TYPE_CHECKING:
    import keras
    import numpy as np

WEIGHTS = ("course", "imagenet")
SHAPE = (224, 224, 3)
MEGABYTES = {
    ("VGG16", True): 528, ("VGG16", False): 56, ("VGG19", True): 548, ("VGG19", False): 76,
}  # fmt: skip
"""What Keras downloads for ImageNet's weights, by network and whether with its top."""


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
    chosen = weights or os.environ.get(place.WEIGHTS) or "course"
    if chosen not in WEIGHTS:
        source = "the argument weights" if weights else f"the environment variable {place.WEIGHTS}"
        raise ValueError(
            f'The weights should be "course" or "imagenet", but {source} says "{chosen}". '
            "Is it a typing mistake?"
        )
    return chosen


def vgg16(
    weights: str | None = None,
    include_top: bool = True,
    input_shape: tuple[int, int, int] | None = None,
    subject: str = "people",
) -> "keras.Model":
    """Build VGG16 with trained weights.

    Parameters
    ----------
    weights : {"course", "imagenet"}, optional
        "course": trained by the course on rendered people, or things, that are in no exercise;
        nothing is downloaded. "imagenet": trained on photographs of 1,000 kinds of things,
        downloaded by Keras once (528 MB, 56 MB without the top). By default
        ``EIGHT_FACES_WEIGHTS`` decides, else "course".
    include_top : bool
        Whether to keep flatten, fc1, fc2 and predictions.
    input_shape : tuple of int, optional
        Height, width and 3. By default (224, 224, 3), the only one that goes with the top.
    subject : {"people", "things"}
        What the course's weights were trained on; ImageNet's know both.

    Returns
    -------
    keras.Model
        ``keras.applications.VGG16``, 138,357,544 parameters with its top, layer names as in
        Keras. Input: `input_shape` after ``keras.applications.vgg16.preprocess_input``.

    Raises
    ------
    ValueError
        If `weights` or `subject` is neither of the two, or `input_shape` is another one with the
        top.
    OSError
        If ImageNet's weights can't be downloaded.
    FileNotFoundError
        If the course's weights are missing from the installation.
    """
    return _build("VGG16", weights, include_top, input_shape, subject)


def vgg19(
    weights: str | None = None,
    include_top: bool = True,
    input_shape: tuple[int, int, int] | None = None,
) -> "keras.Model":
    """Build VGG19 with trained weights: VGG16 with three more convolutions.

    Parameters
    ----------
    weights : {"course", "imagenet"}, optional
        As in `vgg16`. In the course's weights the three more convolutions are those that change
        nothing, so that both networks compute the same. ImageNet's have 548 MB, 76 MB without the
        top.
    include_top, input_shape
        As in `vgg16`.

    Returns
    -------
    keras.Model
        ``keras.applications.VGG19``, 143,667,240 parameters with its top and 20,024,384 without,
        layer names as in Keras. Input: `input_shape` after
        ``keras.applications.vgg19.preprocess_input``.

    Raises
    ------
    ValueError, OSError, FileNotFoundError
        As in `vgg16`.
    """
    return _build("VGG19", weights, include_top, input_shape)


def _build(
    name: str,
    weights: str | None,
    include_top: bool,
    shape: tuple[int, int, int] | None,
    subject: str = PEOPLE,
) -> "keras.Model":
    import keras

    shape = shape or SHAPE
    if include_top and tuple(shape) != SHAPE:
        raise ValueError(
            f"{name} with its top takes pictures of the shape {SHAPE}, but input_shape is "
            f"{tuple(shape)}: the weights of fc1 belong to that size. For pictures of another "
            "size leave the dense layers out, with include_top=False."
        )
    if subject not in STEMS:
        raise ValueError(
            f'The course\'s weights know "people" or "things", but subject is "{subject}". Is it a '
            "typing mistake?"
        )
    chosen = chosen_weights(weights)
    network = getattr(keras.applications, name)
    if chosen == "imagenet":
        return _imagenet(network, name, include_top, shape)
    from data_scripts import narrow_vgg, narrow_vgg19

    model = network(weights=None, include_top=include_top, input_shape=shape)
    if name == "VGG16":
        given = narrow_vgg.full_weights(include_top=include_top, subject=subject)
    else:
        given = narrow_vgg19.full_weights(include_top=include_top)
    narrow_vgg.set_layer_weights(model, given)
    return model


def _imagenet(
    network: Any, name: str, include_top: bool, shape: tuple[int, int, int]
) -> "keras.Model":
    try:
        return network(weights="imagenet", include_top=include_top, input_shape=shape)
    except ValueError:  # a shape that Keras refuses has nothing to do with the network
        raise
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise OSError(
            f"The ImageNet weights of {name} could not be loaded. Keras downloads them the first "
            f"time ({MEGABYTES[name, include_top]} MB); most likely there is no network here, or a "
            "firewall is in the way. Connect and try again, or use the course's own weights, "
            f'{name.lower()}("course"), which need no download (unset {place.WEIGHTS} if it is '
            f"set). Keras said: {error}"
        ) from error


def decode_predictions(
    predictions: "np.ndarray", top: int = 5, weights: str | None = None
) -> list[Any]:
    """Name the most likely classes: for ImageNet weights only.

    Parameters
    ----------
    predictions : numpy.ndarray
        Output of ``vgg16("imagenet")`` or ``vgg19("imagenet")``, shape (n, 1000).
    top : int
        How many classes a picture.
    weights : {"course", "imagenet"}, optional
        Which weights made the predictions; chosen as in `vgg16`.

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
