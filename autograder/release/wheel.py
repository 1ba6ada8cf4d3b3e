"""The package that students install: what notebooks import, and nothing that grades.

It is built by setuptools from a copy of the files listed here, always to the same bytes.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from autograder.place import DISTRIBUTION, PYTHONS
from autograder.release.generate import ReleaseError

STUDENT_FILES = {
    "autograder": (
        "__init__.py", "py.typed", "place.py", "settings.py",
        "exercises/**/*.py", "exercises/*.toml", "models/**/*.py", "student/**/*",
    ),
    "data_scripts": (
        "__init__.py", "py.typed", "cache*.py", "digits*.py", "faces*.py", "features.py",
        "image_folders.py", "mapped.py", "narrow_vgg*.py", "objects*.py", "original/*.py", "pool.py",
        "santa*.py", "weights_file.py", "widening.py", "course_weights/*.json",
    ),
}  # fmt: skip
"""Files of the wheel, by package: an allow-list, so that nothing new gets in unseen."""

NEVER = ("__pycache__", ".ipynb_checkpoints")
LARGEST = 1_000_000
"""Bytes that the wheel may have, so that a first cell is quick."""

EPOCH = "1577836800"  # 2020-01-01: the time of every file in the wheel
BACKEND = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


def student_files(licence: Path | None = None) -> dict[str, bytes]:
    """Return the files of the students' package.

    Parameters
    ----------
    licence : pathlib.Path, optional
        Text of the licence, for whoever gets the package.

    Returns
    -------
    dict of str to bytes
        Contents by path in the wheel, sorted; texts end their lines as on Unix.
    """
    found: dict[str, bytes] = {}
    for package, patterns in STUDENT_FILES.items():
        root = Path(str(files(package)))
        for pattern in patterns:
            for path in root.glob(pattern):
                if path.is_file() and not any(part in NEVER for part in path.parts):
                    name = path.relative_to(root.parent).as_posix()
                    found[name] = path.read_bytes().replace(b"\r\n", b"\n")
    if licence is not None and licence.is_file():
        found["LICENSE"] = licence.read_bytes().replace(b"\r\n", b"\n")
    return dict(sorted(found.items()))


def requirements(extra: str = "") -> list[str]:
    """Return what the course's package requires, as its metadata says.

    Parameters
    ----------
    extra : str
        Such as ``"tensorflow"``; empty for what it always requires.
    """
    marker = re.compile(r"""\s*(?:;|\band)\s*extra == ["']([\w-]+)["']$""")
    wanted = []
    for line in metadata.requires(DISTRIBUTION) or []:
        match = marker.search(line)
        if (match[1] if match else "") == extra:
            wanted.append(marker.sub("", line))
    return wanted


def wheel_version(content: dict[str, bytes]) -> str:
    """Return the version of a wheel: another one for other files, so that pip updates it."""
    digest = hashlib.sha256()
    for name, data in content.items():
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    return f"{metadata.version(DISTRIBUTION)}+c{digest.hexdigest()[:12]}"


def build_wheel(folder: Path, licence: Path | None = None) -> Path:
    """Build the students' package.

    Parameters
    ----------
    folder : pathlib.Path
        Existing folder in which the wheel is put.
    licence : pathlib.Path, optional
        Text of the licence.

    Returns
    -------
    pathlib.Path
        The wheel; its bytes depend on nothing but its files and the version of setuptools.

    Raises
    ------
    ReleaseError
        If setuptools is missing or refuses, or the wheel is larger than a first cell may load.
    """
    content = student_files(licence)
    with tempfile.TemporaryDirectory(prefix="wheel-") as scratch:
        tree, built = Path(scratch, "tree"), Path(scratch, "built")
        built.mkdir()
        _write_tree(tree, content)
        _run_backend(tree, built)
        (made,) = built.glob("*.whl")
        if made.stat().st_size > LARGEST:
            raise ReleaseError(
                f"the students' package has {made.stat().st_size} bytes, at most {LARGEST} are "
                "meant; what is large belongs beside it, as the weights are"
            )
        target = folder / made.name
        target.write_bytes(made.read_bytes())
    return target


def _write_tree(tree: Path, content: dict[str, bytes]) -> None:
    for name, data in {**content, "pyproject.toml": _pyproject(content).encode()}.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o644)


def _pyproject(content: dict[str, bytes]) -> str:
    """Return the build settings: packages by name, and every file that is no module as data."""
    folders = {name.rpartition("/")[0] for name in content if "/" in name}
    packages = sorted(folder.replace("/", ".") for folder in folders)
    first, too_new = (".".join(map(str, version)) for version in PYTHONS)
    lines = [
        "[build-system]",
        'requires = ["setuptools>=77"]',
        'build-backend = "setuptools.build_meta"',
        "[project]",
        f"name = {json.dumps(DISTRIBUTION)}",
        f"version = {json.dumps(wheel_version(content))}",
        f"description = {json.dumps(str(metadata.metadata(DISTRIBUTION)['Summary']))}",
        f'requires-python = ">={first},<{too_new}"',
        'license = "BSD-3-Clause"',
        f"license-files = {json.dumps([name for name in content if name == 'LICENSE'])}",
        f"dependencies = {json.dumps(requirements())}",
        "[project.optional-dependencies]",
        f"tensorflow = {json.dumps(requirements('tensorflow'))}",
        "[tool.setuptools]",
        f"packages = {json.dumps(packages)}",
        "[tool.setuptools.package-data]",
        '"*" = ["*.toml", "*.json", "*.js", "*.css", "py.typed"]',
    ]
    text = "\n".join(lines) + "\n"
    tomllib.loads(text)  # JSON's texts and lists are TOML's too
    return text


def _run_backend(tree: Path, built: Path) -> None:
    """Call setuptools as pip would, in a process of its own, for it works in the folder."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", BACKEND, str(built)],
        cwd=tree,
        env=environment,
        umask=0o022 if os.name == "posix" else -1,  # the wheel records who may read a file
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ReleaseError(f"the students' package could not be built: {last}")
