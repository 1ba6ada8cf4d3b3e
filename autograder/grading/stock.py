"""The same course for nbgrader as it comes, to compare with: its own preprocessors, no sandbox."""

import shutil
from pathlib import Path

from autograder.release.generate import generate

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "eight_faces"
c.Execute.timeout = {seconds}
c.Execute.interrupt_on_timeout = True
c.Execute.error_on_timeout = {{"ename": "Timeout", "evalue": "x", "traceback": []}}
"""


def make_stock_course(ours: Path, root: Path, assignment: str, seconds: int = 120) -> Path:
    """Copy a course with its submissions and secret seed, but without our preprocessors.

    Parameters
    ----------
    ours : Path
        The course that is copied.
    root : Path
        The new course directory.
    assignment : str
        The assignment that is released in it.
    seconds : int
        Longest time of a cell.
    """
    for name in ("source", "submitted", ".secret"):
        if (ours / name).is_dir():
            shutil.copytree(ours / name, root / name)
    shutil.copy(ours / "nbgrader_config.py", root)
    (root / "release").mkdir()
    generate(root, assignment, root / "release")
    (root / "nbgrader_config.py").write_text(CONFIG.format(seconds=seconds), encoding="utf-8")
    return root
