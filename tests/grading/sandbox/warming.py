"""Run programs in forks of a warm parent, and say what they found."""

import contextlib
import json
import sys
import textwrap
import time

from boxing import LIMITS

from autograder.grading.sandbox import student_binds
from autograder.grading.sandbox.warm import WarmParent
from autograder.grading.sandbox.warm_box import WarmSandbox

LIGHT = ("json", "socket", "subprocess", "threading")


@contextlib.contextmanager
def light_parent(variables=None, binds=None):
    """A parent that imports next to nothing: it confines its forks as any other does."""
    binds = student_binds() if binds is None else binds
    with WarmParent(binds, variables or {}, LIGHT) as parent:
        parent.wait_until_ready()
        yield parent


@contextlib.contextmanager
def forked(parent, source, limits=LIMITS):
    """Start a program in a fork; it is given ``answer(value)``, which the box's file holds."""
    with WarmSandbox(parent, limits, student_binds(), {}) as box:
        (box.work / "program_of_test.py").write_text(
            "import json, os\n"
            "def answer(value):\n"
            "    with open('answer.new', 'w') as file:\n"
            "        json.dump(value, file)\n"
            "    os.rename('answer.new', 'answer')\n" + textwrap.dedent(source)
        )
        process = box.start([sys.executable, "-m", "program_of_test"])
        assert not box.cold_because, box.cold_because
        yield box, process
    assert not box.scratch.exists()


def ask(parent, source, limits=LIMITS, seconds=60):
    """Run a program to its end and return its answer."""
    with forked(parent, source, limits) as (box, process):
        process.wait(seconds)
        assert (box.work / "answer").exists(), "the program ended without an answer"
        return json.loads((box.work / "answer").read_text())


def wait_for_answer(box):
    """Wait until a program has answered; return the answer."""
    until(lambda: (box.work / "answer").exists())
    return json.loads((box.work / "answer").read_text())


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it has not come true"
        time.sleep(0.02)
