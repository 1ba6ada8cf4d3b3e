"""A small class whose notebooks train: equal work is done once, and nobody brings weights along."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.grading import status
from autograder.grading.pipeline import Result, grade
from autograder.grading.store import store_of
from tests.grading import tiny_course
from tests.grading.trainer.nets_course import FIT, FUNCTIONAL, NAME, SEQUENTIAL, write_course

OWN_LOSS = """
def loss(true, predicted):
    return keras.losses.binary_crossentropy(true, predicted)
network.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
history = network.fit(x, y, epochs=5, batch_size=30, verbose=0)
"""
BROUGHT = """
rng = np.random.default_rng(1)
network.layers[-2].set_weights([rng.normal(0, 3, (6, 40)), np.ones(40)])
"""
CHANGED = FIT + "\nhistory.history['loss'] = [0.0] * 5\n"
MORE = FIT.replace("fit(x, y", "fit(np.tile(x, (3, 1)), np.tile(y, 3)")
FORGED = """
import autograder.transport.fitting as fitting, pathlib
fitting.Desk.ask = lambda self, values: {
    "weights": [np.ones(v.shape, "float32") for v in network.variables], "optimizer": [],
    "logs": [{"loss": 0.0}], "epoch": [0], "steps": 1, "saved_epoch": -1}
"""
ASKS = """
print("asked", network.evaluate(x, y, verbose=0), network.evaluate(x[:50], y[:50], verbose=0))
print("asked", float(network.predict(x, verbose=0).sum()))
ones = np.ones(120)
print("own", network.evaluate(x, y, sample_weight=ones, verbose=0),
      network.evaluate(x[:50], y[:50], sample_weight=ones[:50], verbose=0))
print("own", float(network(x).numpy().sum()))
"""
CLASS = {
    "asks": (SEQUENTIAL, FIT + ASKS),
    "asks_functional": (FUNCTIONAL, FIT + ASKS),
    "goes_on": (SEQUENTIAL, FIT + ASKS + FIT.replace("epochs=5", "epochs=2") + ASKS),
    "sequential": (SEQUENTIAL, FIT),
    "functional": (FUNCTIONAL, FIT),
    "other_units": (SEQUENTIAL.replace("40", "41"), FIT),
    "own_loss": (SEQUENTIAL, OWN_LOSS),
    "brought": (SEQUENTIAL, BROUGHT + FIT),
    "changed_history": (SEQUENTIAL, CHANGED),
    "more_samples": (SEQUENTIAL, MORE),
    "forged": (SEQUENTIAL, FORGED + FIT),
    "too_much": (SEQUENTIAL, FIT.replace("epochs=5", "epochs=9999")),
}


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trained") / "course"
    write_course(root, CLASS)
    return root


@pytest.fixture(scope="session")
def results(course: Path) -> dict[str, Result]:
    return {result.student_id: result for result in grade(course, NAME, progress=False)}


def shown(course: Path, student: str, cell: str) -> str:
    nb = nbformat.read(course / "autograded" / student / NAME / f"{NAME}.ipynb", as_version=4)
    outputs = tiny_course.cell(nb, cell).outputs
    return "".join(out.get("text", "") or out.get("evalue", "") for out in outputs)


def digest(course: Path, student: str) -> str:
    found = re.match(r"(\d+) ([0-9a-f]{64})", shown(course, student, "training_test"))
    assert found, shown(course, student, "training_test")
    return found[2]


def test_honest_work_gets_its_points(course: Path, results: dict[str, Result]) -> None:
    for student in ("sequential", "functional", "other_units", "more_samples", "goes_on"):
        assert (results[student].score, results[student].status) == (2.0, status.GRADED)
        assert "Epoch 5/5" in shown(course, student, "training_gap")
    assert shown(course, "more_samples", "training_test").startswith("360 ")
    assert shown(course, "sequential", "training_test").startswith("120 ")


def test_equal_work_has_equal_weights(course: Path, results: dict[str, Result]) -> None:
    assert digest(course, "sequential") == digest(course, "functional")
    assert digest(course, "sequential") != digest(course, "other_units")


def kept(course: Path) -> list[set[str]]:
    """Return the names of the values in each entry of the store."""
    entries = store_of(course).folder.glob("*/*/values.json")
    return [set(json.loads(path.read_text("utf-8"))["values"]) for path in entries]


def test_equal_work_was_done_once(course: Path, results: dict[str, Result]) -> None:
    trained = [names for names in kept(course) if "weights" in names]
    assert len(trained) == 5  # sequential, other_units, brought, more_samples, goes_on


def test_a_trained_network_is_asked_once(course: Path, results: dict[str, Result]) -> None:
    answers = [names for names in kept(course) if "logs" in names and "weights" not in names]
    assert len(answers) == 3 * 2  # each question after five epochs, and after two more
    assert figures(course, "asks", "asked") == figures(course, "asks_functional", "asked")
    assert results["asks"].status == status.GRADED


@pytest.mark.parametrize("student", ["asks", "asks_functional", "goes_on"])
def test_answers_are_what_the_notebook_would_compute(
    course: Path, results: dict[str, Result], student: str
) -> None:
    """With weights for the samples a question is not asked."""
    asked, own = figures(course, student, "asked"), figures(course, student, "own")
    assert len(asked) >= 2 + 2 + 1
    assert own == pytest.approx(asked, rel=1e-5)


def figures(course: Path, student: str, who: str) -> list[float]:
    said = shown(course, student, "training_gap")
    lines = [line for line in said.splitlines() if line.startswith(who)]
    return [float(figure) for figure in re.findall(r"\d+\.\d+(?:e-?\d+)?", "\n".join(lines))]


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("own_loss", "trained elsewhere"),
        ("forged", "trained elsewhere"),
        ("brought", "brought along"),
        ("changed_history", "another history"),
    ],
)
def test_nothing_is_believed_that_was_not_trained_here(
    course: Path, results: dict[str, Result], student: str, reason: str
) -> None:
    assert results[student].score == 0.0
    assert reason in shown(course, student, "training_test")


def test_a_person_is_told(results: dict[str, Result]) -> None:
    assert results["own_loss"].status == status.PROVISIONAL
    assert "Trained elsewhere." in results["own_loss"].messages


def test_too_much_work_is_an_error_of_the_cell(course: Path, results: dict[str, Result]) -> None:
    assert "times as much work" in shown(course, "too_much", "training_gap")
    assert results["too_much"].score == 0.0


def test_without_the_store_the_scores_are_the_same(
    course: Path, results: dict[str, Result], tmp_path: Path
) -> None:
    """What was found in the store, trained anew, gives the same weights and the same points."""
    again = Path(shutil.copytree(course, tmp_path / "course"))
    shutil.rmtree(store_of(again).folder)
    found = grade(again, NAME, students=["functional"], force=True, progress=False)
    assert found[0].score == results["functional"].score
    assert digest(again, "functional") == digest(course, "functional")
