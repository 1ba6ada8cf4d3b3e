"""Features of the faces: fc1 of VGG16 before its ReLU, computed in batches and kept on disk."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from tqdm.auto import tqdm

from autograder import settings
from data_scripts import narrow_vgg, weights_file
from data_scripts.cache import cached_arrays, is_cached
from data_scripts.faces import COURSE_SEED, Faces, load_faces, renderer_hash

if TYPE_CHECKING:
    import keras

BATCH = 32


class Features(NamedTuple):
    """Features and labels of eight people, in the order of the pictures.

    Attributes
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        float32, shapes (2000, 4096), (400, 4096), (400, 4096), of any sign.
    y_train, y_valid, y_test : numpy.ndarray
        uint8, range 0-7, shapes (2000,), (400,), (400,).
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def prepare_images(images: np.ndarray) -> np.ndarray:
    """Make pictures of any size what VGG16 expects.

    Parameters
    ----------
    images : numpy.ndarray
        RGB, shape (n, height, width, 3), uint8 or float, range 0-255.

    Returns
    -------
    numpy.ndarray
        float32, shape (n, 224, 224, 3): resized (bilinear), then
        ``keras.applications.vgg16.preprocess_input`` and nothing else.
    """
    return np.asarray(narrow_vgg.preprocess(images))


def extract_features(
    images: np.ndarray,
    *,
    model: "keras.Model | None" = None,
    batch_size: int = BATCH,
    progress: bool = True,
) -> np.ndarray:
    """Compute features batch by batch; only one batch at 224 pixels is in memory at a time.

    Parameters
    ----------
    images : numpy.ndarray
        RGB, uint8, shape (n, height, width, 3), range 0-255.
    model : keras.Model, optional
        A network that ends where the features are read. By default the one chosen by
        ``EIGHT_FACES_WEIGHTS``: with course weights the narrow network, whose units are then
        repeated; it agrees with the full one within rounding.
    batch_size : int
        Pictures a step.
    progress : bool
        Whether to show a progress bar on standard output.

    Returns
    -------
    numpy.ndarray
        float32, shape (n, 4096) (n, units of `model`), before the ReLU.
    """
    if not len(images):
        return np.empty((0, narrow_vgg.FULL_WIDTHS["fc1"]), np.float32)
    if model is None:
        return feature_extractor(_chosen(None), progress, batch_size)(images)
    computed = []
    with tqdm(
        total=len(images), desc="computing features", disable=not progress, file=sys.stdout
    ) as bar:
        for first in range(0, len(images), batch_size):
            batch = images[first : first + batch_size]
            computed.append(np.asarray(model.predict_on_batch(prepare_images(batch))))
            bar.update(len(batch))
    return np.concatenate(computed)


def load_features(
    *,
    people_seed: int = COURSE_SEED,
    weights: str | None = None,
    cache_dir: str | Path | None = None,
    progress: bool = True,
) -> Features:
    """Load the features of eight people, computing them the first time.

    Parameters
    ----------
    people_seed : int
        Which eight people, as in ``data_scripts.faces.load_faces``.
    weights : {"course", "imagenet"}, optional
        By default what ``EIGHT_FACES_WEIGHTS`` says, else "course".
    cache_dir : str or pathlib.Path, optional
        Where to keep pictures and features; see ``data_scripts.cache.default_cache_dir``.
    progress : bool
        Whether to show progress bars on standard output.

    Returns
    -------
    Features
        Features and labels in the order of the pictures. With ``EIGHT_FACES_QUICK`` only those of
        the first tenth of every split.

    Raises
    ------
    ValueError
        If `weights` is neither of the two.
    OSError
        If ImageNet's weights are wanted and can't be downloaded.
    """
    weights = _chosen(weights)

    def build() -> dict[str, np.ndarray]:
        faces = _faces(people_seed, cache_dir, progress)
        extract = feature_extractor(weights, progress)
        arrays = faces._asdict()
        for split in ("x_train", "x_valid", "x_test"):
            arrays[split] = extract(arrays[split])
        return arrays

    arrays = cached_arrays(f"features-{people_seed}-{cache_suffix(weights)}", build, cache_dir)
    return Features(*(arrays[name] for name in Features._fields))


def features_by_picture(*, make: bool = True) -> dict[bytes, np.ndarray]:
    """Return what the narrow network makes of the pictures that exercise 06 looks at.

    Those are the validation and the test pictures, and a first batch of training pictures. Where
    many look at the same ones, the network need not see them again.

    Parameters
    ----------
    make : bool
        Whether to work them out where the cache does not hold them; else there are none then.

    Returns
    -------
    dict of bytes to numpy.ndarray
        float32, shape (1024,), the output of ``narrow_vgg.narrow_feature_model``, by the SHA-256
        of a picture as `prepare_images` makes it.
    """
    name = f"features-by-picture-{COURSE_SEED}-{cache_suffix('course')}"
    if not make and not is_cached(name):
        return {}
    arrays = cached_arrays(name, _build_by_picture)
    pairs = zip(arrays["digests"], arrays["features"], strict=True)
    return {digest.tobytes(): row for digest, row in pairs}


def _build_by_picture() -> dict[str, np.ndarray]:
    model = narrow_vgg.narrow_feature_model()
    faces = _faces(COURSE_SEED, None, progress=False)
    images = np.concatenate([faces.x_train[:BATCH], faces.x_valid, faces.x_test])
    digests, rows = [], []
    for first in range(0, len(images), BATCH):
        prepared = prepare_images(images[first : first + BATCH])
        digests += [hashlib.sha256(picture).digest() for picture in prepared]
        rows.append(np.asarray(model.predict_on_batch(prepared)))
    shape = (len(digests), hashlib.sha256().digest_size)
    return {
        "digests": np.frombuffer(b"".join(digests), np.uint8).reshape(shape),
        "features": np.concatenate(rows),
    }


def _faces(people_seed: int, cache_dir: str | Path | None, progress: bool) -> Faces:
    """Load pictures of 100 pixels; the first tenth of every split in a quick run."""
    faces = load_faces(100, people_seed=people_seed, cache_dir=cache_dir, progress=progress)
    if not settings.quick():
        return faces
    return Faces(*(array[: len(array) // settings.QUICK_SHARE] for array in faces))


def _chosen(weights: str | None) -> str:
    from autograder.student.vgg import chosen_weights

    return chosen_weights(weights)


def cache_suffix(weights: str) -> str:
    """End of a cached file's name: changes with renderer, weights, and quick runs."""
    of_weights = weights_file.weights_hash()[:16] if weights == "course" else weights
    return f"{renderer_hash()[:16]}-{of_weights}{'-quick' if settings.quick() else ''}"


def feature_extractor(
    weights: str, progress: bool, batch_size: int = BATCH
) -> Callable[[np.ndarray], np.ndarray]:
    """Build the network once for several sets of pictures.

    Parameters
    ----------
    weights : {"course", "imagenet"}
    progress : bool
        Whether to show progress bars on standard output.
    batch_size : int
        Pictures a step.

    Returns
    -------
    callable
        Computes features of pictures, as `extract_features` does.
    """
    if weights == "course":
        narrow = narrow_vgg.narrow_feature_model()
        return lambda images: narrow_vgg.widen_features(
            extract_features(images, model=narrow, batch_size=batch_size, progress=progress)
        )
    import keras

    from autograder.student.vgg import vgg16

    vgg = vgg16(weights)
    fc1 = vgg.get_layer("fc1")
    up_to_fc1 = keras.Model(vgg.input, fc1.input)
    # Its sums without its ReLU; how to have Keras work them out is what exercise 06 asks for.
    kernel, bias = fc1.get_weights()

    def extract(images: np.ndarray) -> np.ndarray:
        inputs = extract_features(images, model=up_to_fc1, batch_size=batch_size, progress=progress)
        features: np.ndarray = inputs @ kernel + bias
        return features

    return extract
