"""What calibration trains on, in good and in weak runs; nothing is trained here."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.grading import calibration_runs, inputs, trainings
from autograder.grading.calibration_runs import SETS, CalibrationRuns
from data_scripts.digits import Digits
from data_scripts.faces import Faces

LABELS = np.arange(16, dtype="uint8") % 8


def pictures() -> np.ndarray:
    return np.full((16, 4, 4, 3), 200, dtype="uint8")


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def train(exercise: str, network: str, splits: Any, **how: Any) -> str:
        calls.append({"network": network, "splits": splits, **how})
        return "model"

    def training_inputs(exercise: str) -> inputs.Splits:
        flat = np.zeros((16, 48), dtype="float32")
        return inputs.Splits(flat, LABELS, flat, LABELS, flat, LABELS)

    monkeypatch.setattr(trainings, "train", train)
    monkeypatch.setattr(
        trainings, "scores", lambda exercise, network, model, sets: [0.5] * len(sets)
    )
    monkeypatch.setattr(inputs, "training_inputs", training_inputs)
    monkeypatch.setattr(inputs, "hidden_inputs", lambda exercise, seed: (seed, LABELS))
    everything = Faces(*(part for _ in range(3) for part in (pictures(), LABELS)))
    monkeypatch.setattr(calibration_runs.faces, "load_faces", lambda size: everything)
    return calls


def test_the_first_run_is_the_course_notebook(
    trained: list[dict[str, Any]], tmp_path: Path
) -> None:
    row = CalibrationRuns("03_faces_fc", tmp_path).run("b", 0)
    assert row == {"seed": 3, "style": "sequential", "set": 0, "accuracies": [0.5] * SETS}
    assert trained[0]["seed"] == 3
    assert trained[0]["epochs"] is None


def test_twenty_runs_meet_every_spelling_with_every_hidden_set(
    trained: list[dict[str, Any]], tmp_path: Path
) -> None:
    runs = CalibrationRuns("03_faces_fc", tmp_path)
    rows = [runs.run("a", number) for number in range(20)]
    assert len({row["seed"] for row in rows}) == 20
    assert len({(row["style"], row["set"]) for row in rows}) == 20


@pytest.mark.parametrize(("kind", "epochs"), [("untrained", 0), ("one_epoch", 1)])
def test_weak_runs_with_too_few_epochs(
    trained: list[dict[str, Any]], tmp_path: Path, kind: str, epochs: int
) -> None:
    CalibrationRuns("03_faces_fc", tmp_path).weak("a", kind)
    assert trained[0]["epochs"] == epochs


def test_shuffled_labels_are_the_same_labels_in_another_order(
    trained: list[dict[str, Any]], tmp_path: Path
) -> None:
    CalibrationRuns("03_faces_fc", tmp_path).weak("a", "shuffled_labels")
    shuffled = trained[0]["splits"].y_train
    assert not np.array_equal(shuffled, LABELS)
    assert np.array_equal(np.sort(shuffled), np.sort(LABELS))


def test_raw_input_is_pixels(trained: list[dict[str, Any]], tmp_path: Path) -> None:
    CalibrationRuns("04_faces_cnn", tmp_path).weak("a", "raw_input")
    splits = trained[0]["splits"]
    assert splits.x_train.shape == (16, 4, 4, 3)
    assert splits.x_train.dtype == np.float32
    assert splits.x_train.max() == 200
    assert splits.y_train is LABELS


def test_raw_digits_are_pixels(
    trained: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = np.full((16, 28, 28), 255, dtype="uint8")
    everything = Digits(*(part for _ in range(3) for part in (drawn, LABELS)))
    monkeypatch.setattr(calibration_runs.digits, "load_digits", lambda: everything)
    CalibrationRuns("02_mnist_cnn", tmp_path).weak("c", "raw_input")
    assert trained[0]["splits"].x_train.max() == 255
    assert trained[0]["splits"].x_train.dtype == np.float32


def test_features_have_no_raw_form(tmp_path: Path) -> None:
    assert "raw_input" not in CalibrationRuns("07_faces_fine_tuning", tmp_path).weak_kinds
    assert "raw_input" in CalibrationRuns("05_faces_cnn_tricks", tmp_path).weak_kinds


def test_all_assignments_share_hidden_sets_that_are_not_the_course_s(
    trained: list[dict[str, Any]], tmp_path: Path
) -> None:
    first = [seed for seed, _ in CalibrationRuns("03_faces_fc", tmp_path).sets]
    assert first == [seed for seed, _ in CalibrationRuns("04_faces_cnn", tmp_path).sets]
    assert len(set(first)) == SETS
    assert [path.name for path in tmp_path.iterdir()] == ["hidden_sets.json"]
    assert len(re.findall(r"[0-9a-f]{32}", (tmp_path / "hidden_sets.json").read_text())) == SETS
