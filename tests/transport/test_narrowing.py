"""What is cut from the course's VGG16 predicts through the narrow network, and nothing else does.

The first three convolutions stand for the whole network, on small pictures.
"""

import random
from functools import partial

import keras
import numpy as np
import pytest
from keras import layers

from autograder.transport import known, narrowing
from autograder.transport.known import digest_of, raw_bytes

NAMES = ("block1_conv1", "block1_conv2", "block2_conv1")
PICTURES = np.random.default_rng(3).normal(size=(5, 12, 12, 3)).astype("float32") * 50


@pytest.fixture(scope="module")
def course() -> dict[str, np.ndarray]:
    names = [f"{layer}.{part}" for layer in NAMES for part in ("kernel", "bias")]
    return {name: known._wide("people", name) for name in names}


@pytest.fixture
def narrow(course) -> narrowing.Narrowing:
    digests = {name: digest_of(raw_bytes(array)) for name, array in course.items()}
    return narrowing.Narrowing(lambda: digests)


def with_weights(model, course):
    model.set_weights([array.copy() for array in course.values()])
    return model


def sequential(course):
    conv = partial(layers.Conv2D, kernel_size=3, padding="same", activation="relu")
    return with_weights(
        keras.Sequential(
            [keras.Input((12, 12, 3)), conv(64), conv(64), layers.MaxPooling2D(), conv(128)]
        ),
        course,
    )


def functional(course, end=lambda x: x):
    inputs = x = keras.Input((12, 12, 3))
    for number, (name, filters) in enumerate(zip(NAMES, (64, 64, 128), strict=True)):
        if number == 2:
            x = layers.MaxPooling2D()(x)
        x = layers.Conv2D(filters, 3, padding="same", name=name)(x)
        x = layers.ReLU()(x) if number < 2 else x
    return with_weights(keras.Model(inputs, end(x)), course)


def nested(course):
    inner = sequential(course)
    return keras.Sequential([keras.Input((12, 12, 3)), inner, layers.Dropout(0.5)])


def close(given, expected):
    assert given.shape == expected.shape
    assert given.dtype == expected.dtype
    assert np.linalg.norm(given - expected) <= 1e-5 * np.linalg.norm(expected)


MODELS = {
    "sequential": sequential,
    "before_relu": functional,
    "nested": nested,
    "flat": partial(functional, end=layers.Flatten()),
    "pooled": partial(functional, end=layers.GlobalAveragePooling2D()),
    "cut": lambda course: (whole := functional(course)) and keras.Model(
        whole.input, whole.get_layer("block1_conv2").output
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MODELS)
def test_the_narrow_network_computes_the_same(kind, course, narrow):
    model = MODELS[kind](course)
    found = narrow(model)
    assert found.model.count_params() < model.count_params() / 10
    close(found.model.predict(PICTURES, verbose=0)[..., found.units], model.predict(PICTURES))
    assert narrow(model) is found


@pytest.fixture
def patched(narrow):
    class Model(keras.Sequential):
        """Has methods of its own, so that those of Keras stay as they are."""

    Model.__module__ = "keras.tests"
    Model.__name__ = "Sequential"
    narrowing.patch(Model, narrow)
    narrowing.patch(Model, narrow)  # twice is once
    return Model


def test_predict_and_predict_on_batch_take_it(course, patched, monkeypatch, capsys):
    model = sequential(course)
    expected = model.predict(PICTURES, verbose=0)
    taken = []
    own = narrowing.Narrowing.__call__
    monkeypatch.setattr(
        narrowing.Narrowing, "__call__", lambda *given: taken.append(own(*given)) or taken[-1]
    )
    wide = patched(model.layers)
    wide.build((None, 12, 12, 3))
    capsys.readouterr()
    close(wide.predict(PICTURES, 2), expected)
    assert "3/3" in capsys.readouterr().out
    close(wide.predict_on_batch(PICTURES), expected)
    assert [one is not None for one in taken] == [True, True]
    seen = []
    watching = keras.callbacks.LambdaCallback(on_predict_begin=lambda logs: seen.append(1))
    np.testing.assert_array_equal(wide.predict(PICTURES, verbose=0, callbacks=[watching]), expected)
    assert (len(taken), seen) == (2, [1])


def add_a_little(model):
    model.layers[-1].bias.assign_add(np.full(128, 1e-6, "float32"))


def write_one(model):
    model.layers[0].kernel.value[0, 0, 0, 0].assign(0.125)


def train(model):
    model.compile("sgd", "mse")
    model.fit(PICTURES, model.predict(PICTURES, verbose=0) + 1, epochs=1, verbose=0)


def other_activation(model):
    model.layers[-1].activation = keras.activations.sigmoid


@pytest.mark.parametrize("change", [add_a_little, write_one, train, other_activation])
def test_a_model_that_was_changed_predicts_itself(change, course, narrow):
    model = sequential(course)
    assert narrow(model) is not None
    change(model)
    assert narrow(model) is None
    other = sequential(course)
    assert narrow(other) is not None


def test_weights_that_are_set_back_are_the_courses_again(course, narrow):
    model = sequential(course)
    first = narrow(model)
    add_a_little(model)
    assert narrow(model) is None
    with_weights(model, course)
    assert narrow(model).model is not first.model


def branches(course):
    model = functional(course)
    return keras.Model(model.input, [model.output, model.layers[2].output])


def across_units(course):
    return functional(course, layers.Softmax())


def wrong_order(course):
    model = sequential(course)
    model.layers[1].set_weights([model.layers[1].kernel.numpy()[::-1], model.layers[1].bias])
    return model


def own_class(course):
    class Mine(keras.Sequential):
        pass

    model = Mine(sequential(course).layers)
    model.build((None, 12, 12, 3))
    return model


def new_head(course):
    model = sequential(course)
    return keras.Sequential([*model.layers, layers.Flatten(), layers.Dense(8)])


def fresh(course):
    return keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(64, 3), layers.Conv2D(64, 3)])


def something_else(course):
    return keras.Sequential([keras.Input((12, 12, 3)), layers.Flatten(), layers.Dense(8)])


def not_built(course):
    return keras.Sequential([layers.Conv2D(64, 3)])


OTHERS = (
    *(branches, across_units, wrong_order, own_class),
    *(new_head, fresh, something_else, not_built),
)


@pytest.mark.parametrize("make", OTHERS)
def test_other_models_are_left_alone(make, course, narrow):
    assert narrow(make(course)) is None


def test_nothing_random_moves_on_and_no_name_is_used_up(course, narrow):
    def afterwards(look):
        keras.backend.clear_session()
        keras.utils.set_random_seed(4)
        model = nested(course)
        if look:
            assert narrow(model) is not None
        new = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
        state = random.random(), new.layers[0].kernel.numpy().tolist()
        names = new.name, new.layers[0].name, layers.InputLayer((3,)).name, layers.Conv2D(1, 1).name
        return state, names

    assert afterwards(look=True) == afterwards(look=False)


@pytest.mark.full
def test_the_whole_feature_model(cache_dir):
    from data_scripts.features import prepare_images
    from data_scripts.full_features import full_feature_model

    model = full_feature_model("course")
    found = narrowing.Narrowing(known.course_weight_digests)(model)
    assert found.model.output_shape == (None, 1024)
    assert found.features
    after_relu = keras.Model(model.input, layers.ReLU()(model.output))
    assert not narrowing.Narrowing(known.course_weight_digests)(after_relu).features
    pictures = prepare_images(np.random.default_rng(1).integers(0, 255, (3, 100, 100, 3)))
    close(found.model.predict(pictures)[..., found.units], model.predict(pictures))


@pytest.mark.slow
def test_the_base_of_vgg19():
    """What is cut from VGG19 narrows as well, though two of its layers have equal weights."""
    from autograder.student.vgg import vgg19
    from data_scripts import narrow_vgg19

    base = vgg19("course", include_top=False, input_shape=(64, 64, 3))
    digests = {
        name: digest_of(raw_bytes(array))
        for name, array in narrow_vgg19.full_weights(include_top=False).items()
    }
    assert digests["block4_conv4.kernel"] == digests["block5_conv4.kernel"]
    narrow = narrowing.Narrowing(lambda: digests)
    pictures = np.random.default_rng(1).normal(size=(3, 64, 64, 3)).astype("float32") * 50
    flat = keras.Sequential([keras.Input((64, 64, 3)), base, layers.Flatten()])
    up_to_block4 = keras.Model(base.input, base.get_layer("block4_conv4").output)
    for model, last in ((base, 512), (flat, 2048), (up_to_block4, 512)):
        found = narrow(model)
        assert found.model.count_params() < 1_500_000
        expected = model.predict(pictures, verbose=0)
        assert expected.shape[-1] == last
        close(found.model.predict(pictures, verbose=0)[..., found.units], expected)
    assert narrow(keras.Sequential([*flat.layers, layers.Dense(1)])) is None
