"""The warm parent that is at hand: one process imports TensorFlow for the kernels of many.

There is one in a grading process at a time. It ends with the batch, and where submissions come one
by one, as from formgrader, some minutes after the last.
"""

import atexit
import contextlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.grading.sandbox import Bind, SandboxError, environment
from autograder.grading.sandbox.binds import HOME
from autograder.grading.sandbox.warm import WarmError, WarmParent

IDLE = 120.0
"""Seconds that a parent is kept for the next submission outside of `kept`."""

_IMPORTS_KERAS = re.compile(r"^\s*(?:import|from)\s+(?:keras|tensorflow)\b", re.MULTILINE)

_Key = tuple[tuple[Bind, ...], frozenset[tuple[str, str]]]


def uses_keras(sources: Iterable[str]) -> bool:
    """Tell whether cells of a notebook import Keras, so that a warm kernel is worth its parent.

    Parameters
    ----------
    sources : iterable of str
        The cells as the course wrote them.
    """
    return any(_IMPORTS_KERAS.search(source) for source in sources)


@dataclass
class _AtHand:
    """What is kept, for one thread at a time."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    parent: WarmParent | None = None
    key: _Key | None = None
    hopeless: bool = False  # a parent had no fork that worked; the next would fare no better
    keeping: int = 0
    lent: int = 0
    timer: threading.Timer | None = None

    def end(self) -> None:
        """End the parent unless somebody uses it."""
        with self.lock:
            if self.parent is not None and not self.lent:
                parent, self.parent = self.parent, None
                self.hopeless |= bool(parent.trouble) and not parent.forks
                with contextlib.suppress(SandboxError, OSError):
                    parent.close()

    def end_later(self) -> None:
        """End the parent when nobody has asked for it for a while."""
        self.timer = threading.Timer(IDLE, self.end)
        self.timer.daemon = True
        self.timer.start()


_at_hand = _AtHand()
atexit.register(_at_hand.end)


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Keep the parent running between submissions, and end it after them."""
    with _at_hand.lock:
        _at_hand.keeping += 1
    try:
        yield
    finally:
        with _at_hand.lock:
            _at_hand.keeping -= 1
            if not _at_hand.keeping:
                _at_hand.end()


@contextlib.contextmanager
def borrowed(binds: Sequence[Bind], variables: Mapping[str, str]) -> Iterator[WarmParent | None]:
    """Lend a parent that shows its forks these files; start one where none is left that does.

    Parameters
    ----------
    binds, variables
        As for `WarmParent`.

    Yields
    ------
    WarmParent or None
        None where kernels have to be started the usual way. It may still be importing.
    """
    inside = environment.inside(variables, HOME, Path("/tmp"), confined=True)
    key = (tuple(binds), frozenset(inside.items()))
    with _at_hand.lock:
        if _at_hand.timer is not None:
            _at_hand.timer.cancel()
        parent = _matching(key, binds, variables)
        _at_hand.lent += parent is not None
    try:
        yield parent
    finally:
        with _at_hand.lock:
            _at_hand.lent -= parent is not None
            if parent is not None and not _at_hand.keeping:
                _at_hand.end_later()


def _matching(key: _Key, binds: Sequence[Bind], variables: Mapping[str, str]) -> WarmParent | None:
    parent = _at_hand.parent
    if parent is not None and _at_hand.key == key and parent.alive and not parent.trouble:
        return parent
    if _at_hand.lent:
        return None  # somebody uses it, for other files
    _at_hand.end()
    if not _at_hand.hopeless:
        with contextlib.suppress(WarmError, SandboxError, OSError):
            _at_hand.parent, _at_hand.key = WarmParent(binds, variables), key
    return _at_hand.parent
