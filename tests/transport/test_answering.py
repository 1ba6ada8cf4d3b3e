"""What is asked of a trained network is what it says itself, and the rest is not asked."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from autograder.grading.trainer import training
from autograder.grading.trainer.question import Question
from autograder.grading.trainer.request import RefusedTrainingError, read_request
from autograder.transport import answering, describe, fitting
from autograder.transport.encode import Encoder
from autograder.transport.known import digest
from autograder.transport.limits import ReadLimits
from autograder.transport.write import write_message

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 1000)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")


class HereDesk:
    """Trains and answers in this process, knows `X` and what was trained, and counts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked, self.answered = folder, 0, 0
        self.known = {digest(X): X}
        self.has_answered = False

    def ask(self, values: dict[str, Any], most: int | None = None) -> dict[str, Any]:
        encoder = Encoder(set(self.known), ReadLimits(), rich=True)
        nodes = {name: encoder.encode(value) for name, value in values.items()}
        if most is not None and sum(raw.nbytes for raw in encoder.arrays.values()) > most:
            raise fitting.CannotTravelError
        self.asked += 1
        folder = self.folder / f"request-{self.asked}"
        write_message(nodes, encoder.arrays, folder)
        with pytest.MonkeyPatch.context() as patched:
            for name in ("fit", "evaluate", "predict"):
                patched.setattr(keras.Model, name, ORIGINAL[name])
            request = read_request(folder, self.known)
            if isinstance(request, Question):
                self.answered += 1
                return request.answer()
            result = training.train(request)
        self.known |= {digest(array): array for array in fitting.weights_in(result)}
        self.has_answered = True
        return result


ORIGINAL = {name: getattr(keras.Model, name) for name in ("fit", "evaluate", "predict")}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HereDesk:
    made = HereDesk(tmp_path)
    for name, method in ORIGINAL.items():
        monkeypatch.setattr(keras.Model, name, method)  # put back at the end
    fitting.patch(keras.Model, made)
    answering.patch(keras.Model, made)
    return made


def network(metrics: tuple[str, ...] = ("mae",), units: int = 1, hidden: int = 400) -> Any:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((1000,)), layers.Dense(hidden, "relu"), layers.BatchNormalization(),
        layers.Dropout(0.2), layers.Dense(units),
    ])  # fmt: skip
    model.compile("adam", "mse", metrics=list(metrics))
    return model


def trained(**changes: Any) -> Any:
    model = network(**changes)
    model.fit(X, Y, epochs=2, verbose=0)
    return model


def itself(model: Any, kind: str, *arguments: Any, **keywords: Any) -> Any:
    return ORIGINAL[kind](model, *arguments, verbose=0, **keywords)


@pytest.mark.parametrize("keywords", [{}, {"batch_size": 7}, {"return_dict": True}])
@pytest.mark.parametrize("metrics", [(), ("mae",), ("mae", "mse")])
def test_figures_are_those_of_the_network(
    desk: HereDesk, keywords: dict[str, Any], metrics: tuple[str, ...]
) -> None:
    model = trained(metrics=metrics)
    asked = model.evaluate(X, Y, verbose=0, **keywords)
    assert desk.answered == 1
    own = itself(model, "evaluate", X, Y, **keywords)
    assert type(asked) is type(own)
    assert asked == own


def test_predictions_are_those_of_the_network(desk: HereDesk) -> None:
    model = trained()
    asked = model.predict(X, verbose=0)
    assert desk.answered == 1
    assert asked.dtype == np.float32
    np.testing.assert_array_equal(asked, itself(model, "predict", X))
    asked[0] = 7.0  # it is the notebook's own
    assert model.predict(X, verbose=0)[0] != 7.0


def test_a_bar_is_shown_as_ever(desk: HereDesk, capsys: pytest.CaptureFixture[str]) -> None:
    model = trained()
    model.evaluate(X, Y, verbose=2)
    model.predict(X, verbose=2)
    assert desk.answered == 2
    shown = capsys.readouterr().out
    assert shown.count("10/10") == 2
    assert "loss: " in shown
    assert "mae: " in shown


def test_weights_that_were_changed_answer_for_themselves(desk: HereDesk) -> None:
    model = trained()
    before = model.evaluate(X, Y, verbose=0)
    model.layers[0].kernel.assign_add(np.full((1000, 400), 0.01, "float32"))
    after = model.evaluate(X, Y, verbose=0)
    assert desk.answered == 1
    assert after != before
    assert after == itself(model, "evaluate", X, Y)


def test_what_was_compiled_anew_is_another_question(desk: HereDesk) -> None:
    model = trained()
    model.compile("adam", "mae", metrics=["mse"])
    assert model.evaluate(X, Y, verbose=0) == itself(model, "evaluate", X, Y)
    assert desk.answered == 1


def test_weights_in_another_network_are_another_question(desk: HereDesk) -> None:
    model = trained()
    other = keras.Sequential([keras.Input((1000,)), *model.layers, keras.layers.ReLU()])
    other.compile("adam", "mse", metrics=["mae"])
    assert other.predict(X, verbose=0).min() == 0.0
    assert model.predict(X, verbose=0).min() < 0.0
    assert desk.answered == 2


def test_other_pictures_are_looked_at_here(desk: HereDesk) -> None:
    model = trained()
    assert model.evaluate(X + 1, Y, verbose=0) == itself(model, "evaluate", X + 1, Y)
    assert len(model.predict(X[:299], verbose=0)) == 299
    assert desk.answered == 0


def test_nothing_is_asked_before_something_was_trained(desk: HereDesk) -> None:
    network(hidden=3).evaluate(X, Y, verbose=0)
    assert desk.asked == 0


@pytest.mark.parametrize(
    "keywords",
    [{"sample_weight": Y + 1}, {"steps": 2}, {"callbacks": [keras.callbacks.Callback()]}],
)
def test_what_cannot_be_asked_is_done_here(desk: HereDesk, keywords: dict[str, Any]) -> None:
    model = trained()
    assert model.evaluate(X, Y, verbose=0, **keywords) == itself(
        model, "evaluate", X, Y, **keywords
    )
    assert desk.answered == 0


def test_a_network_with_a_loss_of_ones_own_answers_for_itself(desk: HereDesk) -> None:
    model = trained()
    model.compile("adam", lambda true, found: keras.ops.mean(found, axis=-1))
    model.evaluate(X, Y, verbose=0)
    assert desk.answered == 0


def test_features_are_too_large_to_be_kept(desk: HereDesk) -> None:
    model = network(units=7000, hidden=4)
    model.fit(X, np.zeros((300, 7000), "float32"), verbose=0)
    assert model.predict(X, verbose=0).nbytes > 8e6
    assert desk.answered == 0


def test_wrong_labels_raise_what_keras_raises(desk: HereDesk) -> None:
    model = trained()
    with pytest.raises(ValueError, match=r"cardinality|same|sizes"):
        model.evaluate(X, Y[:10], verbose=0)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("asks", "fit"), ("asks", 7), ("batch_size", -1), ("batch_size", "all"),
        ("batch_size", True), ("data", {"x": None, "y": None}), ("data", {"x": X}),
        ("data", {"x": X[:0], "y": Y[:0]}), ("data", {"x": X, "y": "labels"}),
    ],
)  # fmt: skip
def test_questions_that_are_none_are_refused(tmp_path: Path, part: str, value: Any) -> None:
    given = {"x": X, "y": Y, "batch_size": None}
    values = answering.describe_question(network(hidden=3), answering.EVALUATE, given)
    encoder = Encoder((), ReadLimits(), rich=True)
    nodes = {name: encoder.encode(one) for name, one in {**values, part: value}.items()}
    write_message(nodes, encoder.arrays, tmp_path / "message")
    with pytest.raises(RefusedTrainingError):
        read_request(tmp_path / "message", {})


def test_dropout_s_random_numbers_do_not_matter(desk: HereDesk, tmp_path: Path) -> None:
    """Two notebooks that drew differently before ask the same question."""
    names = set()
    for seed in (1, 2):
        model = trained()
        keras.utils.set_random_seed(seed)
        copy = keras.models.clone_model(model)
        copy.set_weights(model.get_weights())
        copy.compile("adam", "mse", metrics=["mae"])
        given = {"x": X, "y": Y, "batch_size": None}
        values = answering.describe_question(copy, answering.EVALUATE, given)
        encoder = Encoder((), ReadLimits(), rich=True)
        nodes = {name: encoder.encode(one) for name, one in values.items()}
        write_message(nodes, encoder.arrays, tmp_path / f"message-{seed}")
        names.add(read_request(tmp_path / f"message-{seed}", {}).name("here"))
        assert describe.variables(copy)
    assert len(names) == 1
