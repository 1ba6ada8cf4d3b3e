"""Helpers of these tests are modules beside them; tests of real sandboxes need bubblewrap."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from autograder.grading.sandbox import sandbox_problem


@pytest.fixture(scope="session")
def real_sandbox():
    problem = sandbox_problem()
    if problem:
        pytest.skip(problem)
