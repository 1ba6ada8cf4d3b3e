"""What travels between the driver and a worker: bytes that hold JSON and files, nothing pickled.

A letter is a ZIP archive in memory. Names of files, which students choose, stand in its JSON and
never name a member of the archive.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from autograder.grading.blueprint import Blueprint, BlueprintCell
from autograder.grading.workplace import submitted_files

LARGEST: Final = 200_000_000
"""Bytes of files beside a submission's notebooks that are sent to a worker."""

_CONTENTS: Final = "contents.json"


class TooLargeError(ValueError):
    """More lies beside a submission than is sent; the message says how much."""


@dataclass(frozen=True)
class CourseData:
    """What a worker has to know of a course, beside the packages that it has installed.

    Attributes
    ----------
    assignment : str
        Name of the assignment.
    settings : dict
        Sections of nbgrader's configuration that concern the run, as plain values.
    blueprints : dict
        What was handed out, by notebook.
    seed : int
        The course's secret seed.
    root : str
        The course directory, for workers on this machine; empty for all others.
    requires : dict
        Versions that decide results, by package.
    environment : dict
        Environment variables that decide results.
    """

    assignment: str
    settings: dict[str, Any]
    blueprints: dict[str, Blueprint]
    seed: int
    root: str
    requires: dict[str, str]
    environment: dict[str, str]

    def to_bytes(self) -> bytes:
        """Return the data as JSON."""
        return json.dumps(asdict(self), allow_nan=False).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> "CourseData":
        """Read what `to_bytes` wrote."""
        found = json.loads(data)
        found["blueprints"] = {
            name: _blueprint(entry) for name, entry in found["blueprints"].items()
        }
        return cls(**found)


def _blueprint(entry: dict[str, Any]) -> Blueprint:
    cells = (BlueprintCell(**{**cell, "tags": tuple(cell["tags"])}) for cell in entry.pop("cells"))
    return Blueprint(cells=tuple(cells), **entry)


@dataclass(frozen=True)
class Submission:
    """A submission on its way to a worker.

    Attributes
    ----------
    student : str
        Whose it is.
    notebooks : dict
        Sanitized notebooks, by name.
    files : dict
        What was handed in beside them, by path below the submission's folder.
    """

    student: str
    notebooks: dict[str, NotebookNode]
    files: dict[str, bytes] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Pack the submission."""
        contents = {"student": self.student, "files": list(self.files)}
        return _pack(contents, self.notebooks, list(self.files.values()))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Submission":
        """Read what `to_bytes` wrote."""
        contents, notebooks, files = _unpack(data)
        return cls(contents["student"], notebooks, dict(zip(contents["files"], files, strict=True)))

    def write_files(self, folder: Path) -> None:
        """Write the files beside the notebooks into a folder.

        Raises
        ------
        ValueError
            If one of them would lie elsewhere.
        """
        for name, content in self.files.items():
            relative = PurePosixPath(name)
            if relative.is_absolute() or ".." in relative.parts:
                raise ValueError(f"{name!r:.80} is no path below a submission's folder")
            path = folder / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@dataclass(frozen=True)
class Answer:
    """What comes back from a worker.

    Attributes
    ----------
    notebooks : dict
        The notebooks with their outputs, by name; empty when they were not run.
    trouble : str
        Why they were not run, in one line; empty when they were.
    log : str
        More on this, for the instructor.
    unfit : bool
        Whether no submission can be run by this worker.
    """

    notebooks: dict[str, NotebookNode] = field(default_factory=dict)
    trouble: str = ""
    log: str = ""
    unfit: bool = False

    def to_bytes(self) -> bytes:
        """Pack the answer."""
        contents = {"trouble": self.trouble, "log": self.log, "unfit": self.unfit}
        return _pack(contents, self.notebooks, [])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Answer":
        """Read what `to_bytes` wrote."""
        contents, notebooks, _ = _unpack(data)
        return cls(notebooks, **contents)


def read_files(folder: Path) -> dict[str, bytes]:
    """Read what lies beside a submission's notebooks: plain files, and no notebook.

    Raises
    ------
    TooLargeError
        If it is more than `LARGEST` bytes.
    """
    paths = submitted_files(folder)
    if sum(path.stat().st_size for path in paths.values()) > LARGEST:
        raise TooLargeError(
            f"The files beside the notebook are larger than {LARGEST // 1_000_000} MB. "
            "Remove those that the notebook does not need, and hand in again."
        )
    return {name: path.read_bytes() for name, path in paths.items()}


def _pack(
    contents: Mapping[str, Any], notebooks: Mapping[str, NotebookNode], files: list[bytes]
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_CONTENTS, json.dumps({**contents, "notebooks": list(notebooks)}))
        # ASCII, because half a character in a student's text can't be written as UTF-8.
        for place, nb in enumerate(notebooks.values()):
            archive.writestr(f"notebook/{place}", json.dumps(nb))
        for place, content in enumerate(files):
            archive.writestr(f"file/{place}", content)
    return buffer.getvalue()


def _unpack(data: bytes) -> tuple[dict[str, Any], dict[str, NotebookNode], list[bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = json.loads(archive.read(_CONTENTS))
        notebooks = {
            name: nbformat.from_dict(json.loads(archive.read(f"notebook/{place}")))
            for place, name in enumerate(contents.pop("notebooks"))
        }
        files = [archive.read(f"file/{place}") for place in range(len(contents.get("files", ())))]
    return contents, notebooks, files
