"""What the report says about graded submissions, gathered and worked out."""

import os
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat

from autograder import exercises
from autograder.grading import cells, status
from autograder.grading.course import Course
from autograder.grading.results import Result, TaskResult, collect
from autograder.grading.thresholds import CalibrationError, load_calibration

TEST_ENDING = "_test"
ACCURACY = re.compile(r"Accuracy on the \d+ test images: (0\.\d+|1\.0*)")


@dataclass(frozen=True)
class Submission:
    """One graded submission.

    Attributes
    ----------
    result : Result
    message : str
        What stopped it, or empty.
    repairs : list of str
        What was repaired before grading.
    accuracies : dict of str to float
        Accuracy of each network on the visible test pictures, as far as one was measured.
    hand : frozenset of str
        Cells that a person grades.
    feedback : str
        Address of the feedback page, relative to the report; empty if there is none.
    confined : bool
        Whether it was run in a sandbox.
    """

    result: Result
    message: str = ""
    repairs: list[str] = field(default_factory=list)
    accuracies: dict[str, float] = field(default_factory=dict)
    hand: frozenset[str] = frozenset()
    feedback: str = ""
    confined: bool = True


@dataclass(frozen=True)
class TaskSummary:
    """How a class did on one task: mean share of the points, and how many got all, some, none."""

    title: str
    of: str
    share: float
    full: int
    part: int
    none: int


@dataclass(frozen=True)
class Assignment:
    """All submissions of one assignment."""

    name: str
    submissions: Sequence[Submission]

    @property
    def title(self) -> str:
        """Title of the exercise, empty if it has no table."""
        return exercises.load(self.name).title if self.name in exercises.names() else ""

    @cached_property
    def hand(self) -> frozenset[str]:
        """Cells that a person grades."""
        return frozenset().union(*(submission.hand for submission in self.submissions))

    def automatic(self, result: Result) -> list[TaskResult]:
        """Tasks of a result that tests grade."""
        return [task for task in result.tasks if task.grade_id not in self.hand]

    def task_title(self, grade_id: str) -> str:
        """Return how people call a graded cell."""
        name = grade_id.removesuffix(TEST_ENDING)
        kind, _, variant = name.rpartition("_")
        if kind == "accuracy":
            return f"Accuracy of network {variant}"
        if self.name in exercises.names() and name in exercises.load(self.name).tasks:
            return exercises.load(self.name).tasks[name].title
        return name.replace("_", " ").replace("-", " ")

    @cached_property
    def task_results(self) -> dict[str, list[TaskResult]]:
        """Results of all submissions by cell, in the notebook's order."""
        longest = max(
            (submission.result for submission in self.submissions),
            key=lambda result: len(result.tasks),
        )
        found: dict[str, list[TaskResult]] = {task.grade_id: [] for task in longest.tasks}
        for submission in self.submissions:
            for task in submission.result.tasks:
                found.setdefault(task.grade_id, []).append(task)
        return found

    @cached_property
    def points(self) -> float:
        """Automatic points that can be reached."""
        return sum(
            tasks[0].max_score for name, tasks in self.task_results.items() if name not in self.hand
        )

    def reached(self, result: Result) -> float:
        """Automatic points of a result."""
        return sum(task.score for task in self.automatic(result))

    @cached_property
    def shares(self) -> list[float]:
        """Share of the automatic points of every submission, 0 to 1."""
        return [
            self.reached(submission.result) / self.points if self.points else 0.0
            for submission in self.submissions
        ]

    @property
    def mean(self) -> float:
        """Mean share of the automatic points."""
        return statistics.fmean(self.shares)

    @property
    def median(self) -> float:
        """Median share of the automatic points."""
        return statistics.median(self.shares)

    @property
    def statuses(self) -> list[tuple[str, int]]:
        """Statuses and how many submissions have them, the mildest first."""
        counts = Counter(submission.result.status for submission in self.submissions)
        known = sorted(counts, key=lambda name: (*status.STATUSES, name).index(name))
        return [(spoken(name), counts[name]) for name in known]

    def task_summaries(self, hand: bool = False) -> list[TaskSummary]:
        """Summarise the tasks that tests grade, or those that a person grades."""
        return [
            _summary(self.task_title(name), tasks, len(self.submissions))
            for name, tasks in self.task_results.items()
            if (name in self.hand) == hand
        ]

    @property
    def accuracies(self) -> dict[str, list[float]]:
        """Accuracies by network, on the visible test pictures."""
        found: dict[str, list[float]] = {}
        for submission in self.submissions:
            for network, value in submission.accuracies.items():
                found.setdefault(network, []).append(value)
        return dict(sorted(found.items()))

    @property
    def thresholds(self) -> dict[str, float]:
        """Accuracy to reach by network; empty where nothing is calibrated."""
        try:
            networks = load_calibration(self.name)["networks"]
        except CalibrationError:
            return {}
        return {name: entry["threshold"] for name, entry in networks.items()}


def spoken(name: str) -> str:
    """Return a status as people say it."""
    return name.replace("_", " ")


def read_assignments(
    course: Course, folder: Path, results: Sequence[Result] | None = None
) -> Iterator[Assignment]:
    """Gather all graded submissions of a course.

    Parameters
    ----------
    course : Course
    folder : pathlib.Path
        Folder of the report; addresses of feedback pages are relative to it.
    results : sequence of Result, optional
        Results at hand; read from the gradebook if not given.
    """
    known = results if results is not None else list(_results(course))
    for name in sorted({result.assignment for result in known}):
        submissions = [
            read_submission(course, folder, result)
            for result in sorted(known, key=lambda result: result.student_id)
            if result.assignment == name
        ]
        yield Assignment(name, submissions)


def read_submission(course: Course, folder: Path, result: Result) -> Submission:
    """Read from an autograded notebook what a result does not say."""
    message, repaired, hand = "", [], set()
    accuracies: dict[str, float] = {}
    confined = True
    graded = course.folder("autograded", result.student_id, result.assignment)
    for path in sorted(graded.glob("*.ipynb")):
        nb = nbformat.read(path, as_version=4)
        message = message or status.message_of(nb)
        repaired += status.repairs(nb)
        confined = confined and status.record(nb).get("confined", True)
        for cell in nb.cells:
            name = cells.grade_id(cell) or ""
            if cells.is_answer(cell):
                hand.add(name)
            measured = ACCURACY.search(_printed(cell)) if cells.is_test(cell) else None
            if measured:
                network = name.removesuffix(TEST_ENDING).removeprefix("accuracy_")
                accuracies[network] = float(measured[1])
    if result.status == status.FAILED and not message:
        message = " ".join(result.messages)
    page = course.folder("feedback", result.student_id, result.assignment)
    pages = sorted(page.glob("*.html"))
    link = Path(os.path.relpath(pages[0], folder)).as_posix() if pages else ""
    return Submission(result, message, repaired, accuracies, frozenset(hand), link, confined)


def _results(course: Course) -> Iterator[Result]:
    with course.gradebook() as gradebook:
        names = {
            assignment.name: [notebook.name for notebook in assignment.notebooks]
            for assignment in gradebook.assignments
        }
    for assignment, notebooks in names.items():
        for student in course.students(assignment, step="autograded"):
            try:
                yield collect(course, assignment, student, notebooks)
            except LookupError as error:
                yield Result(assignment, student, 0.0, 0.0, status.FAILED, [str(error)])


def _summary(title: str, tasks: Sequence[TaskResult], submissions: int) -> TaskSummary:
    most = tasks[0].max_score
    full = sum(task.score >= most for task in tasks)
    part = sum(0 < task.score < most for task in tasks)
    reached = sum(task.score for task in tasks)
    share = reached / (most * submissions) if most else 0.0
    return TaskSummary(title, f"{most:g}", share, full, part, submissions - full - part)


def _printed(cell: nbformat.NotebookNode) -> str:
    streams = (out for out in cell.get("outputs", []) if out.output_type == "stream")
    return "".join(str(out.text) for out in streams)
