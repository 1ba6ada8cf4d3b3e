"""A `fit` that was done elsewhere looks in the notebook as if it had been done there."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from autograder.grading.trainer import training
from autograder.grading.trainer.request import read_request
from autograder.student.training import TrainingProgress
from autograder.transport import describe, fitting
from autograder.transport.encode import Encoder
from autograder.transport.limits import ReadLimits
from autograder.transport.write import write_message

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")


class HereDesk:
    """Trains at once, in this process, and counts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.trained = folder, 0
        self.refuse = ""

    def ask(self, values: dict[str, Any], most: int | None = None) -> dict[str, Any]:
        if self.refuse:
            return {self.refuse: "too much work"}
        encoder = Encoder((), ReadLimits(), rich=True)
        nodes = {name: encoder.encode(value) for name, value in values.items()}
        self.trained += 1
        folder = self.folder / f"request-{self.trained}"
        write_message(nodes, encoder.arrays, folder)
        return training.train(read_request(folder, {}))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HereDesk:
    made = HereDesk(tmp_path)
    monkeypatch.setattr(keras.Model, "fit", keras.Model.fit)  # put back at the end
    fitting.patch(keras.Model, made)
    return made


def network() -> Any:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, "relu"), layers.Dropout(0.2), layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model


def test_the_model_is_trained(desk: HereDesk) -> None:
    model = network()
    before = [describe.number(variable) for variable in describe.variables(model)]
    history = model.fit(X, Y, epochs=3, batch_size=20, validation_data=(X, Y), verbose=0)
    assert desk.trained == 1
    assert isinstance(history, keras.callbacks.History)
    assert history.model is model
    assert history.epoch == [0, 1, 2]
    assert set(history.history) == {"loss", "mae", "val_loss", "val_mae"}
    assert history.params == {"verbose": 0, "epochs": 3, "steps": 3}
    after = [describe.number(variable) for variable in describe.variables(model)]
    assert all((one != other).any() for one, other in zip(before, after, strict=True))
    loss = model.evaluate(X, Y, verbose=0)[0]
    assert loss == pytest.approx(history.history["val_loss"][-1], rel=1e-5)
    assert int(model.optimizer.iterations.numpy()) == 9


def test_a_second_fit_goes_on(desk: HereDesk) -> None:
    model = network()
    for _ in range(2):
        model.fit(X, Y, batch_size=20, verbose=0)
    assert desk.trained == 2
    assert int(model.optimizer.iterations.numpy()) == 6


def test_callbacks_see_every_epoch(
    desk: HereDesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = keras.callbacks.EarlyStopping("loss", min_delta=10.0, patience=1)
    best = keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", "loss", save_best_only=True)
    log = keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))
    model = network()
    callbacks = [stop, best, log, TrainingProgress()]
    history = model.fit(X, Y, epochs=9, verbose=2, callbacks=callbacks)
    assert (stop.stopped_epoch, history.epoch) == (1, [0, 1])
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 3
    shown = capsys.readouterr().out
    assert "Epoch 2/9" in shown
    assert "Trained in" in shown
    saved, again = keras.saving.load_model(tmp_path / "best.keras"), network()
    again.fit(X, Y, epochs=int(np.argmin(history.history["loss"])) + 1, verbose=0)
    for one, other in zip(saved.weights, again.weights, strict=True):
        assert np.array_equal(describe.number(one), describe.number(other))


def test_the_best_weights_are_kept_aside(desk: HereDesk, tmp_path: Path) -> None:
    path = str(tmp_path / "best.weights.h5")
    model, again, plain = network(), network(), network()
    for one in (model, again, plain):
        one.compile("adam", "mse", metrics=["accuracy"])
    fit = {"x": X, "y": Y, "validation_data": (X, Y), "verbose": 0}
    history = model.fit(**fit, epochs=6, callbacks=[TrainingProgress(path)])
    plain.fit(**fit, epochs=6)
    assert desk.trained == 2
    for one, other in zip(model.get_weights(), plain.get_weights(), strict=True):
        assert np.array_equal(one, other)
    again.fit(**fit, epochs=int(np.argmax(history.history["val_accuracy"])) + 1)
    model.load_weights(path)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_best_weights_come_back(desk: HereDesk) -> None:
    stop = keras.callbacks.EarlyStopping(
        "loss", min_delta=10.0, patience=2, restore_best_weights=True
    )
    model, again = network(), network()
    model.fit(X, Y, epochs=9, callbacks=[stop], verbose=0)
    again.fit(X, Y, epochs=1, verbose=0)
    for one, other in zip(model.weights, again.weights, strict=True):
        assert np.array_equal(describe.number(one), describe.number(other))


def test_what_cannot_be_described_is_trained_here(desk: HereDesk) -> None:
    seen = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    history = network().fit(X, Y, epochs=2, callbacks=[watch], verbose=0)
    assert (seen, len(history.history["loss"])) == ([0, 1], 2)
    assert desk.trained == 0


def test_what_is_refused_elsewhere_is_trained_here(desk: HereDesk) -> None:
    desk.refuse = "elsewhere"
    assert len(network().fit(X, Y, epochs=2, verbose=0).history["loss"]) == 2


def test_too_much_is_an_error(desk: HereDesk) -> None:
    desk.refuse = "refused"
    with pytest.raises(RuntimeError, match="too much work"):
        network().fit(X, Y, epochs=2, verbose=0)


def test_a_model_that_says_it_is_another_is_trained_here(
    desk: HereDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, other = network(), network()
    model.add(keras.layers.Dense(2))
    model.compile("adam", "mse")
    monkeypatch.setattr(desk, "ask", lambda values: training.train(_read(desk, other)))
    history = model.fit(X, np.stack([Y, Y], axis=1), epochs=1, verbose=0)
    assert len(history.history["loss"]) == 1
    assert describe.number(model.layers[-1].kernel).shape == (1, 2)


def _read(desk: HereDesk, model: Any) -> Any:
    given = {"x": X, "y": Y, "epochs": 1, "callbacks": None, "validation_data": None}
    given |= {"sample_weight": None, "validation_split": 0.0, "shuffle": True, "initial_epoch": 0}
    given |= {name: given.get(name) for name in fitting.PLAIN}
    given["validation_freq"] = 1
    encoder = Encoder((), ReadLimits(), rich=True)
    described = fitting.describe_training(model, given)
    nodes = {name: encoder.encode(value) for name, value in described.items()}
    folder = desk.folder / "other"
    write_message(nodes, encoder.arrays, folder)
    return read_request(folder, {})


def test_wrong_arguments_are_keras_own_errors(desk: HereDesk) -> None:
    with pytest.raises(TypeError, match="epoch"):
        network().fit(X, Y, epoch=2)
    desk.refuse = "elsewhere"
    with pytest.raises(ValueError, match="cardinality"):
        network().fit(X, Y[:10], verbose=0)
    assert desk.trained == 0
