"""Which assignment a download is of, by what its notebooks hold."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from autograder.grading.blueprint import grade_ids
from autograder.grading.candidates import held_ids
from autograder.grading.course import Course, CourseError
from autograder.grading.lms.attempts import plain_name
from autograder.grading.reader import UnreadableNotebookError, read_notebook


def assignment_of(course: Course, extracted: Path) -> str:
    """Return the assignment that most notebooks of a download are of."""
    known = {name: ids for name, ids in grade_ids(course.db_url).items() if ids}
    if len(known) == 1:
        return next(iter(known))
    votes: Counter[str] = Counter()
    for path in sorted(extracted.rglob("*.ipynb")):
        name = _of_notebook(path, known)
        votes.update([name] if name else [])
    most = votes.most_common(2)
    if not most or (len(most) == 2 and most[0][1] == most[1][1]):
        raise CourseError(
            "the archive does not say which assignment it is of; name it with --assignment. "
            f"Assignments are: {', '.join(sorted(known)) or 'none, nothing is released'}"
        )
    return most[0][0]


def _of_notebook(path: Path, known: Mapping[str, set[str]]) -> str:
    try:
        held = held_ids(read_notebook(path))
    except UnreadableNotebookError:
        name = plain_name(path.name)
        return next((one for one in known if name.endswith(one)), "")
    shares = {name: len(held & ids) / len(ids) for name, ids in known.items()}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] > 0 else ""
