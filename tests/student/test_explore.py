"""Figures and searches of the notebooks that look around."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.student import explore


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = []
    monkeypatch.setattr(explore, "show", lambda figure, text: found.append((figure, text)))
    return found


def clouds(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three clouds of 20 points in 50 dimensions."""
    random = np.random.default_rng(seed)
    centres = random.normal(0, 10, (3, 50))
    labels = np.repeat([0, 1, 2], 20)
    return (centres[labels] + random.normal(0, 1, (60, 50))).astype(np.float32), labels


def test_projection_is_that_of_the_singular_value_decomposition() -> None:
    features, _ = clouds()
    points, shares = explore.project(features)
    centred = features.astype(float) - features.mean(axis=0, dtype=float)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(
        np.abs(points), np.abs(left[:, :2] * values[:2]), rtol=1e-6, atol=1e-6
    )
    np.testing.assert_allclose(shares, values[:2] ** 2 / (values**2).sum(), rtol=1e-9)
    again, _ = explore.project(features)
    np.testing.assert_array_equal(points, again)


def test_projection_of_equal_pictures_is_a_point() -> None:
    points, shares = explore.project(np.ones((5, 7)))
    assert np.all(points == 0)
    assert np.all(shares == 0)


def test_nearest_are_of_the_same_cloud_and_the_picture_itself_comes_first() -> None:
    features, labels = clouds()
    found = explore.nearest(features, features[[0, 25, 59]], most=4)
    assert found[:, 0].tolist() == [0, 25, 59]
    assert labels[found].tolist() == [[0] * 4, [1] * 4, [2] * 4]


def test_nearest_goes_by_direction_and_bears_zeros() -> None:
    features = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 5.0]])
    assert explore.nearest(features, np.array([[100.0, 100.0]]), most=1).tolist() == [[1]]


def test_scatter_says_how_well_classes_are_apart(shown: list[tuple[Any, str]]) -> None:
    features, labels = clouds()
    explore.scatter(*explore.project(features)[:1], labels, [0.5, 0.4])
    (figure, text) = shown[0]
    assert text.startswith("Features of 60 pictures in two dimensions, 3 classes: 100%")
    (axis,) = figure.axes
    assert axis.get_xlabel() == "first direction (50% of the variance)"
    assert [note.get_text() for note in axis.texts] == ["0", "1", "2"]


def test_histograms_tell_of_dark_and_light(shown: list[tuple[Any, str]]) -> None:
    black, white = np.zeros((2, 3, 3), np.uint8), np.full((2, 3, 3), 255, np.uint8)
    explore.pixel_histograms({"black": black, "white": white})
    text = shown[0][1]
    assert "black: mean 0, 100% of the values under 8, 0% above 247" in text
    assert "white: mean 255, 0% of the values under 8, 100% above 247" in text


def test_class_sizes_name_the_largest_and_the_smallest(shown: list[tuple[Any, str]]) -> None:
    explore.class_sizes({"things": (np.array([0, 1, 1, 1]), ("cup", "owl", "axe"))})
    assert "things: 3 classes, from 0 pictures (axe) to 3 (owl)" in shown[0][1]


def test_equal_filters_are_drawn_once(shown: list[tuple[Any, str]]) -> None:
    kernel = np.random.default_rng(0).normal(size=(3, 3, 3, 4))
    doubled = np.concatenate([kernel, kernel], axis=3)
    explore.filters(SimpleNamespace(name="first", get_weights=lambda: [doubled]))
    figure, text = shown[0]
    assert text.startswith("The 4 different ones of the 8 filters of first, 3 x 3 pixels")
    assert [title.get_text() for title in figure.axes[0].texts] == [f"filter {n}" for n in range(4)]


def test_filters_of_later_layers_are_refused_with_a_reason() -> None:
    later = SimpleNamespace(name="later", get_weights=lambda: [np.zeros((3, 3, 64, 8))])
    with pytest.raises(ValueError, match="only one with three channels"):
        explore.filters(later)


def test_strong_feature_maps_come_first_and_silent_ones_count(
    shown: list[tuple[Any, str]],
) -> None:
    values = np.zeros((4, 4, 3))
    values[..., 1], values[0, 0, 2] = 1.0, 8.0
    explore.feature_maps("conv", values, most=2)
    figure, text = shown[0]
    assert [title.get_text() for title in figure.axes[0].texts] == ["map 1", "map 2"]
    assert "2 of the 3 feature maps of conv" in text
    assert f"{(16 + 15) / 48:.0%} of all its numbers are 0" in text


def test_ladder_shows_the_mean_and_how_far_runs_lie_apart(shown: list[tuple[Any, str]]) -> None:
    explore.ladder({"03a": [0.6, 0.7], "04a": [0.8]})
    figure, text = shown[0]
    assert "03a 0.65, from 0.60 to 0.70; 04a 0.80, from 0.80 to 0.80" in text
    (axis,) = figure.axes
    assert [bar.get_height() for bar in axis.patches] == pytest.approx([0.65, 0.8])
    assert [note.get_text() for note in axis.texts] == ["0.65", "0.80"]


def test_ladder_marks_the_accuracies_of_ones_own(shown: list[tuple[Any, str]]) -> None:
    explore.ladder({"03a": [0.6, 0.7], "04a": [0.8]}, own={"04a": 0.85})
    figure, text = shown[0]
    assert "04a 0.80, from 0.80 to 0.80, your own 0.85" in text
    assert text.count("your own") == 1
    (axis,) = figure.axes
    marks = axis.lines[-1]
    assert (list(marks.get_xdata()), list(marks.get_ydata())) == ([1], [0.85])
    assert [label.get_text() for label in axis.get_legend().get_texts()] == ["your own"]


@pytest.mark.parametrize(
    ("own", "words"), [({"09": 0.5}, "no network '09'"), ({"03a": 65}, "divide by 100")]
)
def test_ladder_names_what_is_wrong_with_ones_own(own: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        explore.ladder({"03a": [0.6, 0.7]}, own)
