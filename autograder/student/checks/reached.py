"""Why a network is less accurate than it should be, worked out from what it predicts."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.student.checks.messages import failed
from autograder.student.checks.results import predict
from autograder.student.outcome import CheckFailed

CLEARLY = 0.15
"""An accuracy that is larger by this is no accident: 400 images measure it to about 0.025."""

PIXELS, DIGIT_PIXELS = 48 * 48 * 3, 28 * 28
FEATURES = 4096
RAW = "raw pixels, 0 to 255,"


def low_accuracy(
    model: Any, images: np.ndarray, labels: np.ndarray, own: float, expected: float
) -> CheckFailed:
    """Return what to tell of an accuracy that is far too low.

    Parameters
    ----------
    model : keras.Model
    images : numpy.ndarray, shape (n, ...)
        The visible test images, prepared as the exercise says.
    labels : numpy.ndarray of int, shape (n,)
    own, expected : float
        Accuracy that the network has, and the one to reach, 0 to 1.

    Returns
    -------
    CheckFailed
        Never raised here.
    """
    outputs = predict(model, images)
    numbers = {"expected": f"{expected:.2f}", "got": f"{own:.3f}"}
    if not np.isfinite(outputs).all():
        return failed("accuracy_not_finite")
    guess, classes = outputs.argmax(axis=1), outputs.shape[1]
    renamed = _best_names(guess, labels, classes)
    if float(np.mean(renamed[guess] == labels)) >= own + CLEARLY:
        steps = np.unique((np.arange(classes) - renamed) % classes)
        if len(steps) > 1:
            return failed("trained_on_renamed_labels", **numbers)
        step = int(steps[0])
        side, size = ("large", step) if step <= classes // 2 else ("small", classes - step)
        return failed(
            "trained_on_shifted_labels", detail=size, side=side, last=classes - 1, **numbers
        )
    for what, others in _other_inputs(images):
        other = float(np.mean(predict(model, others).argmax(axis=1) == labels))
        if other >= own + CLEARLY:
            return failed("trained_on_other_inputs", detail=what, other=f"{other:.3f}", **numbers)
    chance = 1 / classes
    if own <= chance + CLEARLY:
        return failed("no_better_than_guessing", chance=f"{chance:.3f}", **numbers)
    return failed("accuracy_too_low", **numbers)


def _best_names(guess: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Find for each answer the person whom it mostly means; no change if two mean the same."""
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (guess.astype(int), labels.astype(int)), 1)
    names = counts.argmax(axis=1)
    return names if len(np.unique(names)) == classes else np.arange(classes)


def _other_inputs(images: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Prepare the same images in ways in which the exercise does not want them."""
    size = int(np.prod(images.shape[1:]))
    if size == PIXELS:
        from autograder.student.data import load_faces

        raw = load_faces(48).x_test
        if len(raw) == len(images):
            pixels = raw.reshape(images.shape).astype("float32")
            yield RAW, pixels
            yield "pixels divided by 255", pixels / 255
    if size == DIGIT_PIXELS:
        yield RAW, images * 255
        spread = images.std(axis=0) + 1e-4
        yield "standardised pixels", (images - images.mean(axis=0)) / spread
    if size == FEATURES:
        yield "features after a ReLU", np.maximum(images, 0)
        spread = images.std(axis=0) + 1e-4
        yield "standardised features", (images - images.mean(axis=0)) / spread
        yield (
            "features divided by their length",
            images / np.linalg.norm(images, axis=1, keepdims=True),
        )
