"""One page about a graded class: scores, tasks, accuracies, and what went wrong for whom."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.grading.report_data import Assignment, Submission, read_assignments, spoken
from autograder.grading.report_figures import histogram, strips
from autograder.grading.results import Result
from data_scripts.cache import write_atomically

PAGE = "index.html"

WITHOUT_SANDBOX = (
    "without a sandbox, with the rights of whoever graded: their code could read and change "
    "whatever that person can. Their points were still given by the verifier alone."
)


def write_report(
    course_root: Path,
    folder: Path,
    results: Sequence[Result] | None = None,
    *,
    notes: Sequence[str] = (),
) -> Path:
    """Write the report of a course.

    Parameters
    ----------
    course_root : pathlib.Path
        The course directory.
    folder : pathlib.Path
        Folder of the page; made when missing.
    results : sequence of Result, optional
        What `autograder.grading.pipeline.grade` returned; by default everything in the gradebook.
    notes : sequence of str
        Sentences to begin with.

    Returns
    -------
    pathlib.Path
        The page. It needs no other file and no network, except the feedback pages it links to.
    """
    from autograder.grading.course import open_course

    course = open_course(course_root)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / PAGE
    assignments = list(read_assignments(course, folder.resolve(), results))
    write_atomically(page, render(assignments, notes).encode("utf-8"))
    return page


def render(assignments: Sequence[Assignment], notes: Sequence[str] = ()) -> str:
    """Return the page as HTML; whatever students wrote is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("autograder.grading"), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template("report.html")
    return template.render(
        notes=[*notes, *_warnings(assignments)],
        assignments=[_page(entry) for entry in assignments],
    )


def _warnings(assignments: Sequence[Assignment]) -> list[str]:
    open_ones = sum(
        not submission.confined for entry in assignments for submission in entry.submissions
    )
    return [f"{open_ones} submissions were run {WITHOUT_SANDBOX}"] if open_ones else []


def _page(assignment: Assignment) -> dict[str, Any]:
    from markupsafe import Markup

    accuracies = assignment.accuracies
    name = assignment.name
    return {
        "name": name,
        "title": assignment.title,
        "mean": assignment.mean,
        "median": assignment.median,
        "points": f"{assignment.points:g}",
        "statuses": assignment.statuses,
        # The figures escape their own texts.
        "histogram": Markup(histogram(assignment.shares, f"Scores of {name}")),
        "strips": Markup(strips(accuracies, assignment.thresholds, f"Accuracies of {name}"))
        if accuracies
        else "",
        "tasks": assignment.task_summaries(),
        "hand": assignment.task_summaries(hand=True),
        "submissions": [_row(assignment, submission) for submission in assignment.submissions],
        "repairs": [
            (submission.result.student_id, submission.repairs)
            for submission in assignment.submissions
            if submission.repairs
        ],
    }


def _row(assignment: Assignment, submission: Submission) -> dict[str, Any]:
    result = submission.result
    return {
        "student": result.student_id,
        "score": f"{assignment.reached(result):.3g}",
        "of": f"{assignment.points:g}",
        "status": spoken(result.status),
        "messages": [submission.message] if submission.message else [],
        "feedback": quote(submission.feedback),
        "lost": _losses(assignment, submission),
    }


def _losses(assignment: Assignment, submission: Submission) -> list[dict[str, str]]:
    if submission.message and assignment.reached(submission.result) == 0:
        return [{"title": "every task", "points": "0", "of": f"{assignment.points:g}",
                 "message": ""}]  # fmt: skip
    return [
        {
            "title": assignment.task_title(task.grade_id),
            "points": f"{task.score:.3g}",
            "of": f"{task.max_score:g}",
            "message": task.message,
        }
        for task in assignment.automatic(submission.result)
        if task.score < task.max_score
    ]
