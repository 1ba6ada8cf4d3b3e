"""Fill the address of the published course into notebooks, and refuse one that tells secrets."""

import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import url2pathname

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.release.generate import ReleaseError
from autograder.release.settings import GITHUB, CourseSettings, course_settings

FIELD = re.compile(r"\{\{(address|badge|weights)\}\}")
"""What a source notebook writes where its first cell needs to know the course's settings."""

SECONDS = 10.0
"""How long a look at a published address may take."""


def fill_settings(source: str, settings: CourseSettings, notebook: str) -> str:
    """Replace ``{{address}}``, ``{{badge}}`` and ``{{weights}}`` in a cell.

    Parameters
    ----------
    source : str
        Text of the cell.
    settings : CourseSettings
    notebook : str
        Path of the notebook in the student tree.
    """
    values = {
        "address": settings.base,
        "badge": settings.badge(notebook),
        "weights": settings.weights,
    }
    return FIELD.sub(lambda match: values[match[1]], source)


class FillSettings(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader preprocessor: fill in the course's settings before anything is recorded."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Fill all cells of a notebook; one without fields needs no settings."""
        cells = [cell for cell in nb.cells if FIELD.search(cell.source)]
        if cells:
            directory = self.parent.parent.coursedir
            settings = course_settings(Path(directory.root))
            names = resources["nbgrader"]
            for cell in cells:
                place = f"{names['assignment']}/{names['notebook']}.ipynb"
                cell.source = fill_settings(cell.source, settings, place)
        return nb, resources


def require_safe_address(course_root: Path, settings: CourseSettings) -> None:
    """Refuse an address at which students would find the sources; asks no network.

    Parameters
    ----------
    course_root : pathlib.Path
        The course directory.
    settings : CourseSettings

    Raises
    ------
    ReleaseError
        If the address is a folder with ``source/``, or a repository that this checkout is sent to.
    """
    folder = _as_folder(settings.address)
    if folder is not None and (found := holds_sources(folder)):
        raise ReleaseError(
            f"the address {settings.address} is refused, because students would find {found} "
            "there; publish to a folder of its own"
        )
    mine = _repository(settings.address)
    if mine and mine in map(_repository, _remotes(course_root)):
        raise ReleaseError(
            f"the address {settings.address} is refused, because it is the repository of the "
            "sources; publish to a repository of its own"
        )


def require_no_sources_on_the_web(settings: CourseSettings, assignments: list[str]) -> str:
    """Look whether a published address answers with sources.

    Parameters
    ----------
    settings : CourseSettings
    assignments : list of str
        Names of the assignments whose source is looked for.

    Returns
    -------
    str
        What could not be found out, for the instructor to read; empty when all was.

    Raises
    ------
    ReleaseError
        If a source notebook, or the configuration of the course, can be read there.
    """
    if not settings.on_the_web:
        return ""
    names = ["nbgrader_config.py", *(f"source/{name}/{name}.ipynb" for name in assignments)]
    for name in names:
        request = urllib.request.Request(f"{settings.base}/{quote(name)}", method="HEAD")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS):
                pass
        except urllib.error.HTTPError:
            continue  # it answers, and does not have the file
        except OSError as error:
            return f"{settings.base} could not be looked at ({error}); see that it holds no sources"
        raise ReleaseError(
            f"the address {settings.address} is refused, because {name} can be read there; publish "
            "to a place of its own"
        )
    return ""


def holds_sources(folder: Path) -> str:
    """Return the name of what only instructors may have, in a folder or in one above it.

    A course's ``build/`` is apart from what it holds: it is not committed, nor handed on.

    Returns
    -------
    str
        Such as ``source/``; empty when there is nothing of the kind.
    """
    for place in (folder, *folder.parents):
        if folder.relative_to(place).parts[:1] == ("build",):
            continue
        if (place / "source").is_dir() and any((place / "source").rglob("*.ipynb")):
            return f"{place / 'source'}"
        if (place / "nbgrader_config.py").exists():
            return f"{place / 'nbgrader_config.py'}"
    return ""


def _as_folder(address: str) -> Path | None:
    """Return the folder that an address without network stands for."""
    if address.startswith("file:"):
        return Path(url2pathname(urlsplit(address).path)).resolve()
    return None if not address or "://" in address else Path(address).expanduser().resolve()


def _remotes(course_root: Path) -> list[str]:
    """Return the addresses that this checkout is sent to and fetched from."""
    command = ["git", "config", "--get-regexp", r"^remote\..*\.(url|pushurl)$"]
    try:
        done = subprocess.run(command, cwd=course_root, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # no git, no remotes
        return []
    return [line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if " " in line]


def _repository(address: str) -> str:
    """Return OWNER/NAME of a GitHub repository, in any of its spellings; empty for others."""
    spelled = re.sub(r"^(?:ssh://)?git@github\.com[:/]", "https://github.com/", address.strip())
    spelled = re.sub(r"^https://[^/@]+@github\.com/", "https://github.com/", spelled)
    spelled = re.sub(r"^https://raw\.githubusercontent\.com/([^/]+/[^/]+).*$", r"https://github.com/\1", spelled)
    match = GITHUB.fullmatch(spelled)
    return f"{match[1]}/{match[2]}".lower() if match else ""
