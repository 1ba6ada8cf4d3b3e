"""Every figure has labelled axes and alternative text."""

import html
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.student import plots

RECORD = {key: [1.0, 0.5] for key in ("loss", "accuracy", "val_loss", "val_accuracy")}
IMAGES = np.zeros((16, 8, 8, 3), np.uint8)
ROW = {"train": 0.9, "validation": 0.5, "test": 0.5}

FIGURES = {
    "sample_grid": (IMAGES, np.repeat(np.arange(8), 2), 2),
    "learning_curves": ({"network a": SimpleNamespace(history=RECORD)},),
    "confusion_matrix": (np.eye(8, dtype=int) * 3 + 1,),
    "pictures": (IMAGES[:3], ["person 1\ntaken for 2"] * 3, "Worst pictures"),
    "accuracy_bars": ({"a": ROW, "b": ROW},),
    "feature_histogram": (np.linspace(-1, 1, 100).reshape(10, 10),),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_have_alternative_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    drawn: list[Any] = []
    monkeypatch.setattr(
        plots, "show", lambda figure, text: drawn.append(figure) or show(figure, text)
    )
    getattr(plots, name)(*FIGURES[name])
    (bundle,) = shown
    alternative = re.search(r'<img alt="([^"]{20,})" src="data:image/png', bundle["text/html"])
    assert alternative
    assert html.unescape(alternative[1]) == bundle["text/plain"]
    if name not in ("sample_grid", "pictures"):
        for axis in drawn[0].axes:
            assert axis.get_xlabel()
            assert axis.get_ylabel()


show = plots.show
