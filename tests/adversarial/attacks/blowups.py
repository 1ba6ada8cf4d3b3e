"""Values and messages built to break whoever reads them.

Stock nbgrader shows the lines of a hidden test that stopped with an error, so some read them there.
"""

from tests.adversarial.attack import Attack, Effect, Family
from tests.adversarial.course import NETWORKS, TARGET

ALL = ("answer_test", "array_test", "function_test")
NETWORK_TESTS = ("network_test", "accuracy_test", "history_test")

WRITE = """
import json
import os

try:
    import autograder.transport.export as export
except ImportError:
    export = None


def folder_of(request):
    with open(request) as file:
        folder = json.load(file)["folder"]
    os.makedirs(folder, exist_ok=True)
    return folder


def write_evil(request):
    EVIL(folder_of(request))


if export is not None:
    export.export_names = export.call_function = write_evil

"""
"""Replaces the function that writes the values for the tests."""


def _value(
    name: str, mechanism: str, code: str, *, cell: str = "answer_gap", destroys: str, **more: Effect
) -> Attack:
    return Attack(
        name,
        mechanism,
        {cell: code},
        stock=more.get("stock", "nothing"),
        destroys=(destroys,),
        replaces=True,
    )


def _message(name: str, mechanism: str, evil: str) -> Attack:
    code = f"{evil.strip()}\n\n{WRITE}"
    return Attack(name, mechanism, {"answer_gap": code}, TARGET, stock="nothing", destroys=ALL)


def _model(
    name: str,
    mechanism: str,
    code: str,
    *,
    stock: Effect = "nothing",
    destroys: tuple[str, ...] = NETWORK_TESTS,
    cell: str = "network_gap",
) -> Attack:
    text = f"<<answer>>\n{code.strip()}"
    return Attack(name, mechanism, {cell: text}, NETWORKS, stock=stock, destroys=destroys)


FAMILY = Family(
    "messages and configurations that blow up",
    [
        _value(
            "nested_list",
            "a list in a list, 100,000 deep",
            "answer = []\nfor _ in range(100_000):\n    answer = [answer]",
            destroys="answer_test",
            stock="reads secrets",
        ),
        _value(
            "list_in_itself",
            "a list and a dictionary that hold each other",
            "<<answer>>\nloop = {'answer': answer}\nanswer = [loop]\nloop['again'] = answer",
            destroys="answer_test",
        ),
        _value(
            "huge_number",
            "a whole number of a million digits",
            "import sys\n\nsys.set_int_max_str_digits(0)\nanswer = 1 << 3_500_000",
            destroys="answer_test",
            stock="reads secrets",
        ),
        _value(
            "object_array",
            "an array of objects that run code when they are unpickled",
            """
import os


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/<<trace>>_pickle",)


doubled = np.array([Evil() for _ in range(8)], dtype=object)
""",
            cell="array_gap",
            destroys="array_test",
        ),
        _value(
            "odd_array",
            "an array of 2**40 zeros that needs no memory, since all its strides are 0",
            "doubled = np.broadcast_to(np.zeros(1), (2**40,))",
            cell="array_gap",
            destroys="array_test",
            stock="reads secrets",
        ),
        _value(
            "endless_function",
            "a function that never returns when a test calls it",
            "def double(numbers):\n    while numbers[0] >= 1000:\n        pass\n    return numbers",
            cell="function_gap",
            destroys="function_test",
            stock="reads secrets",
        ),
        _value(
            "growing_function",
            "a function that returns far more than it was given",
            "def double(numbers):\n    return np.zeros(60_000_000, 'uint8')",
            cell="function_gap",
            destroys="function_test",
        ),
        _message(
            "export_is_a_pipe",
            "named pipes in the export folder, on which a reader waits for ever",
            """
def EVIL(folder):
    for name in ("values.json", "arrays.safetensors"):
        os.mkfifo(os.path.join(folder, name))
""",
        ),
        _message(
            "export_is_a_link",
            "links in the export folder to the secret seed and to a device without end",
            """
def EVIL(folder):
    os.symlink("<<course>>/.secret/seed", os.path.join(folder, "values.json"))
    os.symlink("/dev/zero", os.path.join(folder, "arrays.safetensors"))
""",
        ),
        _message(
            "export_folder_is_a_link",
            "the export folder itself a link to the course directory",
            """
def EVIL(folder):
    os.rmdir(folder)
    os.symlink("<<course>>/.secret", folder)
""",
        ),
        _message(
            "export_is_sparse",
            "a values file of 40 GB that takes no space",
            """
def EVIL(folder):
    for name in ("values.json", "arrays.safetensors"):
        with open(os.path.join(folder, name), "wb") as file:
            try:
                file.truncate(40_000_000_000)
            except OSError:
                file.truncate(90_000_000)
""",
        ),
        _message(
            "export_is_deep",
            "JSON nested a million deep",
            """
def EVIL(folder):
    with open(os.path.join(folder, "values.json"), "w") as file:
        file.write('{"format": 1, "values": ' + '{"a":[' * 1_000_000)
""",
        ),
        _message(
            "export_lies",
            "arrays whose header promises far more than the file holds",
            """
def EVIL(folder):
    name = "0" * 64
    head = {name: {"dtype": "F64", "shape": [2**40, 8], "data_offsets": [0, 2**46]}}
    raw = json.dumps(head).encode()
    with open(os.path.join(folder, "arrays.safetensors"), "wb") as file:
        file.write(len(raw).to_bytes(8, "little") + raw + bytes(64))
    node = {"kind": "array", "dtype": "float64", "shape": [2**40, 8], "sha256": name}
    values = {name: node for name in ("answer", "doubled", "double")}
    with open(os.path.join(folder, "values.json"), "w") as file:
        json.dump({"format": 1, "values": values}, file)
""",
        ),
        _model(
            "huge_layer",
            "a configuration that says 1,000,000,000 units",
            """
honest_config = keras.Sequential.get_config


def get_config(self):
    config = honest_config(self)
    config["layers"][1]["config"]["units"] = 10**9
    return config


keras.Sequential.get_config = get_config
""",
        ),
        _model(
            "deep_models",
            "models in models, 60 deep",
            """
for _ in range(60):
    network = keras.Sequential([keras.Input((20,)), network])
""",
            cell="training_gap",
            destroys=("accuracy_test", "history_test"),
        ),
        _model(
            "lambda_layer",
            "a Lambda layer whose code would run wherever the model is built",
            """
def run(x):
    import os

    os.close(os.open("/tmp/<<trace>>_lambda", os.O_CREAT, 0o600))
    return x


own = keras.layers.Lambda(run, output_shape=(20,))
network = keras.Sequential([keras.Input((20,)), own, *network.layers])
""",
            stock="leaves traces",
        ),
        _model(
            "custom_objects",
            "a registered layer and a subclass of Sequential that counts as it likes",
            """
@keras.saving.register_keras_serializable("keras.layers")
class Dense(keras.layers.Dense):
    pass


class Network(keras.Sequential):
    def count_params(self):
        return 204


network = Network([keras.Input((20,)), Dense(3), keras.layers.Dense(4, "softmax")])
""",
            stock="gains points",
        ),
        _model(
            "nan_weights",
            "weights that are not numbers, or without end",
            """
network.set_weights(
    [np.full(w.shape, np.nan if w.ndim == 1 else np.inf) for w in network.get_weights()]
)
""",
            cell="training_gap",
            destroys=("accuracy_test", "history_test"),
        ),
        _model(
            "weights_of_other_kinds",
            "`get_weights` and variables say text, objects and other shapes",
            """
for layer in network.layers:
    layer.get_weights = lambda: [np.array(["text"]), np.array([object()])]
network.get_weights = lambda: [np.zeros((2, 2), complex), "0" * 1_000_000]
keras.Variable.numpy = lambda self: np.array([eval, exec], dtype=object)
keras.Variable.__array__ = lambda self, *args, **options: np.array(["x", "y"])
""",
            cell="training_gap",
            destroys=("accuracy_test", "history_test"),
        ),
        _model(
            "config_names_functions",
            "a configuration that names `os.system` as an activation and a loss",
            """
honest_config = keras.Sequential.get_config
CALL = {"module": "os", "class_name": "system", "registered_name": None,
        "config": "touch /tmp/<<trace>>_config"}


def get_config(self):
    config = honest_config(self)
    config["layers"][1]["config"]["activation"] = CALL
    config["layers"][1]["build_config"] = CALL
    return config


keras.Sequential.get_config = get_config
keras.Model.get_compile_config = lambda self: {"loss": CALL, "optimizer": CALL}
""",
        ),
    ],
)
