"""Settings that come from the environment, each read in one place."""

import os

QUICK = "EIGHT_FACES_QUICK"
"""The environment variable that asks for a quick run."""

SKIPPED = "skipped: a quick test run trains too little to measure an accuracy."
"""What a test says that a quick run leaves out."""

UNATTENDED = "EIGHT_FACES_UNATTENDED"
"""The environment variable that says that nobody looks on while a notebook runs."""

QUICK_EPOCHS = 2
"""Epochs of every training in a quick run."""

QUICK_SHARE = 10
"""A quick run uses one in ``QUICK_SHARE`` images."""


def quick() -> bool:
    """Tell whether this is a quick run of the test suite.

    Returns
    -------
    bool
        True when ``EIGHT_FACES_QUICK`` is set to anything but ``""`` or ``"0"``. A quick run
        trains two epochs on a tenth of the data, and its accuracy points are skipped.
    """
    return os.environ.get(QUICK, "") not in ("", "0")


def epochs(whole: int) -> int:
    """Return how many epochs of a training are done: all, or `QUICK_EPOCHS` in a quick run."""
    return QUICK_EPOCHS if quick() else whole


def unattended() -> bool:
    """Tell whether a notebook is run by a program: for grading, or before it is handed in.

    Returns
    -------
    bool
        True when ``EIGHT_FACES_UNATTENDED`` is set to anything but ``""`` or ``"0"``. Progress is
        not drawn then, an interrupt ends a cell at once, and a submission check within the
        notebook does nothing.
    """
    return os.environ.get(UNATTENDED, "") not in ("", "0")
