"""Every figure has labelled axes, alternative text, and colours that everybody can tell."""

import html
import itertools
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from autograder.student import plots

RECORD = {key: [1.0, 0.5] for key in ("loss", "accuracy", "val_loss", "val_accuracy")}
IMAGES = np.zeros((16, 8, 8, 3), np.uint8)
HISTORY = SimpleNamespace(history=RECORD)
ROW = {"train": 0.9, "validation": 0.5, "test": 0.5}

FIGURES = {
    "sample_grid": (IMAGES, np.repeat(np.arange(8), 2), 2),
    "learning_curves": ({"network a": HISTORY},),
    "loss_panels": ({"sigmoid": HISTORY, "ReLU": HISTORY},),
    "confusion_matrix": (np.eye(8, dtype=int) * 3 + 1,),
    "pictures": (IMAGES[:3], ["person 1\ntaken for 2"] * 3, "Worst pictures"),
    "accuracy_bars": ({"a": ROW, "b": ROW},),
    "feature_histogram": (np.linspace(-1, 1, 100).reshape(10, 10),),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_have_alternative_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    figures: list[Any] = []
    monkeypatch.setattr(
        plots, "show", lambda figure, text: figures.append(figure) or show(figure, text)
    )
    getattr(plots, name)(*FIGURES[name])
    (bundle,) = shown
    alternative = re.search(r'<img alt="([^"]{20,})" src="data:image/png', bundle["text/html"])
    assert alternative
    assert html.unescape(alternative[1]) == bundle["text/plain"]
    if name not in ("sample_grid", "pictures"):
        for axis in figures[0].axes:
            assert axis.get_xlabel()
            assert axis.get_ylabel()


VISION = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]),
}  # fmt: skip
"""How linear RGB looks: Machado, Oliveira and Fernandes (2009), "A Physiologically-based Model for
Simulation of Color Vision Deficiency", table of matrices, severity 1.0."""

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])  # D65

LEAST_DIFFERENCE = 20.0
"""CIE 1976 colour difference between series; about 2.3 is just noticeable."""


def lab(color: str, vision: np.ndarray) -> np.ndarray:
    """Return a colour in CIE L*a*b* as somebody with this vision sees it."""
    channels = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    ratio = TO_XYZ @ np.clip(vision @ linear, 0, 1) / WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("name", VISION)
def test_everybody_can_tell_the_series_apart(name: str) -> None:
    seen = [lab(color, VISION[name]) for color in plots.PALETTE]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(one - other) >= LEAST_DIFFERENCE


def test_red_and_green_would_not_do() -> None:
    red, green = (lab(color, VISION["deuteranopia"]) for color in ("#B05000", "#4F8A00"))
    assert np.linalg.norm(red - green) < LEAST_DIFFERENCE


def test_contrast_is_that_of_the_guidelines() -> None:
    assert plots.contrast("black", "white") == pytest.approx(21)
    assert plots.contrast("#777777", "white") == pytest.approx(4.48, abs=0.005)
    assert plots.contrast("white", "white") == 1


@pytest.mark.parametrize("color", plots.PALETTE)
def test_series_stand_out_from_the_page(color: str) -> None:
    assert plots.contrast(color, "white") >= 3


def colour_at(image: Any, row: int, column: int) -> Any:
    found = image.get_array()[row, column]
    return found / 255 if np.ndim(found) else image.cmap(image.norm(found))


@pytest.mark.parametrize("name", FIGURES)
def test_texts_and_lines_stand_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for axis in drawn(name, monkeypatch).axes:
        for line in axis.lines:
            assert plots.contrast(line.get_color(), "white") >= 3
        behind = axis.images[0] if axis.images and axis.texts else None
        for text in axis.texts:
            column, row = text.get_position()
            page = "white"
            if behind is not None and column >= 0:
                page = colour_at(behind, int(row), int(column))
            assert plots.contrast(text.get_color(), page) >= 4.5
        for patch in axis.patches:
            assert plots.contrast(patch.get_facecolor(), "white") >= 3


def test_no_series_differs_by_colour_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = drawn("learning_curves", monkeypatch, dict.fromkeys("abcd", HISTORY))
    for axis in figure.axes:
        signs = {(line.get_linestyle(), line.get_marker()) for line in axis.lines}
        assert len(signs) == len(axis.lines) == 8
    figure = drawn("accuracy_bars", monkeypatch)
    hatches = {bars.patches[0].get_hatch() for bars in figure.axes[0].containers}
    assert len(hatches) == len(figure.axes[0].containers)


def test_the_matrix_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    monkeypatch.setattr(plots, "show", lambda figure, text: texts.append(text))
    plots.confusion_matrix([[5, 1], [0, 6]])
    plots.confusion_matrix([[5, 0], [0, 6]])
    assert "person 0 5 of 6, person 1 6 of 6" in texts[0]
    assert "person 0 taken for person 1, 1 times" in texts[0]
    assert texts[1].endswith("There is no mistake.")


def test_curves_that_lack_an_accuracy_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = SimpleNamespace(history={"loss": [2.0, 1.0]}, epoch=[3, 4])
    figure = drawn("learning_curves", monkeypatch, {"network a": bare})
    (axis,) = figure.axes
    assert list(axis.lines[0].get_xdata()) == [4, 5]  # a training that went on


def drawn(name: str, monkeypatch: pytest.MonkeyPatch, *arguments: Any) -> Any:
    """Return the figure that a function draws."""
    figures: list[Any] = []
    monkeypatch.setattr(plots, "show", lambda figure, text: figures.append(figure))
    getattr(plots, name)(*(arguments or FIGURES[name]))
    return figures[0]


show = plots.show


def test_a_sheet_holds_its_pictures_and_says_what_they_are() -> None:
    images = np.random.default_rng(3).integers(0, 256, (5, 48, 48, 3), np.uint8)
    figure = plots.sheet(list(images), 3, 1.0, titles=list("abcde"), row_names=["one", "two"])
    (axis,) = figure.axes
    shown = np.asarray(axis.images[0].get_array())
    assert [text.get_text() for text in axis.texts] == [*"abcde", "one", "two"]
    for text, image in zip(axis.texts, images, strict=False):
        column, row = text.get_position()
        top, left = int(row) + 2, int(column) - 48
        near = shown[top : top + 110, left : left + 110]
        whole = image.repeat(2, 0).repeat(2, 1)
        places = [
            (down, right)
            for down in range(15)
            for right in range(15)
            if np.array_equal(near[down : down + 96, right : right + 96], whole)
        ]
        assert places, f"picture {text.get_text()} is not below its title"


def test_a_person_with_few_pictures_leaves_places_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((3, 48, 48, 3), np.uint8)
    figure = drawn("sample_grid", monkeypatch, images, np.array([0, 0, 1]), 2)
    shown = np.asarray(figure.axes[0].images[0].get_array())
    half = shown.shape[0] // 2, shown.shape[1] // 2
    assert not shown[half[0] + 30, half[1] - 30].any()
    assert shown[half[0] :, half[1] + 5 :].all()
