"""Feedback pages: what was expected and what was got, without hidden tests and mark schemes."""

import io
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from autograder.grading import cells, hidden_text, outputs, status

_log = logging.getLogger(__name__)

_HEADLINES = {
    status.GRADED: "",
    status.REPAIRED: "Your notebook was graded after small repairs.",
}


_NBGRADER = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
_TEMPLATES_OF_NBGRADER = str(_NBGRADER / "templates")
_STYLES_OF_NBGRADER = str(_NBGRADER / "static" / "node_modules" / "bootstrap" / "dist" / "css")
_OWN_TEMPLATES = str(Path(__file__).parent / "templates")


class PageExporter(HTMLExporter):  # type: ignore[misc]
    """nbconvert's HTML exporter with the template of our feedback pages.

    A process compiles the template once, not for every page.
    """

    @property
    def default_config(self) -> Config:
        """Name the template, which builds on nbgrader's."""
        config = Config()
        config.PageExporter.template_name = "feedback_page"
        config.PageExporter.extra_template_basedirs = [_OWN_TEMPLATES, _TEMPLATES_OF_NBGRADER]
        config.PageExporter.extra_template_paths = [_TEMPLATES_OF_NBGRADER, _STYLES_OF_NBGRADER]
        config.merge(super().default_config)
        return config

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.bytecode_cache = _TEMPLATES
        return environment


class _CompiledTemplates(BytecodeCache):
    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = _CompiledTemplates()


class HideTests(NbGraderPreprocessor):  # type: ignore[misc]
    """Take hidden tests out of test cells, and everything that could show their lines.

    A test cell that failed shows its message alone: tracebacks quote the test. Lines of hidden
    tests that a student's code printed are blotted out wherever they stand.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Hide the tests of an autograded notebook."""
        tests = [cell for cell in nb.cells if cells.is_test(cell)]
        secrets = hidden_text.secrets([cell.source for cell in tests])
        said = {
            index: outputs.lost_because(nb, index)
            for index, cell in enumerate(nb.cells)
            if cells.is_test(cell)
        }
        for index, cell in enumerate(nb.cells):
            if index in said:
                cell.source = hidden_text.split(cell.source)[0].rstrip()
                cell.outputs = _speaking(cell.outputs, said[index])
            else:
                cell.source = hidden_text.scrub(cell.source, secrets)
            for output in cell.get("outputs", []):
                _scrub_output(output, secrets)
        return nb, resources


def _speaking(found: list[NotebookNode], message: str) -> list[NotebookNode]:
    """Keep what a test cell shows, its errors replaced by one plain line."""
    kept = [out for out in found if out.output_type != "error"]
    if message and len(kept) < len(found):
        kept.append(outputs.error_output(outputs.NOT_RUN, message))
    return kept


def _scrub_output(output: NotebookNode, secrets: list[str]) -> None:
    for key in ("text", "evalue"):
        if isinstance(output.get(key), str):
            output[key] = hidden_text.scrub(output[key], secrets)
    if "traceback" in output:
        lines = [hidden_text.plain(line) for line in output.traceback]
        output.traceback = [hidden_text.scrub(line, secrets) for line in lines]
    data = output.get("data", {})
    for kind, value in data.items():
        if isinstance(value, str) and not kind.startswith("image/p"):
            data[kind] = hidden_text.scrub(value, secrets)


class ShowSummary(NbGraderPreprocessor):  # type: ignore[misc]
    """Begin the page with what was repaired and, for every task, why points were lost.

    Runs after nbgrader's GetGrades, which brings the points.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Insert the summary as the first cell."""
        parts = ["## Your result"]
        headline = status.message_of(nb) or _HEADLINES.get(status.status_of(nb), "")
        if headline:
            parts.append(headline)
        repairs = status.repairs(nb)
        if repairs:
            parts.append("**What was repaired**")
            parts.append("\n".join(f"- {_as_text(sentence)}" for sentence in repairs))
        rows = [row for index, cell in enumerate(nb.cells) if (row := _row(nb, index, cell))]
        if rows:
            parts.append("\n".join(["| check | points | what happened |", "|---|---|---|", *rows]))
        cell = nbformat.v4.new_markdown_cell(source="\n\n".join(parts), id="eight-faces-summary")
        nb.cells.insert(0, cell)
        return nb, resources


def _row(nb: NotebookNode, index: int, cell: NotebookNode) -> str:
    if not cells.is_graded(cell):
        return ""
    score, most = float(cells.marks(cell).get("score") or 0.0), cells.points(cell)
    if cells.is_test(cell):
        message = outputs.lost_because(nb, index) if score < most else ""
    elif cells.marks(cell).get("comment") == "No response.":
        message = "no answer was written"
    else:
        message = "graded by hand"
    shown = _as_text(message).replace("\n", " ")
    name = cells.grade_id(cell)
    return f"| [{name}](#{name}) | {score:g} of {most:g} | {shown} |"


def _as_text(message: str) -> str:
    """Write a message so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~])", r"\\\1", message)


def feedback(
    course_root: Path,
    assignment: str,
    *,
    students: Sequence[str] | None = None,
    force: bool = True,
) -> list[Path]:
    """Write the feedback pages of graded submissions.

    Parameters
    ----------
    course_root : Path
        Folder that holds ``nbgrader_config.py``.
    assignment : str
        Name of the assignment.
    students : sequence of str, optional
        For whom; by default everybody who has been graded.
    force : bool, optional
        Write pages again that are there.

    Returns
    -------
    list of Path
        The HTML files that are there now, sorted.

    Raises
    ------
    autograder.grading.course.CourseError
        If there is no course, or the assignment has not been released.
    """
    from autograder.grading.course import open_course  # needs nbgrader's command line classes

    course = open_course(course_root)
    notebooks = course.notebooks(assignment)
    graded = course.students(assignment, step="autograded")
    pages = []
    for student in graded if students is None else [s for s in graded if s in students]:
        log = io.StringIO()
        converter = OnePage(coursedir=course.directory(assignment, student), parent=course.app)
        converter.notebook_names = notebooks
        converter.force = force
        try:
            with course.converting(log):
                converter.start()
        except (Exception, SystemExit) as error:
            _log.error("No feedback for %s: %s\n%s", student, error, log.getvalue())
        folder = course.folder("feedback", student, assignment)
        pages += [path for name in notebooks if (path := folder / f"{name}.html").is_file()]
    return sorted(pages)


class OnePage(GenerateFeedback):  # type: ignore[misc]
    """nbgrader's feedback for exactly one student, whatever the folder is called."""

    def init_notebooks(self) -> None:
        """Name the autograded notebooks that are there."""
        directory = self.coursedir
        folder = self._format_source(directory.assignment_id, directory.student_id)
        files = [f"{folder}/{name}.ipynb" for name in self.notebook_names]
        self.assignments = {folder: [name for name in files if Path(name).is_file()]}
        self.notebooks: list[str] = []
