"""Remove the empty lines that cut-out solutions and hidden tests leave behind."""

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor


class TidyCells(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader preprocessor: no blanks at the ends of lines, no empty lines at a cell's end."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Tidy one cell; a Markdown line's two blanks at its end are a line break and stay."""
        if cell.cell_type == "code":
            cell.source = "\n".join(line.rstrip() for line in cell.source.splitlines())
        cell.source = cell.source.rstrip()
        return cell, resources
