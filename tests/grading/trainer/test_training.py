"""What decides a training is in its name, what does not is not, and it always ends the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from autograder.grading.trainer import training
from autograder.grading.trainer.fresh import is_fresh
from autograder.grading.trainer.request import RefusedTrainingError, Request, read_request, work
from autograder.transport import describe
from autograder.transport.fitting import CannotTravelError
from autograder.transport.known import digest_of_weights

Ask = Callable[..., Path]
Data = tuple[np.ndarray, np.ndarray]


def network(**changes: Any) -> Any:
    """Build and compile the network of these tests, with some things changed."""
    wanted = {"units": 5, "rate": 0.25, "learning_rate": 0.01, "loss": "binary_crossentropy"}
    wanted |= {"regularizer": None, "momentum": 0.99, "seed": 3, "frozen": False, **changes}
    keras.utils.set_random_seed(wanted["seed"])
    model = keras.Sequential([
        keras.Input((6,)),
        layers.Dense(wanted["units"], kernel_regularizer=wanted["regularizer"]),
        layers.BatchNormalization(momentum=wanted["momentum"]),
        layers.Activation("relu"),
        layers.Dropout(wanted["rate"]),
        layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    model.layers[0].trainable = not wanted["frozen"]
    model.compile(
        keras.optimizers.Adam(wanted["learning_rate"]), wanted["loss"], metrics=["accuracy"]
    )
    return model


def functional() -> Any:
    """Build the same network in other words."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((6,), name="pictures")
    outputs = layers.Dense(5, name="first")(inputs)
    outputs = layers.ReLU()(layers.BatchNormalization()(outputs))
    outputs = layers.Dropout(0.25)(outputs)  # layers draw their seeds in the order they are made
    outputs = layers.Activation("sigmoid")(layers.Dense(1)(outputs))
    model = keras.Model(inputs, outputs, name="mine")
    model.compile(
        keras.optimizers.Adam(0.01, name="other"), "binary_crossentropy", metrics=["accuracy"]
    )
    return model


def read(folder: Path) -> Request:
    return read_request(folder, {})


def name(folder: Path) -> str:
    return read(folder).name(training.circumstances())


def test_the_same_in_other_words_has_the_same_name_and_end(ask: Ask, data: Data) -> None:
    first, second = read(ask(network(), *data, epochs=2)), read(ask(functional(), *data, epochs=2))
    circumstances = training.circumstances()
    assert first.name(circumstances) == second.name(circumstances)
    one, other = training.train(first), training.train(second)
    assert one["digest"] == other["digest"]
    assert one["logs"] == other["logs"]


def test_compiled_updates_end_as_keras_own_do(ask: Ask) -> None:
    """A large array is gone over once in a step; that changes nothing but rounding."""

    def large() -> Any:
        keras.utils.set_random_seed(5)
        model = keras.Sequential([keras.Input((40,)), layers.Dense(2000), layers.Dense(1)])
        model.compile(keras.optimizers.Adam(0.01, weight_decay=0.1, clipnorm=1.0), "mse")
        return model

    rng = np.random.default_rng(0)
    x, y = rng.random((64, 40), dtype="float32"), rng.random((64, 1), dtype="float32")
    assert large().layers[0].kernel.shape.num_elements() >= training._LARGE
    one = training.train(read(ask(large(), x, y, epochs=3)))
    keras.utils.set_random_seed(training.SEED)
    plain = large()
    keras.utils.set_random_seed(training.SEED)
    plain.fit(x, y, epochs=3, verbose=0)
    for trained, own in zip(one["weights"], plain.get_weights(), strict=True):
        assert np.allclose(trained, own, rtol=1e-3, atol=1e-4)
    again = training.train(read(ask(large(), x, y, epochs=3)))
    assert one["digest"] == again["digest"]


@pytest.mark.parametrize("wanted", [{}, {"steps_per_epoch": 3}, {"validation_steps": 1}])
def test_many_steps_at_a_time_change_nothing(
    ask: Ask, data: Data, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    x, y = data
    keywords = {"epochs": 3, "batch_size": 3, "validation_data": (x[:7], y[:7]), **wanted}
    one = training.train(read(ask(network(), x, y, **keywords)))
    monkeypatch.setattr(training, "_STEPS", 1)
    other = training.train(read(ask(network(), x, y, **keywords)))
    for key in ("digest", "logs", "epoch", "steps"):
        assert one[key] == other[key], key


def test_it_ends_the_same_whatever_was_trained_before(ask: Ask, data: Data) -> None:
    folder = ask(network(), *data, epochs=2)
    one = training.train(read(folder))
    training.train(read(ask(network(units=3), *data, epochs=1)))
    other = training.train(read(folder))
    for key in ("weights", "optimizer"):
        assert all(map(np.array_equal, one[key], other[key]))
    assert one["logs"] == other["logs"]


@pytest.mark.parametrize(
    "change",
    [
        {"units": 6},
        {"rate": 0.3},
        {"learning_rate": 0.02},
        {"loss": "mse"},
        {"regularizer": "l2"},
        {"momentum": 0.9},
        {"seed": 4},
        {"frozen": True},
    ],
    ids=str,
)
def test_another_network_has_another_name(ask: Ask, data: Data, change: dict[str, Any]) -> None:
    assert name(ask(network(**change), *data)) != name(ask(network(), *data))


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 2},
        {"batch_size": 10},
        {"shuffle": False},
        {"validation_split": 0.2},
        {"class_weight": {0: 1.0, 1: 2.0}},
        {"sample_weight": np.linspace(0, 1, 90)},
        {"initial_epoch": 1, "epochs": 2},
        {"steps_per_epoch": 2},
        {"callbacks": [keras.callbacks.EarlyStopping()]},
        {"callbacks": [keras.callbacks.EarlyStopping(patience=1)]},
        {"callbacks": [keras.callbacks.ReduceLROnPlateau()]},
    ],
    ids=lambda change: ", ".join(change),
)
def test_other_arguments_give_another_name(ask: Ask, data: Data, change: dict[str, Any]) -> None:
    assert name(ask(network(), *data, **change)) != name(ask(network(), *data))


def test_other_data_and_other_states_give_another_name(ask: Ask, data: Data) -> None:
    x, y = data
    plain = name(ask(network(), x, y))
    assert name(ask(network(), x, 1 - y)) != plain
    assert name(ask(network(), x[:80], y[:80])) != plain
    assert name(ask(network(), x, y, validation_data=(x, y))) != plain
    drawn = network()
    drawn(x[:1], training=True)  # moves the state of the dropout on, and nothing that is a weight
    assert name(ask(drawn, x, y)) != plain
    used = network()
    used.optimizer.build(used.trainable_variables)
    used.optimizer.iterations.assign(7)
    assert name(ask(used, x, y)) != plain
    assert read(ask(network(), x, y)).name({"threads": 1}) != read(ask(network(), x, y)).name({})


@pytest.mark.parametrize("verbose", [0, 1, "auto"])
def test_what_decides_nothing_is_not_in_the_name(ask: Ask, data: Data, verbose: object) -> None:
    watching = [keras.callbacks.History()]
    assert name(ask(network(), *data, verbose=verbose, callbacks=watching)) == name(
        ask(network(), *data)
    )


def test_a_second_fit_goes_on_from_the_first(ask: Ask, data: Data) -> None:
    """Twice one epoch through the trainer leaves what the optimiser and the weights were."""
    model = network()
    for _ in range(2):
        made = training.train(read(ask(model, *data, epochs=1)))
        for variable, array in zip(describe.variables(model), made["weights"], strict=True):
            variable.assign(array)
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        for variable, array in zip(model.optimizer.variables, made["optimizer"], strict=True):
            variable.assign(array)
    assert int(model.optimizer.iterations.numpy()) == 2 * made["steps"]
    assert digest_of_weights(model) == made["digest"]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras saves
def test_early_stopping_and_saved_weights(ask: Ask, data: Data, tmp_path: Path) -> None:
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="loss", patience=1, min_delta=10.0),
        keras.callbacks.ModelCheckpoint(
            tmp_path / "best.keras", monitor="loss", save_best_only=True
        ),
    ]
    made = training.train(read(ask(network(), *data, epochs=9, callbacks=callbacks)))
    assert made["epoch"] == [0, 1]
    best = int(np.argmin([log["loss"] for log in made["logs"]]))
    assert made["saved_epoch"] == best
    assert len(made["saved"]["optimizer"]) == len(made["optimizer"])
    assert not (tmp_path / "best.keras").exists()


def _lambda_loss(model: Any) -> Any:
    model.compile("adam", lambda true, predicted: keras.ops.mean(predicted - true))
    return model


@pytest.mark.parametrize(
    ("change", "arguments"),
    [
        (_lambda_loss, {}),
        (lambda model: model, {"callbacks": [keras.callbacks.LambdaCallback()]}),
        (lambda model: model, {"callbacks": [keras.callbacks.ModelCheckpoint("{epoch}.keras")]}),
        (lambda model: model, {"x": [[1.0] * 6], "y": [[1.0]]}),
        (lambda model: model, {"x": (batch for batch in ())}),
        (lambda model: model.compile("adam", "mse", run_eagerly=True) or model, {}),
        (lambda model: keras.Sequential([layers.Dense(1)]), {}),
    ],
    ids=["loss", "callback", "many files", "lists", "generator", "eager", "not built"],
)
def test_what_is_no_data_trains_in_the_notebook(
    ask: Ask, data: Data, change: Callable[[Any], Any], arguments: dict[str, Any]
) -> None:
    model = change(network())
    with pytest.raises((CannotTravelError, TypeError)):
        ask(model, **{"x": data[0], "y": data[1], **arguments})


def _harm_values(folder: Path, old: str, new: str) -> None:
    path = folder / "values.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"value":"1"', '"value":"99999999"'),
        ('"kind":"bool","value":true', '"kind":"str","value":"os.system"'),
        ("binary_crossentropy", "my_own_loss"),
        ('\\"class_name\\": \\"Dense\\"', '\\"class_name\\": \\"Lambda\\"'),
        ('"format":1', '"format":2'),
        ('"dtype":"float32","shape":[90,6]', '"dtype":"float32","shape":[90,600000]'),
        ('"dtype":"int64","shape":[2]', '"dtype":"int64","shape":[1,2]'),
    ],
)
def test_requests_that_are_none_are_refused(ask: Ask, data: Data, old: str, new: str) -> None:
    folder = ask(network(), *data)
    _harm_values(folder, old, new)
    with pytest.raises(RefusedTrainingError):
        read(folder)


def test_work_grows_with_what_is_trained(ask: Ask, data: Data) -> None:
    x, y = data
    one = work(read(ask(network(), x, y)))
    assert work(read(ask(network(), x, y, epochs=5))) == 5 * one
    assert work(read(ask(network(), x[:45], y[:45]))) == one / 2
    assert 2 * 3 * 90 * (6 * 5 + 5) < one < 2 * 3 * 90 * 100


def test_new_weights_are_told_from_trained_ones(ask: Ask, data: Data) -> None:
    for seed in range(20):
        assert is_fresh(network(seed=seed, units=400), ())
    model = network(units=400, learning_rate=0.01)
    model.fit(*data, epochs=20, verbose=0)
    assert not is_fresh(model, ())
    brought = network(units=400)
    brought.layers[0].kernel.assign(model.layers[0].kernel)
    assert not is_fresh(brought, ())


def test_weights_of_the_course_count_as_new() -> None:
    from autograder.transport.arrays import digest_of, raw_bytes

    model = network()
    model.layers[0].kernel.assign(np.full((6, 5), 0.5, "float32"))
    assert not is_fresh(model, ())
    assert is_fresh(model, {digest_of(raw_bytes(np.full((6, 5), 0.5, "float32")))})
