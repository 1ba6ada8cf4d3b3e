"""The object that a notebook holds: constants, hints one at a time, states in words."""

import numpy as np
import pytest

from autograder import exercises
from autograder.student import CheckFailed, Exercise, NotAttempted, one_hot
from autograder.student.checks import find_check
from autograder.student.exercise import partial_credit

LABELS = np.array([1, 2], dtype=np.uint8)


@pytest.mark.parametrize("name", exercises.names())
def test_every_task_of_every_exercise_has_a_check_and_hints(name: str) -> None:
    for task_name, task in exercises.load(name).tasks.items():
        find_check(task_name)
        assert len(task.hints) >= 2


def test_hints_come_one_at_a_time_and_the_last_one_stays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    exercise = Exercise("03_faces_fc")
    hints = exercise.table.tasks["one_hot"].hints
    for _ in range(len(hints) + 2):
        exercise.hint("one_hot")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Hint 1 of {len(hints)}: {hints[0]}"
    assert (
        lines[-1] == lines[-3] == f"Hint {len(hints)} of {len(hints)} (the last one): {hints[-1]}"
    )


def test_progress_tells_states_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    exercise = Exercise("03_faces_fc")
    exercise.check("one_hot", one_hot(LABELS), labels=(LABELS,))
    with pytest.raises(NotAttempted):
        exercise.check("flatten", ..., images=(np.zeros((2, 48, 48, 3)),))
    with pytest.raises(CheckFailed):
        exercise.check("network_a", "no model")
    exercise.progress()
    text = capsys.readouterr().out
    for state in ("done", "not attempted", "wrong", "not checked yet"):
        assert state in text


def test_each_network_may_have_its_own_optimizer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EIGHT_FACES_QUICK", raising=False)
    exercise = Exercise("09_santa_vgg19")
    optimizer = exercise.optimizer("tuned")
    assert type(optimizer).__name__ == "RMSprop"
    assert float(optimizer.learning_rate) == pytest.approx(1e-5)
    assert exercise.training("frozen").epochs == 10
    assert exercise.training("tuned").batch_size == 20
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    assert exercise.training("frozen").epochs == 2


def test_waiting_cells_say_for_which_task(capsys: pytest.CaptureFixture[str]) -> None:
    exercise = Exercise("03_faces_fc")
    assert not exercise.ready("training_a", ...)
    title = exercise.table.tasks["training_a"].title
    assert f"Waiting for task “{title}”" in capsys.readouterr().out
    assert exercise.ready("training_a", object())


def test_credit_near_the_threshold_is_partial_and_never_below_the_floor() -> None:
    assert partial_credit(0.60, 0.60) == 1.0
    assert partial_credit(0.575, 0.60) == pytest.approx(0.5)
    assert partial_credit(0.55, 0.60) == 0.0
    assert partial_credit(0.59, 0.60, floor=0.58) == pytest.approx(0.5)
    assert partial_credit(0.57, 0.60, floor=0.58) == 0.0


def test_quick_runs_skip_accuracy_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    exercise = Exercise("03_faces_fc")
    assert exercise.epochs == 2
    with pytest.raises(CheckFailed, match=r"^skipped:"):
        exercise.reach("training_a", object(), np.zeros((1, 1)), LABELS[:1], at_least="0.5")


def test_a_missing_network_is_not_attempted() -> None:
    exercise = Exercise("03_faces_fc")
    with pytest.raises(NotAttempted):
        exercise.reach("training_a", ..., np.zeros((1, 1)), LABELS[:1], at_least="0.5")


def test_an_answer_that_cannot_be_checked_is_a_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    exercise = Exercise("03_faces_fc")
    with pytest.raises(CheckFailed, match="could not be checked"):
        exercise.check("one_hot", one_hot(LABELS), labels=(LABELS, LABELS))
    assert not exercise.can_show("one_hot", one_hot(LABELS))
    assert "waits for it" in capsys.readouterr().out


def test_the_course_runs_what_is_there_and_goes_on_without_what_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    exercise = Exercise("05_faces_cnn_tricks")
    assert exercise.run(len, [1, 2], task="network_a") == 2
    assert exercise.run(len, ..., task="network_a") is ...
    assert exercise.run(len, 5, task="network_a") is ...
    text = capsys.readouterr().out
    assert "Waiting for task" in text
    assert "does not work yet" in text


def test_a_task_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(CheckFailed, match="its tasks are: one_hot"):
        Exercise("03_faces_fc").hint("confusion")
