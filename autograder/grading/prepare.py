"""Find the notebook in what a student handed in, under whatever name it is there.

Nothing in ``submitted/`` is changed: the grading reads the file that is chosen here and carries on
under the right name.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

from autograder.grading import status
from autograder.grading.blueprint import Blueprint, KnownCells
from autograder.grading.candidates import Candidate, choose, held_ids, list_files, look_into
from autograder.grading.reader import MAX_BYTES


def read_submission(
    folder: Path,
    blueprint: Blueprint,
    others: Mapping[str, set[str]],
    max_bytes: int = MAX_BYTES,
) -> NotebookNode:
    """Return the notebook of a submission, or a placeholder that says why there is none.

    Parameters
    ----------
    folder : Path
        The student's folder of this assignment; it need not exist.
    blueprint : Blueprint
        What was handed out.
    others : mapping
        Grade ids of all assignments of the course, by name.
    max_bytes : int, optional
        Largest file that is read.

    Returns
    -------
    NotebookNode
        The notebook; its record names the file when that has another name.
    """
    right_name = f"{blueprint.notebook}.ipynb"
    # One notebook is in memory at a time; the chosen one is read again.
    candidates = [
        dataclasses.replace(look_into(path, blueprint, max_bytes), nb=None)
        for path in list_files(folder)
    ]
    if not candidates:
        return blueprint.placeholder(
            status.NO_NOTEBOOK,
            f"The folder holds no notebook. Hand in the file {right_name}.",
        )
    chosen = look_into(choose(candidates, folder / right_name).path, blueprint, max_bytes)
    spoken = chosen.path.relative_to(folder).as_posix()
    if chosen.nb is None:
        return blueprint.placeholder(
            status.NOT_A_NOTEBOOK,
            f"The file {spoken} could not be read. {chosen.problem} "
            "Open the notebook, save it and hand it in again.",
        )
    foreign = _other_assignment(chosen, blueprint, others)
    if foreign is not None:
        return blueprint.placeholder(
            status.OTHER_NOTEBOOK,
            f"The file {spoken} {foreign} Hand in the notebook of {blueprint.assignment}.",
        )
    if chosen.path != folder / right_name:
        status.record(chosen.nb)["file"] = spoken
        status.add_repair(
            chosen.nb, f"The file was called {spoken}; it was graded as {right_name}."
        )
    return chosen.nb


def _other_assignment(
    chosen: Candidate, blueprint: Blueprint, others: Mapping[str, set[str]]
) -> str | None:
    """Tell what the notebook is, when it is not this assignment's."""
    if chosen.share >= 0.5 or chosen.nb is None:
        return None
    held = held_ids(chosen.nb)
    shares = {
        name: len(held & known) / len(known)
        for name, known in others.items()
        if known and name != blueprint.assignment
    }
    likeliest = max(shares, key=lambda name: shares[name], default="")
    if likeliest and shares[likeliest] > chosen.share:
        return f"is the notebook of {likeliest}."
    return None if chosen.share > 0 else "holds none of the cells of this assignment."


def use_right_name(*, assignment: str, student: str, notebooks: list[str]) -> None:
    """Let nbgrader carry on under the assignment's own file names (its pre-convert hook).

    Parameters
    ----------
    assignment, student : str
        What nbgrader was asked to grade; may be patterns.
    notebooks : list of str
        Paths of the notebook files of one student; changed in place. A path need not exist:
        `read_submission` finds the file for it.
    """
    if not notebooks:
        return
    folder = Path(notebooks[0]).parent
    released = sorted(Path("release", folder.name).glob("*.ipynb"))
    names = [path.name for path in released] or [f"{folder.name}.ipynb"]
    notebooks[:] = [str(folder / name) for name in names]


def prepare_submissions(course_root: Path, assignment: str) -> dict[str, list[str]]:
    """Look at all submissions of an assignment before they are graded.

    Parameters
    ----------
    course_root : Path
        Folder that holds ``nbgrader_config.py``.
    assignment : str
        Name of the assignment.

    Returns
    -------
    dict
        For every student whose files are not in order, what will be repaired or why the submission
        can't be run, in plain sentences. Nothing is changed.

    Raises
    ------
    autograder.grading.course.CourseError
        If the assignment has not been released.
    """
    from autograder.grading.course import open_course  # slow to import: all of nbgrader

    course = open_course(course_root)
    release = course.folder("release", ".", assignment)
    known = KnownCells(course.db_url, release, assignment, course.notebooks(assignment))
    found: dict[str, list[str]] = {}
    for blueprint in known.blueprints.values():
        for student in course.students(assignment):
            folder = course.folder("submitted", student, assignment)
            nb = read_submission(folder, blueprint, known.grade_ids)
            sentences = [status.message_of(nb), *status.repairs(nb)]
            if any(sentences):
                found.setdefault(student, []).extend(text for text in sentences if text)
    return found
