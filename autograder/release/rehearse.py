"""Grade the author's own solution before anybody gets the assignment.

Whether the values that a test reads can travel to the verifier shows only when they do.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder import settings
from autograder.grading.course import CONFIG_NAME
from autograder.grading.results import WAITING
from autograder.release.generate import ReleaseError

AUTHOR = "author"


def rehearse(course_root: Path, assignment: str) -> list[str]:
    """Release an assignment in a course of its own, hand in its solution and grade it.

    It is a quick run: two epochs on a tenth of the pictures.

    Parameters
    ----------
    course_root : pathlib.Path
        The course directory.
    assignment : str
        Name of the assignment.

    Returns
    -------
    list of str
        A message to the author for every test cell that did not give all its points to the
        solution. Empty when the assignment may be released.
    """
    from autograder.grading.pipeline import grade
    from autograder.grading.sandbox import sandbox_problem
    from autograder.release.build import release

    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder, _quick_run():
        root = Path(folder)
        shutil.copy(course_root / CONFIG_NAME, root)
        source = course_root / "source" / assignment
        shutil.copytree(source, root / "source" / assignment)
        shutil.copytree(source, root / "submitted" / AUTHOR / assignment)
        release(root, assignment)
        # Without a sandbox too: the solution is the author's own.
        (result,) = grade(root, assignment, progress=False, sandbox=not sandbox_problem())
    return [
        f"{assignment}: the solution got {task.score:g} of {task.max_score:g} points in "
        f"{task.grade_id}: {task.message}"
        for task in result.tasks
        if task.score < task.max_score
        and task.message != WAITING
        and not task.message.startswith(settings.SKIPPED)
    ]


def require_rehearsal(course_root: Path, assignment: str) -> None:
    """Rehearse an assignment, and refuse it when its own solution does not get all points.

    Raises
    ------
    ReleaseError
        With what every test said.
    """
    problems = rehearse(course_root, assignment)
    if problems:
        raise ReleaseError(
            f"{assignment} is not released, because its tests refuse its own solution:\n"
            + "\n".join(f"  - {problem}" for problem in problems)
        )


@contextmanager
def _quick_run() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in (settings.QUICK, "EIGHT_FACES_COURSE")}
    os.environ[settings.QUICK] = "1"
    os.environ.pop("EIGHT_FACES_COURSE", None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
