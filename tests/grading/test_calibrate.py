"""Calibration: the arithmetic, going on after an interruption, and knowing when it is stale."""

import json
import math
from typing import Any

import pytest

from autograder.grading import calibrate as calibration
from autograder.grading import fingerprint, tolerance
from autograder.grading.journal import Journal


@pytest.mark.parametrize(
    ("runs", "factor"),
    # Odeh and Owen's tables for 99.9 % content at 95 % confidence; 4.32 is the course's own.
    [(5, 7.502), (10, 5.203), (15, 4.607), (20, 4.318), (30, 4.022), (100, 3.539)],
)
def test_tolerance_factor_is_the_published_one(runs: int, factor: float) -> None:
    assert tolerance.tolerance_factor(runs) == pytest.approx(factor, abs=6e-4)


def test_tolerance_factor_of_twenty_runs() -> None:
    assert round(tolerance.tolerance_factor(20), 2) == 4.32


def test_tolerance_factor_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    for runs in (5, 12, 20):
        shift = stats.norm.ppf(0.999) * math.sqrt(runs)
        exact = stats.nct.ppf(0.95, runs - 1, shift) / math.sqrt(runs)
        assert tolerance.tolerance_factor(runs) == pytest.approx(exact, rel=1e-6)


def test_too_few_runs_have_no_tolerance_limit() -> None:
    with pytest.raises(ValueError, match="at least 5 runs"):
        tolerance.tolerance_factor(4)


def runs_around(mean: float, spread: float, count: int = 20) -> list[dict[str, Any]]:
    return [{"accuracy": mean + spread * (-1) ** number} for number in range(count)]


def test_threshold_is_mean_less_k_deviations_rounded_down() -> None:
    entry = calibration.entry(runs_around(0.8, 0.01), {"untrained": 0.13, "one_epoch": 0.4})
    deviation = 0.01 * math.sqrt(20 / 19)
    assert entry["mean"] == 0.8
    assert entry["sd"] == pytest.approx(deviation, abs=1e-5)
    assert entry["limit"] == pytest.approx(0.8 - entry["k"] * deviation, abs=1e-4)
    assert entry["threshold"] == 0.75
    assert entry["floor"] == 0.4
    assert entry["accuracy_points"] is True
    assert "reason" not in entry


def test_a_threshold_that_is_a_round_number_stays_it() -> None:
    assert calibration.entry(runs_around(0.57, 0.0), {"untrained": 0.1})["threshold"] == 0.57


@pytest.mark.parametrize("best", [0.75, 0.79])
def test_no_accuracy_points_where_a_weak_run_reaches_the_threshold(best: float) -> None:
    entry = calibration.entry(runs_around(0.8, 0.01), {"untrained": 0.13, "raw_input": best})
    assert entry["accuracy_points"] is False
    assert "raw_input" in entry["reason"]


class StubRuns:
    """Counts the trainings that it is asked for; may be told to stop in the middle."""

    assignment = "03_faces_fc"
    weak_kinds = ("untrained", "raw_input")

    def __init__(self, stop_after: int = 10**6) -> None:
        self.trainings = 0
        self.stop_after = stop_after

    def _train(self) -> None:
        if self.trainings == self.stop_after:
            raise KeyboardInterrupt
        self.trainings += 1

    def weak(self, network: str, kind: str) -> dict[str, Any]:
        self._train()
        return {"accuracies": [0.1, 0.2, 0.15, 0.1, 0.1]}

    def run(self, network: str, number: int) -> dict[str, Any]:
        self._train()
        base = 0.6 + 0.001 * (number % 4)
        return {
            "seed": 3 + 1000 * number,
            "style": "sequential",
            "set": number % 5,
            "accuracies": [round(base + 0.0005 * place, 4) for place in range(5)],
        }


def measure(stub: StubRuns, path: Any, runs: int = 10) -> dict[str, Any]:
    return calibration.measure(stub, Journal(path), runs, lambda line: None)  # type: ignore[arg-type]


def test_an_interrupted_calibration_goes_on_where_it_stopped(tmp_path: Any) -> None:
    journal = tmp_path / "deep" / "03_faces_fc.jsonl"
    with pytest.raises(KeyboardInterrupt):
        measure(StubRuns(stop_after=11), journal)
    with journal.open("a") as file:
        file.write('{"inputs_hash": "cut off in the mid')
    again = StubRuns()
    result = measure(again, journal)
    everything = 2 * (2 + 10)
    assert again.trainings == everything - 11
    assert result == measure(StubRuns(), tmp_path / "in_one_go.jsonl")
    assert measure(StubRuns(stop_after=0), journal) == result
    assert result["b"]["weak"] == {"untrained": 0.2, "raw_input": 0.2}


def test_what_the_file_holds_is_not_measured_again(tmp_path: Any) -> None:
    made_from = {"inputs_hash": fingerprint.inputs_hash("03_faces_fc"), "keras": "3"}
    networks = measure(StubRuns(), tmp_path / "one", runs=10)
    document = {**made_from, "networks": networks}
    (tmp_path / "03_faces_fc.json").write_text(calibration.render(document))

    def go_on(made_from: dict[str, Any], folder: Any, name: str) -> tuple[int, Any]:
        stub, known = StubRuns(), calibration.in_file("03_faces_fc", made_from, folder)
        journal = Journal(tmp_path / name, known)
        found = calibration.measure(stub, journal, 12, lambda line: None)  # type: ignore[arg-type]
        return stub.trainings, found

    assert go_on(made_from, tmp_path, "two") == (4, measure(StubRuns(), tmp_path / "j", runs=12))
    everything = 2 * (2 + 12)
    assert go_on({**made_from, "keras": "4"}, tmp_path, "three")[0] == everything
    assert go_on(made_from, tmp_path / "none", "four")[0] == everything


def test_more_runs_are_added_to_those_that_exist(tmp_path: Any) -> None:
    measure(StubRuns(), tmp_path / "j", runs=10)
    more = StubRuns()
    assert len(measure(more, tmp_path / "j", runs=12)["a"]["runs"]) == 12
    assert more.trainings == 4


def test_a_run_counts_with_its_own_hidden_set(tmp_path: Any) -> None:
    runs = measure(StubRuns(), tmp_path / "j")["a"]["runs"]
    assert [run["accuracy"] for run in runs] == [run["accuracies"][run["set"]] for run in runs]
    assert {run["set"] for run in runs} == {0, 1, 2, 3, 4}


def test_trainings_of_another_renderer_are_not_used(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure(StubRuns(), tmp_path / "j")
    monkeypatch.setattr(fingerprint.faces, "renderer_hash", lambda: "another")
    stub = StubRuns()
    measure(stub, tmp_path / "j")
    assert stub.trainings == 24


def test_refuses_an_assignment_without_accuracy_points(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="no points for accuracy"):
        calibration.calibrate(tmp_path, "06_faces_vgg_features")


def test_refuses_too_few_runs(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="at least 5 runs"):
        calibration.calibrate(tmp_path, "03_faces_fc", runs=4)


def test_a_calibration_is_current_until_something_that_decides_changes(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"assignment": "03_faces_fc", **fingerprint.ingredients("03_faces_fc")}
    (tmp_path / "03_faces_fc.json").write_text(json.dumps(document))
    assert calibration.is_current("03_faces_fc", tmp_path) == []
    monkeypatch.setattr(fingerprint.faces, "renderer_hash", lambda: "another")
    assert ["renderer" in problem for problem in calibration.is_current("03_faces_fc", tmp_path)]


def test_the_course_weights_decide_only_where_features_are_the_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fingerprint.weights_file, "weights_hash", lambda subject: "weights")
    assert fingerprint.ingredients("07_faces_fine_tuning")["weights"] == "weights"
    assert "weights" not in fingerprint.ingredients("05_faces_cnn_tricks")


def test_rendering_is_deterministic_and_keeps_a_run_on_a_line() -> None:
    document = {"b": {"runs": [{"accuracies": [0.1, 0.2], "seed": 3}]}, "a": 1}
    text = calibration.render(document)
    assert '{ "accuracies": [ 0.1, 0.2 ], "seed": 3 }' in text
    assert json.loads(text) == document
    assert text == calibration.render(dict(reversed(document.items())))
