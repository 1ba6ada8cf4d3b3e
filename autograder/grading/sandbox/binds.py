"""What of this machine a sandbox sees beside the system: packages, and files of the data cache."""

import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from autograder.grading.secret import FOLDER as SECRET
from data_scripts import cache_endings

HOME = Path("/", "home", "student")
"""Home directory inside."""

CACHE = HOME / ".cache" / "eight-faces"
"""Data cache inside: a writable folder, in which the files that are there are read-only."""

STUDENT_PARTS = (
    "__init__.py", "place.py", "settings.py", "exercises", "models", "student", "transport",
)  # fmt: skip
"""What a student's process sees of the package `autograder`: what students install, and what
carries their values out."""

# `share` holds kernel specifications, `etc` what Jupyter and fontconfig read.
_PREFIX_PARTS = ("bin", "lib", "lib64", "share", "etc", "ssl", "pyvenv.cfg")


@dataclass(frozen=True)
class Bind:
    """A file or folder that is shown inside, read-only.

    Attributes
    ----------
    source : Path
        Where it lies on this machine.
    target : Path
        Where it lies inside.
    """

    source: Path
    target: Path


def package_folder(name: str) -> Path:
    """Return the folder of an installed package, without importing it.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.
    """
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {name} is not installed")
    return Path(spec.origin).parent


def student_binds() -> list[Bind]:
    """Return what a student's process sees of the course: nothing that grades."""
    package = package_folder("autograder")
    parts = [package / name for name in STUDENT_PARTS]
    return [_same(path) for path in (*parts, package_folder("data_scripts")) if path.exists()]


def trainer_binds() -> list[Bind]:
    """Return what the trainer sees of the course: the whole packages, and no secret."""
    return [_same(package_folder(name)) for name in ("autograder", "data_scripts")]


def verifier_binds(course_root: Path) -> list[Bind]:
    """Return what the verifier sees of the course: the whole packages and the secret.

    Parameters
    ----------
    course_root : Path
        The course directory.
    """
    secret = Path(course_root).resolve() / SECRET
    return [*trainer_binds(), *([_same(secret)] if secret.exists() else [])]


def cache_binds(cache: Path, hidden: bool) -> list[Bind]:
    """Return the files of the data cache.

    Parameters
    ----------
    cache : Path
        The data cache, such as ``data_scripts.cache.default_cache_dir()``.
    hidden : bool
        Whether files of hidden pictures are among them: only ever for the verifier.
    """
    if not cache.is_dir():
        return []
    return [
        Bind(path.resolve(), CACHE / path.name)
        for path in sorted(cache.iterdir())
        if path.name.endswith(cache_endings.KEPT)
        and (hidden or "hidden" not in path.name)
        and path.is_file()
    ]


def python_binds() -> list[Bind]:
    """Return what this Python is made of, without anything else of the folders it lies in."""
    folders = dict.fromkeys((Path(sys.prefix), Path(sys.base_prefix)))
    for folder in [*folders, Path(os.path.realpath(sys.executable)).parents[1]]:
        folders[folder.resolve()] = None
    folders = {folder: None for folder in folders if not _in_system(folder)}
    # Parts and not the whole: a virtual environment may lie in the very folder of the course.
    found = [
        _same(folder / part)
        for folder in folders
        for part in _PREFIX_PARTS
        if (folder / part).exists()
    ]
    return [*found, *_links_to_python(list(folders))]


def _links_to_python(folders: list[Path]) -> list[Bind]:
    """Return the links outside of the folders by which the program `python` is found."""
    found = []
    path = Path(sys.executable)
    for _ in range(40):
        if not _in_system(path) and not any(path.is_relative_to(one) for one in folders):
            found.append(Bind(Path(os.path.realpath(path)), path))
        if not path.is_symlink():
            break
        path = Path(os.path.normpath(path.parent / path.readlink()))
    return found


def _in_system(path: Path) -> bool:
    return path.is_relative_to("/usr")


def _same(path: Path) -> Bind:
    return Bind(path, path)
