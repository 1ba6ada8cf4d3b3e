"""First repairs of a submission: what Colab, VS Code and people add to a notebook.

Each class is a preprocessor of nbgrader's autograde with one job, and says in the notebook's
record what it did.
"""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading import cells, status
from autograder.grading.blueprint import Blueprint

_PERSONAL = ("executionInfo",)
_TOOLS = {
    "Colab": ("colab", "outputId", "colab_type", "accelerator", "cellView"),
    "VS Code": ("vscode", "notebookRunGroups", "dotnet_interactive", "polyglot_notebook"),
}


def blueprint_of(resources: dict[str, Any]) -> Blueprint:
    """Return the blueprint that `SubmissionExporter` left in the resources."""
    found = resources[status.KEY]["blueprint"]
    assert isinstance(found, Blueprint)
    return found


class StripMetadata(NbGraderPreprocessor):  # type: ignore[misc]
    """Keep nbgrader's marks and the kernel; drop all other metadata, personal data first.

    Tags go too, since one of them (``skip-execution``) would leave a test cell out; the course's
    own come back with the marks.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Strip the metadata of the notebook and of all cells."""
        for key in _PERSONAL:
            if any(key in part for part in (nb.metadata, *(cell.metadata for cell in nb.cells))):
                status.add_repair(nb, f"Personal data that Colab had stored ({key}) was removed.")
        for tool, keys in _TOOLS.items():
            everywhere = (nb.metadata, *(cell.metadata for cell in nb.cells))
            if any(key in part for part in everywhere for key in keys):
                status.add_repair(nb, f"Settings that {tool} had stored were removed.")
        kept = {status.KEY: status.record(nb)}
        kernel = nb.metadata.get("kernelspec")
        if isinstance(kernel, dict) and isinstance(kernel.get("name"), str):
            kept["kernelspec"] = NotebookNode(
                name=kernel["name"], display_name=str(kernel.get("display_name", kernel["name"]))
            )
        nb.metadata = NotebookNode(kept)
        for cell in nb.cells:
            known = cells.marks(cell)
            cell.metadata = NotebookNode(nbgrader=known) if cells.grade_id(cell) else NotebookNode()
        return nb, resources


class NoteKernel(NbGraderPreprocessor):  # type: ignore[misc]
    """Say when the notebook asks for another kernel; nbgrader puts the course's back."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Compare the kernel's name with the course's."""
        course = blueprint_of(resources).kernelspec.get("name")
        submitted = nb.metadata.get("kernelspec", {}).get("name")
        if course and submitted != course:
            said = f"‘{submitted[:40]}’" if submitted else "none"
            status.add_repair(
                nb, f"The notebook named {said} as its kernel; it was run with ‘{course}’."
            )
        return nb, resources
