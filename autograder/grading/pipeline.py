"""Grade the submissions of an assignment through nbgrader's autograde, one or many at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.grading import verifiers, warm_kernels
from autograder.grading.course import Course, CourseError, open_course
from autograder.grading.execute import NO_SANDBOX
from autograder.grading.inputs import require_embedded
from autograder.grading.progress import Progress
from autograder.grading.results import Result, TaskResult, write_grades, write_results
from autograder.grading.sandbox import sandbox_problem
from autograder.grading.single import Grader, OneSubmission

__all__ = [
    "GradingInterrupted",
    "OneSubmission",
    "Result",
    "TaskResult",
    "grade",
    "write_grades",
    "write_results",
]


class GradingInterrupted(KeyboardInterrupt):
    """Ctrl-C; ``results`` holds what was graded before, and the next call goes on from there."""

    def __init__(self, results: list[Result], left: int) -> None:
        super().__init__(f"stopped; {len(results)} graded, {left} left")
        self.results = results
        self.left = left


def grade(
    course_root: Path,
    assignment: str,
    *,
    students: Sequence[str] | None = None,
    force: bool = False,
    regrade: bool = False,
    progress: bool = True,
    sandbox: bool = True,
    workers: int | None = 1,
    scheduler: str = "",
) -> list[Result]:
    """Grade an assignment.

    A submission is graded when it has not been yet, when a newer one was handed in, when grading
    it failed before, or when ``force`` is given. No submission stops another.

    Parameters
    ----------
    course_root : Path
        Folder that holds ``nbgrader_config.py``.
    assignment : str
        Name of the assignment.
    students : sequence of str, optional
        Whom to grade; by default everybody with a folder in ``submitted/``.
    force : bool, optional
        Grade again what has been graded.
    regrade : bool, optional
        The same, but run a submission only where what is kept of its last run does not serve.
    progress : bool, optional
        Show a line a submission and a bar.
    sandbox : bool, optional
        False to run submissions with your own rights; the configuration may say so as well.
    workers : int or None, optional
        How many submissions to grade at a time, each in a process of its own; 1 grades in this
        process, None as many as this machine is good for.
    scheduler : str, optional
        Address of a Dask scheduler whose workers run the submissions.

    Returns
    -------
    list of Result
        One for every student, also for those graded before.

    Raises
    ------
    autograder.grading.course.CourseError
        If there is no course, the assignment has not been released, or the sandbox or the
        workers do not work.
    GradingInterrupted
        On Ctrl-C.
    """
    course = open_course(course_root)
    grader = Grader(course, assignment, course.notebooks(assignment))
    course.app.config.RunNotebook.regrade = regrade
    if not sandbox:
        course.app.config.RunNotebook.sandbox = NO_SANDBOX
    handed_in = course.students(assignment)
    chosen = handed_in if students is None else list(dict.fromkeys(students))
    results: dict[str, Result] = {}
    with (
        Progress(assignment, len(chosen), shown=progress) as lines,
        verifiers.kept(),
        warm_kernels.kept(),
    ):
        try:
            to_grade = []
            for student in chosen:
                if student not in handed_in:
                    results[student] = lines.done(grader.nothing_handed_in(student))
                elif not (force or regrade) and (known := grader.known(student)):
                    results[student] = lines.done(known)
                else:
                    to_grade.append(student)
            for result in _graded(grader, to_grade, workers, scheduler, lines):
                results[result.student_id] = lines.done(result)
        except KeyboardInterrupt:
            lines.stop(len(chosen) - len(results))
            raise GradingInterrupted(list(results.values()), len(chosen) - len(results)) from None
    return [results[student] for student in chosen]


def _graded(
    grader: Grader,
    students: Sequence[str],
    workers: int | None,
    scheduler: str,
    lines: Progress,
) -> Iterator[Result]:
    if not students:
        return
    require_embedded()
    if not scheduler:
        _require_sandbox(grader.course)
    if workers is None and len(students) > 1 and not scheduler:
        from autograder.grading.workers import default_number

        workers = default_number()
    number = min(workers or 1, len(students))
    if scheduler or number > 1:
        from autograder.grading.parallel import grade_with_workers

        yield from grade_with_workers(grader, students, number, scheduler, lines)
        return
    for student in students:
        lines.running(1, student)
        yield grader.grade(student)


def _require_sandbox(course: Course) -> None:
    confined = course.app.config.RunNotebook.get("sandbox") != NO_SANDBOX
    if confined and (problem := sandbox_problem()):
        raise CourseError(
            f"Submissions can't be run apart from the rest of this machine: {problem}. "
            "To run them with your own rights all the same, say --no-sandbox; only do so with "
            "submissions that you trust."
        )
