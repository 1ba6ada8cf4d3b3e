"""What a person sees: counts that are right, in a terminal and in a file."""

import pytest
from rich.console import Console

from autograder.grading import progress, status
from autograder.grading.progress import Progress
from autograder.grading.results import Result


def test_the_bar_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def terminal(**settings: object) -> Console:
        return Console(**{**settings, "force_terminal": True, "width": 120, "soft_wrap": False})  # type: ignore[arg-type]

    monkeypatch.setattr(progress, "Console", terminal)
    with Progress("tiny", 4, shown=True) as lines:
        lines.say("Dask's dashboard: http://127.0.0.1:8787/status")
        lines.done(Result("tiny", "ada", 7.0, 10.0, status.GRADED, trainings_saved=3))
        lines.done(Result("tiny", "bob", 0.0, 10.0, status.FAILED, ["It could not be run. [x]"]))
        lines.running(2)
    shown = capsys.readouterr().err
    assert "Dask's dashboard: http://127.0.0.1:8787/status" in shown
    assert "It could not be run. [x]" in shown
    assert "2 running, 1 failed, 3 trainings saved" in shown
    assert "2/4" in shown


def test_nothing_is_shown_when_nothing_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("tiny", 1, shown=False) as lines:
        lines.running(1, "ada")
        lines.done(Result("tiny", "ada", 7.0, 10.0, status.GRADED))
    assert capsys.readouterr().err == ""
