"""A training can be watched, stopped and gone on with, and watching changes nothing in it."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from autograder.student import live
from autograder.student.exercise import Exercise
from autograder.student.stopping import StopButton
from autograder.student.training import DRAWING_SHARE, TrainingProgress

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")


def network() -> Any:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4, "relu"), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["accuracy"])
    return model


def fit(model: Any, *callbacks: Any, epochs: int = 4, **others: Any) -> Any:
    return model.fit(
        X, Y, batch_size=20, epochs=epochs, validation_data=(X, Y), verbose=0,
        callbacks=list(callbacks), **others,
    )  # fmt: skip


class At(keras.callbacks.Callback):  # type: ignore[misc]
    """Does something after a step."""

    def __init__(self, epoch: int, step: int, act: Callable[[], object]) -> None:
        super().__init__()
        self.place, self.act, self.epoch = (epoch, step), act, 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if (self.epoch, batch) == self.place:
            self.act()


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)  # Python attends to signals between two instructions


class Line:
    """A line that keeps what it was told."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.shares: list[float] = []
        self.pictures: list[dict[str, str]] = []

    def update(self, text: str, share: float) -> None:
        self.texts.append(text)
        self.shares.append(share)

    milestone = update
    end = update

    def picture(self, bundle: dict[str, str]) -> None:
        self.pictures.append(bundle)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    made = Line()
    monkeypatch.setattr("autograder.student.training.open_line", lambda: made)
    return made


def test_loss_accuracy_and_time_left_are_shown(line: Line) -> None:
    watch = TrainingProgress()
    assert watch.seconds == 0
    fit(network(), watch)
    assert 0 < watch.seconds < 600
    assert line.texts[0] == "Training starts."
    epoch = next(text for text in line.texts if text.startswith("Epoch 2/4: "))
    for part in ("loss 0.", "accuracy 0.", "validation loss", " s left"):
        assert part in epoch
    assert line.texts[-1].startswith("Trained in ")
    assert line.shares == sorted(line.shares)
    assert line.shares[-1] == 1.0


def test_steps_are_shown_in_long_epochs(line: Line) -> None:
    fit(network(), At(0, 1, lambda: time.sleep(0.3)), TrainingProgress(), epochs=1)
    assert any("Epoch 1/1, step 2 of 3: accuracy" in text for text in line.texts)


def test_the_curves_are_drawn_at_the_end_and_say_what_they_show(line: Line) -> None:
    fit(network(), TrainingProgress())
    last = line.pictures[-1]
    assert "This training after 4 epochs: loss" in last["text/plain"]
    assert '<img alt="Loss and accuracy by epoch' in last["text/html"]


def test_drawing_takes_little_of_a_training(line: Line) -> None:
    progress, spent = TrainingProgress(), []
    draw = progress._draw

    def timed() -> None:
        begin = time.monotonic()
        draw()
        spent.append(time.monotonic() - begin)

    progress._draw = timed  # type: ignore[method-assign]
    begin = time.monotonic()
    fit(network(), progress, epochs=60)
    within = sum(spent[:-1])  # the last one is always drawn
    slowest = max(spent)
    assert within <= DRAWING_SHARE * (time.monotonic() - begin) + slowest


def test_a_short_training_is_drawn_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    # so that it is short on a machine of any speed
    monkeypatch.setattr("autograder.student.training.FIRST_DRAWING", 60.0)
    fit(network(), TrainingProgress(), epochs=2)
    assert len(line.pictures) == 1


def test_watching_changes_no_weight(line: Line, tmp_path: Path) -> None:
    bare, watched, kept = network(), network(), network()
    fit(bare)
    fit(watched, TrainingProgress())
    fit(kept, TrainingProgress(str(tmp_path / "best.weights.h5")))
    for one, two, three in zip(
        bare.get_weights(), watched.get_weights(), kept.get_weights(), strict=True
    ):
        assert np.array_equal(one, two)
        assert np.array_equal(one, three)


def test_stop_keeps_weights_and_history(line: Line) -> None:
    model, shorter = network(), network()
    history = fit(model, At(1, 2, press), TrainingProgress(), epochs=50)
    assert history is model.history
    assert history.epoch == [0, 1]
    assert len(history.history["val_accuracy"]) == 2
    assert line.texts[-1].startswith("Stopped in epoch  2/50, step 3 of 3")
    assert "go on with the next cells" in line.texts[-1]
    fit(shorter, epochs=2)
    for one, other in zip(model.get_weights(), shorter.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_stopped_training_can_go_on(line: Line) -> None:
    model = network()
    history = fit(model, At(1, 2, press), TrainingProgress(), epochs=5)
    rest = fit(model, TrainingProgress(), epochs=5, initial_epoch=len(history.epoch))
    assert rest.epoch == [2, 3, 4]
    assert line.texts[-1].startswith("Trained in ")
    assert int(model.optimizer.iterations.numpy()) == 15
    assert line.shares[-1] == 1.0


def test_stop_twice_ends_at_once(line: Line) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(network(), At(0, 0, lambda: (press(), press())), TrainingProgress())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_stop_after_an_error_is_no_longer_ours(line: Line) -> None:
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fit(network(), At(0, 0, fail), TrainingProgress())
    with pytest.raises(KeyboardInterrupt):
        press()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nobody_stops_a_training_of_another_thread(line: Line) -> None:
    found: list[Any] = []

    def train() -> None:
        button = StopButton(object())
        button.listen()
        found.append(signal.getsignal(signal.SIGINT))
        button.let_go()

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]


def test_the_best_weights_are_kept_aside(line: Line, tmp_path: Path) -> None:
    path = str(tmp_path / "best.weights.h5")
    model, best = network(), network()
    history = fit(model, Exercise("03_faces_fc").watch(best_weights=path), epochs=6)
    epoch = int(np.argmax(history.history["val_accuracy"])) + 1
    assert f"The weights of epoch {epoch}, with the highest validation accuracy" in line.texts[-1]
    fit(best, epochs=epoch)
    model.load_weights(path)
    for one, other in zip(model.get_weights(), best.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_nobody_looks_on_while_a_submission_is_graded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EIGHT_FACES_UNATTENDED", "1")
    monkeypatch.setattr(
        "autograder.student.plots.draw_learning_curves", lambda histories: pytest.fail("drawn")
    )
    fit(network(), TrainingProgress())
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 1
    assert shown.out.startswith("Trained in ")
    assert shown.err == ""
    with pytest.raises(KeyboardInterrupt):  # there it means that the time is over
        fit(network(), At(0, 0, press), TrainingProgress())


def test_a_terminal_has_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert isinstance(live.open_line(), live.TerminalLine)
    fit(network(), TrainingProgress())
    shown = capsys.readouterr()
    assert shown.out.count("\n") == 1
    assert "\r[#####...............] Epoch 1/4" in shown.out
    assert shown.err == ""


def test_a_file_gets_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    fit(network(), TrainingProgress())
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [
        f"{live.bar(epoch / 4)} Epoch {epoch}/4" for epoch in (1, 2, 3, 4)
    ]
