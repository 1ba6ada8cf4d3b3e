import random
import warnings
from collections.abc import Callable
from typing import Any

import hypothesis
import keras
import pytest
from hypothesis import strategies
from keras import layers

from autograder.exercises import Network, chain, counts_of, load
from autograder.grading import reference
from autograder.grading.mutator import MISTAKES, STYLES, plain_layers, spell
from autograder.models.canonical import canonical_layers
from autograder.models.compare import LOGITS_FRACTION, Comparison, compare
from tests.weightless import weightless

RunCode = Callable[[str], Any]

BUILT = [
    pytest.param(network, id=f"{exercise[:2]}{key}")
    for exercise in ("03_faces_fc", "04_faces_cnn", "05_faces_cnn_tricks", "07_faces_fine_tuning")
    for key, network in load(exercise).networks.items()
    if (exercise, key) != ("05_faces_cnn_tricks", "a")  # which is that of 04
]
FC_B = load("03_faces_fc").networks["b"]
TRICKS_C = load("05_faces_cnn_tricks").networks["c"]


def fc_b(*, hidden: int = 200, **last: Any) -> Any:
    return keras.Sequential(
        [
            keras.Input((6912,)),
            layers.Dense(400, activation="relu"),
            layers.Dense(hidden, activation="relu"),
            layers.Dense(8, **last),
        ]
    )


def cause(result: Comparison) -> str:
    assert not result.matches
    assert result.difference is not None
    assert result.difference.message
    assert "{" not in result.difference.message
    return result.difference.cause


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("network", BUILT)
def test_every_style_is_the_network(network: Network, style: str, run_code: RunCode) -> None:
    code = spell(plain_layers(network), network.input, "model", style)
    result = compare(run_code(code), network)
    assert result == Comparison(True, fraction=1.0)


def without_memory(code: str) -> Any:
    """Run the code of a cell; weights get shapes and no values, which is all that counts here."""
    given: dict[str, Any] = {"keras": keras, "layers": layers}
    with weightless():
        exec(code, given)
    return given["model"]


@pytest.mark.parametrize("network", BUILT)
@hypothesis.settings(max_examples=25, deadline=None)
@hypothesis.given(style=strategies.sampled_from(STYLES), seed=strategies.integers(0, 2**32))
def test_equivalent_spellings_are_accepted(network: Network, style: str, seed: int) -> None:
    code = spell(plain_layers(network), network.input, "model", style, random.Random(seed))
    result = compare(without_memory(code), network)
    assert result.matches, (code, result.difference)
    assert result.fraction == 1.0


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    index=strategies.integers(0, len(BUILT) - 1),
    style=strategies.sampled_from(STYLES),
    seed=strategies.integers(0, 2**32),
    data=strategies.data(),
)
def test_a_mistake_in_any_spelling_is_found(
    index: int, style: str, seed: int, data: strategies.DataObject
) -> None:
    network: Network = BUILT[index].values[0]  # type: ignore[assignment]
    possible = [name for name, mistake in MISTAKES.items() if mistake.apply(network)]
    name = data.draw(strategies.sampled_from(possible))
    mutant = data.draw(strategies.sampled_from(MISTAKES[name].apply(network)))
    choose = random.Random(seed) if seed % 2 else None
    code = spell(mutant.layers, mutant.input, "model", style, choose)
    result = compare(without_memory(code), network)
    assert cause(result) in mutant.causes, code
    assert result.difference is not None
    assert result.difference.position == mutant.position, code
    assert result.fraction == 0.0


@pytest.mark.parametrize("network", BUILT)
def test_canonical_layers_have_the_shapes_and_counts_of_the_table(network: Network) -> None:
    found = canonical_layers(reference.build(network, "activation_argument"))
    assert [(layer.kind, layer.output_shape, layer.parameters) for layer in found] == [
        (spec.kind, spec.output_shape, spec.parameters) for spec in network.layers
    ]


def test_message_says_which_layer_expected_and_got() -> None:
    result = compare(fc_b(hidden=300, activation="softmax"), FC_B)
    assert cause(result) == "wrong_units"
    assert result.difference is not None
    message = result.difference.message
    for part in ("Layer 3", "200 units", "300 units", "layers.Dense(200)", "(300,)", "80,200"):
        assert part in message


def test_padding_is_named_from_shape_and_count(run_code: RunCode) -> None:
    network = load("04_faces_cnn").networks["a"]
    mutant = MISTAKES["wrong_padding"].apply(network)[0]
    result = compare(run_code(spell(mutant.layers, network.input, "model")), network)
    assert result.difference is not None
    assert "Its number of parameters is right" in result.difference.message
    assert "(46, 46, 32) instead of (48, 48, 32)" in result.difference.message


def test_logits_get_half_of_the_activation() -> None:
    model = fc_b()
    assert cause(compare(model, FC_B)) == "missing_softmax"
    model.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    result = compare(model, FC_B)
    assert cause(result) == "logits_without_softmax"
    assert result.logits
    assert result.fraction == LOGITS_FRACTION


def test_logits_with_another_mistake_are_nothing_special() -> None:
    model = fc_b(hidden=300)
    model.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    result = compare(model, FC_B)
    assert cause(result) == "wrong_units"
    assert not result.logits
    assert result.fraction == 0.0


def test_softmax_and_from_logits_get_a_note() -> None:
    model = fc_b(activation="softmax")
    model.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    result = compare(model, FC_B)
    assert result.matches
    assert any("second time" in note for note in result.notes)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        (..., "..."),
        ([layers.Dense(3)], "a list of layers"),
        (layers.Dense(3), "a single layer"),
        (keras.Sequential, "without brackets"),
        (keras.callbacks.History(), "history"),
        ("model", "type str"),
    ],
)
def test_a_value_that_is_no_model(value: object, words: str) -> None:
    result = compare(value, FC_B)
    assert cause(result) == "not_a_model"
    assert result.difference is not None
    assert words in result.difference.message


def test_the_output_of_a_layer_is_no_model() -> None:
    result = compare(layers.Dense(3)(keras.Input((2,))), FC_B)
    assert cause(result) == "not_a_model"


def test_a_model_without_input_is_told_how_to_give_it() -> None:
    result = compare(keras.Sequential([layers.Dense(8, activation="softmax")]), FC_B)
    assert cause(result) == "not_built"
    assert result.difference is not None
    assert "keras.Input(shape=(6912,))" in result.difference.message


def test_a_model_that_fit_has_built_is_accepted() -> None:
    model = keras.Sequential([layers.Dense(8, activation="softmax")])
    model.build((None, 6912))
    assert compare(model, load("03_faces_fc").networks["a"]).matches


def test_an_empty_model() -> None:
    assert cause(compare(keras.Sequential(), FC_B)) == "empty_model"
    assert cause(compare(keras.Sequential([keras.Input((6912,))]), FC_B)) == "empty_model"


@pytest.mark.parametrize(
    ("shape", "words"),
    [((48, 48, 3), "flattened before"), ((2000, 6912), "number of images (2000)"), ((5,), "(5,)")],
)
def test_wrong_input_shapes(shape: tuple[int, ...], words: str) -> None:
    model = keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(8)])
    result = compare(model, FC_B)
    assert cause(result) == "wrong_input_shape"
    assert result.difference is not None
    assert result.difference.position == 0
    assert words in result.difference.message


class OwnModel(keras.Model):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return inputs


class OwnDense(layers.Dense):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return super().call(inputs)


def test_a_subclassed_model_is_told_to_use_sequential() -> None:
    assert cause(compare(OwnModel(), FC_B)) == "subclassed_model"


def test_a_subclass_of_an_allowed_layer_is_not_allowed() -> None:
    model = keras.Sequential([keras.Input((6912,)), OwnDense(400), layers.ReLU()])
    result = compare(model, FC_B)
    assert cause(result) == "not_allowed_layer"
    assert result.difference is not None
    assert "OwnDense" in result.difference.message


def test_a_lambda_layer_is_not_allowed() -> None:
    model = keras.Sequential(
        [keras.Input((6912,)), layers.Dense(400), layers.Lambda(lambda x: x), layers.Dense(8)]
    )
    assert cause(compare(model, FC_B)) == "not_allowed_layer"


def test_a_function_of_ones_own_as_activation_is_not_allowed_and_warns_nobody() -> None:
    inputs = keras.Input((6912,))
    x = layers.Dense(400, activation=lambda x: x)(inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cause(compare(keras.Model(inputs, x), FC_B)) == "not_allowed_layer"


def test_branches_are_reported() -> None:
    inputs = keras.Input((6912,))
    x = layers.Dense(400)(inputs)
    assert cause(compare(keras.Model(inputs, layers.Add()([x, x])), FC_B)) == "branches"
    assert cause(compare(keras.Model(inputs, [x, layers.ReLU()(x)]), FC_B)) == "branches"
    both = keras.Model([inputs, keras.Input((3,))], x)
    assert cause(compare(both, FC_B)) == "branches"


def test_a_shared_activation_is_fine_and_shared_weights_are_not() -> None:
    inputs, relu = keras.Input((6912,)), layers.ReLU()
    x = relu(layers.Dense(200)(relu(layers.Dense(400)(inputs))))
    assert compare(keras.Model(inputs, keras.ops.softmax(layers.Dense(8)(x))), FC_B).matches
    small, shared = keras.Input((4,)), layers.Dense(4)
    four = [("Dense", {"units": 4})] * 2
    network = Network("x", "x", (4,), chain((4,), four), counts_of((4,), four))
    assert cause(compare(keras.Model(small, shared(shared(small))), network)) == "shared_layer"


def test_nested_models_are_looked_into() -> None:
    head = keras.Sequential([keras.Input((400,)), layers.Dense(200), layers.ReLU()])
    body = keras.Sequential([keras.Input((6912,)), layers.Dense(400, activation="relu"), head])
    inputs = keras.Input((6912,))
    outputs = layers.Dense(8, activation="softmax")(body(inputs))
    assert compare(keras.Model(inputs, outputs), FC_B).matches


def test_layers_that_change_nothing_are_left_out() -> None:
    model = keras.Sequential(
        [
            keras.Input((6912,)),
            layers.Flatten(),
            layers.Dense(400, activation="relu"),
            layers.Identity(),
            layers.Dense(200),
            layers.Activation("linear"),
            layers.ReLU(),
            layers.Reshape((200,)),
            layers.Dense(8),
            layers.Softmax(),
        ]
    )
    assert compare(model, FC_B).matches


def test_tensorflow_functions_count_as_activations() -> None:
    import tensorflow

    model = keras.Sequential(
        [
            keras.Input((6912,)),
            layers.Dense(400, activation=tensorflow.nn.relu),
            layers.Dense(200, activation=tensorflow.nn.relu),
            layers.Dense(8, activation=tensorflow.nn.softmax),
        ]
    )
    assert compare(model, FC_B).matches


def test_a_capped_relu_is_another_activation() -> None:
    model = keras.Sequential(
        [keras.Input((6912,)), layers.Dense(400), layers.ReLU(max_value=6), layers.Dense(8)]
    )
    assert cause(compare(model, FC_B)) == "wrong_activation"


def test_a_frozen_layer_is_reported_where_something_is_trained() -> None:
    model = fc_b(activation="softmax")
    model.layers[1].trainable = False
    result = compare(model, FC_B)
    assert cause(result) == "frozen_layer"
    assert result.difference is not None
    assert result.difference.position == 3


SANTA = load("09_santa_vgg19").networks


def santa_network(activation: str = "sigmoid", flip: str = "horizontal") -> Any:
    """Build way 2 as students do: augmentation and a whole network as layers, without weights."""
    layers = keras.layers
    augmentation = keras.Sequential([
        layers.RandomRotation(40 / 360, fill_mode="nearest"),
        layers.RandomTranslation(0.2, 0.2, fill_mode="nearest"),
        layers.RandomZoom(0.2, fill_mode="nearest"),
        layers.RandomShear((0, 0.2), (0, 0.2), fill_mode="nearest"),
        layers.RandomFlip(flip),
    ])  # fmt: skip
    with weightless():
        base = keras.applications.VGG19(weights=None, include_top=False, input_shape=(64, 64, 3))
        base.trainable = False
        end = [layers.Flatten(), layers.Dense(132, activation="relu"), layers.Dense(1)]
        last = [layers.Activation(activation)] if activation else []
        return keras.Sequential([keras.Input((64, 64, 3)), augmentation, base, *end, *last])


def test_a_network_in_a_network_with_augmentation_is_the_table() -> None:
    model = santa_network()
    assert compare(model, SANTA["frozen"]).matches
    base = model.layers[1]
    base.trainable = True
    difference = compare(model, SANTA["frozen"]).difference
    assert difference is not None
    assert difference.cause == "not_frozen"
    for layer in base.layers:
        layer.trainable = layer.name.startswith("block5")
    assert compare(model, SANTA["tuned"]).matches
    base.layers[-5].trainable = False
    difference = compare(model, SANTA["tuned"]).difference
    assert difference is not None
    assert (difference.cause, difference.layer_name) == ("frozen_layer", "block5_conv1")


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"activation": ""}, "missing_sigmoid"),
        ({"activation": "softmax"}, "softmax_on_one_output"),
        ({"activation": "relu"}, "wrong_activation"),
        ({"flip": "vertical"}, "wrong_setting"),
    ],
)
def test_mistakes_around_a_pretrained_network(changed: dict[str, str], cause: str) -> None:
    difference = compare(santa_network(**changed), SANTA["frozen"]).difference
    assert difference is not None
    assert difference.cause == cause


def test_commuted_neighbours_get_a_note(run_code: RunCode) -> None:
    written = plain_layers(TRICKS_C)
    place = next(i for i, layer in enumerate(written) if layer[0] == "MaxPooling2D")
    written[place - 1 : place + 1] = written[place], written[place - 1]
    result = compare(run_code(spell(written, TRICKS_C.input, "model")), TRICKS_C)
    assert result.matches
    assert len(result.notes) == 1
    assert "Both orders" in result.notes[0]


def test_unusual_but_harmless_settings_get_a_note(run_code: RunCode) -> None:
    code = spell(plain_layers(TRICKS_C), TRICKS_C.input, "model").replace(
        "BatchNormalization()", "BatchNormalization(momentum=0.9)", 1
    )
    result = compare(run_code(code), TRICKS_C)
    assert result.matches
    assert "momentum" in result.notes[0]


def test_an_unreadable_model_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    model = fc_b(activation="softmax")

    def broken(*_arguments: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("autograder.models.compare.canonical_layers", broken)
    assert cause(compare(model, FC_B)) == "unreadable"


DIGITS_A = load("02_mnist_cnn").networks["a"]


def dropout_and_relu(rate: float = 0.3, swapped: bool = False, relu: bool = True) -> Any:
    """Network a of 02, in whose table dropout stands before the ReLU."""
    model = keras.Sequential([keras.Input((784,))])
    for units in (500, 50):
        pair = [layers.Dropout(rate), *([layers.Activation("relu")] if relu else [])]
        for layer in (
            layers.Dense(units),
            layers.BatchNormalization(),
            *pair[:: -1 if swapped else 1],
        ):
            model.add(layer)
    model.add(layers.Dense(10, activation="softmax"))
    return model


def test_dropout_before_relu_is_what_a_table_may_ask_for() -> None:
    result = compare(dropout_and_relu(), DIGITS_A)
    assert result.matches
    assert result.notes == []


def test_relu_before_dropout_is_as_right_and_said() -> None:
    result = compare(dropout_and_relu(swapped=True), DIGITS_A)
    assert result.matches
    assert len(result.notes) == 2
    assert result.notes[0].startswith("You put the ReLU before a Dropout layer")


@pytest.mark.parametrize("swapped", [False, True])
def test_a_difference_is_at_its_place_in_the_table(swapped: bool) -> None:
    """The dropout is layer 3 there and the ReLU layer 4, in whichever order a student has them."""
    rate = compare(dropout_and_relu(rate=0.5, swapped=swapped), DIGITS_A).difference
    assert rate is not None
    assert (rate.cause, rate.position) == ("wrong_rate", 3)
    relu = compare(dropout_and_relu(relu=False, swapped=swapped), DIGITS_A).difference
    assert relu is not None
    assert (relu.cause, relu.position) == ("missing_activation", 4)
