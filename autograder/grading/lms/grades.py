"""Grades of an assignment as they may leave the gradebook: which are final, and which are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from autograder.grading import status
from autograder.grading.course import Course
from autograder.grading.results import Result, collect
from autograder.grading.single import Grader

_DOUBTFUL: Final = {
    status.PROVISIONAL: "points for an accuracy are provisional until somebody has looked",
    status.UNVERIFIED: "tests could not be run, which is not the student's fault",
    status.FAILED: "it could not be graded, which is not the student's fault",
}


@dataclass(frozen=True)
class Grade:
    """One student's grade.

    Attributes
    ----------
    student_id : str
        Whose.
    score, max_score : float
        Points reached, late penalties taken off, at least 0; and points possible.
    open : str
        Why the grade is not final, in a few words; empty if it is.
    graded : bool
        False when the submission has not been graded at all: then the score says nothing.
    """

    student_id: str
    score: float
    max_score: float
    open: str = ""
    graded: bool = True


def read_grades(
    course: Course, assignment: str, students: Sequence[str] = ()
) -> tuple[list[Grade], float]:
    """Return the grades of all who have handed in, and the points possible.

    Parameters
    ----------
    course : Course
    assignment : str
    students : sequence of str, optional
        Only these.

    Raises
    ------
    autograder.grading.course.CourseError
        If the gradebook does not know the assignment.
    """
    notebooks = course.notebooks(assignment)
    with course.gradebook() as gradebook:
        most = float(gradebook.find_assignment(assignment).max_score)
        submitted = {one.student.id for one in gradebook.assignment_submissions(assignment)}
    handed_in = set(course.students(assignment))
    grader = Grader(course, assignment, notebooks)
    grades = []
    for student in sorted(submitted | handed_in):
        if students and student not in students:
            continue
        try:
            result = collect(course, assignment, student, notebooks)
        except LookupError:
            grades.append(Grade(student, 0.0, most, "has not been graded yet", graded=False))
            continue
        newer = student in handed_in and grader.is_outdated(student)
        grades.append(Grade(student, max(result.score, 0.0), most, _open(result, newer)))
    return grades, most


def _open(result: Result, newer: bool) -> str:
    reasons = []
    if result.waiting:
        answers = "answer waits" if result.waiting == 1 else "answers wait"
        reasons.append(f"{result.waiting} {answers} to be graded by hand")
    if newer and result.status != status.FAILED:
        reasons.append("a newer submission has not been graded yet")
    if result.status in _DOUBTFUL:
        reasons.append(_DOUBTFUL[result.status])
    return "; ".join(reasons)
