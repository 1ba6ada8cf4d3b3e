"""What is checked of pictures that are read from files, dealt out, and named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from autograder.student.checks import image_sets
from autograder.student.outcome import CheckFailed, NotAttempted

COUNT = 1000
SHARES = np.random.default_rng(3).dirichlet(np.ones(12))
NAMES = [f"thing {number}" for number in range(12)]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A picture in colours, one in grey, one with transparent places, of three sizes."""
    coarse = np.random.default_rng(0).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    paths = []
    for mode, size in (("RGB", (120, 80)), ("L", (64, 90)), ("RGBA", (75, 75))):
        paths.append(tmp_path / f"{mode}.png")
        Image.fromarray(coarse).resize(size).convert(mode).save(paths[-1])
    return paths


def right(path: Path, size: tuple[int, int]) -> tuple[Any, np.ndarray]:
    image = keras.utils.load_img(path, target_size=size)
    return image, keras.utils.img_to_array(image)


def read(
    function: Callable[..., Any], files: list[Path], size: tuple[int, int] = (48, 96)
) -> float:
    return image_sets.load_image("Reading", None, function, files=files, size=size)


@pytest.mark.parametrize("size", [(48, 96), (224, 224), (100, 30)])
def test_a_picture_is_right_however_it_was_resized(
    files: list[Path], size: tuple[int, int]
) -> None:
    def with_pillow(path: Path, size: tuple[int, int], way: int) -> list[Any]:
        image = Image.open(path).convert("RGB").resize(size[::-1], way)
        return [image, np.asarray(image)]

    assert read(right, files, size) == 1.0
    for way in (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.LANCZOS):
        assert read(lambda path, size, way=way: with_pillow(path, size, way), files, size) == 1.0


def changed(change: Callable[[Any, np.ndarray], Any]) -> Callable[..., Any]:
    return lambda path, size: change(*right(path, size))


@pytest.mark.parametrize(
    ("function", "cause"),
    [
        (changed(lambda image, array: array), "not_image_and_array"),
        (changed(lambda image, array: (image, array, 1)), "not_image_and_array"),
        (changed(lambda image, array: (array, image)), "image_for_array"),
        (changed(lambda image, array: (array, array)), "array_for_image"),
        (changed(lambda image, array: (image, array / 255)), "picture_scaled"),
        (changed(lambda image, array: (image, array[None])), "picture_in_a_batch"),
        (changed(lambda image, array: (image, array[::-1])), "picture_upside_down"),
        (changed(lambda image, array: (image, array[..., ::-1])), "colours_exchanged"),
        (changed(lambda image, array: (image, array[..., 0])), "not_three_colours"),
        (changed(lambda image, array: (image, array.swapaxes(0, 1))), "height_and_width_swapped"),
        (changed(lambda image, array: (image, array[:20])), "picture_shape"),
        (changed(lambda image, array: (image.resize((9, 9)), array)), "image_not_resized"),
        (changed(lambda image, array: (image, 255 - array)), "picture_differs"),
        (changed(lambda image, array: (image, "array")), "not_an_array"),
    ],
)
def test_wrong_pictures_are_named(
    function: Callable[..., Any], cause: str, files: list[Path]
) -> None:
    with pytest.raises(CheckFailed) as failed:
        read(function, files)
    assert failed.value.cause == cause


def test_a_square_picture_on_its_side_is_named(files: list[Path]) -> None:
    with pytest.raises(CheckFailed) as failed:
        read(changed(lambda image, array: (image, array.swapaxes(0, 1))), files, (60, 60))
    assert failed.value.cause == "picture_on_its_side"


def test_a_picture_of_another_file_is_wrong(files: list[Path]) -> None:
    other = files[0].with_name("other.png")
    Image.fromarray(np.full((60, 60, 3), 40, np.uint8)).save(other)
    with pytest.raises(CheckFailed):
        read(lambda path, size: right(other, size), files)


@pytest.mark.parametrize("value", [..., (..., ...)])
def test_open_gaps_are_not_attempted(value: Any, files: list[Path]) -> None:
    with pytest.raises(NotAttempted):
        read(lambda path, size: value, files)


def split(deal: Callable[[np.ndarray], Any], count: int = COUNT) -> float:
    def function(count: int) -> Any:
        return deal(np.random.default_rng(0).permutation(count))

    return image_sets.split("The split", None, function, count=count)


@pytest.mark.parametrize("count", [20, 1000, 6209])
def test_a_split_is_right_if_rounded_either_way(count: int) -> None:
    for rounded in (int, round):
        cuts = rounded(0.7 * count), rounded(0.85 * count)
        assert split(lambda order, cuts=cuts: np.split(order, cuts), count) == 1.0
        parts = [part.tolist() for part in np.split(np.arange(count)[::-1], cuts)]
        with pytest.raises(CheckFailed):
            split(lambda order, parts=parts: parts, count)


@pytest.mark.parametrize(
    ("deal", "cause"),
    [
        (lambda order: order, "not_three_parts"),
        (lambda order: np.split(order, (700,)), "not_three_parts"),
        (lambda order: np.split(order, (600, 800)), "sizes_of_parts"),
        (lambda order: np.split(order, (150, 300)), "sizes_of_parts"),
        (lambda order: np.split(order[:900], (700, 850)), "pictures_left_out"),
        (lambda order: (order[:700], order[700:], order[850:]), "parts_overlap"),
        (lambda order: (order, order[700:850], order[850:]), "parts_overlap"),
        (lambda order: (order[:700] // 2 * 2, [1], [3]), "dealt_twice"),
        (lambda order: np.split(np.arange(COUNT), (700, 850)), "not_shuffled"),
        (lambda order: np.split(order + 1, (700, 850)), "no_positions_to_split"),
        (lambda order: np.split(order / COUNT, (700, 850)), "no_positions_to_split"),
        (lambda order: ("a", "b", "c"), "not_an_array"),
    ],
)
def test_wrong_splits_are_named(deal: Callable[[np.ndarray], Any], cause: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        split(deal)
    assert failed.value.cause == cause


@pytest.mark.parametrize("value", [..., (..., ..., ...), ([1], ..., [2])])
def test_a_split_with_dots_is_not_attempted(value: Any) -> None:
    with pytest.raises(NotAttempted):
        split(lambda order: value)


def likeliest(function: Callable[..., Any]) -> float:
    return image_sets.likeliest("Names", None, function, probabilities=SHARES, names=NAMES)


def best(shares: np.ndarray, names: list[str], count: int = 5) -> list[tuple[str, float]]:
    order = np.argsort(shares)[::-1][:count]
    return [(names[place], float(shares[place])) for place in order]


def test_the_most_likely_ones_are_right_as_lists_tuples_and_rounded() -> None:
    assert likeliest(best) == 1.0
    assert likeliest(lambda *given: tuple(map(list, best(*given)))) == 1.0
    assert likeliest(lambda *given: [(name, round(x, 3)) for name, x in best(*given)]) == 1.0


@pytest.mark.parametrize(
    ("function", "cause"),
    [
        (lambda *given: best(*given)[::-1], "least_likely_first"),
        (lambda shares, names, count: best(-shares, names, count), "least_likely"),
        (lambda shares, names, count: best(shares, names[::-1], count), "other_categories"),
        (lambda shares, names, count: best(shares, names, 3), "how_many_likeliest"),
        (lambda *given: [name for name, _ in best(*given)], "not_pairs"),
        (lambda *given: 3, "not_pairs"),
        (lambda shares, names, count: best(shares, range(12), count), "positions_for_names"),
        (lambda *given: [(n, 100 * x) for n, x in best(*given)], "probabilities_in_per_cent"),
        (lambda *given: [(n, 0.5) for n, _ in best(*given)], "probabilities_of_others"),
    ],
)
def test_wrong_names_are_named(function: Callable[..., Any], cause: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        likeliest(function)
    assert failed.value.cause == cause


def test_names_with_dots_are_not_attempted() -> None:
    with pytest.raises(NotAttempted):
        likeliest(lambda *given: ...)
