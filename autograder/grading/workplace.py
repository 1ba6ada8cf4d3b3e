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

from autograder.grading import inputs, sandbox, verifiers, warm_kernels
from autograder.grading.exchange import Requests
from autograder.grading.quiet import QUIET
from autograder.grading.sandbox import Limits, Sandbox
from autograder.grading.sandbox.kernel import kernel_manager
from autograder.grading.sandbox.limits import MIB
from autograder.grading.sandbox.warm_box import WarmSandbox
from autograder.grading.store import store_of
from autograder.grading.trainer.desk import Desk, TrainingLimits
from autograder.grading.verifier.client import Verifier

LARGEST_MESSAGE = 8 * MIB
"""Bytes of one Jupyter message; a larger one is not accepted."""

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
    warm: bool = False,
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
    warm : bool
        Fork the kernel from a process that has imported Keras, where that works.
    """
    cache = inputs.prepare(assignment, course_root)
    binds = [*sandbox.student_binds(), *sandbox.cache_binds(cache, hidden=False)]
    variables = {**os.environ, **QUIET}
    with contextlib.ExitStack() as stack:
        parent = None
        if confined and warm:
            parent = stack.enter_context(warm_kernels.borrowed(binds, variables))
        requests = Requests(parent.pool if parent else None)
        stack.callback(requests.close)
        binds.append(requests.bind)
        place = stack.enter_context(
            WarmSandbox(parent, limits, binds, variables)
            if parent
            else Sandbox(limits, binds, variables, confined=confined)
        )
        _copy_files(files, place.work)
        verifier = stack.enter_context(
            verifiers.borrowed(course_root, assignment, confined=confined)
        )
        trainer = stack.enter_context(verifiers.trainer(course_root, confined=confined))
        desk = Desk(store_of(course_root), trainer, place.channel, requests.folder, training)
        yield Workplace(place, requests, verifier, desk)


@contextlib.contextmanager
def open_verifier(course_root: Path, assignment: str, *, confined: bool) -> Iterator[Verifier]:
    """Make ready what checks one submission without running it; parameters as above."""
    inputs.prepare(assignment, course_root)
    with verifiers.borrowed(course_root, assignment, confined=confined) as verifier:
        yield verifier


def submitted_files(folder: Path) -> dict[str, Path]:
    """Return what a submission finds in its working directory: no notebook, link or device.

    Parameters
    ----------
    folder : Path
        Where the files of the submission lie.

    Returns
    -------
    dict of str to Path
        By their place in the working directory.
    """
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.suffix != ".ipynb" and _is_plain(path, folder)
    }


def _is_plain(path: Path, folder: Path) -> bool:
    inside = (parent for parent in path.parents if folder in parent.parents)
    return path.is_file() and not path.is_symlink() and not any(one.is_symlink() for one in inside)


def _copy_files(source: Path, target: Path) -> None:
    for name, path in submitted_files(source).items():
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy, follow_symlinks=False)
