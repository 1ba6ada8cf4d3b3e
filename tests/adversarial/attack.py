"""What an attack is, and how it becomes a submission."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode

from tests.adversarial import course
from tests.adversarial.course import TARGET
from tests.adversarial.scene import Scene

Effect = Literal[
    "nothing", "gains points", "reads secrets", "leaves traces", "breaks grading", "not run"
]
Variant = Literal["wrong", "right"]

ANSWER = "<<answer>>"
"""Stands in an attack's text for the honest or the wrong answer; without it the answer follows."""


@dataclass(frozen=True)
class Attack:
    """One way to cheat, to spy or to break something.

    Attributes
    ----------
    name : str
        Short, unique; also names the submissions.
    mechanism : str
        How it works, for the table.
    cells : mapping
        Text of gap cells by id; ``<<answer>>`` and the words of `Scene.fill` are replaced.
    assignment : str
        Which one it attacks.
    stock : str
        What it achieves in nbgrader as it comes.
    why_not : str
        Why it is not run there.
    here : str
        What it achieves here: nothing, unless written down in docs/security.md.
    destroys : tuple of str
        Tests that its own work ruins, whatever the answer was.
    replaces : bool
        Its text stands instead of the answer.
    change : callable, optional
        Changes the finished notebook.
    files : callable, optional
        Puts more files into the submission's folder.
    """

    name: str
    mechanism: str
    cells: Mapping[str, str] = field(default_factory=dict)
    assignment: str = TARGET
    stock: Effect = "gains points"
    why_not: str = ""
    here: Effect = "nothing"
    destroys: tuple[str, ...] = ()
    replaces: bool = False
    change: Callable[[NotebookNode], None] | None = None
    files: Callable[[Path, Scene], None] | None = None

    def student(self, variant: Variant) -> str:
        """Return the name of the student who hands it in."""
        return f"{variant}_{self.name}"

    def hand_in(self, scene: Scene, variant: Variant) -> str:
        """Write the submission; return the student's name."""
        answers = dict((course.RIGHT if variant == "right" else course.WRONG)[self.assignment])
        for cell, text in self.cells.items():
            if ANSWER not in text and not self.replaces:
                text = f"{text.rstrip()}\n{ANSWER}"
            answers[cell] = scene.fill(text.strip("\n")).replace(ANSWER, answers[cell])
        nb = course.filled(scene.root, self.assignment, answers)
        if self.change is not None:
            self.change(nb)
        student = self.student(variant)
        folder = course.hand_in(scene.root, student, self.assignment, nb)
        if self.files is not None:
            self.files(folder, scene)
        return student

    def expected(self, variant: Variant) -> dict[str, float]:
        """Return the points of the tests when it achieves nothing but its own damage."""
        points = (course.POINTS if variant == "right" else course.WRONG_POINTS)[self.assignment]
        return {test: 0.0 if test in self.destroys else had for test, had in points.items()}


@dataclass(frozen=True)
class Family:
    """Attacks of one kind.

    Attributes
    ----------
    title : str
        For the table.
    attacks : sequence of Attack
    """

    title: str
    attacks: Sequence[Attack]

    def of(self, assignment: str) -> list[Attack]:
        """Return the attacks on an assignment."""
        return [attack for attack in self.attacks if attack.assignment == assignment]


def on(assignment: str, attack: Attack) -> Attack:
    """Return the attack, made on another assignment."""
    return dataclasses.replace(attack, assignment=assignment)
