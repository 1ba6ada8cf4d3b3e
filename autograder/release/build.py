"""Make the students' version of an assignment, and check that the committed one is current."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.grading.thresholds import CalibrationError, calibration_path, load_calibration
from autograder.release.address import require_safe_address
from autograder.release.generate import ReleaseError, generate
from autograder.release.leaks import find_leaks
from autograder.release.lint import lint_notebook
from autograder.release.settings import course_settings
from autograder.release.validate import validate_source

__all__ = ["ReleaseError", "assignments", "check_release", "release"]


def assignments(course_root: Path) -> list[str]:
    """Return the names of all assignments of a course, in order.

    Parameters
    ----------
    course_root : pathlib.Path
        Folder that holds ``source/``.
    """
    found = (course_root / "source").glob("*/*.ipynb")
    return sorted({path.parent.name for path in found})


def release(course_root: Path, assignment: str) -> Path:
    """Generate an assignment for students and record its cells in the course's gradebook.

    The committed ``release/<assignment>`` is replaced in one step, and only when nothing is
    wrong with the new one.

    Parameters
    ----------
    course_root : pathlib.Path
        Folder that holds ``nbgrader_config.py`` and ``source/``.
    assignment : str
        Such as ``"03_faces_fc"``.

    Returns
    -------
    pathlib.Path
        ``release/<assignment>``.

    Raises
    ------
    ReleaseError
        If the source has defects, something would leak, students would find the sources at the
        course's address, or nbgrader refuses.
    """
    _refuse(assignment, _source_problems(course_root, assignment))
    require_safe_address(course_root, course_settings(course_root))
    target = course_root / "release" / assignment
    target.parent.mkdir(exist_ok=True)
    with _scratch(target.parent) as scratch:
        trial = _build(course_root, assignment, scratch / "trial", record=False)
        _refuse(assignment, _leaks(course_root, assignment, trial))
        final = _build(course_root, assignment, scratch / "final", record=True)
        if _content(trial) != _content(final):
            raise ReleaseError(f"{assignment}: two runs differ; give every cell an id")
        if target.exists():
            target.rename(scratch / "old")
        final.rename(target)
    return target


def check_release(course_root: Path, assignment: str) -> list[str]:
    """Check that the committed release is what the source gives, and leaks nothing.

    Neither the course's gradebook nor any file of the course is changed.

    Parameters
    ----------
    course_root : pathlib.Path
    assignment : str

    Returns
    -------
    list of str
        What is wrong: defects of the source, stale, missing or extra files, leaks.
    """
    problems = _source_problems(course_root, assignment)
    if problems:
        return problems
    released = course_root / "release" / assignment
    if not released.is_dir():
        return [f"release/{assignment} is missing; run `autograder release {assignment}`"]
    with _scratch(None) as scratch:
        try:
            fresh = _build(course_root, assignment, scratch / "fresh", record=False)
        except ReleaseError as error:
            return [str(error)]
        problems += _differences(_content(released), _content(fresh), assignment)
    return problems + _leaks(course_root, assignment, released)


def _normalised(path: Path) -> bytes:
    """Return a notebook's content in the one form in which releases are written.

    Keys sorted, indent 1, one newline at the end: the same on every run and machine.
    """
    raw = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps(raw, sort_keys=True, indent=1, ensure_ascii=False)
    return f"{text}\n".encode()


def _source_problems(course_root: Path, assignment: str) -> list[str]:
    folder = course_root / "source" / assignment
    notebooks = sorted(folder.glob("*.ipynb"))
    if not notebooks:
        known = ", ".join(assignments(course_root)) or "none"
        return [f"there is no source/{assignment} with a notebook; assignments are: {known}"]
    problems = [
        message for path in notebooks for message in (*lint_notebook(path), *validate_source(path))
    ]
    # Messages name files from the course's folder on, the same on every machine.
    return [message.replace(f"{course_root}{os.sep}", "") for message in problems]


def _build(course_root: Path, assignment: str, folder: Path, *, record: bool) -> Path:
    """Generate into a folder and bring the notebooks into their one form."""
    folder.mkdir()
    generate(course_root, assignment, folder, record=record)
    built = folder / assignment
    for path in built.rglob("*.ipynb"):
        path.write_bytes(_normalised(path))
    return built


def _leaks(course_root: Path, assignment: str, released: Path) -> list[str]:
    source = course_root / "source" / assignment
    try:
        return find_leaks(source, released, calibration(assignment))
    except CalibrationError:
        return find_leaks(source, released)


def calibration(assignment: str) -> dict[str, Any] | None:
    """Return the calibration of an assignment; None where there is none."""
    return load_calibration(assignment) if calibration_path(assignment).exists() else None


def _content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if ".ipynb_checkpoints" not in path.parts
    }


def _differences(
    committed: dict[str, bytes], fresh: dict[str, bytes], assignment: str
) -> list[str]:
    again = f"run `autograder release {assignment}`"
    problems = []
    for name in sorted(committed.keys() | fresh.keys()):
        if name not in committed:
            problems.append(f"release/{assignment}/{name} is missing; {again}")
        elif name not in fresh:
            problems.append(f"release/{assignment}/{name} is not made from the source; {again}")
        elif committed[name] != fresh[name]:
            problems.append(f"release/{assignment}/{name} is stale or was edited; {again}")
    return problems


def _refuse(assignment: str, problems: list[str]) -> None:
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise ReleaseError(f"{assignment} is not released:\n{listed}")


@contextmanager
def _scratch(beside: Path | None) -> Iterator[Path]:
    """Make a folder that is gone afterwards; beside the target, so that renaming is one step."""
    with tempfile.TemporaryDirectory(prefix=".building-", dir=beside) as folder:
        yield Path(folder)
