"""The kernel that runs a submission: how it is started, with which environment, and how it ends.

This is the seam for another way to run code: `RunNotebook.kernel_manager` names a function like
`kernel_manager`, and nothing else in the grading starts processes.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
"""TensorFlow's log lines off, figures into the notebook."""


def kernel_manager(kernel_name: str, config: Any) -> AsyncKernelManager:
    """Return a manager for a kernel that has not been started.

    Parameters
    ----------
    kernel_name : str
        Name of the kernel, such as ``python3``.
    config : traitlets.config.Config
        nbgrader's configuration.
    """
    return AsyncKernelManager(kernel_name=kernel_name, config=config)


def start_options(course_root: Path) -> dict[str, Any]:
    """Return how to start the kernel: its environment, and nothing of it on the terminal.

    What a cell writes reaches its output; the process's own streams repeat it.
    """
    return {
        "env": environment(course_root),
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }


def environment(course_root: Path, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of the kernel.

    Parameters
    ----------
    course_root : Path
        The course directory, given as ``EIGHT_FACES_COURSE``.
    base : mapping, optional
        What to start from; by default this process's own environment, so that every
        ``EIGHT_FACES_`` setting goes along.
    """
    found = dict(os.environ if base is None else base)
    found.update(QUIET)
    found["EIGHT_FACES_COURSE"] = str(course_root)
    return found


def end_process_group(manager: AsyncKernelManager | None) -> None:
    """Kill what a kernel started in its own process group and left behind."""
    group = getattr(getattr(manager, "provisioner", None), "pgid", None)
    if isinstance(group, int) and group > 1 and hasattr(os, "killpg") and group != os.getpgrp():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
