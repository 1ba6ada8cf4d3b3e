"""Who is in the demo class, and whether grading found in each submission what is in it."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from autograder import exercises
from autograder.grading.mutator import KINDS, write_submission
from autograder.grading.report_data import TEST_ENDING
from autograder.grading.results import Result

CLASSES = {
    "03_faces_fc": (
        "reference",
        "functional_api",
        "activation_argument",
        "wrong_units",
        "missing_relu",
        "no_softmax",
        "untrained",
        "nothing_done",
        "deleted_test_cell",
        "endless_loop",
        "not_json",
    ),
    "07_faces_fine_tuning": (
        "reference",
        "functional_api",
        "activation_argument",
        "missing_batch_norm",
        "wrong_rate",
        "untrained",
        "nothing_done",
        "syntax_error",
        "copied_test_cell",
        "kernel_killed",
        "empty_file",
    ),
}
"""Kinds of submission by assignment; a student is called after what the submission holds."""


def write_class(course_root: Path, assignment: str) -> list[str]:
    """Write the submissions of an assignment's demo class.

    Parameters
    ----------
    course_root : pathlib.Path
        A course with ``source/`` and ``release/`` of the assignment.
    assignment : str
        One of `CLASSES`.

    Returns
    -------
    list of str
        The students, each with a folder in ``submitted/``.
    """
    notebook = Path(assignment) / f"{assignment}.ipynb"
    for kind in CLASSES[assignment]:
        write_submission(
            kind,
            course_root / "source" / notebook,
            course_root / "release" / notebook,
            course_root / "submitted" / kind / assignment,
        )
    return list(CLASSES[assignment])


def surprises(assignment: str, results: Sequence[Result]) -> list[str]:
    """Compare results with what each kind of submission must lose and may lose.

    Parameters
    ----------
    assignment : str
        One of `CLASSES`.
    results : sequence of Result
        Of this assignment.

    Returns
    -------
    list of str
        A sentence for every difference: points lost or kept that should not be, and students
        without a result.
    """
    found = {result.student_id: result for result in results}
    missing = [
        f"{assignment}: {student} has no result"
        for student in CLASSES[assignment]
        if student not in found
    ]
    return missing + [
        problem
        for student in CLASSES[assignment]
        if student in found
        for problem in differences(assignment, found[student])
    ]


def differences(assignment: str, result: Result) -> list[str]:
    """Compare one result with what its kind of submission must lose and may lose.

    Parameters
    ----------
    assignment : str
    result : Result
        Of a student who is called after one of `KINDS`.

    Returns
    -------
    list of str
        A sentence for every difference.
    """
    kind, table = KINDS[result.student_id], exercises.load(assignment)
    must, may = kind.loses(table), kind.loses(table) | kind.may_lose(table)
    where = f"{assignment}: {result.student_id}"
    problems = []
    for task in result.tasks:
        if not task.grade_id.endswith(TEST_ENDING):
            continue
        lost = task.score < task.max_score
        if lost and not _named(task.grade_id, may):
            problems.append(f"{where} lost points on {task.grade_id}: {task.message}")
        if not lost and _named(task.grade_id, must):
            problems.append(f"{where} kept all points on {task.grade_id}")
    return problems


def _named(grade_id: str, patterns: set[str]) -> bool:
    return any(fnmatchcase(grade_id, pattern) for pattern in patterns)
