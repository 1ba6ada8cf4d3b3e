"""Where one submission is graded: its sandbox, the verifier, and what lies ready for both."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.manager import AsyncKernelManager

from autograder.grading import inputs, sandbox, verifiers
from autograder.grading.exchange import Requests
from autograder.grading.quiet import QUIET
from autograder.grading.sandbox import Limits, Sandbox
from autograder.grading.sandbox.kernel import kernel_manager
from autograder.grading.sandbox.limits import MIB
from autograder.grading.store import Store
from autograder.grading.trainer.desk import Desk, TrainingLimits
from autograder.grading.verifier.client import Verifier

LARGEST_MESSAGE = 8 * MIB
"""Bytes of one Jupyter message; a larger one is not accepted."""

STORE = Path(".autograder") / "store"
"""Folder of the course that keeps what was worked out once."""

MESSAGES_WAITING = 400
"""Messages of the kernel that wait while tests run; outputs beyond that are lost."""


@dataclass(frozen=True)
class Workplace:
    """What grading one submission needs.

    Attributes
    ----------
    sandbox : Sandbox
        Where the student's kernel runs.
    requests : Requests
        What the kernel is asked.
    verifier : Verifier
        Runs setup and test cells, fresh for this submission.
    desk : Desk
        Answers the trainings that the notebook asks for.
    """

    sandbox: Sandbox
    requests: Requests
    verifier: Verifier
    desk: Desk

    def kernel_manager(self, kernel_name: str, config: Any) -> AsyncKernelManager:
        """Return a manager for a kernel in the sandbox that has not been started."""
        manager = kernel_manager(self.sandbox, kernel_name, config)
        manager.context.setsockopt(zmq.MAXMSGSIZE, LARGEST_MESSAGE)
        manager.context.setsockopt(zmq.RCVHWM, MESSAGES_WAITING)
        return manager


@contextlib.contextmanager
def open_workplace(
    course_root: Path,
    assignment: str,
    files: Path,
    limits: Limits,
    training: TrainingLimits,
    *,
    confined: bool,
) -> Iterator[Workplace]:
    """Make everything ready for one submission; nothing of it is left afterwards.

    Parameters
    ----------
    course_root : Path
        The course directory.
    assignment : str
        Name of the assignment.
    files : Path
        Folder with the files that belong to the submission; its notebooks stay out of the
        sandbox, because they hold the hidden tests.
    limits : Limits
        What the submission may use.
    training : TrainingLimits
        How much it may train.
    confined : bool
        False to run without a sandbox.
    """
    cache = inputs.prepare(assignment, course_root)
    with contextlib.ExitStack() as stack:
        requests = Requests()
        stack.callback(requests.close)
        place = stack.enter_context(
            Sandbox(
                limits,
                [
                    *sandbox.student_binds(),
                    *sandbox.cache_binds(cache, hidden=False),
                    requests.bind,
                ],
                {**os.environ, **QUIET},
                confined=confined,
            )
        )
        _copy_files(files, place.work)
        verifier = stack.enter_context(
            verifiers.borrowed(course_root, assignment, confined=confined)
        )
        trainer = stack.enter_context(verifiers.trainer(course_root, confined=confined))
        store = Store(course_root / STORE)
        desk = Desk(store, trainer, place.channel, requests.folder, training)
        yield Workplace(place, requests, verifier, desk)


def _copy_files(source: Path, target: Path) -> None:
    """Copy a submission's files into its working directory: no notebook, no link, no device."""
    for path in sorted(source.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        if any(parent.is_symlink() for parent in path.parents if source in parent.parents):
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy, follow_symlinks=False)
