"""Write the accuracies to reach, measured by calibration, into the cells of a release."""

import re
from pathlib import Path
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.grading.thresholds import load_calibration, shown_threshold

PLACEHOLDER = re.compile(r"\{\{\s*accuracy:([^{}\s]*)\s*\}\}")


def fill(source: str, calibration: dict[str, Any]) -> str:
    """Replace every ``{{accuracy:KEY}}`` of a cell.

    Parameters
    ----------
    source : str
        Text of the cell.
    calibration : dict
        Of the assignment.

    Raises
    ------
    CalibrationError
        If a threshold is missing.
    """
    return PLACEHOLDER.sub(lambda match: shown_threshold(calibration, match[1]), source)


class FillThresholds(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader preprocessor: fill in the accuracies before anything is recorded."""

    calibration_dir = Unicode(
        "", help="Folder of the calibration files; empty for the package's own."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Fill all cells of a notebook; a notebook without placeholders needs no calibration."""
        cells = [cell for cell in nb.cells if PLACEHOLDER.search(cell.source)]
        if cells:
            folder = Path(self.calibration_dir) if self.calibration_dir else None
            calibration = load_calibration(resources["nbgrader"]["assignment"], folder)
            for cell in cells:
                cell.source = fill(cell.source, calibration)
        return nb, resources
