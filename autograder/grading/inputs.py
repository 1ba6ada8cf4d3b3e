"""What an exercise's networks are trained and tested on, as its notebook prepares it."""

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autograder import exercises, settings
from autograder.grading.secret import secret_seed
from autograder.grading.thresholds import calibration_path
from autograder.place import DATA
from autograder.student.data import chosen_source, scale, standardize
from autograder.student.vgg import chosen_weights
from autograder.transport import seen_pictures
from autograder.transport.known import course_weights, digest
from data_scripts import digits, faces, hidden_sets, objects, objects_features, santa
from data_scripts.cache import cached_arrays, default_cache_dir
from data_scripts.features import features_by_picture, load_features
from data_scripts.weights_file import PEOPLE, THINGS, weights_hash

KINDS = {
    "01_finger_exercises": "digits",
    "02_mnist_cnn": "digits",
    "03_faces_fc": "standardized",
    "04_faces_cnn": "standardized",
    "05_faces_cnn_tricks": "standardized",
    "07_faces_fine_tuning": "features",
    "08_caltech101_transfer": "objects",
    "09_santa_vgg19": "santa",
}
"""Kind of input of each exercise that trains networks."""

_PICTURES = ("objects", "santa")
"""Kinds of which some networks see pictures, and others what a pretrained network makes of them."""

PRETRAINED = ("features", *_PICTURES)
"""Kinds of inputs that a pretrained network looks at, so that its weights decide accuracies."""

WITH_VGG = ("06_faces_vgg_features", "08_caltech101_transfer", "09_santa_vgg19")
"""Exercises whose networks hold weights of the course's VGG16 or VGG19."""


class Splits(NamedTuple):
    """Inputs (n, ...), numbers or pictures, and labels (n,) of the three splits."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def subject_of(exercise: str) -> str:
    """Tell what the pretrained network of an exercise in `WITH_VGG` was trained on."""
    return THINGS if KINDS.get(exercise) == "objects" else PEOPLE


def training_inputs(exercise: str, people_seed: int = faces.COURSE_SEED) -> Splits:
    """Return the inputs of an exercise, as images; `as_taken` makes them what a network takes.

    Parameters
    ----------
    exercise : str
        Name of an exercise in `KINDS`.
    people_seed : int
        Which eight people, which digits, which pictures of things or which people in costume.
    """
    kind = KINDS[exercise]
    if kind == "features":
        return Splits(*load_features(people_seed=people_seed))
    if kind == "digits":
        drawn = digits.load_digits(seed=people_seed)
        return Splits(*(scale(array) if array.ndim == 3 else array for array in drawn))
    if kind == "objects":
        share = settings.QUICK_SHARE if settings.quick() else 1
        *arrays, _ = objects.load_objects(share=share, seed=people_seed, progress=False)
        return Splits(*arrays)
    if kind == "santa":
        return Splits(*santa.load_santa(seed=people_seed, progress=False))
    images = faces.load_faces(48, people_seed=people_seed)
    train, valid, test = standardize(images.x_train, images.x_valid, images.x_test)
    return Splits(train, images.y_train, valid, images.y_valid, test, images.y_test)


def as_taken(images: np.ndarray, exercise: str, network: str) -> np.ndarray:
    """Bring inputs (n, ...) into the form that a network takes.

    That is another shape, such as rows of 784 numbers, or the features of a pretrained network
    where the exercise trains one network on pictures and another one on their features.
    """
    spec = exercises.load(exercise).networks[network]
    if KINDS[exercise] in _PICTURES:
        if len(spec.input) == 1:
            images = _features(images, exercise)
        elif spec.layers[0].kind != "Rescaling":  # which takes pictures as they are
            images = _prepared(images)
    return images.reshape(len(images), *spec.input)


def _prepared(pictures: np.ndarray) -> np.ndarray:
    import keras

    # That of VGG16 is the same one.
    prepared: np.ndarray = keras.applications.vgg19.preprocess_input(pictures.astype("float32"))
    return prepared


def _features(pictures: np.ndarray, exercise: str) -> np.ndarray:
    """Return what a pretrained network makes of pictures, kept where no student's box shows it."""
    kind = KINDS[exercise]

    def build() -> dict[str, np.ndarray]:
        from data_scripts import narrow_vgg19

        if kind == "objects":
            return {"x": objects_features.features_at_fc2(pictures)}
        return {"x": narrow_vgg19.base_features(pictures)}

    of_both = f"{digest(pictures)[:16]}-{weights_hash(subject_of(exercise))[:16]}"
    return cached_arrays(f"hidden-features-{kind}-{of_both}", build)["x"]


def hidden_inputs(
    exercise: str, secret_seed: int, people_seed: int = faces.COURSE_SEED
) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures of the same kind that no student has, prepared alike.

    Parameters
    ----------
    exercise : str
        Name of an exercise in `KINDS`.
    secret_seed : int
        Seed of the pictures, 0 to 2**128 - 1.
    people_seed : int
        Which eight people, or which digits.

    Returns
    -------
    inputs : numpy.ndarray of float32, shape (2000, ...)
        Standardised with the training images' numbers, scaled digits, features, or pictures.
    labels : numpy.ndarray of int, shape (2000,)
    """
    kind = KINDS[exercise]
    if kind == "features":
        hidden: tuple[np.ndarray, np.ndarray] = hidden_sets.hidden_features(
            secret_seed, people_seed=people_seed
        )
        return hidden
    if kind == "digits":
        drawn, digits_drawn = hidden_sets.render_digits(secret_seed, seed=people_seed)
        return scale(drawn), digits_drawn
    if kind == "objects":
        return hidden_sets.hidden_objects(secret_seed)
    if kind == "santa":
        return hidden_sets.hidden_santa(secret_seed)
    train = faces.load_faces(48, people_seed=people_seed).x_train
    images, labels = hidden_sets.render_hidden(48, secret_seed, people_seed=people_seed)
    return standardize(train, images)[1], labels


def require_embedded() -> None:
    """Refuse to grade on the original data: thresholds belong to a source.

    The accuracies to reach were measured on rendered people, and hidden pictures are rendered. Of
    the original data sets the test pictures are public, and nothing is calibrated on them.

    Raises
    ------
    autograder.grading.course.CourseError
        If ``EIGHT_FACES_DATA`` says anything but "embedded".
    """
    from autograder.grading.course import CourseError

    try:
        source = chosen_source()
    except ValueError as error:
        raise CourseError(str(error)) from error
    if source != "embedded":
        raise CourseError(
            f"Submissions can't be graded on the original data ({DATA}={source}): the "
            "accuracies to reach and the hidden pictures belong to the course's own data, and "
            f"there is no calibration for other data. Unset {DATA} and grade again. Students "
            "may work with either; their networks are trained anew on the course's own."
        )


def prepare(assignment: str, course_root: Path) -> Path:
    """Make pictures, features and hidden pictures beforehand: a sandbox can only read them.

    Parameters
    ----------
    assignment : str
        Any assignment; one that is no exercise of the course's own needs nothing.
    course_root : pathlib.Path
        The course directory, for its secret seed.

    Returns
    -------
    pathlib.Path
        The cache that holds them now.

    Raises
    ------
    autograder.grading.course.CourseError
        As in `require_embedded`.
    """
    require_embedded()
    cache = default_cache_dir()
    _fill(cache, assignment, course_root.resolve(), quick=settings.quick())
    cache.mkdir(parents=True, exist_ok=True)
    return cache


@functools.cache
def _fill(cache: Path, assignment: str, course_root: Path, *, quick: bool) -> None:
    """Make what is missing in the cache; once a process, for it takes seconds to find it there."""
    if assignment in KINDS:
        splits = training_inputs(assignment)
        if KINDS[assignment] == "objects":
            objects_features.load_object_features(
                splits.x_train, splits.x_valid, splits.x_test, progress=False
            )
        if not quick:  # a quick run measures no accuracy
            seed, shown = secret_seed(course_root), [splits.x_valid]
            if _is_calibrated(assignment):
                shown.append(hidden_inputs(assignment, seed)[0])
            if KINDS[assignment] in _PICTURES:
                for pictures in shown:
                    _features(pictures, assignment)
    elif assignment in exercises.names():
        faces.load_faces(48)
    if assignment in WITH_VGG:
        course_weights()  # keeps their hashes
        if assignment == seen_pictures.EXERCISE and chosen_weights() == "course":
            features_by_picture()


def _is_calibrated(assignment: str) -> bool:
    """Tell whether accuracy on hidden pictures gives points, so that somebody looks at them."""
    return calibration_path(assignment).is_file()
