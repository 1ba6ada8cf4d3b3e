"""Find out which file this notebook is, and whether it was saved."""

import os
import sys
from pathlib import Path
from typing import Any, Final

from autograder.student.submission.notebook import Submission, SubmissionError

COLAB: Final = (
    "Colab does not let a notebook read its own file. Save it (File > Save), make your Drive known "
    "with\n\n    from google.colab import drive\n    drive.mount(\"/content/drive\")\n\n"
    "and give the path, such as\n\n"
    "    submission_check(\"/content/drive/MyDrive/Colab Notebooks/03_faces_fc.ipynb\")\n\n"
    "Or download it (File > Download > Download .ipynb), and hand in that file."
)  # fmt: skip

UNKNOWN: Final = (
    "Which file is this notebook? Give its name, such as "
    "submission_check(\"03_faces_fc.ipynb\")."
)  # fmt: skip


def this_notebook() -> Path:
    """Return the file of the notebook that runs.

    Raises
    ------
    SubmissionError
        If its editor does not tell; the message says what to do.
    """
    shell = _shell()
    told = [
        shell.user_ns.get("__vsc_ipynb_file__") if shell is not None else None,  # VS Code
        os.environ.get("JPY_SESSION_NAME"),  # Jupyter Server 2
    ]
    for name in told:
        if isinstance(name, str) and name.endswith(".ipynb") and Path(name).is_file():
            return Path(name)
    if "google.colab" in sys.modules:
        raise SubmissionError(COLAB)
    here = sorted(Path.cwd().glob("*.ipynb"))
    if len(here) == 1:
        return here[0]
    raise SubmissionError(UNKNOWN)


def given(path: str | Path) -> Path:
    """Return the file that somebody names, with hints in Colab, where it is elsewhere."""
    found = Path(path).expanduser()
    if not found.exists() and "google.colab" in sys.modules:
        raise SubmissionError(f"There is no file {found}. {COLAB}")
    return found


def unsaved_runs(submission: Submission) -> int:
    """Count the cells that were run in this notebook after the file was saved.

    Parameters
    ----------
    submission : Submission
        The file of the notebook that runs.

    Returns
    -------
    int
        0 outside a notebook, too. The cell that asks does not count.
    """
    shell = _shell()
    if shell is None or getattr(shell, "kernel", None) is None:
        return 0
    history: list[str] = shell.history_manager.input_hist_raw
    saved = 0
    for cell in submission.code:
        count = cell.count or 0
        if 0 < count < len(history) and history[count].strip() == cell.source.strip():
            saved = max(saved, count)
    return max(len(history) - 2 - saved, 0)


def _shell() -> Any:
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()
