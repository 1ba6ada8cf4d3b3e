"""What all tests share: one data cache a checkout, quiet TensorFlow, no display."""

import os
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from absl import logging as absl_logging

import autograder  # noqa: F401, sets what TensorFlow reads when it is imported

REPOSITORY = Path(__file__).resolve().parents[1]

# Before any test module imports TensorFlow or matplotlib. Data is rendered once a checkout.
os.environ.setdefault("EIGHT_FACES_CACHE", str(REPOSITORY / "build" / "cache"))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")
# nbgrader and jupyter are called by name, from the environment that runs the tests.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

# When nbgrader configures logging, absl (of Keras) closes the stream it logs to, unless that is
# the process's own: it would close what pytest captures.
absl_logging.get_absl_handler().python_handler.stream = sys.__stderr__


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For pytest-xdist: a file's tests stay in one process, and the longest files begin.

    Tests that look at the graded class stay together too, for it is graded once a process.
    """
    groups, minutes = {}, defaultdict[str, float](float)
    for item in items:
        shared = "graded_course" in getattr(item, "fixturenames", ())
        group = groups[item] = "graded_course" if shared else item.path.stem
        for mark in item.iter_markers("slow"):
            minutes[group] = max(minutes[group], mark.kwargs.get("minutes", 1))
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: -minutes[groups[item]])


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout, which is the course directory."""
    return REPOSITORY


@pytest.fixture(scope="session")
def cache_dir() -> Path:
    """Folder of rendered data and features, shared by all tests."""
    folder = Path(os.environ["EIGHT_FACES_CACHE"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder
