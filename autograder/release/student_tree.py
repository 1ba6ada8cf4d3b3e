"""Write what students get: notebooks, package, weights, and how to begin."""

import hashlib
import json
import shutil
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from autograder.place import DISTRIBUTION, INSTALL, PACKAGE, PYTHONS
from autograder.release.cells import read_notebook
from autograder.release.settings import CourseSettings
from autograder.release.solutions import solution_notebook
from autograder.release.ungraded import FOLDER as UNGRADED
from autograder.release.ungraded import ungraded_notebooks
from autograder.release.wheel import build_wheel, requirements
from data_scripts.weights_file import STEMS, file_of, weights_content

MANIFEST = f"{PACKAGE}/published.json"
"""File of the tree that lists all others with their SHA-256."""

SOLUTIONS = "solutions"
LICENCES = ("LICENSE", "LICENSE-notebooks")
TEMPLATES = Path(str(files("autograder.release"))) / "templates"


def write_student_tree(
    course_root: Path,
    settings: CourseSettings,
    assignments: list[str],
    solutions: list[str],
    tree: Path,
) -> None:
    """Write the student tree into an empty folder.

    Parameters
    ----------
    course_root : pathlib.Path
        The course directory, with current releases.
    settings : CourseSettings
    assignments : list of str
        What students get.
    solutions : list of str
        Assignments whose solutions they get as well.
    tree : pathlib.Path
        Existing, empty folder.

    Raises
    ------
    ReleaseError
        If the package can't be built.
    """
    for name in assignments:
        shutil.copytree(
            course_root / "release" / name,
            tree / name,
            ignore=shutil.ignore_patterns(".ipynb_checkpoints"),
        )
    for name in solutions:
        _write_solutions(course_root, settings, name, tree)
    for place, text in ungraded_notebooks(course_root, settings).items():
        _write(tree / place, text)
    package = tree / PACKAGE
    package.mkdir()
    wheel = build_wheel(package, course_root / "LICENSE")
    for subject in STEMS:
        (package / file_of(subject)).write_bytes(weights_content(subject))
    _write(package / INSTALL, _install_lines(settings, wheel))
    _write(tree / "requirements.txt", _requirement_lines(wheel))
    _write(tree / "environment.yml", _environment(wheel))
    _write(tree / "README.md", readme(tree, settings, assignments, solutions))
    shutil.copyfile(TEMPLATES / "start.py", tree / "start.py")
    for name in LICENCES:
        if (course_root / name).is_file():
            shutil.copyfile(course_root / name, tree / name)
    _write(tree / MANIFEST, json.dumps({"files": hashes(tree)}, indent=1))


def hashes(tree: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a tree by its path, but for hidden ones at the top."""
    found = {}
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree).as_posix()
        if path.is_file() and not name.startswith(".") and name != MANIFEST:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def title_of(notebook: Path) -> str:
    """Return the heading of a notebook."""
    first = read_notebook(notebook).cells[0].source
    return first.splitlines()[0].lstrip("# ").strip()


def readme(
    tree: Path, settings: CourseSettings, assignments: list[str], solutions: list[str]
) -> str:
    """Return the page that students see first, as Markdown."""
    template = (TEMPLATES / "README.md").read_text(encoding="utf-8")
    places = [path.relative_to(tree) for name in assignments for path in _notebooks(tree / name)]
    colab = any(settings.badge(place.as_posix()) for place in places)
    page = template.replace("TITLE", settings.title)
    page = page.replace("EXERCISES", _table(tree, settings, places))
    page = page.replace("COLAB", COLAB_TEXT if colab else "")
    page = page.replace("UNGRADED", _ungraded_text(tree, settings))
    page = page.replace("SOLUTIONS", _solutions_text(tree, settings) if solutions else "")
    while "\n\n\n" in page:
        page = page.replace("\n\n\n", "\n\n")
    return page


COLAB_TEXT = """\
## In Google Colab

Click a badge above. The first code cell installs the course's package, in some seconds. To keep
the pictures in your Google Drive, so that they are not drawn again in each session, add a cell
with `%env EIGHT_FACES_DRIVE=1` above it. Save your work with *File, Save a copy in Drive*.
"""


def _notebooks(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.ipynb"))


def _table(
    tree: Path, settings: CourseSettings, places: list[Path], what: str = "exercise"
) -> str:
    badges = [settings.badge(place.as_posix()) for place in places]
    head = [what, "what it is about", *(["open"] if any(badges) else [])]
    lines = [_row(*head), _row(*("---" for _ in head))]
    for place, badge in zip(places, badges, strict=True):
        link = f"[{place.stem}]({quote(place.as_posix())})"
        lines.append(_row(link, title_of(tree / place), *([badge] if any(badges) else [])))
    return "\n".join(lines)


def _row(*fields: str) -> str:
    return "| " + " | ".join(field.replace("|", "\\|") for field in fields) + " |"


def _ungraded_text(tree: Path, settings: CourseSettings) -> str:
    places = [path.relative_to(tree) for path in _notebooks(tree / UNGRADED)]
    if not places:
        return ""
    table = _table(tree, settings, places, what="notebook")
    return f"## To look around\n\nNothing is asked and nothing is graded here.\n\n{table}\n"


def _solutions_text(tree: Path, settings: CourseSettings) -> str:
    places = [path.relative_to(tree) for path in _notebooks(tree / SOLUTIONS)]
    return f"## Solutions\n\n{_table(tree, settings, places)}\n"


def _write_solutions(course_root: Path, settings: CourseSettings, name: str, tree: Path) -> None:
    folder = course_root / "source" / name
    for path in _notebooks(folder):
        if ".ipynb_checkpoints" in path.parts:
            continue
        place = Path(SOLUTIONS, path.name)
        made = solution_notebook(course_root, path, settings, place.as_posix())
        _write(tree / place, json.dumps(made, sort_keys=True, indent=1, ensure_ascii=False))


def _install_lines(settings: CourseSettings, wheel: Path) -> str:
    """Return what a first cell hands to pip: this wheel, and nothing from anywhere else.

    Without an address the path is seen from a notebook's folder, in which pip runs.
    """
    if "://" not in settings.base:
        return f"{settings.base}/{PACKAGE}/{wheel.name}"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"{DISTRIBUTION} @ {settings.package(wheel.name)}#sha256={digest}"


def _environment_lines(wheel: Path) -> list[str]:
    """Return what an environment of its own needs: the wheel in this tree, and JupyterLab."""
    jupyterlab = [line for line in requirements("grading") if line.startswith("jupyterlab")]
    return [f"./{PACKAGE}/{wheel.name}[tensorflow]", *jupyterlab]


def _requirement_lines(wheel: Path) -> str:
    return "\n".join(["# To install in this folder.", *_environment_lines(wheel)])


def _environment(wheel: Path) -> str:
    first, too_new = (".".join(map(str, version)) for version in PYTHONS)
    lines = [
        "# conda env create -f environment.yml && conda activate eight-faces && jupyter lab",
        f"name: {DISTRIBUTION}",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        f"  - python>={first},<{too_new}",
        "  - pip",
        "  - pip:",
        *(f"      - {line}" for line in _environment_lines(wheel)),
    ]
    return "\n".join(lines)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"{text.rstrip()}\n".encode())
