"""The course that is attacked, released once, and the trials of each family."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.grading.pipeline import grade
from tests.adversarial import course
from tests.adversarial.attack import Variant
from tests.adversarial.attacks import FAMILIES
from tests.adversarial.scene import BYSTANDER, VICTIM, Scene, accomplice, make_scene
from tests.adversarial.trial import Trial, graders_environment, try_attacks

HARMFUL = ("writing", "bombs", "endings", "blowups")
"""Families after which an honest submission is graded again."""


@pytest.fixture(scope="session")
def attacked_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, released, with nothing handed in; never change it."""
    return course.make_course(tmp_path_factory.mktemp("attacked") / "course")


@pytest.fixture(scope="session")
def ports() -> Iterator[dict[str, str]]:
    with accomplice() as found:
        yield found


@pytest.fixture(scope="session")
def scene(attacked_course: Path, ports: dict[str, str]) -> Iterator[Scene]:
    """A course with honest submissions graded, ready to be attacked."""
    scene = make_scene(attacked_course, ports)
    with graders_environment(scene):
        for assignment in course.ASSIGNMENTS:
            students = [VICTIM, BYSTANDER]
            grade(scene.root, assignment, students=students, progress=False)
    yield scene
    shutil.rmtree(scene.root.parent)


@pytest.fixture(scope="session")
def trial_of(scene: Scene) -> Callable[[str, str, Variant], Trial]:
    """Grade a family's attacks on an assignment when somebody asks for the first time."""
    trials: dict[tuple[str, str, Variant], Trial] = {}

    def find(family: str, assignment: str, variant: Variant) -> Trial:
        key = (family, assignment, variant)
        if key not in trials:
            attacks = FAMILIES[family].of(assignment)
            bystander = family in HARMFUL and variant == "wrong"
            trials[key] = try_attacks(scene, attacks, variant, bystander=bystander)
        return trials[key]

    return find
