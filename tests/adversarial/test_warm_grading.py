"""Honest networks get the same points in warm kernels and in cold ones."""

import shutil
from pathlib import Path

import pytest

from autograder.grading import workplace
from autograder.grading.pipeline import grade
from tests.adversarial import course
from tests.adversarial.course import NETWORKS
from tests.adversarial.kernels import Kernels
from tests.adversarial.scene import BYSTANDER, VICTIM, make_scene
from tests.adversarial.trial import graders_environment

pytestmark = pytest.mark.slow(minutes=2)


def test_networks_are_graded_in_warm_kernels_unless_they_are_turned_off(
    attacked_course: Path, ports: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kernels = Kernels()
    monkeypatch.setattr(workplace, "WarmSandbox", kernels.make)
    scene = make_scene(attacked_course, ports)
    students = [VICTIM, BYSTANDER]
    with graders_environment(scene):
        warm = grade(scene.root, NETWORKS, students=students, progress=False)
        assert [box.cold_because for box in kernels.boxes] == ["", ""]
        assert [parent.alive for parent in kernels.parents] == [False]
        with (scene.root / "nbgrader_config.py").open("a") as file:
            file.write("c.RunNotebook.warm = False\n")
        cold = grade(scene.root, NETWORKS, students=[VICTIM], force=True, progress=False)
    assert len(kernels.boxes) == 2
    full = sum(course.POINTS[NETWORKS].values())
    assert [result.score for result in (*warm, *cold)] == [full] * 3
    assert not any(result.messages for result in (*warm, *cold))
    shutil.rmtree(scene.root.parent)
