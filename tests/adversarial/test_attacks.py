"""No attack gains a point, reads a secret, leaves a trace or harms another submission."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.adversarial import course
from tests.adversarial.attack import Attack, Variant
from tests.adversarial.attacks import ATTACKS, FAMILIES
from tests.adversarial.course import NETWORKS, TARGET
from tests.adversarial.trial import Trial

pytestmark = pytest.mark.slow(minutes=8)

LARGEST = 1_000_000
"""Bytes of a graded notebook, however much the attack printed."""

FamilyTrial = Callable[[str, str, Variant], Trial]

QUICK = ("redefined", "liars")
"""Families whose right answers are graded in every run; the others' wait for the full one."""


def _variants(family: str) -> list[Any]:
    late = [] if family in QUICK else [pytest.mark.full]
    return [pytest.param("wrong"), pytest.param("right", marks=late)]


CASES = [
    pytest.param(
        family, attack, *variant.values, id=f"{family}-{attack.name}-{variant.values[0]}",
        marks=variant.marks,
    )
    for family, attacks in FAMILIES.items()
    for attack in attacks.attacks
    for variant in _variants(family)
]  # fmt: skip

TRIALS = [
    pytest.param(
        family, assignment, *variant.values, id=f"{family}-{assignment}-{variant.values[0]}",
        marks=variant.marks,
    )
    for family in FAMILIES
    for assignment in course.ASSIGNMENTS
    if FAMILIES[family].of(assignment)
    for variant in _variants(family)
]  # fmt: skip


def test_every_family_has_four_attacks_of_different_mechanisms() -> None:
    for family in FAMILIES.values():
        assert len({attack.mechanism for attack in family.attacks}) >= 4, family.title
    assert len(ATTACKS) == sum(len(family.attacks) for family in FAMILIES.values())


@pytest.mark.parametrize(("family", "attack", "variant"), CASES)
def test_attack_neither_gains_nor_reads(
    family: str, attack: Attack, variant: Variant, trial_of: FamilyTrial
) -> None:
    trial = trial_of(family, attack.assignment, variant)
    student = attack.student(variant)
    result = trial.results[student]
    found = {task.grade_id: task.score for task in result.tasks if task.grade_id != "why"}
    expected = attack.expected(variant)
    if attack.here == "gains points":
        assert sum(found.values()) > sum(attack.expected("wrong").values())
    else:
        assert found == expected, result.messages
        assert result.score == pytest.approx(sum(expected.values()))
    assert not trial.read[student]
    assert student not in trial.scripts
    assert trial.sizes[student] < LARGEST


@pytest.mark.parametrize(("family", "attack", "variant"), CASES)
def test_who_loses_points_is_told_why(
    family: str, attack: Attack, variant: Variant, trial_of: FamilyTrial
) -> None:
    result = trial_of(family, attack.assignment, variant).results[attack.student(variant)]
    for task in result.tasks:
        if task.grade_id != "why" and task.score == 0:
            assert task.message, task.grade_id
            assert "Traceback" not in task.message


@pytest.mark.parametrize(("family", "assignment", "variant"), TRIALS)
def test_family_leaves_nothing_and_harms_nobody(
    family: str, assignment: str, variant: Variant, trial_of: FamilyTrial
) -> None:
    trial = trial_of(family, assignment, variant)
    assert trial.changed == []
    assert trial.traces == []
    assert trial.left == []
    full = sum(course.POINTS[assignment].values())
    assert set(trial.others.values()) == {full}


def test_assignments_are_as_the_attacks_think() -> None:
    assert set(course.POINTS) == {TARGET, NETWORKS} == set(course.RIGHT) == set(course.WRONG)
