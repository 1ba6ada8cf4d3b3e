"""Predictions that are kept: found again for the same model and inputs, and for nothing else."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from boxes import open_box
from verifying import Course

from autograder.grading.predictions import KeptPredictions
from autograder.grading.store import Store
from autograder.grading.verifier import predictions
from autograder.grading.verifier.client import Verifier
from autograder.student.checks import results

SETUP = (
    "import numpy as np\nfrom autograder.student.checks import results\n"
    "x = np.arange(12.0).reshape(3, 4)\nworked_out = []\nordinary = results.work_out\n"
    "def counted(model, images):\n    worked_out.append(1)\n    return ordinary(model, images)\n"
    "results.work_out = counted"
)
SHOW = "got = results.predict(model, x)\npoints = float(got.sum())\nprint(len(worked_out), points)"


@pytest.fixture(scope="module", autouse=True)
def as_it_was():
    yield
    results.forward = results.work_out


def small(seed, units=3):
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((4,), name="in"), keras.layers.Dense(units, name="a")]
    layers.append(keras.layers.Dense(2, name="b"))  # else Keras counts names up
    return keras.Sequential(layers, name="net")


@pytest.fixture(scope="module")
def inputs():
    return np.arange(12.0).reshape(3, 4)


def test_names_tell_models_and_inputs_apart(inputs):
    model = small(1)
    names = {predictions.name_of(model, inputs)}
    assert names == {predictions.name_of(small(1), inputs)}
    names.add(predictions.name_of(small(2), inputs))
    names.add(predictions.name_of(small(1, units=4), inputs))
    names.add(predictions.name_of(model, inputs + 1))
    names.add(predictions.name_of(model, inputs.astype("float32")))
    names.add(predictions.name_of(model, inputs[::-1]))
    names.add(predictions.name_of(model, inputs.reshape(3, 2, 2)))
    kernel = model.layers[0].kernel
    kernel.assign(kernel + 1e-6)
    names.add(predictions.name_of(model, inputs))
    activated = small(1)
    activated.layers[0].activation = keras.activations.relu
    names.add(predictions.name_of(activated, inputs))
    assert len(names) == 9
    assert None not in names


def test_what_is_not_wholly_described_has_no_name(inputs):
    class Own(keras.Sequential):
        pass

    assert predictions.name_of(Own([keras.Input((4,)), keras.layers.Dense(2)]), inputs) is None
    assert predictions.name_of(keras.Sequential([keras.layers.Dense(2)]), inputs) is None
    assert predictions.name_of(object(), inputs) is None
    assert predictions.name_of(small(1), [[1.0, 2.0, 3.0, 4.0]]) is None
    assert predictions.name_of(small(1), np.array([["a"]], dtype=object)) is None


def test_batch_statistics_count(inputs):
    model = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization()])
    before = predictions.name_of(model, inputs)
    model.layers[0].moving_mean.assign(np.ones(4))
    assert predictions.name_of(model, inputs) != before


def test_the_verifier_works_each_out_once(tmp_path: Path, inputs):
    store = Store(tmp_path / "store")
    with Course() as course:
        course.client.close()
        course.client = Verifier(open_box, memory=KeptPredictions(store))

        def shown(model):
            course.begin(SETUP)
            (output,) = course.test(SHOW, model=model).outputs
            count, total = output.text.split()
            assert float(total) == pytest.approx(results.work_out(model, inputs).sum(), abs=1e-4)
            return int(count)

        assert [shown(small(1)), shown(small(1)), shown(small(2)), shown(small(1))] == [1, 0, 1, 0]
        assert len(list(tmp_path.glob("store/??/*/message/values.json"))) == 2
        for path in tmp_path.rglob("arrays.safetensors"):
            path.write_bytes(path.read_bytes()[:-1] + b"x")
        assert [shown(small(1)), shown(small(1))] == [1, 0]
        changed = "model.layers[0].kernel.assign(model.layers[0].kernel * 2)\n" + SHOW
        course.begin(SETUP)
        assert course.test(changed, model=small(1)).outputs[0].text.startswith("1 ")


def test_without_a_memory_nothing_is_kept(inputs):
    with Course() as course:
        for _ in range(2):
            course.begin(SETUP)
            assert course.test(SHOW, model=small(1)).outputs[0].text.startswith("1 ")


def test_students_own_notebooks_know_nothing_of_it():
    assert results.forward is results.work_out
    assert not [name for name in sys.modules if name == "autograder.grading.verifier.process"]
