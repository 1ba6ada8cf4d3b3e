"""Attacks on what lies outside of a kernel, tried again from kernels forked of a warm parent."""

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.grading import warm_kernels, workplace
from autograder.grading.pipeline import grade
from autograder.grading.sandbox.warm import WarmParent
from tests.adversarial import course
from tests.adversarial.attack import Attack
from tests.adversarial.attacks import FAMILIES
from tests.adversarial.course import TARGET
from tests.adversarial.kernels import Kernels
from tests.adversarial.scene import BYSTANDER, VICTIM, Scene, make_scene
from tests.adversarial.trial import Trial, graders_environment, try_attacks

pytestmark = pytest.mark.slow(minutes=5)

TRIED = ("patches", "reading", "writing", "network", "bombs", "endings")
"""Families that reach for other processes, files and submissions."""

LIBRARIES = ("numpy", "ipykernel.kernelapp")
"""What the parent imports: no TensorFlow, which this assignment does not use."""

ATTACKS = [
    pytest.param(family, attack, id=f"{family}-{attack.name}")
    for family in TRIED
    for attack in FAMILIES[family].of(TARGET)
]

WarmTrial = Callable[[str], Trial]


@pytest.fixture(scope="module")
def kernels() -> Kernels:
    return Kernels()


@pytest.fixture(scope="module")
def warm_scene(attacked_course: Path, ports: dict[str, str], kernels: Kernels) -> Iterator[Scene]:
    """A course whose kernels are all forked from one parent, although it needs no Keras."""
    scene = make_scene(attacked_course, ports)
    with pytest.MonkeyPatch.context() as patch, graders_environment(scene):
        patch.setattr(warm_kernels, "_at_hand", warm_kernels._AtHand())
        patch.setattr(warm_kernels, "uses_keras", lambda _: True)
        parent = functools.partial(WarmParent, modules=LIBRARIES)
        patch.setattr(warm_kernels, "WarmParent", parent)
        patch.setattr(workplace, "WarmSandbox", kernels.make)
        with warm_kernels.kept():
            grade(scene.root, TARGET, students=[VICTIM, BYSTANDER], progress=False)
            yield scene
    shutil.rmtree(scene.root.parent)


@pytest.fixture(scope="module")
def warm_trial(warm_scene: Scene) -> WarmTrial:
    @functools.cache
    def find(family: str) -> Trial:
        attacks = FAMILIES[family].of(TARGET)
        return try_attacks(warm_scene, attacks, "wrong", bystander=True)

    return find


@pytest.mark.parametrize(("family", "attack"), ATTACKS)
def test_attack_from_a_warm_kernel_neither_gains_nor_reads(
    family: str, attack: Attack, warm_trial: WarmTrial
) -> None:
    trial = warm_trial(family)
    student = attack.student("wrong")
    result = trial.results[student]
    found = {task.grade_id: task.score for task in result.tasks if task.grade_id != "why"}
    assert found == attack.expected("wrong"), result.messages
    assert not trial.read[student]
    assert student not in trial.scripts


@pytest.mark.parametrize("family", TRIED)
def test_family_leaves_nothing_and_harms_nobody(
    family: str, warm_trial: WarmTrial, kernels: Kernels
) -> None:
    trial = warm_trial(family)
    assert (trial.changed, trial.traces, trial.left) == ([], [], [])
    assert set(trial.others.values()) == {sum(course.POINTS[TARGET].values())}
    # None of it happened in a kernel that was started the usual way, nor cost the parent its life.
    assert len(kernels.boxes) > len(FAMILIES[family].of(TARGET))
    assert [box.cold_because for box in kernels.boxes if box.cold_because] == []
    assert len(kernels.parents) == 1
