"""A worker's side: run the notebooks of a submission that came as bytes, and give bytes back.

Between submissions a worker keeps its verifier. It sees no gradebook and no ``submitted/``.
"""

import contextlib
import ctypes
import logging
import signal
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import Any, Final

from distributed import WorkerPlugin, get_client, get_worker
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.grading import secret, status, verifiers, warm_kernels
from autograder.grading.execute import NO_SANDBOX, RunNotebook
from autograder.grading.sandbox import sandbox_problem
from autograder.grading.sandbox.environment import decided_by
from autograder.grading.shared_store import BehindWorker
from autograder.grading.store import Store, backed_by, store_of
from autograder.grading.travel import Answer, CourseData, Submission
from autograder.grading.versions import installed

DECISIVE: Final = ("eight-faces", "keras", "tensorflow", "tensorflow-cpu", "numpy")
"""Packages of which another version may give other weights, and so another grade."""

_TO_END: Final = 20.0  # seconds that a submission has to end when its worker is not needed any more

_one_at_a_time = threading.Lock()


def versions() -> dict[str, str]:
    """Return the versions of the `DECISIVE` packages that are installed here."""
    return installed(DECISIVE)


def run(course: str, submission: bytes) -> bytes:
    """Run the notebooks of a submission; the task that Dask hands to a worker.

    Parameters
    ----------
    course : str
        Name of the plugin that holds the course.
    submission : bytes
        A `Submission`.

    Returns
    -------
    bytes
        An `Answer`, whatever happens.
    """
    try:
        plugin: CourseOnWorker = get_worker().plugins[course]
        with _one_at_a_time:
            return plugin.run(Submission.from_bytes(submission)).to_bytes()
    except BaseException as error:  # the last is KeyboardInterrupt, from `CourseOnWorker.stop`
        text = str(error).strip().splitlines()
        trouble = f"{type(error).__name__}: {text[0][:200]}" if text else type(error).__name__
        return Answer(trouble=trouble, log=traceback.format_exc()).to_bytes()


class CourseOnWorker(WorkerPlugin):  # type: ignore[misc]
    """What a worker keeps as long as the driver grades: the course, and the verifier.

    Parameters
    ----------
    name : str
        Tells this driver's course from those of others who use the same workers.
    data : bytes
        A `CourseData`.

    Attributes
    ----------
    behind : BehindWorker or None
        The way to the driver's store; None where the store is on the same disk.
    """

    behind: BehindWorker | None = None

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._bytes = data

    @property
    def store(self) -> Store:
        """The course's store of this worker alone."""
        return store_of(self._root)

    def setup(self, worker: Any) -> None:
        """Make the course directory, and keep verifiers from now on."""
        self._stack = contextlib.ExitStack()
        self._data = CourseData.from_bytes(self._bytes)
        self._place = str(worker.local_directory)  # Dask removes it when the worker is killed
        self._thread: int | None = None
        self._unfit = self._why_unfit()
        if self._data.root:
            self._root = Path(self._data.root)
            # Ctrl-C in a terminal reaches local workers too, but the driver ends them.
            with contextlib.suppress(ValueError):  # not in the main thread
                signal.signal(signal.SIGINT, lambda *_: None)
        else:
            self._root = Path(self._stack.enter_context(_folder(self._place)))
            secret.write_seed(self._root, self._data.seed)
        self._stack.enter_context(verifiers.kept())
        self._stack.enter_context(warm_kernels.kept())

    def teardown(self, worker: Any) -> None:
        """End what runs; nothing of the course is left."""
        self.stop()
        if self.behind is not None:
            self.behind.close()
        if _one_at_a_time.acquire(timeout=_TO_END):
            try:
                self._stack.close()
            finally:
                _one_at_a_time.release()

    def stop(self) -> None:
        """Interrupt the submission that is running, as Ctrl-C does in one process."""
        if self._thread is not None:
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it reports what is cut short
            if self._data.root:  # this process ends with the driver
                sys.unraisablehook = lambda _: None  # a coroutine that is cut short, too
            number, error = ctypes.c_ulong(self._thread), ctypes.py_object(KeyboardInterrupt)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(number, error)

    def run(self, submission: Submission) -> Answer:
        """Run the notebooks of a submission."""
        if self._unfit:
            return Answer(trouble=self._unfit, unfit=True)
        if self.behind is None and not self._data.root:
            # Not in `setup`, which runs where a client can't be waited for.
            self.behind = BehindWorker(get_client(), self.name, get_worker().address)
            self._stack.enter_context(backed_by(self._root, self.behind))
        with (
            _folder(self._place) as folder,
            decided_by(self._data.environment),
        ):
            submission.write_files(Path(folder))
            self._thread = threading.get_ident()
            try:
                return Answer(
                    {
                        name: self._run(nb, name, submission.student, folder)
                        for name, nb in submission.notebooks.items()
                    }
                )
            finally:
                self._thread = None

    def _run(self, nb: NotebookNode, name: str, student: str, folder: str) -> NotebookNode:
        resources = {
            "metadata": {"name": name, "path": folder},
            "nbgrader": {
                "assignment": self._data.assignment,
                "student": student,
                "notebook": name,
            },
            status.KEY: {"blueprint": self._data.blueprints[name], "root": str(self._root)},
        }
        runner = RunNotebook(config=Config(self._data.settings))
        return runner.preprocess(nb, resources)[0]

    def _why_unfit(self) -> str:
        here = versions()
        other = [
            f"{name} {here.get(name, 'none')} instead of {wanted}"
            for name, wanted in self._data.requires.items()
            if here.get(name) != wanted
        ]
        if other:
            return f"it has {', '.join(other)}; install the versions of requirements.lock there"
        sandbox = self._data.settings.get("RunNotebook", {}).get("sandbox")
        problem = "" if sandbox == NO_SANDBOX else sandbox_problem()
        return f"submissions can't be run apart from that machine: {problem}" if problem else ""


def _folder(place: str) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=place, prefix="ef-run-")
