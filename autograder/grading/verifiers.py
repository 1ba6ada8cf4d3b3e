"""The verifier and the trainer that are at hand: one process of each serves many submissions."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.grading import sandbox
from autograder.grading.predictions import KeptPredictions
from autograder.grading.quiet import QUIET
from autograder.grading.sandbox import Limits, Sandbox
from autograder.grading.sandbox.limits import GIB
from autograder.grading.store import store_of
from autograder.grading.trainer.client import Trainer
from autograder.grading.verifier.client import Verifier
from data_scripts.cache import default_cache_dir

LIMITS = Limits(memory=8 * GIB, processes=64, disk=2 * GIB, files=20_000, every=0.5)
"""What the verifier may use: VGG16 twice, and the hidden pictures.

It runs no student's code, and neither does the trainer: nobody hurries to fill the machine.
"""

_kept: dict[tuple[Path, str, bool], Verifier] = {}
_trainers: dict[tuple[Path, bool], Trainer] = {}
_keeping = 0


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Keep processes running between submissions: importing Keras takes longer than most tests."""
    global _keeping
    _keeping += 1
    try:
        yield
    finally:
        _keeping -= 1
        if not _keeping:
            while _kept:
                _kept.popitem()[1].close()
            while _trainers:
                _trainers.popitem()[1].close()


@contextlib.contextmanager
def borrowed(course_root: Path, assignment: str, *, confined: bool) -> Iterator[Verifier]:
    """Lend a verifier that knows nothing of any submission before.

    Parameters
    ----------
    course_root : Path
        The course directory; the verifier reads its secret seed.
    assignment : str
        Its hidden pictures have to be in the cache before: the verifier sees what is there now.
    confined : bool
        False to run it without a sandbox.
    """
    key = (course_root.resolve(), assignment, confined)
    with kept():
        if key not in _kept:
            _kept[key] = _start(course_root.resolve(), confined)
        verifier = _kept[key]
        verifier.begin()
        yield verifier


@contextlib.contextmanager
def trainer(course_root: Path, *, confined: bool) -> Iterator[Trainer]:
    """Lend the trainer; its process is started when the first training is asked for.

    Parameters
    ----------
    course_root : Path
        The course directory.
    confined : bool
        False to run it without a sandbox.
    """
    key = (course_root.resolve(), confined)
    with kept():
        if key not in _trainers:
            binds = [
                *sandbox.trainer_binds(),
                *sandbox.cache_binds(default_cache_dir(), hidden=False),
            ]
            variables = {**os.environ, **QUIET, "MPLBACKEND": "agg"}
            _trainers[key] = Trainer(lambda: Sandbox(LIMITS, binds, variables, confined=confined))
        yield _trainers[key]


def _start(course_root: Path, confined: bool) -> Verifier:
    binds = [
        *sandbox.verifier_binds(course_root),
        *sandbox.cache_binds(default_cache_dir(), hidden=True),
    ]
    variables = {**os.environ, **QUIET, "EIGHT_FACES_COURSE": str(course_root), "MPLBACKEND": "agg"}
    return Verifier(
        lambda: Sandbox(LIMITS, binds, variables, confined=confined),
        memory=KeptPredictions(store_of(course_root)),
    )
