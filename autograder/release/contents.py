"""List the cells of a notebook in its metadata, so that students are told of deleted ones."""

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.student.submission.notebook import KEY


class ListCells(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader preprocessor: note the assignment and the names of the course's cells, in order.

    What students do with the list changes nothing in grading, which has its own.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Write the list into the notebook's metadata."""
        marks = [cell.metadata.get("nbgrader", {}) for cell in nb.cells]
        nb.metadata[KEY] = {
            "assignment": resources["nbgrader"]["assignment"],
            "cells": [mark["grade_id"] for mark in marks if mark.get("grade_id")],
        }
        return nb, resources
