"""Descriptions of models that a hostile process made: refused before Keras sees them."""

import json
import resource
import time

import keras
import numpy as np
import pytest
from keras import layers

from autograder.transport.describe import as_json
from autograder.transport.read import Problem, TransportError

SEQUENTIAL = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu")])
_inputs = keras.Input((4,))
FUNCTIONAL = keras.Model(_inputs, layers.Dense(3)(layers.Dense(4)(_inputs)))


def node_of(notebook, model):
    notebook.space.clear()
    notebook.space.update(model=model)
    folder = notebook.export("model")
    assert notebook.reader.read(folder)["model"] is not None  # its arrays are known from now on
    return json.loads((folder / "values.json").read_text())["values"]["model"]


@pytest.fixture
def sequential(notebook):
    node = node_of(notebook, SEQUENTIAL)
    return node, json.loads(node["config"])


@pytest.fixture
def functional(notebook):
    node = node_of(notebook, FUNCTIONAL)
    return node, json.loads(node["config"])


def problem(notebook, node, config=None, seconds=15):
    """Read a message with this model, which must be a problem; return its sentence."""
    if config is not None:
        node = {**node, "config": config if isinstance(config, str) else json.dumps(config)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    try:
        back = notebook.read({"model": node, "other": {"kind": "none"}})["model"]
        assert isinstance(back, Problem), back
        text = back.reason
    except TransportError as error:
        text = str(error)
    assert time.monotonic() - start < seconds
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 500_000
    assert text.isprintable()
    assert len(text) < 1500
    assert "Traceback" not in text
    assert text.endswith((".", "?"))
    return text


def custom(kind="Dense", module="keras.layers", config=None, **more):
    return {"module": module, "class_name": kind, "config": config or {"name": "x", "units": 3},
            "registered_name": None, **more}  # fmt: skip


LAYERS = {
    "Lambda": custom("Lambda", config={"name": "x", "function": {"class_name": "__lambda__",
                     "config": {"value": "4wEAAAAA"}}, "output_shape": None}),
    "Lambda by name": custom("Lambda", config={"name": "x", "function": "os.system"}),
    "TFSMLayer": custom("TFSMLayer", config={"filepath": "/tmp/model"}),
    "TorchModuleWrapper": custom("TorchModuleWrapper", config={"module": "x"}),
    "FlaxLayer": custom("FlaxLayer"),
    "StringLookup": custom("StringLookup", config={"vocabulary": "/etc/passwd"}),
    "TextVectorization": custom("TextVectorization", config={"vocabulary": "/etc/passwd"}),
    "Pipeline": custom("Pipeline", config={"layers": []}),
    "system": custom("system", "os"),
    "Popen": custom("Popen", "subprocess"),
    "eval": custom("eval", "builtins"),
    "Dense from elsewhere": custom("Dense", "evil.layers"),
    "Dense from inside Keras": custom("Dense", "keras.src.layers.core.dense"),
    "a helper of Keras": custom("get_file", "keras.utils"),
    "load_model": custom("load_model", "keras.models"),
    "registered": custom(registered_name="package>Dense"),
    "registered as a list": custom(registered_name=["Dense"]),
    "own class": custom("Own", "__main__", registered_name="Own"),
    "no module": custom(module=None),
    "module is a list": custom(module=["keras"]),
    "class is a list": custom(kind=["Dense"]),
    "config is a list": custom(config=[1]),
    "an operation where a layer belongs": custom("Add", "keras.src.ops.numpy"),
    "a number": 3,
    "a text": "Dense",
    "nothing": None,
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_layers_that_are_not_built_in_are_refused(notebook, sequential, functional, name):
    for node, config in (sequential, functional):
        changed = json.loads(json.dumps(config))
        changed["layers"][1] = LAYERS[name]
        text = problem(notebook, node, changed)
        assert "built-in layers" in text or "operation" in name


def test_layers_within_layers_are_checked(notebook, sequential):
    node, config = sequential
    for wrapper in ("TimeDistributed", "Bidirectional", "SpectralNormalization"):
        inner = custom(wrapper, config={"name": "w", "layer": LAYERS["Lambda"]})
        changed = {**config, "layers": [config["layers"][0], inner]}
        assert "Lambda" in problem(notebook, node, changed)


def test_models_within_models_are_checked(notebook, sequential):
    node, config = sequential
    inner = {**config, "layers": [config["layers"][0], LAYERS["TFSMLayer"]]}
    for _ in range(3):
        inner = {"name": "s", "layers": [custom("Sequential", "keras", inner)]}
    assert "TFSMLayer" in problem(notebook, node, inner)
    for _ in range(5):
        inner = {"name": "s", "layers": [custom("Sequential", "keras", inner)]}
    problem(notebook, node, inner)


LAMBDA = {"class_name": "__lambda__", "config": {"value": "4wEAAAAA"}}
SETTINGS = {
    "initialiser with a lambda": {"kernel_initializer": LAMBDA},
    "initialiser within one": {"kernel_initializer": custom("Constant", "keras.initializers",
                               {"value": LAMBDA})},
    "initialiser from elsewhere": {"kernel_initializer": custom("Zeros", "os")},
    "initialiser of one's own": {"kernel_initializer": custom("Own", "__main__")},
    "initialiser by path": {"kernel_initializer": "os.system"},
    "initialiser that is a layer": {"kernel_initializer": custom("Lambda")},
    "initialiser is a list": {"kernel_initializer": [LAMBDA]},
    "constraint from elsewhere": {"kernel_constraint": custom("MaxNorm", "builtins")},
    "regulariser by name": {"kernel_regularizer": "evil>Regularizer"},
    "activation unknown": {"activation": "os.system"},
    "activation of one's own": {"activation": custom("function", "builtins", "my_relu")},
    "activation registered": {"activation": custom("function", "evil", "relu")},
    "activation that is a Lambda": {"activation": LAYERS["Lambda"]},
    "activation is a list": {"activation": [LAMBDA]},
    "activation has odd class": {"activation": {"class_name": ["ReLU"]}},
    "dtype of one's own": {"dtype": custom("Own", "__main__")},
    "dtype that quantises": {"dtype": custom("QuantizedDTypePolicy", "keras",
                             {"mode": "int8", "source_name": "float32"})},
    "dtype unknown": {"dtype": "string"},
    "quantisation": {"quantization_config": {"a": 1}},
    "adaptation": {"lora_rank": 3},
    "a tensor": {"units": {"class_name": "__tensor__", "config": {"value": 3, "dtype": "int32"}}},
    "an array": {"units": {"class_name": "__numpy__", "config": {"value": 3, "dtype": "O"}}},
    "bytes": {"units": {"class_name": "__bytes__", "config": {"value": "x"}}},
    "a type": {"units": {"class_name": "__typespec__", "spec_name": "x", "module": "os",
               "registered_name": None, "config": []}},
    "a dict": {"units": {"a": 1}},
    "an unknown text": {"padding": "../../etc"},
    "a number that is too large": {"units": 10**9},
    "a number of too many digits": {"units": 10**25},
    "a negative number": {"units": -(10**9)},
    "unrolled": {"unroll": True},
    "a long list": {"units": [1] * 20_000},
    "lists in lists": {"units": [[[[[[1]]]]]]},
    "an unknown setting": {"code": 3},
    "two settings": {"name": "y" * 500},
    "a name that cannot be shown": {"name": "\x1b[2J"},
    "a name that is none": {"name": ""},
    "seed of one's own": {"seed": custom("Own", "__main__")},
    "trainable text": {"trainable": "yes"},
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_odd_settings_are_refused(notebook, sequential, name):
    node, config = sequential
    config["layers"][1]["config"].update(SETTINGS[name])
    assert problem(notebook, node, config).startswith(("model ", "The values"))


SIZES = {
    "units that do not fit": {"units": 100_000},
    "no bias": {"use_bias": False},
}


@pytest.mark.parametrize("name", SIZES)
def test_layers_must_fit_their_weights_before_they_are_made(notebook, sequential, name):
    node, config = sequential
    config["layers"][1]["config"].update(SIZES[name])
    assert "weights that do not fit" in problem(notebook, node, config, seconds=3)


def test_a_size_that_follows_from_other_layers_must_fit(notebook, sequential):
    """Each number is allowed, their product is ten billion weights."""
    node, config = sequential
    repeat = custom("RepeatVector", config={"name": "r", "n": 10_000})
    flatten = custom("Flatten", config={"name": "f"})
    config["layers"][1:1] = [repeat, flatten]
    assert "weights that do not fit" in problem(notebook, node, config, seconds=3)


def test_layers_that_blow_up_a_sample_are_refused(notebook, sequential):
    node, config = sequential
    more = [custom("Reshape", config={"name": "s", "target_shape": [1, 1, 4]})]
    more += [custom("UpSampling2D", config={"name": f"u{n}", "size": [5000, 5000]})
             for n in range(2)]  # fmt: skip
    config["layers"] = [config["layers"][0], *more]
    assert "numbers for one sample" in problem(notebook, {**node, "weights": []}, config)


def test_very_many_layers_are_refused(notebook, sequential, functional):
    dropout = custom("Dropout", config={"name": "d", "rate": 0.5})
    node, config = sequential
    problem(notebook, node, {**config, "layers": [3] * 100_000})
    problem(notebook, node, {**config, "layers": config["layers"] + [dropout] * 500})
    node, config = functional
    problem(notebook, node, {**config, "layers": [3] * 100_000})


def test_as_many_layers_as_are_allowed_take_little_time(notebook):
    model = keras.Sequential([keras.Input((2,))] + [layers.ReLU() for _ in range(400)])
    start = time.monotonic()
    assert len(notebook.one(model).layers) == 400
    assert time.monotonic() - start < 60


def call(*origins, **keywords):
    tensors = [
        {"class_name": "__keras_tensor__",
         "config": {"shape": [None, 4], "dtype": "float32", "keras_history": origin}}
        for origin in origins
    ]  # fmt: skip
    return {"args": tensors, "kwargs": keywords}


CALLS = {
    "a circle": [call(["dense", 0, 0])],
    "another layer": [call(["nowhere", 0, 0])],
    "another call": [call(["input", 5, 0])],
    "a negative call": [call(["input", -1, 0])],
    "a huge call": [call(["input", 10**20, 0])],
    "numbers alone": [{"args": [3.0], "kwargs": {}}],
    "nothing": [{"args": [], "kwargs": {}}],
    "no call": [{}],
    "a legacy call": [[["input", 0, 0, {}]]],
    "a Lambda": [call(["input", 0, 0], f=LAMBDA)],
    "an object": [call(["input", 0, 0], f=custom("system", "os"))],
    "a text": [call(["input", 0, 0], f="os.system")],
    "a keyword that is none": [call(["input", 0, 0], **{"a b": 1})],
    "an odd tensor": [{"args": [{"class_name": "__keras_tensor__", "config": 3}], "kwargs": {}}],
    "an odd type": [{"args": [{"class_name": "__keras_tensor__", "config": {
        "shape": [4], "dtype": ["x"], "keras_history": ["input", 0, 0]}}], "kwargs": {}}],
    "very many": [call(["input", 0, 0])] * 2000,
    "calls as text": "calls",
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_odd_connections_are_refused(notebook, functional, name):
    node, config = functional
    first, middle = config["layers"][0]["name"], config["layers"][1]["name"]
    text = json.dumps(CALLS[name]).replace('"input"', f'"{first}"')
    config["layers"][1]["inbound_nodes"] = json.loads(text.replace('"dense"', f'"{middle}"'))
    problem(notebook, node, config)


ENDS = [None, [], "x", 3, [["nowhere", 0, 0]], ["x", 0], [[[[[[[["x", 0, 0]]]]]]]], {"a b": []}]


@pytest.mark.parametrize("value", ENDS, ids=repr)
def test_odd_ends_are_refused(notebook, functional, value):
    node, config = functional
    for key in ("input_layers", "output_layers"):
        problem(notebook, node, {**config, key: value})


def test_layers_of_the_same_name_are_refused(notebook, functional):
    node, config = functional
    config["layers"].append(config["layers"][1])
    problem(notebook, node, config)


def test_connections_written_backwards_take_little_time(notebook):
    x = inputs = keras.Input((2,))
    for _ in range(150):
        x = layers.ReLU()(x)
    node = node_of(notebook, keras.Model(inputs, x))
    config = json.loads(node["config"])
    config["layers"].reverse()
    start = time.monotonic()
    notebook.read({"model": {**node, "config": json.dumps(config)}})
    assert time.monotonic() - start < 30


CONFIGS = ["", "{", "[]", "3", '"x"', "{}", '{"layers": 3}', '{"layers": {}}', '{"a": NaN}',
           '{"layers": [], "layers": []}', '{"layers":' * 5000, '{"a": 1e999}',
           '{"a": ' + "9" * 1000 + "}"]  # fmt: skip


@pytest.mark.parametrize("config", CONFIGS, ids=lambda text: text[:20])
def test_odd_texts_are_refused(notebook, sequential, functional, config):
    for node, _ in (sequential, functional):
        problem(notebook, node, config)


NODES = {
    "type": {"type": "Model"},
    "type is a list": {"type": ["Sequential"]},
    "the other type": {"type": "Functional"},
    "config is a dict": {"config": {}},
    "compile is a dict": {"compile": {}},
    "compile is no JSON": {"compile": "{"},
    "weights are a dict": {"weights": {}},
    "weights are numbers": {"weights": [1]},
    "no weights": {"weights": []},
    "more": {"code": 1},
}


@pytest.mark.parametrize("name", NODES)
def test_odd_models_are_refused(notebook, sequential, name):
    node, _ = sequential
    problem(notebook, {**node, **NODES[name]})


def changed_weight(node, **changes):
    weights = json.loads(json.dumps(node["weights"]))
    for key, value in changes.items():
        target = weights[0]["array"] if key in weights[0]["array"] else weights[0]
        target[key] = value
    return {**node, "weights": weights}


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [3, 4]},
        {"shape": [12]},
        {"shape": [-4, -3]},
        {"shape": [2**31, 2**31]},
        {"shape": None},
        {"dtype": "int32"},
        {"dtype": "object"},
        {"dtype": "float64"},
        {"sha256": "0" * 64},
        {"layer": ["elsewhere"]},
        {"layer": "dense"},
        {"layer": [["dense"]]},
        {"name": "bias"},
        {"name": 3},
    ],
    ids=str,
)
def test_odd_weights_are_refused(notebook, sequential, changes):
    node, _ = sequential
    problem(notebook, changed_weight(node, **changes))


def test_weights_twice_are_refused(notebook, sequential):
    node, _ = sequential
    problem(notebook, {**node, "weights": node["weights"] * 2})
    problem(notebook, {**node, "weights": node["weights"] * 5000})


def test_too_many_parameters_are_refused_before_they_are_made(notebook):
    array = np.zeros((20_000, 10_000), np.float32)
    notebook.known[notebook.digest(array[:1])] = array
    weight = {"layer": ["d"], "name": "kernel", "array": {
        "kind": "array", "dtype": "float32", "shape": list(array.shape),
        "sha256": notebook.digest(array[:1])}}  # fmt: skip
    dense = custom("Dense", config={"name": "d", "units": 10_000, "use_bias": False})
    node = {"kind": "model", "type": "Sequential", "compile": None, "weights": [weight],
            "config": json.dumps({"name": "s", "layers": [dense]})}  # fmt: skip
    assert "200,000,000 parameters" in problem(notebook, node, seconds=3)


COMPILED = {
    "loss of one's own": {"loss": custom("function", "__main__", "evil")},
    "loss with a lambda": {"loss": LAMBDA},
    "loss by name": {"loss": "evil"},
    "metric from elsewhere": {"metrics": [custom("system", "os")]},
    "metric of much memory": {
        "metrics": [custom("MeanIoU", "keras.metrics", {"num_classes": 100_000})]
    },
    "metric with many thresholds": {
        "metrics": [custom("AUC", "keras.metrics", {"num_thresholds": 10**6})]
    },
    "optimiser from elsewhere": {"optimizer": custom("Adam", "evil")},
    "optimiser with a Lambda": {"optimizer": custom("Adam", "keras.optimizers",
                                {"learning_rate": LAMBDA})},
    "optimiser with odd schedule": {"optimizer": custom("Adam", "keras.optimizers",
                                    {"learning_rate": custom("Own", "__main__")})},
    "deep metrics": {"metrics": [[[[[["accuracy"]]]]]]},
    "odd weights": {"loss_weights": {"a": LAMBDA}},
    "texts": {"optimizer": "os.system", "loss": 3, "metrics": "x"},
    "eager": {"run_eagerly": True, "steps_per_execution": 10**9, "jit_compile": True},
}  # fmt: skip


@pytest.mark.parametrize("name", COMPILED)
def test_odd_parts_of_compile_are_left_out(notebook, sequential, name):
    node, _ = sequential
    whole = {"optimizer": "adam", "loss": "mse", "metrics": ["accuracy"], **COMPILED[name]}
    back = notebook.read({"model": {**node, "compile": json.dumps(whole)}})["model"]
    assert isinstance(back, keras.Sequential)
    assert back.compiled
    assert not back.jit_compile
    assert not back.run_eagerly
    assert type(back.optimizer).__module__.startswith("keras.")
    assert back.loss in (None, "mse")


def test_nothing_of_keras_stays_changed(notebook, sequential):
    add_weight = keras.Layer.add_weight
    node, config = sequential
    config["layers"][1]["config"]["units"] = 7
    problem(notebook, node, config)
    assert keras.Layer.add_weight is add_weight
    assert not keras.src.saving.serialization_lib.in_safe_mode()


def test_a_description_holds_data_alone():
    assert as_json({"a": np.float32(0.5), "b": np.arange(2)}) == '{"a": 0.5, "b": [0, 1]}'
    with pytest.raises(TypeError):
        as_json({"a": object()})


def test_operations_that_blow_up_a_sample_are_refused(notebook):
    row, column = keras.Input((1, 5000)), keras.Input((5000, 1))
    node = node_of(notebook, keras.Model([row, column], [row + 1, column * 2]))
    both = notebook.space["model"]
    product = json.loads(as_json(keras.Model([row, column], row * column).get_config()))
    assert "numbers for one sample" in problem(notebook, node, product)
    assert len(both.operations) == 4
