"""A course to attack: one assignment in plain Python and NumPy, one with small networks."""

import json
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.adversarial import secrets
from tests.grading.tiny_course import REPOSITORY, marked, nbgrader, test_cell

TARGET = "target"
NETWORKS = "networks"
ASSIGNMENTS = (TARGET, NETWORKS)

LIMITS = f"""
c = get_config()
load_subconfig("nbgrader_config.py", path={str(REPOSITORY)!r})
c.GenerateAssignment.preprocessors = [
    name for name in c.GenerateAssignment.preprocessors if "thresholds" not in name
]
c.RunNotebook.cell_timeout = {{"default": 4.0, "networks": 60.0}}
c.RunNotebook.notebook_timeout = {{"default": 20.0, "networks": 120.0}}
c.RunNotebook.interrupt_grace = 1.0
c.RunNotebook.max_output = 20000
"""

# Not known to the pipeline before the sandbox was there.
SANDBOX_LIMITS = """
c.RunNotebook.memory = {"default": 0.7, "networks": 2.5}
c.RunNotebook.disk = {"default": 0.1}
c.RunNotebook.processes = 64
c.RunNotebook.files = 2000
"""

RIGHT = {
    TARGET: {
        "answer_gap": "answer = 42",
        "array_gap": "doubled = 2 * protected",
        "function_gap": "def double(numbers):\n    return 2 * numbers",
        "why": "Because it is even.",
    },
    NETWORKS: {
        "network_gap": (
            "network = keras.Sequential([\n"
            "    keras.Input((20,)),\n"
            "    keras.layers.Dense(8, activation='relu'),\n"
            "    keras.layers.Dense(4, activation='softmax'),\n"
            "])"
        ),
        "training_gap": (
            "network.compile(keras.optimizers.Adam(0.05), 'sparse_categorical_crossentropy',\n"
            "                metrics=['accuracy'])\n"
            "history = network.fit(x_train, y_train, batch_size=50, epochs=6, verbose=0,\n"
            "                      validation_data=(x_valid, y_valid))"
        ),
    },
}

WRONG = {
    TARGET: {
        "answer_gap": "answer = 41",
        "array_gap": "doubled = protected + 1",
        "function_gap": "def double(numbers):\n    return 3 * numbers",
        "why": "Because it is odd.",
    },
    NETWORKS: {
        "network_gap": (
            "network = keras.Sequential([\n"
            "    keras.Input((20,)),\n"
            "    keras.layers.Dense(3, activation='relu'),\n"
            "    keras.layers.Dense(4, activation='softmax'),\n"
            "])"
        ),
        "training_gap": (
            "network.compile(keras.optimizers.SGD(0.0), 'sparse_categorical_crossentropy',\n"
            "                metrics=['accuracy'])\n"
            "network.layers[-1].set_weights([np.zeros((3, 4)), np.array([1.0, 0, 0, 0])])\n"
            "history = network.fit(x_train, y_train, batch_size=400, epochs=1, verbose=0,\n"
            "                      validation_data=(x_valid, y_valid))"
        ),
    },
}

POINTS = {
    TARGET: {"answer_test": 2.0, "array_test": 4.0, "function_test": 3.0},
    NETWORKS: {"network_test": 3.0, "accuracy_test": 4.0, "history_test": 2.0},
}
"""Points of the tests, which is what right answers earn."""

WRONG_POINTS = {
    # protected + 1 is 2 * protected in one place of eight.
    TARGET: {"answer_test": 0.0, "array_test": 0.5, "function_test": 0.0},
    NETWORKS: {"network_test": 0.0, "accuracy_test": 0.0, "history_test": 0.0},
}
"""What wrong answers earn without any attack."""


def _setup(source: str) -> NotebookNode:
    return marked(
        new_code_cell(source, id="setup", metadata={"tags": ["setup"]}),
        locked=True,
    )


def _gap(assignment: str, gap: str, *names: str) -> NotebookNode:
    lines = [f"{name} = ..." for name in names]
    solution = f"# the model answer: {secrets.SOURCE}\n{RIGHT[assignment][gap]}"
    source = "\n".join([*lines, "### BEGIN SOLUTION", solution, "### END SOLUTION"])
    return marked(new_code_cell(source, id=gap), solution=True)


def target() -> NotebookNode:
    """Return the source of the assignment in plain Python: 2 + 4 + 3 points and a question."""
    return _notebook(
        new_markdown_cell("# A target", id="title"),
        _setup(
            "import numpy as np\n\n"
            "from autograder.student.outcome import CheckFailed, points, require_attempt\n\n"
            "protected = np.arange(8)\n"
            "course_number = 21"
        ),
        _gap(TARGET, "answer_gap", "answer"),
        test_cell(
            "answer_test",
            2,
            "require_attempt(answer, task='A number')\n"
            "### BEGIN HIDDEN TESTS\n"
            f"the_hidden_word = '{secrets.HIDDEN}'\n"
            "the_hidden_truth = 2 * course_number\n"
            "if answer != the_hidden_truth:\n"
            "    raise CheckFailed(f'expected another number, got {answer}')\n"
            "### END HIDDEN TESTS",
        ),
        marked(new_code_cell("course_answer = 42", id="course_values"), locked=True),
        _gap(TARGET, "array_gap", "doubled"),
        test_cell(
            "array_test",
            4,
            "require_attempt(doubled, task='An array')\n"
            "share = 1.0\n"
            "### BEGIN HIDDEN TESTS\n"
            f"another_hidden_word = '{secrets.HIDDEN}'\n"
            "doubled_truth = 2 * protected\n"
            "share = min(share, float(np.mean(np.asarray(doubled) == doubled_truth)))\n"
            "### END HIDDEN TESTS\n"
            "points(share, of=4)",
        ),
        _gap(TARGET, "function_gap", "double"),
        test_cell(
            "function_test",
            3,
            "require_attempt(double, task='A function')\n"
            "### BEGIN HIDDEN TESTS\n"
            f"last_hidden_word = '{secrets.HIDDEN}'\n"
            "fresh = np.random.default_rng().integers(1000, 2000, 6)\n"
            "if not np.array_equal(double(fresh), 2 * fresh):\n"
            "    raise CheckFailed('your function gave something else for fresh numbers')\n"
            "### END HIDDEN TESTS\n"
            "points(1.0, of=3)",
        ),
        new_markdown_cell("## Why?", id="why_text"),
        marked(
            new_markdown_cell(
                f"### BEGIN SOLUTION\nThe model answer, {secrets.SOURCE}.\n### END SOLUTION",
                id="why",
            ),
            grade=True,
            solution=True,
            points=3,
        ),
    )


def networks() -> NotebookNode:
    """Return the source of the assignment with networks: 3 + 4 + 2 points."""
    return _notebook(
        new_markdown_cell("# Networks", id="title"),
        _setup(
            "import keras\nimport numpy as np\n\n"
            "from autograder.student.outcome import CheckFailed, points, require_attempt\n\n\n"
            "def people(n, seed):\n"
            "    numbers = np.random.default_rng(seed)\n"
            "    middles = np.random.default_rng(7).normal(size=(4, 20))\n"
            "    labels = numbers.integers(0, 4, n)\n"
            "    return middles[labels] + numbers.normal(scale=1.5, size=(n, 20)), labels\n\n\n"
            "x_train, y_train = people(600, 1)\n"
            "x_valid, y_valid = people(100, 2)\n"
            "x_test, y_test = people(8, 3)\n"
            "keras.utils.set_random_seed(0)"
        ),
        _gap(NETWORKS, "network_gap", "network"),
        test_cell(
            "network_test",
            3,
            "require_attempt(network, task='The network')\n"
            "### BEGIN HIDDEN TESTS\n"
            f"the_hidden_word = '{secrets.HIDDEN}'\n"
            "if network.count_params() != 204:\n"
            "    raise CheckFailed(f'expected 204 parameters, got {network.count_params()}')\n"
            "### END HIDDEN TESTS\n"
            "points(1.0, of=3)",
        ),
        _gap(NETWORKS, "training_gap", "history"),
        test_cell(
            "accuracy_test",
            4,
            "require_attempt(network, history, task='The training')\n"
            "share = 1.0\n"
            "### BEGIN HIDDEN TESTS\n"
            "from autograder.grading.secret import secret_seed\n"
            "x_hidden, y_hidden = people(400, secret_seed())\n"
            "accuracy = np.mean(network.predict(x_hidden, verbose=0).argmax(axis=1) == y_hidden)\n"
            "share = min(max((accuracy - 0.7) / 0.1, 0.0), 1.0)\n"
            "### END HIDDEN TESTS\n"
            "points(share, of=4)",
        ),
        test_cell(
            "history_test",
            2,
            "require_attempt(network, history, task='The training')\n"
            "### BEGIN HIDDEN TESTS\n"
            "own = np.mean(network.predict(x_valid, verbose=0).argmax(axis=1) == y_valid)\n"
            "said = np.asarray(history.history['val_accuracy'])\n"
            "if own < 0.5 or not np.any(np.abs(said - own) < 0.01):\n"
            "    raise CheckFailed(f'the network reaches {own:.2f}, and the history differs')\n"
            "### END HIDDEN TESTS\n"
            "points(1.0, of=2)",
        ),
    )


def _notebook(*cells: NotebookNode) -> NotebookNode:
    nb = new_notebook(cells=list(cells))
    nb.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return nb


def make_course(root: Path) -> Path:
    """Write the course and release its assignments, as ``nbgrader generate_assignment`` does."""
    from autograder.grading.execute import RunNotebook

    limits = LIMITS + (SANDBOX_LIMITS if hasattr(RunNotebook, "memory") else "")
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(limits, encoding="utf-8")
    for name, nb in ((TARGET, target()), (NETWORKS, networks())):
        (root / "source" / name).mkdir(parents=True)
        nbformat.write(nb, root / "source" / name / f"{name}.ipynb")
        nbgrader(root, "generate_assignment", name)
    secret = root / ".secret" / "seed"
    secret.parent.mkdir(mode=0o700)
    secret.write_text(secrets.SEED, encoding="ascii")
    return root


def stock_config(assignment: str) -> str:
    """Return the configuration of nbgrader as it comes: nothing is confined.

    Keras alone takes longer to import than a cell of the other assignment may.
    """
    seconds = 120 if assignment == NETWORKS else 10
    return (
        "c = get_config()\n"
        "c.CourseDirectory.course_id = 'eight_faces'\n"
        f"c.Execute.timeout = {seconds}\n"
        "c.Execute.interrupt_on_timeout = True\n"
        "c.Execute.error_on_timeout = {'ename': 'Timeout', 'evalue': 'x', 'traceback': []}\n"
    )


def save_good_weights(path: Path) -> None:
    """Write weights that reach the accuracy, as if somebody had trained them."""
    middles = np.random.default_rng(7).normal(size=(4, 20))
    first = np.zeros((20, 8), "float32")
    first[:, :4] = middles.T
    bias = np.zeros(8, "float32")
    bias[:4] = 30 - np.sum(middles**2, axis=1) / 2
    second = np.eye(8, 4, dtype="float32")
    np.savez(path, a=first, b=bias, c=second, d=np.zeros(4, "float32"))


def filled(root: Path, assignment: str, answers: dict[str, str]) -> NotebookNode:
    """Return the notebook that a student gets, with these texts in the cells."""
    path = root / "release" / assignment / f"{assignment}.ipynb"
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        cell.source = answers.get(cell.id, cell.source)
    return nb


def hand_in(root: Path, student: str, assignment: str, nb: NotebookNode) -> Path:
    """Write a notebook into a student's folder; return the folder."""
    folder = root / "submitted" / student / assignment
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{assignment}.ipynb"
    path.write_text(json.dumps(nb, ensure_ascii=False), encoding="utf-8")
    return folder
