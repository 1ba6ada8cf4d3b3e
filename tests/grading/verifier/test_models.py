"""The verifier with Keras, and in the sandbox that grading uses: one process for all of these."""

import keras
import numpy as np
import pytest
from boxes import closed_box
from verifying import Course, only_error

from autograder.grading.sandbox import sandbox_problem

SETUP = (
    "import sys\nimport keras\nimport numpy as np\nfrom autograder.student.outcome import points"
)


@pytest.fixture(scope="module")
def course(repository):
    if sandbox_problem():
        pytest.skip(sandbox_problem())
    with Course(lambda: closed_box(repository)) as course:
        course.begin(SETUP)
        yield course


@pytest.fixture
def fresh(course):
    course.begin(SETUP)
    return course


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    layers = [keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(2)]
    model = keras.Sequential(layers)
    model.compile("sgd", loss="mse")
    return model


def test_a_model_arrives_with_its_weights(fresh, model):
    expected = float(model.predict(np.ones((1, 4)), verbose=0).sum())
    source = (
        f"got = float(model.predict(np.ones((1, 4)), verbose=0).sum())\n"
        f"assert abs(got - {expected!r}) < 1e-5\npoints(1.0, of=2)"
    )
    (output,) = fresh.test(source, model=model).outputs
    assert output.data["text/plain"] == "2.0"


def test_a_model_that_did_not_change_is_the_same_one_in_the_next_test(fresh, model):
    fresh.setup("seen = []")
    assert fresh.test("seen.append(model)", model=model).outputs == []
    assert fresh.test("assert seen[0] is model", model=model).outputs == []


def test_models_and_settings_of_a_submission_are_gone_with_it(fresh, model):
    source = "keras.config.set_dtype_policy('mixed_bfloat16')\nkeras.config.set_floatx('float64')"
    assert fresh.test(source, model=model).outputs == []
    fresh.begin(SETUP)
    assert only_error(fresh.test("model")).ename == "NameError"
    source = (
        "import gc\nassert keras.config.dtype_policy().name == 'float32'\n"
        "assert keras.config.floatx() == 'float32'\n"
        "assert not [m for m in gc.get_objects() if isinstance(m, keras.Model)]\n"
        "assert keras.layers.Dense(1).name == 'dense'"
    )
    assert fresh.test(source).outputs == []


def test_what_is_no_built_in_layer_says_so(fresh):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x)])
    error = only_error(fresh.test("model", model=model))
    assert error.ename == "CheckFailed"
    assert "built-in layers" in error.evalue


def test_the_verifier_has_no_network(fresh):
    source = (
        "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 1)\n"
        "except OSError:\n    raise\nassert False"
    )
    assert only_error(fresh.test(source)).ename == "OSError"


def test_a_verifier_that_uses_too_much_memory_is_stopped(repository):
    if sandbox_problem():
        pytest.skip(sandbox_problem())
    with Course(lambda: closed_box(repository, memory=400 << 20)) as course:
        course.begin("import numpy as np")
        result = course.test("x = np.ones(2 ** 27)\nimport time\ntime.sleep(30)")
        assert "memory" in result.trouble
        assert course.test("x = 3").outputs == []


def test_a_test_that_takes_too_long_is_stopped_and_the_next_one_runs(course):
    course.begin("x = 3")  # without Keras, so that the new process is there at once
    result = course.test("import time\ntime.sleep(60)", seconds=0.5)
    assert only_error(result).ename == "CellTimeout"
    assert "longer than 0.5 s" in only_error(result).evalue
    assert result.restarted
    assert course.test("assert x == 3").outputs == []
