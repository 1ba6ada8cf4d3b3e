"""Every attack is real: what it achieves where tests run in the student's own kernel."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adversarial import evidence
from tests.adversarial.attack import Attack
from tests.adversarial.attacks import ATTACKS
from tests.adversarial.scene import Scene, make_scene
from tests.adversarial.stock import effects
from tests.adversarial.trial import graders_environment

pytestmark = pytest.mark.full

RUN = [attack for attack in ATTACKS.values() if attack.stock != "not run"]


@pytest.fixture
def own_scene(attacked_course: Path, ports: dict[str, str]) -> Iterator[Scene]:
    """A fresh scene: what one attack changed must not be found at the next."""
    scene = make_scene(attacked_course, ports)
    with graders_environment(scene):
        yield scene
    evidence.clean(scene)
    shutil.rmtree(scene.root.parent)


@pytest.mark.parametrize("attack", RUN, ids=lambda attack: attack.name)
def test_stock_nbgrader_lets_it_happen(attack: Attack, own_scene: Scene) -> None:
    assert effects(own_scene, [attack]) == {attack.name: attack.stock}


def test_attacks_that_are_not_run_say_why() -> None:
    for attack in ATTACKS.values():
        assert bool(attack.why_not) == (attack.stock == "not run"), attack.name
