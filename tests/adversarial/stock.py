"""The same submissions through nbgrader as it comes: its own preprocessors, nothing confined."""

import contextlib
import io
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat.v4 import new_notebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from autograder.grading.course import open_course
from tests.adversarial import course, evidence, secrets
from tests.adversarial.attack import Attack, Effect
from tests.adversarial.scene import Scene
from tests.adversarial.trial import outputs_of, page_of, runs_script, task_points

LARGE = 1_000_000
"""Bytes of a graded notebook that harm whoever opens it."""


def effects(scene: Scene, attacks: Iterable[Attack]) -> dict[str, Effect]:
    """Grade wrong answers with these attacks, and say what each has achieved.

    Each is graded alone, so that what is found is its own doing.
    """
    return {attack.name: _effect(scene, attack) for attack in attacks}


def _effect(scene: Scene, attack: Attack) -> Effect:
    config = scene.root / "nbgrader_config.py"
    config.write_text(course.stock_config(attack.assignment), encoding="utf-8")
    student = attack.hand_in(scene, "wrong")
    before = evidence.digests(scene)
    autograde(scene.root, attack.assignment, student)
    found = task_points(scene.root, attack.assignment, student)
    path = scene.root / "autograded" / student / attack.assignment / f"{attack.assignment}.ipynb"
    nb = nbformat.read(path, as_version=4) if path.exists() else new_notebook()
    outputs = outputs_of(nb)
    left = evidence.traces(scene) or evidence.changes(before, evidence.digests(scene))
    left = left or runs_script(page_of(scene, nb), scene)
    evidence.clean(scene)
    honest = course.WRONG_POINTS[attack.assignment]
    if sum(found.values()) > sum(honest.values()):
        return "gains points"
    if secrets.found_in(outputs):
        return "reads secrets"
    if left:
        return "leaves traces"
    if not path.exists() or path.stat().st_size > LARGE:
        return "breaks grading"
    return "nothing"


def autograde(root: Path, assignment: str, student: str) -> None:
    """Grade a submission as the configuration in the course directory says."""
    stock = open_course(root)
    converter = Autograde(coursedir=stock.directory(assignment, student), parent=stock.app)
    # A lost submission is one of the results.
    with stock.converting(io.StringIO()), contextlib.suppress(NbGraderException, SystemExit):
        converter.start()
