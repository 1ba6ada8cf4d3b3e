"""Every mistake at every place: the right cause is named, and none gets all points."""

import pytest

from autograder.exercises import load, names
from autograder.grading.mutator import MISTAKES
from autograder.grading.mutator.wrong_trainings import WRONG_TRAININGS, right_training
from autograder.grading.mutator.wrong_values import WRONG_VALUES
from autograder.models.compare import compare
from autograder.student.checks import messages, networks
from tests.mistakes import scenes, study, table

pytestmark = pytest.mark.slow(minutes=2)


def test_right_answers_are_accepted() -> None:
    for scene in scenes.scenes():
        assert study.check(scene) == 1.0, scene.task


def test_right_trainings_are_accepted() -> None:
    for name in names():
        course = load(name)
        for key, network in course.networks.items():
            if f"training_{key}" in course.tasks:
                model = scenes.built(network)
                history = right_training().pretend(model, course, key)
                assert networks.training("t", key, history, model=model, exercise=name) == 1.0


def test_right_networks_are_accepted() -> None:
    for label, network in scenes.networks().items():
        assert compare(scenes.built(network), network).matches, label


def test_every_kind_is_possible_somewhere() -> None:
    for rows in table.families().values():
        for row in rows:
            assert row.mutants, row.name
            assert row.example, row.name


def test_there_are_as_many_kinds_as_people_make() -> None:
    assert len(MISTAKES) + len(WRONG_TRAININGS) + len(WRONG_VALUES) >= 100


@pytest.mark.parametrize("family", ["Networks", "Training", "Arrays, results and features"])
def test_at_least_95_of_100_are_named_rightly(family: str) -> None:
    rows = table.families()[family]
    made, named = sum(row.mutants for row in rows), sum(row.named for row in rows)
    assert named >= 0.95 * made, [miss for row in rows for miss in row.misses]


def test_none_gets_all_points() -> None:
    accepted = {
        row.name: row.accepted for rows in table.families().values() for row in rows if row.accepted
    }
    assert not accepted


def test_the_page_is_current() -> None:
    update = "run: .venv/bin/python -m tests.mistakes.table"
    assert table.stored() == table.render(), update


def test_causes_of_the_catalogues_have_texts() -> None:
    for mistake in (*WRONG_VALUES.values(), *WRONG_TRAININGS.values()):
        assert mistake.cause in messages.MESSAGES
