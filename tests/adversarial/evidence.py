"""What an attack left behind: changed files, words in files and names, living processes."""

import hashlib
import os
import shutil
import signal
from pathlib import Path

import psutil

from tests.adversarial.scene import PACKAGES, Scene

OUTSIDE = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", "/etc", "/opt", "/usr/bin", "/usr/lib")
GRADERS = ("submitted", "autograded", "feedback", ".autograder")
"""Folders of the course to which grading itself adds."""


def digests(scene: Scene) -> dict[str, str]:
    """Return the digests of everything that nobody may change, by path."""
    folders = [scene.root / name for name in ("source", "release", ".secret")]
    folders += [scene.cache, PACKAGES / "student"]
    folders += [path for path in (scene.root / "submitted").glob("*") if path.is_dir()]
    files = [scene.root / "nbgrader_config.py"]
    # IPython and Jupyter keep folders of their own there.
    files += [path for path in scene.home.iterdir() if path.is_file()]
    files += [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts
    ]
    found = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return {**found, **{str(folder): oct(folder.stat().st_mode) for folder in folders}}


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the paths of files that are not what they were, or are gone, or new."""
    return sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )


def traces(scene: Scene) -> list[str]:
    """Return the files and processes that bear this run's word."""
    found = [str(path) for path in _marked_files(scene)]
    return found + [" ".join(process.cmdline()) for process in _marked_processes(scene)]


def _marked_files(scene: Scene) -> list[Path]:
    places = [Path(place) for place in OUTSIDE] + [PACKAGES]
    found = [path for place in places for path in place.glob(f"*{scene.trace}*")]
    for folder in (scene.home, scene.root, scene.cache):
        found += folder.rglob(f"*{scene.trace}*")
    return found


def _marked_processes(scene: Scene) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if scene.trace in process.cmdline()[:1]:
                found.append(process)
        except psutil.Error:
            continue
    return found


def children() -> list[str]:
    """Return the command lines of this process's living descendants."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline())[:200])
        except psutil.Error:
            continue
    return found


def clean(scene: Scene) -> None:
    """Remove what attacks left outside the scene's own folders."""
    for process in _marked_processes(scene):
        os.kill(process.pid, signal.SIGKILL)
    for path in _marked_files(scene):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
