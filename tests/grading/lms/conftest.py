"""Fixtures of the tests of collecting and exporting."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))

from autograder import cli


@pytest.fixture
def run(course: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `autograder` in the course, in a wide terminal."""
    monkeypatch.chdir(course)
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])

    return invoke
