"""Files that were handed in beside a notebook: plain ones only, whoever starts the grading.

nbgrader copies what lies beside a submission and follows links as it does so: one to the course's
secrets would end up where the student's code can read it, one to a device would never end, and one
to nowhere would stop the submission's grading. The command, formgrader and `autograder grade` all
use nbgrader's own `Autograde`, so its first step is replaced.
"""

import datetime
import functools
import logging
import os
import stat
from collections.abc import Callable
from typing import Final

from nbgrader.converters import Autograde, base

LONGEST_TIMESTAMP: Final = 200
"""Bytes of ``timestamp.txt``, in which nbgrader says when a submission was collected."""

_init_assignment: Final[Callable[..., None]] = Autograde.init_assignment
_find_all_files: Final[Callable[..., list[str]]] = base.find_all_files


def leave_out_links(exporter: type) -> None:
    """Let nbgrader's autograde pass over links, pipes and devices, and over a damaged timestamp.

    Parameters
    ----------
    exporter : type
        Only an autograde with this exporter is changed, so that a course which is configured
        without it has nbgrader as it comes.
    """

    def init_assignment(self: Autograde, assignment_id: str, student_id: str) -> None:
        if not issubclass(self.exporter_class, exporter):
            _init_assignment(self, assignment_id, student_id)
            return
        self.coursedir.get_existing_timestamp = functools.partial(
            _timestamp, self.coursedir.get_existing_timestamp, self.log
        )
        base.find_all_files = _find_plain_files
        try:
            _init_assignment(self, assignment_id, student_id)
        finally:
            base.find_all_files = _find_all_files
            del self.coursedir.get_existing_timestamp

    Autograde.init_assignment = init_assignment


def _find_plain_files(path: str, exclude: list[str] | None = None) -> list[str]:
    return [name for name in _find_all_files(path, exclude) if _is_plain(name)]


def _is_plain(name: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(name).st_mode)
    except OSError:
        return False


def _timestamp(
    read: Callable[[str], datetime.datetime | None], log: logging.Logger, folder: str
) -> datetime.datetime | None:
    """Read the time of handing in as nbgrader does, but never fail."""
    file = os.path.join(folder, "timestamp.txt")  # noqa: PTH118  (nbgrader's paths are strings)
    if not _is_plain(file) or os.lstat(file).st_size > LONGEST_TIMESTAMP:
        return None
    try:
        return read(folder)
    except (ValueError, OverflowError, AttributeError):  # the last by a mistake of nbgrader's
        log.warning("timestamp.txt in %s holds no time", folder)
        return None
