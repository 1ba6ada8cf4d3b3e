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
from pathlib import Path
from typing import Final

from nbgrader.converters import Autograde, base

TIMESTAMP: Final = "timestamp.txt"
"""In it nbgrader says when a submission was collected."""

LONGEST_TIMESTAMP: Final = 200  # bytes

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


def timestamp_in(folder: Path) -> bytes:
    """Return what is written of the time of handing in; nothing unless it is short and plain.

    Parameters
    ----------
    folder : Path
        A submission, in ``submitted/`` or ``autograded/``.
    """
    file = folder / TIMESTAMP
    return file.read_bytes() if _may_hold_a_time(str(file)) else b""


def _find_plain_files(path: str, exclude: list[str] | None = None) -> list[str]:
    return [name for name in _find_all_files(path, exclude) if _is_plain(name)]


def _is_plain(name: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(name).st_mode)
    except OSError:
        return False


def _may_hold_a_time(name: str) -> bool:
    return _is_plain(name) and os.lstat(name).st_size <= LONGEST_TIMESTAMP


def _timestamp(
    read: Callable[[str], datetime.datetime | None], log: logging.Logger, folder: str
) -> datetime.datetime | None:
    """Read the time of handing in as nbgrader does, but never fail."""
    if not _may_hold_a_time(os.path.join(folder, TIMESTAMP)):  # noqa: PTH118  (nbgrader's own)
        return None
    try:
        return read(folder)
    except (ValueError, OverflowError, AttributeError):  # the last by a mistake of nbgrader's
        log.warning("timestamp.txt in %s holds no time", folder)
        return None
