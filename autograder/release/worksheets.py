"""Copy the notebooks to a folder of one's own, without touching what is there already."""

import shutil
import sys
from pathlib import Path

from autograder.release.settings import course_settings
from autograder.release.ungraded import ungraded_notebooks
from data_scripts.cache import write_atomically

VALIDATE_SECONDS = 1200
"""A cell may take so long when nbgrader's Validate button runs it: trainings take minutes."""

CONFIG = f'''"""What nbgrader's Validate button reads in this folder."""

c = get_config()
c.Execute.timeout = {VALIDATE_SECONDS}  # seconds; nbgrader would stop a training after 30
'''


def copy_new(release: Path, work: Path) -> list[Path]:
    """Copy the files of a release that a working folder lacks.

    Parameters
    ----------
    release : pathlib.Path
        The released assignments.
    work : pathlib.Path
        Where a student works; made when missing. Files in it are never overwritten.

    Returns
    -------
    list of pathlib.Path
        The files that were copied.

    Raises
    ------
    FileNotFoundError
        If there is no release.
    """
    if not release.is_dir():
        raise FileNotFoundError(f"there is no folder {release} with exercises")
    copied = []
    for path in sorted(release.rglob("*")):
        target = work / path.relative_to(release)
        if path.is_dir() or target.exists() or ".ipynb_checkpoints" in path.parts:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.part")
        shutil.copyfile(path, beside)
        beside.rename(target)
        copied.append(target)
    return copied


def write_ungraded(course_root: Path, work: Path) -> list[Path]:
    """Write the ungraded notebooks that a working folder lacks.

    Parameters
    ----------
    course_root : pathlib.Path
        The course directory.
    work : pathlib.Path
        As for `copy_new`.

    Returns
    -------
    list of pathlib.Path
        The notebooks that were written.
    """
    made = ungraded_notebooks(course_root, course_settings(course_root))
    new = {work / place: text for place, text in made.items() if not (work / place).exists()}
    for target, text in new.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, text.encode("utf-8"))
    return list(new)


def configure(work: Path) -> None:
    """Write nbgrader's configuration of a working folder, unless there is one.

    Parameters
    ----------
    work : pathlib.Path
        Where a student works, and starts JupyterLab; made when missing.
    """
    work.mkdir(parents=True, exist_ok=True)
    config = work / "nbgrader_config.py"
    if not config.exists():
        write_atomically(config, CONFIG.encode("utf-8"))


if __name__ == "__main__":
    source, destination = map(Path, sys.argv[1:])
    new = [*copy_new(source, destination), *write_ungraded(source.absolute().parent, destination)]
    configure(destination)
    print(f"{len(new)} new files in {destination}/; what was there stays as it is")
