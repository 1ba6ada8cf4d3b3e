"""Publish the student tree to a folder, or as one zip: whole or not at all, and no secret in it."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from autograder.place import DISTRIBUTION
from autograder.release import build
from autograder.release.address import (
    holds_sources,
    require_no_sources_on_the_web,
    require_safe_address,
)
from autograder.release.generate import ReleaseError
from autograder.release.leaks import leaks_in, secret_lines
from autograder.release.settings import CourseSettings, course_settings
from autograder.release.solutions import require_deadline_passed
from autograder.release.student_tree import MANIFEST, SOLUTIONS, hashes, write_student_tree

TIME = (2020, 1, 1, 0, 0, 0)
"""Time of every file of a bundle, so that the same content gives the same bytes."""

PUBLIC_ONCE_OUT = ("SOLUTION",)


@dataclass(frozen=True)
class Plan:
    """What is to be published.

    Attributes
    ----------
    course_root : pathlib.Path
    settings : CourseSettings
    assignments, solutions : list of str
        Exercises, and those whose solutions are published too.
    note : str
        What the instructor should know; empty when nothing is.
    """

    course_root: Path
    settings: CourseSettings
    assignments: list[str]
    solutions: list[str]
    note: str = ""


def plan(course_root: Path, names: list[str], solutions: list[str]) -> Plan:
    """Look whether everything is in order before anything is written.

    Parameters
    ----------
    course_root : pathlib.Path
    names : list of str
        Assignments; empty for all that are released.
    solutions : list of str
        Assignments whose solutions are to be published; their deadlines must have passed.

    Raises
    ------
    ReleaseError
        If a release is missing or stale, the address would show sources, or somebody may still
        hand in.
    """
    settings = course_settings(course_root)
    require_safe_address(course_root, settings)
    known = build.assignments(course_root)
    released = [name for name in known if (course_root / "release" / name).is_dir()]
    chosen = sorted(set(names)) or released
    if not chosen:
        raise ReleaseError("nothing is released yet; run `autograder release --all` first")
    problems = [problem for name in chosen for problem in build.check_release(course_root, name)]
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise ReleaseError(f"nothing is published, because releases are not current:\n{listed}")
    for name in solutions:
        if name not in chosen:
            raise ReleaseError(f"the solution of {name} is asked for, but {name} is not published")
        require_deadline_passed(course_root, name)
    note = require_no_sources_on_the_web(settings, known)
    return Plan(course_root, settings, chosen, sorted(set(solutions)), note)


def publish(plan: Plan, folder: Path) -> Path:
    """Write the student tree to a folder; what was published there before is replaced in one step.

    Hidden files and folders at its top, such as ``.git``, stay as they are.

    Parameters
    ----------
    plan : Plan
    folder : pathlib.Path
        New, empty, or published before.

    Raises
    ------
    ReleaseError
        If sources lie there or above it, if it holds files that were not published, or if
        something would leak. Nothing is changed then.
    """
    folder = folder.expanduser().resolve()
    _require_own_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _scratch(folder.parent) as scratch:
        tree = _checked_tree(plan, scratch)
        _swap(tree, folder)
    return folder


def bundle(plan: Plan) -> Path:
    """Write the student tree as one zip, always to the same bytes.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    pathlib.Path
        ``build/eight-faces-<version>.zip`` in the course directory.

    Raises
    ------
    ReleaseError
        If something would leak.
    """
    folder = plan.course_root / "build"
    folder.mkdir(exist_ok=True)
    name = f"{DISTRIBUTION}-{metadata.version(DISTRIBUTION)}"
    target = folder / f"{name}.zip"
    with _scratch(folder) as scratch:
        tree = _checked_tree(plan, scratch)
        beside = scratch / target.name
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(tree.rglob("*")):
                if path.is_file():
                    place = f"{name}/{path.relative_to(tree).as_posix()}"
                    entry = zipfile.ZipInfo(place, TIME)
                    entry.external_attr = 0o644 << 16
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, path.read_bytes())
        beside.replace(target)
    return target


def tree_leaks(plan: Plan, tree: Path) -> list[str]:
    """Look for secrets in everything of a student tree, the wheel's files included.

    An exercise may show what another one asks for; hidden tests and mark schemes are nowhere.

    Parameters
    ----------
    plan : Plan
    tree : pathlib.Path

    Returns
    -------
    list of str
        One message a leak.
    """
    known = build.assignments(plan.course_root)
    everything = {name: _secrets(plan, name) for name in known}
    tests = {name: _secrets(plan, name, but=PUBLIC_ONCE_OUT) for name in known}
    tests_of_all = _merged(tests)
    messages = []
    for path, name in _files(tree):
        top = name.split("/")[0]
        if top == SOLUTIONS:
            hidden: Mapping[str, str] = tests_of_all
        elif top in everything:
            hidden = tests_of_all | everything[top]
        else:
            hidden = _merged(everything)
        messages += [f"{name}: {message}" for message in leaks_in(path, hidden)]
        if path.name == "nbgrader_config.py" or top in ("source", "submitted", "autograded"):
            messages.append(f"{name}: is the instructor's own")
    return messages


def _secrets(plan: Plan, name: str, but: tuple[str, ...] = ()) -> dict[str, str]:
    source = plan.course_root / "source" / name
    return secret_lines(source, build.calibration(name), but=but)


def _merged(secrets: Mapping[str, dict[str, str]]) -> dict[str, str]:
    return {line: kind for lines in secrets.values() for line, kind in lines.items()}


def _files(tree: Path) -> Iterator[tuple[Path, str]]:
    """Yield files with their names in the tree; a wheel's files one by one."""
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        name = path.relative_to(tree).as_posix()
        if path.suffix != ".whl":
            yield path, name
            continue
        with tempfile.TemporaryDirectory(prefix="wheel-") as scratch:
            zipfile.ZipFile(path).extractall(scratch)  # built by us a moment ago
            for inside in sorted(found for found in Path(scratch).rglob("*") if found.is_file()):
                yield inside, f"{name}/{inside.relative_to(scratch).as_posix()}"


def _checked_tree(plan: Plan, scratch: Path) -> Path:
    tree = scratch / "tree"
    tree.mkdir()
    write_student_tree(plan.course_root, plan.settings, plan.assignments, plan.solutions, tree)
    if leaks := tree_leaks(plan, tree):
        listed = "\n".join(f"  - {leak}" for leak in leaks)
        raise ReleaseError(f"nothing is published, because students would read:\n{listed}")
    return tree


def _require_own_folder(folder: Path) -> None:
    if found := holds_sources(folder):
        raise ReleaseError(
            f"{folder} is refused, because {found} lies there or above it; publish to a folder of "
            "its own"
        )
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ReleaseError(f"{folder} is no folder")
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except FileNotFoundError:
        listed = {}
    except (ValueError, KeyError, TypeError):
        raise ReleaseError(f"{folder / MANIFEST} can't be read; publish to another folder") from None
    strange = sorted(set(hashes(folder)) - set(listed))
    if strange:
        shown = ", ".join(strange[:5]) + (" ..." if len(strange) > 5 else "")
        raise ReleaseError(
            f"{folder} holds files that were not published: {shown}. They would be lost; move them "
            "away, or publish to another folder"
        )


def _swap(tree: Path, folder: Path) -> None:
    """Put the tree in the folder's place; hidden entries at the top move along."""
    if not folder.exists():
        tree.rename(folder)
        return
    kept = [path for path in folder.iterdir() if path.name.startswith(".")]
    # Not in the scratch folder, which goes in any case: here whatever goes wrong, nothing is lost.
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-before-", dir=folder.parent)) / "old"
    folder.rename(old)
    try:
        for path in kept:
            (old / path.name).rename(tree / path.name)
        tree.rename(folder)
    except OSError:
        for path in kept:
            if (tree / path.name).exists():
                (tree / path.name).rename(old / path.name)
        old.rename(folder)
        old.parent.rmdir()
        raise
    shutil.rmtree(old.parent, ignore_errors=True)


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".publishing-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
