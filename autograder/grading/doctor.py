"""What `autograder doctor` looks at: whether this machine can grade, and what to do if not."""

import contextlib
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.course import CONFIG_NAME, CourseError, open_course
from autograder.grading.sandbox import Sandbox, sandbox_problem, student_binds
from autograder.grading.sandbox.bubblewrap import find_bubblewrap
from autograder.grading.sandbox.limits import GIB, Limits, in_words
from autograder.grading.sandbox.problem import ELSEWHERE, INSTALL, try_python
from autograder.grading.secret import FOLDER

OLDEST, NEWEST = (3, 11), (3, 13)
"""Versions of Python that the course runs on."""

ROOM = 4 * GIB
"""Bytes that grading needs on the disk of the scratch directories."""

_LIMITS = Limits(memory=2 * GIB, processes=16, disk=GIB // 16, files=2000)


@dataclass(frozen=True)
class Check:
    """What was found out about one thing.

    Attributes
    ----------
    name : str
        What was looked at.
    problem : str
        What is wrong and what to do; empty when it is well.
    """

    name: str
    problem: str = ""


def examine(course_root: Path) -> Iterator[Check]:
    """Look at everything that grading needs, one after the other.

    Parameters
    ----------
    course_root : Path
        The course directory.

    Yields
    ------
    Check
    """
    yield Check("Python", _python())
    yield Check("bubblewrap", _bubblewrap())
    problem = sandbox_problem()
    yield Check("sandbox: runs this Python, imports NumPy", problem)
    for name, check in _IN_SANDBOX.items():
        yield Check(f"sandbox: {name}", "not tried" if problem else check(course_root))
    yield Check("room on the disk", _room())
    yield Check("nbgrader's configuration", _configuration(course_root))


def _python() -> str:
    version = sys.version_info[:2]
    if OLDEST <= version <= NEWEST:
        return ""
    shown = [".".join(str(part) for part in one) for one in (OLDEST, NEWEST, version)]
    return f"Python {shown[0]} to {shown[1]} is needed, this is {shown[2]}"


def _bubblewrap() -> str:
    if sys.platform != "linux":
        return ELSEWHERE
    return "" if find_bubblewrap() else INSTALL


def _network(_: Path) -> str:
    """Try to reach this machine's loopback from inside."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = server.getsockname()
        source = (
            "import socket\n"
            "try:\n"
            f"    socket.create_connection({address!r}, timeout=5)\n"
            "except OSError:\n"
            "    print('refused')\n"
        )
        return _expect("refused", source, "the network of this machine can be reached from inside")


def _secret(course_root: Path) -> str:
    """Look for the course directory and the secret from inside."""
    places = [course_root / name for name in (CONFIG_NAME, FOLDER, "source", "gradebook.db")]
    places += [Path(os.path.realpath(place)) for place in places]
    listed = [str(place) for place in places]
    source = f"import os\nprint([place for place in {listed!r} if os.path.lexists(place)])"
    complaint = (
        "the secret, the sources or submissions can be seen from inside; move the course out of "
        "/usr and out of the folder in which Python is installed"
    )
    return _expect("[]", source, complaint)


_IN_SANDBOX: dict[str, Callable[[Path], str]] = {
    "no network": _network,
    "no sight of the course": _secret,
}


def _expect(wanted: str, source: str, complaint: str) -> str:
    with Sandbox(_LIMITS, student_binds(), {}) as sandbox:
        well, said = try_python(source, sandbox)
    if not well:
        return f"could not be tried: {said}"
    return "" if said == wanted else complaint


def _room() -> str:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free >= ROOM:
        return ""
    return (
        f"{folder} has {in_words(free)} left, {in_words(ROOM)} are needed; make room, or name "
        "another folder in TMPDIR"
    )


def _configuration(course_root: Path) -> str:
    try:
        course = open_course(course_root)
    except CourseError as error:
        return str(error)
    except Exception as error:  # whatever a configuration, which is a program, may do
        return f"nbgrader_config.py can't be read: {type(error).__name__}: {error}"
    if "RunNotebook" not in course.app.config:
        return "nbgrader_config.py does not set RunNotebook; compare it with the course's own"
    return ""
