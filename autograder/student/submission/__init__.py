"""Before handing in: check the notebook file, run it in a clean kernel, make the ZIP.

In a notebook: ``submission_check()``. In a shell, which needs no nbgrader:
``python -m autograder.student.submission 03_faces_fc.ipynb``.
"""

from pathlib import Path

from autograder import settings
from autograder.student.submission.findings import Finding
from autograder.student.submission.notebook import SubmissionError

__all__ = ["MINUTES", "Finding", "SubmissionError", "submission_check"]

MINUTES = 60.0
"""How long the run may take if nothing else is said."""


def submission_check(
    path: str | Path | None = None,
    *,
    run: bool = True,
    pack: bool | None = None,
    minutes: float = MINUTES,
) -> None:
    """Check a notebook before it is handed in, print what was found, and make its ZIP.

    It looks for cells that were deleted or copied, gaps that are still open, answers that are
    missing, cells that depend on the order in which they were run, large outputs and a wrong name.
    Then it runs the notebook from top to bottom in a clean kernel, in a folder of its own.

    Parameters
    ----------
    path : str or pathlib.Path, optional
        The notebook file, as it was saved last; that of this notebook if left out.
    run : bool
        Whether to run it, which takes as long as its trainings.
    pack : bool, optional
        Whether to write ``<assignment>.zip`` beside it. By default that goes with `run`.
    minutes : float
        How long the run may take.
    """
    if settings.unattended():
        return  # a program runs this notebook: the check itself, or grading
    from autograder.student.submission import check, locate

    try:
        file = locate.this_notebook() if path is None else locate.given(path)
        check.check(file, run=run, pack=run if pack is None else pack, minutes=minutes)
    except SubmissionError as error:
        print(error)
    except KeyboardInterrupt:
        print("Stopped. Nothing was packed.")
