"""The exporter of nbgrader's autograde: no file and no student's code may lose a submission."""

import datetime
import logging
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from sqlalchemy.exc import OperationalError
from traitlets import Bool, Integer

from autograder.grading import attached, gradebooks, reader, schemas, status
from autograder.grading.blueprint import Blueprint, KnownCells
from autograder.grading.candidates import fingerprint
from autograder.grading.course import CourseError
from autograder.grading.prepare import read_submission
from autograder.grading.sandbox import SandboxError


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """Reads whatever was handed in, and puts a placeholder where nothing can be graded.

    nbgrader calls it twice a notebook: on the submitted file (sanitizing) and on the sanitized
    file (running and scoring). `Blueprint` and course root travel in
    ``resources["eight_faces"]`` for the preprocessors.
    """

    # nbformat's schema is tried once, on what all preprocessors leave, and not after each of them.
    optimistic_validation = Bool(True).tag(config=True)

    max_bytes = Integer(reader.MAX_BYTES, help="Largest submitted file, in bytes.").tag(config=True)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert one notebook file; the file need not exist nor hold a notebook.

        Parameters
        ----------
        filename : str
            Path of the notebook as nbgrader names it.
        resources : dict
            nbgrader's own, with assignment, student, notebook and gradebook.

        Returns
        -------
        tuple
            The text of the notebook to write, and the resources.
        """
        if resources is None or "nbgrader" not in resources:
            raise ValueError("SubmissionExporter is for nbgrader's autograde alone")
        path = Path(filename)
        resources["metadata"] = {
            "name": path.stem,
            "path": str(path.parent),
            "modified_date": datetime.date.today().isoformat(),
        }
        known = self._known_cells(resources["nbgrader"])
        blueprint = known.blueprints[resources["nbgrader"]["notebook"]]
        directory = self.parent.coursedir
        resources[status.KEY] = {"blueprint": blueprint, "root": directory.root}
        try:
            nb = self._read(path, blueprint, known)
            return self.from_notebook_node(nb, resources, **kw)
        except (OperationalError, SandboxError, CourseError):
            raise  # a locked gradebook, no sandbox, a wrong setting: no student's doing
        except Exception as error:
            logging.getLogger(__name__).exception("grading %s failed", filename)
            self.log.error("Grading %s failed: %s", filename, error, exc_info=True)
            nb = blueprint.placeholder(
                status.FAILED,
                f"The notebook could not be graded ({type(error).__name__}). "
                "This is no fault of yours that we know of; your instructor has to look at it.",
            )
            return self.from_notebook_node(nb, resources, **kw)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Run the preprocessors; the text that comes out can always be written as UTF-8."""
        output, resources = super().from_notebook_node(nb, resources, **kw)
        return output.encode("utf-8", errors="replace").decode("utf-8"), resources

    def _known_cells(self, names: dict[str, str]) -> KnownCells:
        known: KnownCells | None = getattr(self.parent, "known_cells", None)
        if known is not None:
            return known
        directory = self.parent.coursedir
        release = directory.format_path(directory.release_directory, ".", names["assignment"])
        return KnownCells(names["db_url"], Path(release), names["assignment"], [names["notebook"]])

    def _read(self, path: Path, blueprint: Blueprint, known: KnownCells) -> NotebookNode:
        if not getattr(self.parent, "_sanitizing", True):
            nb = nbformat.read(path, as_version=4)
            status.record(nb)[status.FINISHED] = True  # when it is written again
            return nb
        nb = read_submission(path.parent, blueprint, known.grade_ids, self.max_bytes)
        status.record(nb)["fingerprint"] = fingerprint(path.parent)
        return nb


# nbgrader imports this module before it looks at a submission.
attached.leave_out_links(SubmissionExporter)
gradebooks.share_engines()
schemas.check_schemas_once()
