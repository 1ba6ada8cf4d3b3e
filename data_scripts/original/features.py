"""Features of the original faces: fc1 of VGG16 before its ReLU, as for the rendered ones."""

import hashlib
from pathlib import Path

import numpy as np

from autograder import settings
from autograder.student.vgg import chosen_weights
from data_scripts import features, weights_file
from data_scripts.cache import cached_arrays
from data_scripts.faces import Faces
from data_scripts.original.faces import load_faces


def load_features(
    *, cache_dir: str | Path | None = None, progress: bool = True
) -> features.Features:
    """Load the features of the original faces, computing them the first time.

    Parameters
    ----------
    cache_dir, progress
        As in `data_scripts.features.load_features`. ``EIGHT_FACES_WEIGHTS`` decides the weights.

    Returns
    -------
    data_scripts.features.Features
        In the order of the pictures; of the first tenth in a quick test run.

    Raises
    ------
    MissingDataError
        If the faces of 100 pixels have not been fetched.
    """
    faces = load_faces(100, cache_dir=cache_dir)
    if settings.quick():
        faces = Faces(*(array[: len(array) // settings.QUICK_SHARE] for array in faces))
    weights = chosen_weights()
    course = weights == "course"
    digest = hashlib.sha256()
    for array in faces:
        digest.update(np.ascontiguousarray(array).data)
    version = weights_file.weights_hash()[:16] if course else weights

    def build() -> dict[str, np.ndarray]:
        extract = features.feature_extractor(weights, progress)
        arrays = faces._asdict()
        for split in ("x_train", "x_valid", "x_test"):
            arrays[split] = extract(arrays[split])
        return arrays

    arrays = cached_arrays(
        f"features-original-{digest.hexdigest()[:16]}-{version}", build, cache_dir
    )
    return features.Features(*(arrays[field] for field in features.Features._fields))
