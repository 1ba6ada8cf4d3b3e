"""Checks of how image files are read and dealt out, and of how categories are named."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.student.checks.arrays import as_array
from autograder.student.checks.messages import failed
from autograder.student.outcome import require_attempt

PARTS = ("training", "validation", "test")
BOUNDS = (0.7, 0.85)
"""Where the validation and the test pictures begin, as shares of all pictures."""

CELLS = 8
"""Pictures are compared on so many rows and columns of means: resizing is done in many ways."""

COLOUR_TOLERANCE = 12.0
"""Allowed distance of such means, of 255."""


def load_image(
    title: str,
    variant: str | None,
    function: Callable[..., Any],
    *,
    files: Sequence[Path],
    size: tuple[int, int] = (224, 224),
) -> float:
    """Check a function that reads a picture from a file.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    function : callable
        The student's, a path and a size (height, width) to an image and its array.
    files : sequence of pathlib.Path
        Pictures of any size and mode.
    size : tuple of int
        Height and width to ask for.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    for path in files:
        values = function(path, size)
        require_attempt(values, task=title)
        if not isinstance(values, (tuple, list)) or len(values) != 2:
            raise failed("not_image_and_array", got=type(values).__name__)
        require_attempt(*values, task=title)
        _require_image(path, size, *values)
    return 1.0


def _require_image(path: Path, size: tuple[int, int], image: Any, given: Any) -> None:
    """Raise `CheckFailed` where an image or its array are not those of the file."""
    from PIL import Image

    with Image.open(path) as opened:
        mode, expected = opened.mode, _colours(opened, size)
    if isinstance(given, Image.Image):
        raise failed("image_for_array", name=path.name)
    if not isinstance(image, Image.Image):
        raise failed("array_for_image", name=path.name, got=type(image).__name__)
    array = as_array(given, "Your array")
    wanted = (*size, 3)
    if array.shape != wanted:
        cause = "picture_shape"
        if array.shape[:2] == (size[1], size[0]) != size:
            cause = "height_and_width_swapped"
        elif array.shape[:2] == size:
            cause = "not_three_colours"
        elif array.shape == (1, *wanted):
            cause = "picture_in_a_batch"
        raise failed(cause, name=path.name, expected=wanted, got=array.shape, mode=mode)
    if (image.height, image.width) != size:
        got = (image.height, image.width)
        raise failed("image_not_resized", name=path.name, expected=size, got=got)
    if _agree(array, expected):
        return
    causes = {
        "picture_scaled": array * 255.0,
        "colours_exchanged": array[..., ::-1],
        "picture_upside_down": array[::-1],
        "picture_on_its_side": array.swapaxes(0, 1) if size[0] == size[1] else array,
    }
    found = (cause for cause, tried in causes.items() if _agree(tried, expected))
    raise failed(next(found, "picture_differs"), name=path.name)


def _colours(image: Any, size: tuple[int, int]) -> np.ndarray:
    """Return the picture as most ways to read it give it: transparent places keep their colour."""
    return np.asarray(image.convert("RGB").resize((size[1], size[0])), "float64")


def _agree(array: np.ndarray, expected: np.ndarray) -> bool:
    """Tell whether two pictures are the same but for the way of resizing."""
    differences = _means(array.astype("float64")) - _means(expected)
    return bool(np.abs(differences).max() <= COLOUR_TOLERANCE)


def _means(picture: np.ndarray) -> np.ndarray:
    """Return mean colours of `CELLS` x `CELLS` fields."""
    rows = np.array_split(picture, CELLS)
    return np.array([[cell.mean(axis=(0, 1)) for cell in np.array_split(row, CELLS, axis=1)]
                     for row in rows])  # fmt: skip


def split(title: str, variant: str | None, function: Callable[[int], Any], *, count: int) -> float:
    """Check a function that deals positions out to training, validation and test.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    function : callable
        The student's, a number of pictures to three arrays of positions.
    count : int
        How many pictures to ask for.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    values = function(count)
    require_attempt(values, task=title)
    if not isinstance(values, (tuple, list)) or len(values) != len(PARTS):
        raise failed("not_three_parts", got=type(values).__name__)
    require_attempt(*values, task=title)
    parts = [np.ravel(as_array(part, f"Your {name} part"))
             for name, part in zip(PARTS, values, strict=True)]  # fmt: skip
    whole = np.concatenate(parts)
    if whole.dtype.kind not in "ui" or whole.min() < 0 or whole.max() >= count:
        got = np.round(whole[:3], 3).tolist()
        raise failed("no_positions_to_split", expected=count - 1, got=got)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        shared = np.intersect1d(parts[first], parts[second])
        if len(shared):
            names = (PARTS[first], PARTS[second])
            raise failed("parts_overlap", count=len(shared), first=names[0], second=names[1])
    if len(np.unique(whole)) < len(whole):
        raise failed("dealt_twice")
    first, second = (int(bound * count) for bound in BOUNDS)
    expected = (first, second - first, count - second)
    sizes = tuple(len(part) for part in parts)
    if len(whole) < count:
        raise failed("pictures_left_out", expected=count, got=len(whole), sizes=sizes)
    if any(abs(own - wanted) > 1 for own, wanted in zip(sizes, expected, strict=True)):
        raise failed("sizes_of_parts", expected=expected, got=sizes)
    if any(np.array_equal(np.sort(part), np.arange(part.min(), part.max() + 1)) for part in parts):
        raise failed("not_shuffled")
    return 1.0


def likeliest(
    title: str,
    variant: str | None,
    function: Callable[..., Any],
    *,
    probabilities: np.ndarray,
    names: Sequence[str],
    count: int = 5,
) -> float:
    """Check a function that names the most likely categories.

    Parameters
    ----------
    title : str
        Title of the task.
    variant : str or None
        Not used here.
    function : callable
        The student's, probabilities, names and a count to pairs (name, probability).
    probabilities : numpy.ndarray, shape (n,)
        They add up to 1.
    names : sequence of str
    count : int
        How many to ask for.

    Returns
    -------
    float
        1.0.

    Raises
    ------
    NotAttempted, CheckFailed
    """
    values = function(probabilities.copy(), list(names), count)
    require_attempt(values, task=title)
    order = np.argsort(probabilities)[::-1]
    first = (str(names[order[0]]), round(float(probabilities[order[0]]), 3))
    pairs = _pairs(values, expected=first)
    if len(pairs) != count:
        raise failed("how_many_likeliest", expected=count, got=len(pairs))
    named = [name for name, _ in pairs]
    expected = [names[position] for position in order[:count]]
    if named == expected[::-1]:
        raise failed("least_likely_first")
    if named == [names[position] for position in order[::-1][:count]]:
        raise failed("least_likely")
    if named != expected:
        raise failed("other_categories", expected=expected[0], got=named[0])
    given = np.array([share for _, share in pairs], dtype="float64")
    if np.allclose(given, probabilities[order[:count]], atol=1e-3):
        return 1.0
    if np.allclose(given, 100 * probabilities[order[:count]], atol=0.1):
        raise failed("probabilities_in_per_cent", got=f"{100 * probabilities.sum():.0f}")
    raise failed("probabilities_of_others", name=named[0], expected=first[1], got=given[0])


def _pairs(values: Any, expected: tuple[str, float]) -> list[tuple[str, float]]:
    """Return a student's value as pairs of name and probability."""
    try:
        pairs = [(name, float(share)) for name, share in values]
    except (TypeError, ValueError):
        raise failed("not_pairs", expected=expected) from None
    if not all(isinstance(name, str) for name, _ in pairs):
        raise failed("positions_for_names", expected=expected, got=pairs[0][0])
    return pairs
