"""Results of a graded submission, read from the gradebook and the autograded notebook."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import BaseCell, Grade, MissingEntry

from autograder.grading import cells, outputs, status
from autograder.grading.course import Course
from autograder.grading.files import write_text

COLUMNS = ("assignment", "student_id", "score", "max_score", "status")
JSON_FORMAT = 1
WAITING = "Waits to be graded by hand."
UNANSWERED = "No answer was written."


@dataclass(frozen=True)
class TaskResult:
    """Points of one graded cell.

    Attributes
    ----------
    grade_id : str
        The cell.
    score, max_score : float
        Points reached and possible.
    message : str
        Why points were lost, in one or two plain lines; empty when none were.
    """

    grade_id: str
    score: float
    max_score: float
    message: str = ""


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    Attributes
    ----------
    assignment, student_id : str
        Whose work on what.
    score, max_score : float
        Points reached and possible; late penalties are taken off.
    status : str
        One of `autograder.grading.status.STATUSES`.
    messages : list of str
        What happened, what was repaired, and why points were lost, in plain sentences.
    tasks : list of TaskResult
        Every graded cell in the notebook's order.
    waiting : int
        Answers that a person has yet to grade.
    trainings_saved : int
        Trainings of the submission that had been done for somebody else already. No part of the
        result itself.
    again : str or None
        In a regrade, why the submission was run again; empty when what was kept of its last run
        served, None when there was nothing to run. No part of the result itself.
    """

    assignment: str
    student_id: str
    score: float
    max_score: float
    status: str
    messages: list[str] = field(default_factory=list)
    tasks: list[TaskResult] = field(default_factory=list)
    waiting: int = 0
    trainings_saved: int = field(default=0, compare=False)
    again: str | None = field(default=None, compare=False)


def read_autograded(path: Path) -> NotebookNode:
    """Read a notebook that nbgrader wrote, and checked then.

    Parameters
    ----------
    path : Path
        The notebook, of format 4.

    Raises
    ------
    OSError
        If it can't be read.
    ValueError
        If it holds no JSON.
    """
    return nbformat.v4.reads(path.read_text("utf-8"))


def collect(course: Course, assignment: str, student: str, notebooks: Sequence[str]) -> Result:
    """Read the result of a submission that has been graded.

    Parameters
    ----------
    course : Course
        The course.
    assignment, student : str
        Whose work on what.
    notebooks : sequence of str
        Names of the assignment's notebooks.

    Raises
    ------
    LookupError
        If the submission has not been graded.
    """
    folder = course.folder("autograded", student, assignment)
    states, said, tasks = [status.GRADED], [], []
    score = most = 0.0
    waiting = saved = 0
    again: list[str | None] = []
    for notebook in notebooks:
        path = folder / f"{notebook}.ipynb"
        grades = _grades(course, assignment, student, notebook)
        if not path.is_file() or grades is None:
            raise LookupError(f"{student}'s {notebook} has not been graded")
        nb = read_autograded(path)
        states.append(status.status_of(nb))
        again.append(status.again(nb))
        said += [text for text in (status.message_of(nb), *status.repairs(nb)) if text]
        tasks += _tasks(nb, grades["cells"])
        score += grades["score"]
        most += grades["max_score"]
        waiting += grades["waiting"]
        saved += status.record(nb).get(status.TRAININGS_SAVED, 0)
    said += [f"{task.grade_id}: {task.message}" for task in tasks if task.message]
    worst = max(states, key=status.STATUSES.index)
    why = next((text for text in again if text), "" if "" in again else None)
    return Result(assignment, student, score, most, worst, said, tasks, waiting, saved, why)


def _grades(course: Course, assignment: str, student: str, notebook: str) -> dict[str, Any] | None:
    with course.gradebook() as gradebook:
        try:
            submitted = gradebook.find_submission_notebook(notebook, assignment, student)
        except MissingEntry:
            return None
        # In one question: nbgrader's own attributes ask two for each of these cells.
        grades = (
            gradebook.db.query(
                BaseCell.name, Grade.score, Grade.max_score, Grade.needs_manual_grade
            )
            .join(Grade.cell)
            .filter(Grade.notebook_id == submitted.id)
        )
        graded = {
            name: (float(score), float(most), bool(waits)) for name, score, most, waits in grades
        }
        return {
            "score": float(submitted.score) - float(submitted.late_submission_penalty or 0.0),
            "max_score": float(submitted.max_score),
            "waiting": sum(waits for _, _, waits in graded.values()),
            "cells": graded,
        }


def _tasks(nb: NotebookNode, grades: dict[str, tuple[float, float, bool]]) -> list[TaskResult]:
    tasks = []
    for index, cell in enumerate(nb.cells):
        name = cells.grade_id(cell) or ""
        if name not in grades:
            continue
        score, most, waiting = grades[name]
        message = ""
        if waiting:
            message = WAITING
        elif score < most and cells.is_test(cell):
            message = outputs.lost_because(nb, index) or f"{score:g} of {most:g} points."
        elif score == 0 and most > 0 and cells.is_answer(cell):
            message = UNANSWERED if not status.is_placeholder(nb) else ""
        tasks.append(TaskResult(name, score, most, message))
    return tasks


def write_grades(results: Sequence[Result], path: Path) -> None:
    """Write one line a submission to a CSV file.

    Parameters
    ----------
    results : sequence of Result
        What `autograder.grading.pipeline.grade` returned.
    path : Path
        The file; written beside and renamed.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in _in_order(results):
        numbers = (f"{result.score:g}", f"{result.max_score:g}")
        writer.writerow([result.assignment, result.student_id, *numbers, result.status])
    write_text(Path(path), text.getvalue())


def write_results(results: Sequence[Result], path: Path) -> None:
    """Write everything that is known about submissions to a JSON file, for other programs.

    Parameters
    ----------
    results : sequence of Result
        What `autograder.grading.pipeline.grade` returned.
    path : Path
        The file; written beside and renamed.
    """
    entries = {"format": JSON_FORMAT, "results": [asdict(one) for one in _in_order(results)]}
    write_text(Path(path), json.dumps(entries, indent=1) + "\n")


def _in_order(results: Sequence[Result]) -> list[Result]:
    return sorted(results, key=lambda found: (found.assignment, found.student_id))
