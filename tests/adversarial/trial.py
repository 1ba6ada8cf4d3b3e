"""Hand in the attacks of a family, grade them, and gather what came of it."""

import contextlib
import os
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from autograder.grading.course import open_course
from autograder.grading.feedback import feedback
from autograder.grading.pipeline import Result, grade
from tests.adversarial import evidence, secrets
from tests.adversarial.attack import Attack, Variant
from tests.adversarial.scene import BYSTANDER, VICTIM, Scene


@dataclass
class Trial:
    """What came of grading some submissions.

    Attributes
    ----------
    results : dict
        Result by student.
    read : dict
        Secrets that a student's outputs, messages or feedback hold.
    sizes : dict
        Bytes of the graded notebook.
    scripts : set of str
        Students whose graded notebook or feedback would run a script in a reader's browser.
    changed, traces, left : list of str
        Course files that changed; files and processes left; children of the grader left.
    others : dict
        Points of those who did nothing wrong.
    """

    results: dict[str, Result]
    read: dict[str, set[str]]
    sizes: dict[str, int]
    scripts: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    others: dict[str, float] = field(default_factory=dict)


@contextlib.contextmanager
def graders_environment(scene: Scene) -> Iterator[None]:
    """Give the grading process a home and a secret variable of its own."""
    ours = {
        "HOME": str(scene.home),
        "EIGHT_FACES_CACHE": str(scene.cache),
        "GRADER_TOKEN": secrets.ENVIRONMENT,
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def try_attacks(
    scene: Scene, attacks: Iterable[Attack], variant: Variant, *, bystander: bool
) -> Trial:
    """Grade these attacks through the pipeline.

    Parameters
    ----------
    scene : Scene
        Where.
    attacks : iterable of Attack
        All on one assignment.
    variant : str
        With right or with wrong answers.
    bystander : bool
        Grade an honest submission after them again.
    """
    attacks = list(attacks)
    assignment = attacks[0].assignment
    students = [attack.hand_in(scene, variant) for attack in attacks]
    before, children = evidence.digests(scene), evidence.children()
    with graders_environment(scene):
        results = grade(scene.root, assignment, students=students, progress=False)
        if bystander:
            grade(scene.root, assignment, students=[BYSTANDER], force=True, progress=False)
        pages = {
            path.parents[1].name: path
            for path in feedback(scene.root, assignment, students=students)
        }
    trial = Trial({result.student_id: result for result in results}, {}, {})
    for student in students:
        folder = scene.root / "autograded" / student / assignment
        texts = [*trial.results[student].messages, pages[student].read_text(encoding="utf-8")]
        texts += [task.message for task in trial.results[student].tasks]
        path = folder / f"{assignment}.ipynb"
        nb = nbformat.read(path, as_version=4)
        texts.append(outputs_of(nb))
        shown = (pages[student].read_text(encoding="utf-8"), page_of(scene, nb))
        if any(runs_script(page, scene) for page in shown):
            trial.scripts.add(student)
        trial.read[student] = set().union(*(secrets.found_in(text) for text in texts))
        trial.sizes[student] = path.stat().st_size
    trial.changed = evidence.changes(before, evidence.digests(scene))
    trial.traces = evidence.traces(scene)
    trial.left = [line for line in evidence.children() if line not in children]
    evidence.clean(scene)
    trial.others = scores(scene.root, assignment, (VICTIM, BYSTANDER))
    return trial


def runs_script(page: str, scene: Scene) -> bool:
    """Tell whether a page holds this run's word in a script or in an event's attribute."""
    script, event = r"<script[^>]*>[^<]*", r"<[^>]*\b(?:on\w+|href|src)=[^>]*script?[^>]*"
    return re.search(rf"(?:{script}|{event}){scene.trace}", page) is not None


def page_of(scene: Scene, nb: NotebookNode) -> str:
    """Return what formgrader shows of a notebook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbconvert's own
        exporter = HTMLExporter(config=open_course(scene.root).app.config)
        return str(exporter.from_notebook_node(nb)[0])


def outputs_of(nb: NotebookNode) -> str:
    """Return all outputs of a notebook as one text."""
    return "\n".join(str(output) for cell in nb.cells for output in cell.get("outputs", []))


def scores(root: Path, assignment: str, students: Iterable[str]) -> dict[str, float]:
    """Return the points of students in the gradebook, extra credit included."""
    found = {}
    with open_course(root).gradebook() as gradebook:
        for student in students:
            submission = gradebook.find_submission(assignment, student)
            found[student] = float(submission.score)
    return found


def task_points(root: Path, assignment: str, student: str) -> dict[str, float]:
    """Return a student's points by test, extra credit included; empty without a submission."""
    with open_course(root).gradebook() as gradebook:
        try:
            notebook = gradebook.find_submission_notebook(assignment, assignment, student)
        except LookupError:
            return {}
        return {
            found.name: float(found.score)
            for found in notebook.grades
            if found.cell.cell_type == "code"
        }
