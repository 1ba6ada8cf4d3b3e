"""New pictures from a secret seed, to grade with; students never get this module."""

import hashlib
from pathlib import Path

import numpy as np

from autograder import settings
from data_scripts import digits, objects, objects_production, santa
from data_scripts.cache import cached_arrays
from data_scripts.faces import COURSE_SEED, check_size, renderer_hash, shuffled_set
from data_scripts.faces_production import PEOPLE, render_people, seed_words
from data_scripts.features import cache_suffix, feature_extractor

PER_PERSON = 250
DIGITS_PER_CLASS = 200
OBJECT_PICTURES = 2000
SANTA_PER_CLASS = 1000

# First words of seed sequences, as in data_scripts.faces and data_scripts.digits.
HIDDEN, HIDDEN_DIGITS = 4, 24


def _veil(purpose: str, secret_seed: int) -> str:
    """Stand for the seed in the name of a cached file."""
    return hashlib.sha256(f"{purpose} {secret_seed}".encode()).hexdigest()[:16]


def render_hidden(
    size: int,
    secret_seed: int,
    *,
    people_seed: int = COURSE_SEED,
    per_person: int = PER_PERSON,
    cache_dir: str | Path | None = None,
    progress: bool = False,
    workers: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Render new pictures of the same eight people from a secret seed.

    Parameters
    ----------
    size : int
        Side of the pictures, 48 or 100.
    secret_seed : int
        At least 0, at most 128 bits; the name of the cached file holds only a hash of it.
    people_seed : int
        Which eight people, as in ``data_scripts.faces.load_faces``.
    per_person : int
        Pictures of each person.
    cache_dir, progress, workers
        As in ``data_scripts.faces.load_faces``.

    Returns
    -------
    x : numpy.ndarray
        Pictures, uint8, range 0-255, shape (8 * per_person, size, size, 3), shuffled.
    y : numpy.ndarray
        Who is on them, uint8, range 0-7, shape (8 * per_person,).
    """
    check_size(size)
    words = (HIDDEN, *seed_words(secret_seed), *seed_words(people_seed))
    veiled = _veil("hidden", secret_seed)

    def build() -> dict[str, np.ndarray]:
        pictures = render_people(
            PEOPLE, per_person, words, people_seed=people_seed, progress=progress, workers=workers
        )
        return shuffled_set(pictures, per_person, words)

    name = f"hidden-{veiled}-{people_seed}-{per_person}-{renderer_hash()[:16]}"
    arrays = cached_arrays(name, build, cache_dir)
    return arrays[f"x{size}"], arrays["y"]


def hidden_features(
    secret_seed: int,
    *,
    people_seed: int = COURSE_SEED,
    weights: str | None = None,
    cache_dir: str | Path | None = None,
    progress: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Compute (or read) the features of new pictures of the same people.

    Parameters
    ----------
    secret_seed : int
        As in `render_hidden`; the cached file's name holds only a hash of it.
    people_seed, weights, cache_dir, progress
        As in ``data_scripts.features.load_features``.

    Returns
    -------
    x : numpy.ndarray
        float32, shape (2000, 4096); (200, 4096) with ``EIGHT_FACES_QUICK``.
    y : numpy.ndarray
        uint8, range 0-7, shape (2000,) or (200,), balanced.
    """
    from autograder.student.vgg import chosen_weights

    weights = chosen_weights(weights)
    veiled = _veil("hidden features", secret_seed)

    def build() -> dict[str, np.ndarray]:
        per_person = PER_PERSON // (settings.QUICK_SHARE if settings.quick() else 1)
        images, labels = render_hidden(
            100, secret_seed, people_seed=people_seed, per_person=per_person,
            cache_dir=cache_dir, progress=progress,
        )  # fmt: skip
        return {"x": feature_extractor(weights, progress)(images), "y": labels}

    name = f"hidden-features-{veiled}-{people_seed}-{cache_suffix(weights)}"
    arrays = cached_arrays(name, build, cache_dir)
    return arrays["x"], arrays["y"]


def render_digits(
    secret_seed: int,
    *,
    seed: int = digits.COURSE_SEED,
    per_class: int = DIGITS_PER_CLASS,
    cache_dir: str | Path | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Render digits of hands that no student has seen, from a secret seed.

    Parameters
    ----------
    secret_seed : int
        At least 0, at most 128 bits; the name of the cached file holds only a hash of it.
    seed : int
        As in ``data_scripts.digits.load_digits``.
    per_class : int
        Pictures of each digit.
    cache_dir : str or pathlib.Path, optional
        As in ``data_scripts.digits.load_digits``.

    Returns
    -------
    x : numpy.ndarray
        Pictures, uint8, range 0-255, shape (10 * per_class, 28, 28), shuffled.
    y : numpy.ndarray
        The digits, uint8, range 0-9, shape (10 * per_class,), balanced.
    """
    words = (HIDDEN_DIGITS, *seed_words(secret_seed), *seed_words(seed))
    veiled = _veil("hidden", secret_seed)

    def build() -> dict[str, np.ndarray]:
        x, y = digits.render_digits(per_class, words)
        return {"x": x, "y": y}

    name = f"hidden-digits-{veiled}-{seed}-{per_class}-{digits.renderer_hash()[:16]}"
    arrays = cached_arrays(name, build, cache_dir)
    return arrays["x"], arrays["y"]


def hidden_objects(
    secret_seed: int,
    *,
    count: int = OBJECT_PICTURES,
    cache_dir: str | Path | None = None,
    progress: bool = False,
    workers: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Render new pictures of the same categories from a secret seed.

    Parameters
    ----------
    secret_seed : int
        At least 0, at most 128 bits; the name of the cached file holds only a hash of it.
    count : int
        How many pictures at least. Categories are as unequal as in the course's set, because an
        accuracy depends on that; their numbers are rounded up.
    cache_dir, progress, workers
        As in ``data_scripts.objects.load_objects``.

    Returns
    -------
    x : numpy.ndarray
        Pictures, uint8, range 0-255, shape (n, 224, 224, 3) with n >= ``count``, shuffled;
        read-only and mapped.
    y : numpy.ndarray
        What is on them, uint8, range 0-96, shape (n,).
    """
    sizes = objects_production.category_sizes()
    counts = -(-sizes * count // int(sizes.sum()))
    pictures = objects_production.plan_set(
        counts, (objects_production.PURPOSES["hidden"], *seed_words(secret_seed))
    )
    veiled = _veil("hidden objects", secret_seed)
    name = f"hidden-objects-{veiled}-{count}-{objects.renderer_hash()[:16]}"
    x = objects.mapped_set(name, pictures, cache_dir, progress, workers)
    return x, objects.labels_of(pictures)


def hidden_santa(
    secret_seed: int,
    *,
    per_class: int = SANTA_PER_CLASS,
    cache_dir: str | Path | None = None,
    progress: bool = False,
    workers: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Render new people from a secret seed.

    Parameters
    ----------
    secret_seed : int
        At least 0, at most 128 bits; the name of the cached file holds only a hash of it.
    per_class : int
        Pictures with the costume, and without it.
    cache_dir, progress, workers
        As in ``data_scripts.santa.load_santa``.

    Returns
    -------
    x : numpy.ndarray
        Pictures, uint8, range 0-255, shape (2 * per_class, 64, 64, 3), shuffled.
    y : numpy.ndarray
        1 with the costume, 0 without it, uint8, shape (2 * per_class,).
    """
    words = (santa.PURPOSES["hidden"], *seed_words(secret_seed))
    veiled = _veil("hidden santa", secret_seed)

    def build() -> dict[str, np.ndarray]:
        x, y = santa.balanced_set(words, per_class, progress, workers)
        return {"x": x, "y": y}

    name = f"hidden-santa-{veiled}-{per_class}-{santa.renderer_hash()[:16]}"
    arrays = cached_arrays(name, build, cache_dir)
    return arrays["x"], arrays["y"]
