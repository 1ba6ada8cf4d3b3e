"""The objects and the people in costume as a notebook wants them, and pictures of one's own."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from autograder import settings
from autograder.student.data import chosen_source

if TYPE_CHECKING:
    from data_scripts.objects import Objects
    from data_scripts.objects_features import ObjectFeatures
    from data_scripts.original.image_folders import ImageFolders
    from data_scripts.santa import Santa

SAMPLES = (("RGB", (300, 200), "png"), ("L", (180, 240), "png"), ("RGB", (150, 150), "jpg"))
"""Mode, size (width, height) and format of sample files: no two alike, as in real folders."""


def load_objects() -> "Objects":
    """Load the pictures of 97 categories of things: rendered ones, or Caltech-101's.

    Which ones, `autograder.student.data.chosen_source` says.

    Returns
    -------
    Objects
        ``x_train`` (4346, 224, 224, 3), ``x_valid`` (931, ...) and ``x_test`` (932, ...), uint8,
        0 to 255, read-only: they lie in a file, and only what is used is in memory. ``y_train``,
        ``y_valid``, ``y_test``, labels 0 to 96; ``names``, the categories in the order of the
        labels. About a tenth of each category in a quick test run, at least one picture.

    Raises
    ------
    ValueError
        If ``EIGHT_FACES_DATA`` says something else than it may.
    data_scripts.original.errors.MissingDataError
        If the original pictures are chosen and not on this machine; it names the command that
        fetches them.
    """
    from data_scripts import objects

    if chosen_source() == "original":
        from data_scripts.original.objects import load_objects as load_original

        *arrays, names = load_original()
        return objects.Objects._make([*_share(arrays), names])
    return objects.load_objects(share=settings.QUICK_SHARE if settings.quick() else 1)


def load_object_features(objects: "Objects") -> "ObjectFeatures":
    """Load what VGG16 up to fc2 makes of the objects' pictures; computed the first time.

    Parameters
    ----------
    objects : Objects
        What `load_objects` returned.

    Returns
    -------
    ObjectFeatures
        ``x_train`` (4346, 4096), ``x_valid`` and ``x_test``, float32, not negative, in the order
        of the pictures: fc2 after its ReLU, with the weights that
        `autograder.student.vgg.chosen_weights` names.

    Raises
    ------
    ValueError, OSError
        As in `autograder.student.vgg.vgg16`.
    """
    from data_scripts.objects_features import load_object_features as load

    return load(objects.x_train, objects.x_valid, objects.x_test)


def sample_files(objects: "Objects") -> list[Path]:
    """Write three test pictures as files of different sizes and kinds.

    Parameters
    ----------
    objects : Objects
        What `load_objects` returned.

    Returns
    -------
    list of pathlib.Path
        In a folder of their own, which the system clears some day; named after what is on them.
    """
    from PIL import Image

    folder = Path(tempfile.mkdtemp(prefix="pictures-"))
    paths = []
    for row, (mode, size, kind) in enumerate(SAMPLES):
        name = objects.names[int(objects.y_test[row])]
        paths.append(folder / f"{name}_{row + 1}.{kind}")
        Image.fromarray(objects.x_test[row]).resize(size).convert(mode).save(paths[-1])
    return paths


def load_folders(path: str | Path) -> "ImageFolders":
    """Load pictures of one's own: a folder that holds one folder a category.

    Parameters
    ----------
    path : str or pathlib.Path
        Such as ``my_pictures`` with ``my_pictures/cats``, ``my_pictures/dogs``, and one more.

    Returns
    -------
    ImageFolders
        ``images`` (n, 224, 224, 3), uint8, 0 to 255; ``labels`` (n,), ``names`` of the folders.
        Files that can't be read are left out, and named where this was called.

    Raises
    ------
    data_scripts.original.errors.DataError
        If there is no such folder, it has fewer than three folders, or one holds no picture.
    """
    from data_scripts.narrow_vgg import SIDE
    from data_scripts.original.image_folders import describe, load_image_folders

    found = load_image_folders(path, SIDE)
    if found.skipped:
        print(describe(found.skipped, Path(path)))
    return found


def load_santa() -> "Santa":
    """Load the pictures of people with and without a Santa costume: rendered ones, or the lesson's.

    Which ones, `autograder.student.data.chosen_source` says.

    Returns
    -------
    Santa
        ``x_train`` (542, 64, 64, 3), ``x_valid`` (200, ...) and ``x_test`` (180, ...), uint8, 0 to
        255; ``y_train``, ``y_valid``, ``y_test``, 1 with the costume and 0 without it. A tenth of
        each in a quick test run.

    Raises
    ------
    ValueError, data_scripts.original.errors.MissingDataError
        As in `load_objects`.
    """
    from data_scripts import santa

    if chosen_source() == "original":
        from data_scripts.original.santa import load_santa as load_original

        *arrays, _ = load_original()
        return santa.Santa(*_share(arrays))
    everything = santa.load_santa()
    if not settings.quick():
        return everything
    return santa.Santa(*(array[: len(array) // settings.QUICK_SHARE] for array in everything))


def _share(arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Leave out most pictures of each class in a quick test run, and never the last one."""
    if not settings.quick():
        return arrays
    chosen = []
    for x, y in zip(arrays[::2], arrays[1::2], strict=True):
        of_class = [np.flatnonzero(y == label) for label in np.unique(y)]
        rows = [found[: max(1, len(found) // settings.QUICK_SHARE)] for found in of_class]
        kept = np.sort(np.concatenate(rows))
        chosen += [x[kept], y[kept]]
    return chosen
