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
_create_all: Final[Callable[..., None]] = api.Base.metadata.create_all


def share_engines() -> None:
    """Let nbgrader's `Gradebook` use one engine a database and process, from now on.

    Closing a gradebook still closes its connections. Whether the tables are there is asked once
    an engine.
    """
    api.create_engine = _engine
    api.Base.metadata.create_all = _create_tables


def _engine(url: str, **options: Any) -> Engine:
    file = _file_number(url)
    if file is None:  # nbgrader is about to make it
        return _create_engine(url, **options)
    # By process as well: connections do not survive a fork.
    return _shared(url, file, os.getpid(), tuple(sorted(options.items())))


def _file_number(url: str) -> int | None:
    """Tell SQLite's file from one that takes its place: connections to the old one may be open.

    Returns None where there is no file, or an empty one, and 0 for other databases.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return 0
    try:
        found = os.stat(parsed.database or "")  # noqa: PTH116  (the name may be empty)
    except FileNotFoundError:
        return None
    return found.st_ino if found.st_size else None


@functools.lru_cache(maxsize=16)
def _shared(url: str, _file: int, _process: int, options: tuple[tuple[str, Any], ...]) -> Engine:
    return _create_engine(url, **dict(options))


@functools.lru_cache(maxsize=16)
def _create_tables(bind: Engine) -> None:
    _create_all(bind=bind)
