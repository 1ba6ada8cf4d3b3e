"""A small course whose notebooks train a network, and what students hand in there."""

import json
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from tests.grading import tiny_course
from tests.grading.tiny_course import marked

NAME = "nets"
SEQUENTIAL = """
network = keras.Sequential([
    keras.Input((6,)), keras.layers.Dense(40, "relu"), keras.layers.Dense(1, "sigmoid")
])
"""
FUNCTIONAL = """
inputs = keras.Input((6,))
hidden = keras.layers.Dense(40)(inputs)
hidden = keras.layers.ReLU()(hidden)
network = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(hidden))
"""
FIT = """
network.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
history = network.fit(x, y, epochs=5, batch_size=30, validation_split=0.25, verbose=2)
"""


def source_notebook() -> NotebookNode:
    setup = new_code_cell(
        "import keras\nimport numpy as np\n"
        "from autograder.student.outcome import CheckFailed, points\n"
        "x = np.random.default_rng(0).normal(size=(120, 6)).astype('float32')\n"
        "y = (x[:, 0] > 0).astype('float32')",
        id="setup",
        metadata={"tags": ["setup"]},
    )
    test = (
        "predictions = network.predict(x, verbose=0)\n"
        "### BEGIN HIDDEN TESTS\n"
        "from autograder.grading.verifier import trained\n"
        "record = trained.record_of(network)\n"
        "if record is None:\n"
        "    trained.remark('Trained elsewhere.')\n"
        "    raise CheckFailed('trained elsewhere')\n"
        "if not record.fresh:\n"
        "    raise CheckFailed('brought along')\n"
        "if history.history != record.figures:\n"
        "    raise CheckFailed('another history')\n"
        "print(record.samples, record.digest)\n"
        "### END HIDDEN TESTS\n"
        "points(1.0, of=2)"
    )
    cells = [
        marked(setup, locked=True),
        marked(new_code_cell("keras.utils.set_random_seed(3)", id="seed"), locked=True),
        marked(new_code_cell("network = ...", id="network_gap"), solution=True),
        marked(new_code_cell("history = ...", id="training_gap"), solution=True),
        tiny_course.test_cell("training_test", 2, test),
    ]
    nb = new_notebook(cells=cells)
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return nb


def write_course(root: Path, students: Mapping[str, tuple[str, str]]) -> None:
    """Write the course, and of each student the code that makes and the code that trains."""
    (root / "source" / NAME).mkdir(parents=True)
    config = tiny_course.CONFIG + (
        'c.RunNotebook.cell_timeout = {"default": 120.0}\n'
        'c.RunNotebook.notebook_timeout = {"default": 300.0}\n'
        'c.RunNotebook.memory = {"default": 4.0}\n'
        'c.RunNotebook.training_work = {"default": 1e9}\n'
    )
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    nbformat.write(source_notebook(), root / "source" / NAME / f"{NAME}.ipynb")
    tiny_course.nbgrader(root, "generate_assignment", NAME)
    for student, (network, training) in students.items():
        nb = nbformat.read(root / "release" / NAME / f"{NAME}.ipynb", as_version=4)
        tiny_course.cell(nb, "network_gap").source = network
        tiny_course.cell(nb, "training_gap").source = training
        path = root / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(nb), encoding="utf-8")
