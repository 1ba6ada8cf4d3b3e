"""Accuracies to reach are shown rounded down, or the release is refused."""

import pytest

from autograder.grading.thresholds import CalibrationError, load_calibration, shown_threshold
from autograder.release.thresholds import fill


@pytest.mark.parametrize(
    ("threshold", "shown"),
    [
        (0.579, "0.57"),
        (0.57, "0.57"),
        (0.29, "0.29"),
        (0.9999, "0.99"),
        (1.0, "1.00"),
        (0.5, "0.50"),
    ],
)
def test_rounded_down(threshold, shown):
    assert shown_threshold({"networks": {"b": {"threshold": threshold}}}, "b") == shown


def test_every_placeholder_of_a_cell_is_filled():
    calibration = {"networks": {"a": {"threshold": 0.3}, "b": {"threshold": 0.612}}}
    assert fill("{{accuracy:a}} and {{ accuracy:b }}", calibration) == "0.30 and 0.61"


def test_network_that_was_not_calibrated():
    with pytest.raises(CalibrationError, match="calibrated are: a, b"):
        fill("{{accuracy:c}}", {"networks": {"b": {}, "a": {}}})


@pytest.mark.parametrize("threshold", [None, 0, 1.2, "0.5"])
def test_network_without_threshold(threshold):
    with pytest.raises(CalibrationError, match="weak runs overlap"):
        shown_threshold({"networks": {"b": {"threshold": threshold}}}, "b")


def test_missing_and_broken_file(tmp_path):
    with pytest.raises(CalibrationError, match="autograder calibrate none"):
        load_calibration("none", tmp_path)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(CalibrationError, match="is not JSON"):
        load_calibration("broken", tmp_path)
