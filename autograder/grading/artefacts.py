"""What a run of a submission gave, kept so that changed tests need not run it again.

Kept is a recording (`autograder.grading.recording`), named by the hash of everything that decides
a run: the submission's code and files, the settings, the data and programs that its kernel sees.
Test cells are no part of it.
"""

import contextlib
import functools
import importlib.metadata
import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from nbformat import NotebookNode

from autograder.grading import cells, status, workplace
from autograder.grading.files import hashes, write_text
from autograder.grading.kernel_side import KernelSide
from autograder.grading.recording import FORMAT, Recorder, Replay, ReplayError
from autograder.grading.sandbox import ScratchFolder, student_binds
from autograder.grading.sandbox.environment import decisive
from autograder.grading.store import name_of, store_of
from autograder.grading.versions import installed

_PARTS: Final = "parts.json"
_CHANGED: Final = {
    "code": "its code has changed",
    "files": "files beside the notebook have changed",
    "settings": "settings of the grading have changed",
    "data": "the data or the course's own modules have changed",
    "environment": "versions of Python or its packages have changed",
}
_PACKAGES: Final = ("tensorflow", "tensorflow-cpu", "ipykernel")


class Artefacts:
    """What is kept of one submission.

    Parameters
    ----------
    nb : NotebookNode
        The notebook, sanitized and not yet run.
    resources : dict
        nbgrader's, with what `autograder.grading.exporter` adds.
    settings : mapping
        JSON values: the settings that decide what comes of a run.
    """

    def __init__(
        self, nb: NotebookNode, resources: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> None:
        names = resources["nbgrader"]
        whose = [names[key] for key in ("assignment", "notebook", "student")]
        self._store = store_of(Path(resources[status.KEY]["root"]))
        files = workplace.submitted_files(Path(resources["metadata"]["path"]))
        self._parts = {
            "code": name_of(_code(nb)),
            "files": name_of(hashes(files)),
            "settings": name_of({**settings, "variables": decisive(os.environ)}),
            "data": name_of(_course_files()),
            "environment": name_of(_versions()),
        }
        self._name = name_of({"format": FORMAT, "whose": whose, "parts": self._parts})
        self._last = name_of({"parts of the last run": whose})

    def replay(self) -> Replay:
        """Return the recording of the last run.

        Raises
        ------
        ReplayError
            If there is none that fits; the text says what has changed since.
        """
        found = self._store.get(self._name)
        if found is None:
            raise ReplayError(self._missing())
        return Replay(found, self._store)

    @contextlib.contextmanager
    def recording(self) -> Iterator["Recorded"]:
        """Record a run, and keep the recording when it has come to its end."""
        recorded = Recorded()
        try:
            yield recorded
            with contextlib.suppress(OSError):  # a full disk costs a later run, and no grade
                self._keep(recorded)
        finally:
            recorded.close()

    def _keep(self, recorded: "Recorded") -> None:
        self._store.remove(self._name)
        if recorded.recorder is not None and recorded.recorder.finish():
            self._store.put(self._name, recorded.move)
            self._store.remove(self._last)
            self._store.put(self._last, self._write_parts)

    def _missing(self) -> str:
        folder = self._store.get(self._last)
        if folder is None:
            return "nothing is kept of its last run"
        before = json.loads((folder / _PARTS).read_text("utf-8"))
        changed = [text for part, text in _CHANGED.items() if before[part] != self._parts[part]]
        return " and ".join(changed) or "what was kept of its last run is gone or damaged"

    def _write_parts(self, folder: Path) -> None:
        write_text(folder / _PARTS, json.dumps(self._parts))


class Recorded:
    """A recording while it is made, in a folder of its own.

    Attributes
    ----------
    recorder : Recorder or None
        None before anything could be recorded.
    """

    def __init__(self) -> None:
        self.recorder: Recorder | None = None
        self._scratch = ScratchFolder()
        self._folder = self._scratch.make("recording")

    def through(self, side: KernelSide) -> Recorder:
        """Return a side that records what this one answers."""
        self.recorder = Recorder(side, self._folder)
        return self.recorder

    def move(self, folder: Path) -> None:
        """Move the recording's files into a folder."""
        for path in self._folder.iterdir():
            shutil.move(path, folder)

    def close(self) -> None:
        """Remove what is left."""
        self._scratch.close()


def _code(nb: NotebookNode) -> list[Any]:
    """Describe what is run, and where tests stand in between."""
    kernel = nb.metadata.get("kernelspec", {}).get("name", "")
    return [kernel] + [
        ["test", cells.grade_id(cell)] if cells.is_test(cell) else ["code", cell.source]
        for cell in nb.cells
        if cell.cell_type == "code" and cell.source.strip()
    ]


@functools.cache
def _course_files() -> dict[str, str]:
    """Hash what a kernel sees of the course: modules, tables, the renderer, VGG16's weights."""
    found = {}
    for bind in student_binds():
        below = sorted(bind.source.rglob("*")) if bind.source.is_dir() else [bind.source]
        files = {
            path.relative_to(bind.source.parent).as_posix(): path
            for path in below
            if path.is_file() and path.suffix != ".pyc"
        }
        found.update(hashes(files))
    return found


@functools.cache
def _versions() -> dict[str, str]:
    """Return the versions of Python and of what notebooks import."""
    required = importlib.metadata.requires("eight-faces") or []
    names = [line.split(";")[0] for line in required if "extra ==" not in line]
    names = [name.strip().rstrip("0123456789.<>=!~, ") for name in names]
    here = {"python": platform.python_version(), "machine": platform.machine()}
    return here | installed([*names, *_PACKAGES])
