"""The ladder: what counts as met, and that finished trainings are not made again."""

from pathlib import Path
from typing import Any

import pytest

from autograder.grading import ladder
from autograder.grading.journal import Journal


def met(means: dict[str, float]) -> dict[str, bool]:
    return {verdict["what"]: verdict["met"] for verdict in ladder.judge(means)}


def test_a_ladder_with_all_its_steps_is_met() -> None:
    means = {"03a": 0.55, "03b": 0.62, "04a": 0.75, "05c": 0.8, "07b": 0.9}
    assert list(met(means).values()) == [True] * 5


def test_a_missed_step_is_reported() -> None:
    means = {"03a": 0.70, "03b": 0.74, "04a": 0.83}
    assert met(means) == {"03a": False, "03b less 03a": False, "04a less 03b": True}


def test_a_gain_that_is_just_enough_counts() -> None:
    assert met({"03a": 0.5, "03b": 0.55})["03b less 03a"]


def test_only_what_is_missing_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []

    def train_cell(rung: str, people_seed: int) -> dict[str, Any]:
        trained.append((rung, people_seed))
        return {"train": 1.0, "validation": 0.6, "test": 0.5 + people_seed / 100}

    monkeypatch.setattr(ladder, "train_cell", train_cell)
    path = tmp_path / "ladder.jsonl"
    ladder.measure(Journal(path), ["03a"], [1])
    table = ladder.measure(Journal(path), ["03a", "03b"], [1, 2])
    assert trained == [("03a", 1), ("03b", 1), ("03a", 2), ("03b", 2)]
    assert table["03b"] == {"1": 0.51, "2": 0.52}


def test_the_figure_is_drawn(tmp_path: Path) -> None:
    ladder.draw(
        {"03a": {"1": 0.5, "2": 0.6}, "04a": {"1": 0.8, "2": 0.7}}, tmp_path / "a" / "l.png"
    )
    assert (tmp_path / "a" / "l.png").read_bytes().startswith(b"\x89PNG")
