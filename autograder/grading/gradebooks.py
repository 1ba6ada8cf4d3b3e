"""One database engine for all of nbgrader's looks into a gradebook.

nbgrader makes an engine for every look, a dozen a submission. SQLAlchemy keeps the statements that
it has compiled in the engine, so that all of them were compiled anew each time: a third of what a
regrade computed.
"""

import functools
import os
from collections.abc import Callable
from typing import Any, Final

from nbgrader import api
from sqlalchemy import Engine, make_url

_create_engine: Final[Callable[..., Engine]] = api.create_engine


def share_engines() -> None:
    """Let nbgrader's `Gradebook` use one engine a database and process, from now on.

    Closing a gradebook still closes its connections.
    """
    api.create_engine = _engine


def _engine(url: str, **options: Any) -> Engine:
    try:
        file = _file_number(url)
    except FileNotFoundError:  # nbgrader is about to make it
        return _create_engine(url, **options)
    # By process as well: connections do not survive a fork.
    return _shared(url, file, os.getpid(), tuple(sorted(options.items())))


def _file_number(url: str) -> int:
    """Tell SQLite's file from one that takes its place: connections to the old one may be open."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return 0
    return os.stat(parsed.database or "").st_ino  # noqa: PTH116  (the name may be empty)


@functools.lru_cache(maxsize=16)
def _shared(url: str, _file: int, _process: int, options: tuple[tuple[str, Any], ...]) -> Engine:
    return _create_engine(url, **dict(options))
