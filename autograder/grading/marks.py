"""Marks: what a test cell's output is worth, and hand grades that stay.

`CheckScores` guards what nbgrader reads as a score; `SaveGrades` writes the gradebook.
"""

import hashlib
import math
import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder.grading import answers, cells, outputs, status

_PLAIN_FLOAT = re.compile(r"\d+\.\d+(?:e[+-]?\d+)?|\d+e[+-]?\d+")
"""How Python writes a float that is zero or positive and finite."""


def read_score(text: str, most: float) -> float | None:
    """Read the points that a test cell shows as its result.

    Parameters
    ----------
    text : str
        The result as Python writes it.
    most : float
        Points of the cell.

    Returns
    -------
    float or None
        The points, or None when the text is not a plain float in 0 to ``most``: nbgrader gives
        full marks for ``nan``, ``True`` or ``np.float64(0.5)``.
    """
    if not _PLAIN_FLOAT.fullmatch(text.strip()):
        return None
    score = float(text)
    return score if math.isfinite(score) and score <= most else None


class CheckScores(NbGraderPreprocessor):  # type: ignore[misc]
    """Refuse results of test cells that are no points, and test cells that did not run.

    nbgrader reads outputs from the first on: an error moves to the front, so that a result shown
    before it earns nothing.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Look at all test cells of a notebook."""
        for cell in nb.cells:
            if not cells.is_test(cell):
                continue
            cell.outputs.sort(key=lambda out: out.output_type != "error")
            if outputs.first_error(cell) is None:
                reason = _refusal(cell)
                if reason:
                    cell.outputs.insert(0, outputs.error_output(outputs.REFUSED, reason))
                    status.set_status(
                        nb, status.REFUSED, f"The test ‘{cells.grade_id(cell)}’: {reason}"
                    )
        return nb, resources


def _refusal(cell: NotebookNode) -> str:
    if cell.source.strip() and cell.get("execution_count") is None:
        return "The test was not run, so it gives no points. Please tell your instructor."
    results = [out for out in cell.outputs if out.output_type == "execute_result"]
    if not results:
        return ""
    shown = results[0].get("data", {}).get("text/plain", "")
    text = "".join(shown) if isinstance(shown, list) else str(shown)
    most = cells.points(cell)
    if len(results) == 1 and read_score(text, most) is not None:
        return ""
    return (
        f"The test gave ‘{text[:40]}’ as its points, which is not a number from 0 to {most:g}. "
        "It counts 0; please tell your instructor."
    )


class SaveGrades(SaveAutoGrades):  # type: ignore[misc]
    """Save the marks; a hand grade whose text did not change stays final.

    Stock nbgrader puts every hand grade back into the queue on a new run. Here only changed
    answers go back, with the earlier score as comment. What was there at the last run is kept
    beside the gradebook (`autograder.grading.answers`).
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Save the marks of a notebook, all of them or, if something fails, none."""
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        self.student_id = names["student"]
        root = Path(resources[status.KEY]["root"])
        self._store = answers.path(root, names["assignment"], names["notebook"], names["student"])
        self._before = answers.load(self._store)
        self._now: dict[str, answers.Answer] = {}
        self._renamed = "file" in status.record(nb) or status.is_placeholder(nb)
        self._code = _digest("\0".join(c.source for c in nb.cells if c.cell_type == "code"))
        with Gradebook(names["db_url"]) as gradebook:
            self.gradebook = _Rows(gradebook, self.notebook_id, self.assignment_id, self.student_id)
            # Not SaveAutoGrades' own: it does no more than open the gradebook.
            nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)
            gradebook.db.commit()
        answers.save(self._store, self._now)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Save the mark of one cell, then decide whether its hand grade stays."""
        graded = cells.is_graded(cell)
        name = cells.grade_id(cell) or ""
        queued = graded and bool(self.gradebook.find_grade(name).needs_manual_grade)
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if graded:
            self._keep_hand_grade(cell, name, queued)
        return cell, resources

    def _keep_hand_grade(self, cell: NotebookNode, name: str, queued: bool) -> None:
        grade = self.gradebook.find_grade(name)
        digest = _digest(cell.source.rstrip()) if cells.is_answer(cell) else self._code
        before = self._before.get(name)
        note = ""
        if grade.manual_score is not None and before is not None:
            # nbgrader takes a submission under another name for a missing one and empties the
            # queue before this point; then only a new score shows that a person has looked.
            waiting = queued or (
                self._renamed and before.queued and grade.manual_score == before.manual_score
            )
            if digest == before.digest and not waiting:
                grade.needs_manual_grade = False
            else:
                note = (
                    f"Changed since it was graded by hand; the earlier score was "
                    f"{grade.manual_score:g} of {cells.points(cell):g}."
                )
                cell.metadata[status.KEY] = NotebookNode(earlier=note)
                if cells.is_answer(cell):
                    self.gradebook.find_comment(name).auto_comment = note
        self._now[name] = answers.Answer(digest, bool(grade.needs_manual_grade), grade.manual_score)


class _Rows:
    """The grades and comments of one submitted notebook, in place of the whole gradebook.

    nbgrader asks for each by a question over seven tables, several times, and writes after each.
    Here two questions find all, and whoever opened the gradebook writes.
    """

    def __init__(self, gradebook: Gradebook, notebook: str, assignment: str, student: str) -> None:
        submitted = gradebook.find_submission_notebook(notebook, assignment, student)
        self._grades = _by_cell(gradebook, Grade, submitted)
        self._comments = _by_cell(gradebook, Comment, submitted)
        self.db = self

    def find_grade(self, name: str, *_where: str) -> Grade:
        """Return the grade of a cell."""
        return _row(self._grades, name, "grade")

    def find_comment(self, name: str, *_where: str) -> Comment:
        """Return the comment on a cell."""
        return _row(self._comments, name, "comment")

    def commit(self) -> None:
        """Leave that to the end: `SaveAutoGrades` calls it after every cell."""


def _by_cell(gradebook: Gradebook, kind: Any, submitted: SubmittedNotebook) -> dict[str, Any]:
    query = gradebook.db.query(BaseCell.name, kind).join(kind.cell)
    return dict(query.filter(kind.notebook_id == submitted.id).all())


def _row(rows: dict[str, Any], name: str, kind: str) -> Any:
    if name not in rows:
        raise MissingEntry(f"The gradebook has no {kind} for the cell {name} of this submission")
    return rows[name]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()
