"""Features of the objects: fc2 of VGG16 after its ReLU, on which its last layer works."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data_scripts import narrow_vgg
from data_scripts.cache import cached_arrays
from data_scripts.features import extract_features
from data_scripts.weights_file import THINGS, weights_hash

if TYPE_CHECKING:
    import keras

LAYER = "fc2"


class ObjectFeatures(NamedTuple):
    """Features of the objects' pictures, in the order of the pictures.

    Attributes
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        float32, shapes (n, 4096), not negative; n as in the pictures.
    """

    x_train: np.ndarray
    x_valid: np.ndarray
    x_test: np.ndarray


def features_at_fc2(pictures: np.ndarray) -> np.ndarray:
    """Compute features with course weights, batch by batch.

    Parameters
    ----------
    pictures : numpy.ndarray
        RGB, uint8, shape (n, height, width, 3), range 0-255.

    Returns
    -------
    numpy.ndarray
        float32, shape (n, 4096), not negative.
    """
    narrow = extract_features(pictures, model=_network("course"), progress=False)
    return narrow_vgg.widen_features(narrow)


def load_object_features(
    x_train: np.ndarray,
    x_valid: np.ndarray,
    x_test: np.ndarray,
    *,
    weights: str | None = None,
    cache_dir: str | Path | None = None,
    progress: bool = True,
) -> ObjectFeatures:
    """Load the features of the objects' pictures, computing them the first time.

    Parameters
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        The pictures, as in ``data_scripts.objects.Objects``; features are kept under their hashes.
    weights : {"course", "imagenet"}, optional
        By default what ``EIGHT_FACES_WEIGHTS`` says, else "course".
    cache_dir : str or pathlib.Path, optional
        Where to keep them; see ``data_scripts.cache.default_cache_dir``.
    progress : bool
        Whether to show a progress bar on standard output.

    Returns
    -------
    ObjectFeatures

    Raises
    ------
    ValueError
        If `weights` is neither of the two.
    OSError
        If ImageNet's weights are wanted and can't be downloaded.
    """
    from autograder.student.vgg import chosen_weights

    weights = chosen_weights(weights)
    pictures = ObjectFeatures(x_train, x_valid, x_test)._asdict()

    def build() -> dict[str, np.ndarray]:
        network = _network(weights)
        return {
            split: extract_features(images, model=network, progress=progress)
            for split, images in pictures.items()
        }

    of_pictures = "-".join(_hash(images)[:12] for images in pictures.values())
    of_weights = weights_hash(THINGS)[:16] if weights == "course" else weights
    arrays = cached_arrays(f"object-features-{of_pictures}-{of_weights}", build, cache_dir)
    return ObjectFeatures(*(narrow_vgg.widen_features(arrays[split]) for split in pictures))


def _hash(pictures: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(pictures).data).hexdigest()


def _network(weights: str) -> "keras.Model":
    """Return what makes features of prepared pictures: narrow ones with course weights."""
    import keras

    if weights == "course":
        narrow = narrow_vgg.build_network(narrow_vgg.NARROW_WIDTHS, ends_at=LAYER)
        narrow_vgg.set_layer_weights(narrow, narrow_vgg.narrow_weights(THINGS))
        return keras.Model(narrow.input, keras.layers.ReLU()(narrow.output))
    from autograder.student.vgg import vgg16

    vgg = vgg16(weights, subject=THINGS)
    return keras.Model(vgg.input, vgg.get_layer(LAYER).output)
