"""Models and histories come back as they were, and are built once."""

import keras
import numpy as np
import pytest
from keras import layers

from autograder import exercises
from autograder.grading import reference
from autograder.models.canonical import canonical_layers
from autograder.transport.read import Problem

NETWORKS = [
    (exercise, name)
    for exercise in exercises.names()
    for name, network in exercises.load(exercise).networks.items()
    if network.parameters.total < 100_000_000  # VGG16: see test_known.py
]


def inputs_of(model, count=3):
    shape = [side or 5 for side in model.input_shape[1:]]
    return np.random.default_rng(0).random((count, *shape), np.float32)


def description(model):
    """The config as JSON, without how a layer was built: that follows from its inputs."""

    def without(part):
        if isinstance(part, dict):
            return {key: without(value) for key, value in part.items() if key != "build_config"}
        return [without(item) for item in part] if isinstance(part, (list, tuple)) else part

    return without(model.get_config())


def same_model(model, back):
    x = inputs_of(model)
    np.testing.assert_array_equal(model.predict_on_batch(x), back.predict_on_batch(x), strict=True)
    assert description(back) == description(model)
    assert [w.trainable for w in back.weights] == [w.trainable for w in model.weights]


def give_numbers(model):
    """Fill all weights, moving statistics too, with numbers of their own."""
    generator = np.random.default_rng(1)
    for weight in model.weights:
        if "float" in weight.dtype:
            weight.assign(generator.random(weight.shape) / 10 + 0.01)


@pytest.mark.parametrize(("exercise", "name"), NETWORKS)
def test_networks_of_the_course_come_back(notebook, exercise, name):
    table = exercises.load(exercise)
    style = reference.STYLES[len(name + exercise) % len(reference.STYLES)]
    model = reference.compiled(table.networks[name], table.trainings[name], style)
    give_numbers(model)
    back = notebook.one(model)
    same_model(model, back)
    assert canonical_layers(back) == canonical_layers(model)
    assert back.loss == table.trainings[name].loss
    assert back.get_compile_config() == model.get_compile_config()


def functional(build, shape=(8, 8, 3)):
    inputs = keras.Input(shape)
    return keras.Model(inputs, build(inputs))


def shared():
    dense = layers.Dense(3, activation="relu")
    return functional(lambda x: dense(dense(x)), (3,))


def nested():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(5), layers.BatchNormalization()])
    other = functional(lambda x: layers.Dense(3)(inner(x)), (4,))
    return keras.Sequential([keras.Input((2, 2)), layers.Flatten(), other, layers.ReLU()])


def frozen():
    model = nested()
    model.layers[1].layers[1].layers[0].trainable = False
    return model


def all_frozen_but_one():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.Dense(3)])
    model.trainable = False
    model.layers[1].trainable = True
    return model


def residual():
    def build(x):
        first = layers.Conv2D(3, 3, padding="same")(x)
        second = layers.Add()([x, first])
        both = layers.Concatenate()([second, x * 2.0 - 1.0])
        return layers.GlobalAveragePooling2D()(keras.activations.relu(both[:, ::-1, ..., :2]))

    return functional(build)


def recurrent():
    return keras.Sequential(
        [
            keras.Input((6, 4)),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(2, activation="tanh")),
            layers.GRU(3),
        ]
    )


def adapted():
    normalise = layers.Normalization()
    normalise.adapt(np.random.default_rng(3).random((20, 4)) * 9)
    return keras.Sequential([keras.Input((4,)), normalise, layers.Dense(2)])


def settings_of_all_kinds():
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.RandomFlip("horizontal", seed=3),
            layers.RandomRotation(0.1),
            layers.Rescaling(1 / 127.5, offset=-1.0),
            layers.ZeroPadding2D(((1, 0), (0, 1))),
            layers.SeparableConv2D(4, (3, 2), strides=2, depthwise_regularizer=None),
            layers.Conv2D(
                6,
                3,
                dilation_rate=2,
                groups=2,
                use_bias=False,
                activation=layers.LeakyReLU(0.2),
                kernel_initializer=keras.initializers.HeNormal(seed=3),
                kernel_regularizer=keras.regularizers.L2(0.01),
                kernel_constraint=keras.constraints.MaxNorm(3),
            ),
            layers.LayerNormalization(epsilon=1e-5),
            layers.PReLU(shared_axes=[1, 2]),
            layers.Activation(keras.activations.gelu),
            layers.AveragePooling2D(2, padding="same"),
            layers.SpatialDropout2D(0.2),
            layers.Reshape((-1,)),
            layers.GaussianNoise(0.1),
            layers.Dense(3, activation=keras.ops.softmax, dtype="float64"),
        ]
    )


def attention():
    def build(x):
        flat = layers.Reshape((64, 3))(x)
        return layers.MultiHeadAttention(2, 3)(flat, flat)

    return functional(build)


KINDS = [shared, nested, frozen, all_frozen_but_one, residual, recurrent, adapted,
         settings_of_all_kinds, attention]  # fmt: skip


@pytest.mark.parametrize("build", KINDS, ids=lambda build: build.__name__)
def test_models_of_all_kinds_come_back(notebook, build):
    model = build()
    if build is not adapted:
        give_numbers(model)
    same_model(model, notebook.one(model))


def test_models_that_are_not_built_stay_so(notebook):
    model = keras.Sequential([layers.Dense(3), layers.ReLU()])
    back = notebook.one(model)
    assert not back.built
    assert [type(layer) for layer in back.layers] == [layers.Dense, layers.ReLU]
    assert notebook.one(keras.Sequential()).layers == []


def test_a_model_that_was_built_by_its_first_call_comes_back(notebook):
    model = keras.Sequential([layers.Dense(3)])
    model(np.zeros((1, 4), np.float32))
    same_model(model, notebook.one(model))


def test_a_model_that_was_not_compiled_is_not(notebook):
    back = notebook.one(keras.Sequential([keras.Input((2,)), layers.Dense(1)]))
    assert not back.compiled


def own_loss(truth, guess):
    return keras.ops.mean(truth - guess)


COMPILED = {
    "names": ({"optimizer": "adam", "loss": "mse", "metrics": ["accuracy"]}, "mse"),
    "objects": (
        {
            "optimizer": keras.optimizers.SGD(
                keras.optimizers.schedules.ExponentialDecay(0.1, 1_000_000, 0.9), momentum=0.9
            ),
            "loss": keras.losses.CategoricalCrossentropy(from_logits=True),
            "metrics": [keras.metrics.CategoricalAccuracy("right"), "mae"],
            "weighted_metrics": [],
        },
        "categorical_crossentropy",
    ),
    "functions": (
        {"optimizer": "sgd", "loss": keras.losses.categorical_crossentropy},
        "categorical_crossentropy",
    ),
    "own metric": (
        {"optimizer": "adam", "loss": "mse", "metrics": [own_loss, "accuracy"]},
        "mse",
    ),
}


@pytest.mark.parametrize("name", COMPILED)
def test_what_a_model_was_compiled_with_comes_back(notebook, name):
    settings, loss = COMPILED[name]
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3)])
    model.compile(**settings)
    back = notebook.one(model)
    assert back.compiled
    found = keras.losses.get(back.loss)
    assert loss in (back.loss, found.name if hasattr(found, "name") else found.__name__)
    assert type(back.optimizer) is type(model.optimizer)
    assert back.evaluate(np.ones((2, 2)), np.ones((2, 3)), verbose=0) is not None


def test_a_loss_of_ones_own_is_left_out_and_the_network_stays(notebook):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3)])
    model.compile(loss=own_loss)
    back = notebook.one(model)
    assert back.compiled
    assert back.loss is None


def test_histories_know_their_model(notebook):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    other = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    for each in (model, other):
        each.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(np.ones((4, 2)), np.ones(4), epochs=2, verbose=0)
    back = notebook.trip(history_a=history, model_a=model, model_b=other, same=model)
    assert isinstance(back["history_a"], keras.callbacks.History)
    assert back["history_a"].history == history.history
    assert back["history_a"].epoch == [0, 1]
    assert back["history_a"].params == history.params
    assert back["history_a"].model is back["model_a"] is back["same"]
    assert notebook.trip(history_a=history, model_b=other)["history_a"].model is None
    assert notebook.trip(history_a=history)["history_a"].model is None


def test_a_model_is_built_once_until_it_changes(notebook):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    first = notebook.trip(a=model, copies={"x": model, "y": [model]})
    assert first["a"] is first["copies"]["x"] is first["copies"]["y"][0]
    assert notebook.trip(b=model)["b"] is first["a"]
    model.layers[0].set_weights([np.ones((2, 1)), np.ones(1)])
    changed = notebook.one(model)
    assert changed is not first["a"]
    assert changed.get_weights()[0].tolist() == [[1], [1]]


def test_weights_of_a_model_cross_once(notebook):
    model = keras.Sequential([keras.Input((300,)), layers.Dense(300)])
    notebook.space.update(model=model)
    assert notebook.size(notebook.export("model")) > 360_000
    assert notebook.size(notebook.export("model")) < 5_000


def test_odd_numbers_are_allowed_in_weights(notebook):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2)])
    odd = np.array([[np.nan, np.inf], [-np.inf, 1]], np.float32)
    model.layers[0].set_weights([odd, np.zeros(2)])
    np.testing.assert_array_equal(notebook.one(model).get_weights()[0], odd)


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_tensors_become_arrays(notebook):
    import tensorflow as tf

    values = {
        "constant": tf.constant([[1, 2]]),
        "variable": tf.Variable([1.0]),
        "of_keras": keras.Variable(np.ones((2, 2))),
        "half": keras.ops.cast(keras.ops.ones(2), "bfloat16"),
        "truth": tf.constant([True]),
        "number": tf.constant(3.0),
    }
    back = notebook.trip(**values)
    for name, value in values.items():
        assert type(back[name]) is np.ndarray
        np.testing.assert_array_equal(back[name], keras.ops.convert_to_numpy(value))


class Own(keras.Model):
    def call(self, x):
        return x


class OwnLayer(layers.Layer):
    def call(self, x):
        return x


class Undescribed(OwnLayer):
    def __init__(self, size):
        super().__init__()


class OwnSequential(keras.Sequential):
    pass


USE = "with built-in layers"

NOT_ALLOWED = {
    "own model": (Own, "your own class Own"),
    "own Sequential": (OwnSequential, "your own class OwnSequential"),
    "one layer": (lambda: layers.Dense(3), "single layer (Dense)"),
    "output of a layer": (lambda: layers.Dense(3)(keras.Input((2,))), "keras.Model(inputs"),
    "own layer": (lambda: keras.Sequential([keras.Input((2,)), OwnLayer()]), "OwnLayer"),
    "undescribed layer": (lambda: keras.Sequential([keras.Input((2,)), Undescribed(3)]), USE),
    "Lambda": (
        lambda: keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x)]),
        "Lambda, which cannot be checked",
    ),
    "own activation": (
        lambda: keras.Sequential([keras.Input((2,)), layers.Dense(2, activation=lambda x: x)]),
        "activation",
    ),
    "own initialiser": (
        lambda: keras.Sequential(
            [keras.Input((2,)), layers.Dense(2, kernel_initializer=lambda s, dtype: np.ones(s))]
        ),
        "initializer",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize("name", NOT_ALLOWED)
def test_what_is_not_built_in_is_a_problem(notebook, name):
    build, expected = NOT_ALLOWED[name]
    back = notebook.trip(model=build(), other=1)
    assert isinstance(back["model"], Problem)
    assert back["model"].reason.startswith("model ")
    assert expected in back["model"].reason
    assert back["other"] == 1


def test_functions_that_are_layers_stay_models(notebook):
    """A model can be called, but it travels as a model."""
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    assert isinstance(notebook.one(model), keras.Sequential)
    assert isinstance(notebook.one(Own()), Problem)
