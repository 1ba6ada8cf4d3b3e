"""Features of the objects: fc2 of VGG16 after its ReLU, on which its last layer works."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from data_scripts import narrow_vgg
from data_scripts.cache import cached_arrays
from data_scripts.features import BATCH, prepare_images
from data_scripts.objects import Objects
from data_scripts.weights_file import THINGS, weights_hash
from data_scripts.widening import owners

LAYER = "fc2"
SPLITS = ("x_train", "x_valid", "x_test")


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


def features_at_fc2(
    pictures: np.ndarray, *, weights: str = "course", progress: bool = False
) -> np.ndarray:
    """Compute features batch by batch.

    Parameters
    ----------
    pictures : numpy.ndarray
        RGB, uint8, shape (n, height, width, 3), range 0-255.
    weights : {"course", "imagenet"}
        With course weights the narrow network computes them, as the full one would within
        rounding.
    progress : bool
        Whether to show a progress bar on standard output.

    Returns
    -------
    numpy.ndarray
        float32, shape (n, 4096), not negative.
    """
    return _as_wide(_computed(pictures, _network(weights), progress))


def load_object_features(
    objects: Objects,
    *,
    weights: str | None = None,
    cache_dir: str | Path | None = None,
    progress: bool = True,
) -> ObjectFeatures:
    """Load the features of the objects' pictures, computing them the first time.

    Parameters
    ----------
    objects : Objects
        The pictures; features are kept under a hash of them.
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

    def build() -> dict[str, np.ndarray]:
        network = _network(weights)
        return {split: _computed(getattr(objects, split), network, progress) for split in SPLITS}

    of_pictures = "-".join(_hash(getattr(objects, split))[:12] for split in SPLITS)
    of_weights = weights_hash(THINGS)[:16] if weights == "course" else weights
    arrays = cached_arrays(f"object-features-{of_pictures}-{of_weights}", build, cache_dir)
    return ObjectFeatures(*(_as_wide(arrays[split]) for split in SPLITS))


def _hash(pictures: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(pictures).data).hexdigest()


def _network(weights: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return what makes features of a prepared batch: narrow ones with course weights."""
    if weights == "course":
        narrow = narrow_vgg.build_network(narrow_vgg.NARROW_WIDTHS, ends_at=LAYER)
        narrow_vgg.set_layer_weights(narrow, narrow_vgg.narrow_weights(THINGS))
        return lambda batch: np.maximum(np.asarray(narrow.predict_on_batch(batch)), 0)
    import keras

    from autograder.student.vgg import vgg16

    vgg = vgg16(weights, subject=THINGS)
    full = keras.Model(vgg.input, vgg.get_layer(LAYER).output)
    return lambda batch: np.asarray(full.predict_on_batch(batch))


def _computed(
    pictures: np.ndarray, network: Callable[[np.ndarray], np.ndarray], progress: bool
) -> np.ndarray:
    """Return what a network makes of pictures, of which only a batch is converted at a time."""
    computed = []
    with tqdm(
        total=len(pictures), desc="computing features", disable=not progress, file=sys.stdout
    ) as bar:
        for first in range(0, len(pictures), BATCH):
            batch = pictures[first : first + BATCH]
            computed.append(network(prepare_images(batch)))
            bar.update(len(batch))
    return np.concatenate(computed)


def _as_wide(features: np.ndarray) -> np.ndarray:
    """Repeat narrow features as the full network would compute them; others are wide already."""
    units = owners(features.shape[1], narrow_vgg.FULL_WIDTHS[LAYER])
    return np.ascontiguousarray(features[:, units])
