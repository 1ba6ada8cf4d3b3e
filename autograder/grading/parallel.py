"""Grade an assignment with many workers: they run notebooks, this process writes the gradebook."""

import json
import os
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.grading import outputs, remote_run, status
from autograder.grading.course import Course, CourseError
from autograder.grading.execute import RunNotebook
from autograder.grading.progress import Progress
from autograder.grading.results import Result
from autograder.grading.sandbox.environment import decisive
from autograder.grading.secret import secret_seed
from autograder.grading.single import RUNS, Grader
from autograder.grading.store import store_of
from autograder.grading.travel import Answer, CourseData, Submission, TooLargeError, read_files
from autograder.grading.workers import Workers


def grade_with_workers(
    grader: Grader, students: Sequence[str], number: int, scheduler: str, lines: Progress
) -> Iterator[Result]:
    """Grade submissions, many at a time.

    Parameters
    ----------
    grader : Grader
        The course and the assignment.
    students : sequence of str
        Whose submissions.
    number : int
        How many processes of this machine to start.
    scheduler : str
        Address of a Dask scheduler, instead of processes of this machine.
    lines : Progress
        Where to say what happens.

    Yields
    ------
    Result
        In the order in which they are there.
    """
    left = deque(students)
    begun: set[str] = set()
    data = course_data(grader, local=not scheduler).to_bytes()
    with Workers(data, number, scheduler, store_of(grader.course.root)) as workers:
        if workers.dashboard:
            lines.say(f"Dask's dashboard: {workers.dashboard}")
        try:
            while left or begun:
                while left and workers.has_room():
                    student = left.popleft()
                    begun.add(student)
                    result = _begin(grader, student, workers)
                    if result is not None:
                        begun.remove(student)
                        yield result
                lines.running(workers.running)
                for student, answer in workers.next_answers() if begun else ():
                    result = _finish(grader, student, answer)
                    begun.remove(student)
                    yield result
        finally:
            for student in begun:
                grader.forget(student)


def course_data(grader: Grader, *, local: bool) -> CourseData:
    """Return what workers have to know of a course.

    Parameters
    ----------
    grader : Grader
        The course and the assignment.
    local : bool
        Whether the workers are processes of this machine and see the course directory.

    Raises
    ------
    CourseError
        If the configuration can't be sent, or has no step that workers could do.
    """
    course, assignment = grader.course, grader.assignment
    if RUNS not in course.app.config.Autograde.get("autograde_preprocessors", ()):
        raise CourseError(
            f"nbgrader_config.py does not name {RUNS} among c.Autograde.autograde_preprocessors, "
            "so that there is nothing for workers to do. Name it, or say --workers 1."
        )
    return CourseData(
        assignment=assignment,
        settings=_settings(course),
        blueprints=grader.known_cells.blueprints,
        seed=secret_seed(course.root),
        root=str(course.root) if local else "",
        requires=remote_run.versions(),
        environment=decisive(os.environ),
    )


def _settings(course: Course) -> dict[str, Any]:
    """Return the sections of the configuration that `RunNotebook` reads."""
    found = {}
    for kind in RunNotebook.mro():
        section = course.app.config.get(kind.__name__, {})
        try:
            found[kind.__name__] = json.loads(json.dumps(section))
        except TypeError as error:
            raise CourseError(
                f"c.{kind.__name__} in nbgrader_config.py can't be sent to workers: {error}. "
                "Write numbers, texts, lists and dictionaries there, or say --workers 1."
            ) from error
    return {name: section for name, section in found.items() if section}


def _begin(grader: Grader, student: str, workers: Workers) -> Result | None:
    result = grader.begin(student)
    if result is not None:
        return result
    paths = {name: grader.autograded(student, name) for name in grader.notebooks}
    notebooks = {name: nbformat.read(path, as_version=4) for name, path in paths.items()}
    notebooks = {name: nb for name, nb in notebooks.items() if not status.is_placeholder(nb)}
    if not notebooks:
        return _finish(grader, student, Answer())
    folder = grader.course.folder("autograded", student, grader.assignment)
    try:
        content = Submission(student, notebooks, read_files(folder)).to_bytes()
    except TooLargeError as error:
        return _finish(grader, student, Answer(trouble=str(error)))
    workers.submit(student, content)
    return None


def _finish(grader: Grader, student: str, answer: Answer) -> Result:
    def take(nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        if status.is_placeholder(nb):
            return RunNotebook().preprocess(nb, resources)
        name = resources["nbgrader"]["notebook"]
        if name in answer.notebooks:
            found = answer.notebooks[name]
            status.record(found)[status.FINISHED] = True
            return found, resources
        message = f"It could not be run. {answer.trouble}"
        outputs.stop_test_cells(nb, 0, outputs.NOT_RUN, message)
        status.set_status(nb, status.FAILED, message)
        return nb, resources

    return grader.finish(student, take, answer.log)
