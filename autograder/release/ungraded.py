"""The notebooks without grades that students get as well, ready to open."""

import copy
import json
from pathlib import Path
from typing import Any, Final

from autograder.release.address import fill_settings
from autograder.release.cells import Notebook, read_notebook
from autograder.release.settings import CourseSettings

FOLDER: Final = "notebooks"
"""Folder of these notebooks, in the course directory and in the student tree."""

PLACE: Final = "place"
"""Id of the cell that looks at the student's machine; a notebook without it is the instructor's."""


def ungraded_notebooks(course_root: Path, settings: CourseSettings) -> dict[Path, str]:
    """Make the ungraded notebooks that students get.

    Parameters
    ----------
    course_root : pathlib.Path
        The course directory; one without such a folder gives none.
    settings : CourseSettings

    Returns
    -------
    dict of Path to str
        The notebooks, not executed, by their path in the student tree.
    """
    found = {}
    for path in sorted((course_root / FOLDER).glob("*.ipynb")):
        notebook = read_notebook(path)
        if any(cell.cell_id == PLACE for cell in notebook.cells):
            place = Path(FOLDER, path.name)
            made = _filled(notebook, settings, place.as_posix())
            text = json.dumps(made, sort_keys=True, indent=1, ensure_ascii=False)
            found[place] = f"{text}\n"
    return found


def _filled(notebook: Notebook, settings: CourseSettings, place: str) -> dict[str, Any]:
    made = copy.deepcopy(notebook.raw)
    for cell, raw in zip(notebook.cells, made["cells"], strict=True):
        raw["source"] = fill_settings(cell.source, settings, place).rstrip()
        if cell.kind == "code":
            raw.update(outputs=[], execution_count=None)
    return made
