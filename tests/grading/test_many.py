"""Many submissions, every fifth of them hostile or broken: all get a result, nothing stays behind.

The hostile ones attack what all submissions share: the machine, its memory, its disk, its processes
and the batch itself. What they could gain for themselves is asked in ``tests/adversarial``.
"""

import contextlib
import os
import resource
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import tiny_course
from tiny_class import CLASS
from tiny_course import NAME, cell, changed, filled, hand_in

from autograder.grading import status
from autograder.grading.pipeline import Result, grade
from autograder.grading.sandbox import sandbox_problem

ALL = 7.0
MANY, FEW = 200, 10
HONEST = "honest"
LARGEST_FILE = 2**29

CONFIG = """
c.RunNotebook.cell_timeout = {"default": 8.0}
c.RunNotebook.notebook_timeout = {"default": 40.0}
c.RunNotebook.memory = {"default": 0.5}
c.RunNotebook.disk = {"default": 0.05}
c.RunNotebook.processes = 32
c.RunNotebook.files = 2_000
"""
"""Bounds that a bomb reaches soon, and time enough for the honest on a busy machine."""

DONE = "numbers = [1, 2, 3, 4]\n"

# Code in the last gap: the two points of the first test are earned by then.
CODE = {
    "killed_by_itself": "import os\nos.kill(os.getpid(), 9)",
    "kills_its_parents": "import os\nos.kill(os.getppid(), 9)\nos.kill(1, 9)\nos.kill(-1, 9)",
    "stops_itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "crashes": "import ctypes\nctypes.string_at(0)",
    "leaves_at_once": "import os\nos._exit(0)",
    "exits": DONE + "raise SystemExit",
    "endless": "while True:\n    pass",
    "endless_and_deaf": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "while True:\n    try:\n        while True:\n            pass\n"
    "    except BaseException:\n        pass",
    "threads_without_end": DONE + "import threading, time\n"
    "for _ in range(20):\n    threading.Thread(target=time.sleep, args=(9999,)).start()",
    "detached": DONE + "import subprocess, sys\n"
    "line = 'import os, time; os.fork() and os._exit(0); os.setsid(); time.sleep(9999)'\n"
    "subprocess.Popen([sys.executable, '-c', line, 'TOKEN'], start_new_session=True)",
    "detached_and_busy": DONE + "import os\nif os.fork() == 0:\n    os.setsid()\n"
    "    while True:\n        pass",
    "fork_bomb": "import os\nwhile True:\n    try:\n        os.fork()\n"
    "    except OSError:\n        pass",
    "much_memory_within_bounds": DONE + "hoard = bytearray(150_000_000)\n"
    "hoard[::4096] = b'x' * len(hoard[::4096])",
    "memory_bomb": "hoard = []\nwhile True:\n    hoard.append(bytes(10_000_000) + b'x')\n"
    "    hoard[-1].count(b'x')",
    "memory_in_many_processes": "import os, time\nfor _ in range(12):\n    if os.fork() == 0:\n"
    "        hoard = b'x' * 80_000_000\n        time.sleep(60)\ntime.sleep(60)",
    "disk_bomb": "with open('TOKEN', 'wb') as file:\n    while True:\n"
    "        file.write(b'x' * 1_000_000)\n        file.flush()",
    "many_files": "for number in range(1_000_000):\n    open(f'/tmp/TOKEN{number}', 'w').close()",
    "files_everywhere": DONE + "import os\n"
    "for folder in ('/tmp', '/var/tmp', '/dev/shm', os.path.expanduser('~'), '/', '..', '.'):\n"
    "    try:\n        open(f'{folder}/TOKEN', 'w').write('x')\n    except OSError:\n        pass",
    "flood_of_lines": DONE + "for number in range(100_000):\n    print('flood' * 200)",
    "flood_in_one_line": DONE + "print('x' * 50_000_000)",
    "flood_of_pictures": DONE + "from IPython.display import HTML, display\n"
    "for number in range(500):\n    display(HTML('<b>' * 10_000))",
    "flood_past_python": DONE + "import os\nfor number in range(5_000):\n"
    "    os.write(1, b'x' * 10_000)\n    os.write(2, b'x' * 10_000)",
    "flood_as_value": "class Loud(list):\n    def __repr__(self):\n"
    "        return 'x' * 50_000_000\nnumbers = Loud([1, 2, 3, 4])\nnumbers",
    "huge_value": "numbers = list(range(3_000_000))",
    "bottomless_value": "numbers = [1, 2, 3]\nnumbers.append(numbers)",
    "closes_its_channels": "import os\nfor number in range(3, 200):\n    try:\n"
    "        os.close(number)\n    except OSError:\n        pass",
}

FILES = (
    *("file_empty", "file_truncated", "file_nested_too_deeply", "file_too_large"),
    *("file_is_a_link", "no_notebook_at_all", "other_notebook"),
)
"""Submissions of ``tiny_class``, where they are held to their exact marks."""


@dataclass(frozen=True)
class Hostile:
    """A submission that must harm nobody, and the points that it keeps at least and at most."""

    hand_in: Callable[[Path, str, str], object]
    least: float = 0.0
    most: float = ALL


def with_code(source: str) -> Hostile:
    """Put code into the second gap; the first answer has been tested before."""

    def write(root: Path, student: str, token: str) -> None:
        hand_in(root, student, filled(root, list_gap=source.replace("TOKEN", token)))

    return Hostile(write, least=ALL if source.startswith(DONE) else 2.0)


def of_the_tiny_class(name: str) -> Hostile:
    """Take a submission from the class whose results are known."""
    maker, expected = CLASS[name]
    points = expected.answer + expected.numbers + expected.noise
    return Hostile(lambda root, student, token: maker(root, student), least=points, most=points)


def kernel_of_another_kind(root: Path, student: str, token: str) -> None:
    """Ask for a kernel that nobody has."""
    nb = changed(filled(root), lambda nb: nb.metadata.update(kernelspec={"name": "../../bash"}))
    hand_in(root, student, changed(nb, lambda nb: cell(nb, "setup").update(source="1 / 0")))


def beside(make: Callable[[Path], object]) -> Hostile:
    """Put something else beside an honest notebook."""

    def write(root: Path, student: str, token: str) -> None:
        make(hand_in(root, student, filled(root)).parent)

    return Hostile(write, least=ALL)


def link_to_a_secret(root: Path, student: str, token: str) -> None:
    """Hand in a link to a file of the course's own, and print what it leads to."""
    (root / "secret.txt").write_text(f"SECRET{token}", encoding="utf-8")
    spying = f"{DONE}try:\n    print(open('x.txt').read())\nexcept OSError:\n    pass"
    folder = hand_in(root, student, filled(root, list_gap=spying)).parent
    (folder / "x.txt").symlink_to(root / "secret.txt")


def link_without_end(root: Path, student: str, token: str) -> None:
    """Hand in a link to a device; whoever copies it never comes to an end."""
    folder = hand_in(root, student, filled(root)).parent
    (folder / "x.bin").symlink_to("/dev/zero")


LINKS = {
    "link_to_a_secret": Hostile(link_to_a_secret, least=ALL),
    "link_without_end": Hostile(link_without_end, least=ALL),
    "link_to_nothing": beside(lambda folder: (folder / "x.txt").symlink_to("nowhere")),
    "link_to_above": beside(lambda folder: (folder / "x").symlink_to("../../..")),
    "named_pipe": beside(lambda folder: os.mkfifo(folder / "x.txt")),
    "time_of_handing_in": beside(lambda folder: (folder / "timestamp.txt").write_text("soon")),
}
HOSTILE = {
    **{name: with_code(source) for name, source in CODE.items()},
    **LINKS,
    **{name: of_the_tiny_class(name) for name in FILES},
    "other_kernel": Hostile(kernel_of_another_kind, least=ALL),
}
IN_SHORT = ("kills_its_parents", "detached", "memory_bomb", "files_everywhere", "link_to_a_secret")


@dataclass
class Watch:
    """Sees what a batch uses while it runs, and what is left of it afterwards."""

    folder: Path
    token: str
    before: set[tuple[int, float]] = field(default_factory=set)
    peak: int = 0
    most: int = 0
    own_peak: int = 0
    own_last: int = 0

    def start(self) -> None:
        """Remember what runs now, and look a few times a second."""
        self.before = {(process.pid, process.create_time()) for process in processes()}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        own = psutil.Process()
        while not self._ended.wait(0.2):
            tree = [own, *own.children(recursive=True)]
            sizes = [memory(process) for process in tree]
            self.peak = max(self.peak, sum(sizes))
            self.own_peak = max(self.own_peak, sizes[0])
            self.own_last = sizes[0]
            self.most = max(self.most, len(tree))

    def left_running(self) -> list[str]:
        """Describe new processes that come from the batch, wherever they hang in the tree."""
        deadline = time.monotonic() + 10
        while (found := self._ours()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return found

    def _ours(self) -> list[str]:
        own = {process.pid for process in psutil.Process().children(recursive=True)}
        found = []
        for process in processes():
            with contextlib.suppress(psutil.Error):
                if (process.pid, process.create_time()) in self.before:
                    continue
                if process.pid in own or self._is_named(process):
                    found.append(f"{process.pid} {process.name()} {process.cmdline()}")
        return found

    def _is_named(self, process: psutil.Process) -> bool:
        texts = [*process.cmdline()]
        with contextlib.suppress(psutil.AccessDenied):
            texts += [process.cwd(), *process.environ().values()]
        return any(name in text for text in texts for name in (self.token, str(self.folder)))

    def left_lying(self) -> list[Path]:
        """Return files of the batch where no file of it belongs."""
        places = ("/tmp", "/var/tmp", "/dev/shm", "/", str(Path.home()), str(Path.cwd()))
        named = [path for place in places for path in Path(place).glob(f"*{self.token}*")]
        return [*self.folder.iterdir(), *(path for path in named if path != self.folder)]


def processes() -> Iterator[psutil.Process]:
    """List all processes of the machine that do not end meanwhile."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            process.create_time()
            yield process


def memory(process: psutil.Process) -> int:
    """Return the resident bytes of a process; none when it has ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """A temporary folder of its own for everything that grading makes; its path is short."""
    problem = sandbox_problem()
    if problem:
        pytest.skip(f"hostile code is only run in a sandbox, and {problem}")
    folder = Path(tempfile.mkdtemp(prefix="many-"))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    # Whoever copies a file without end is stopped before the disk of this machine is full.
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, usual[1]))
    yield Watch(folder, f"token{secrets.token_hex(6)}")
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    monkeypatch.undo()
    shutil.rmtree(folder, ignore_errors=True)


def hand_in_class(root: Path, number: int, kinds: Sequence[str], token: str) -> dict[str, Hostile]:
    """Hand in so many, the hostile ones in between; return what is expected, by student."""
    path = root / "nbgrader_config.py"
    path.write_text(path.read_text(encoding="utf-8") + CONFIG, encoding="utf-8")
    every = number // len(kinds)
    expected = {}
    for place in range(number):
        kind, turn = divmod(place, every)
        student = f"{place:03}_{kinds[kind] if turn == every // 2 else HONEST}"
        expected[student] = Hostile(hand_in_honest, least=ALL)
        if turn == every // 2:
            expected[student] = HOSTILE[kinds[kind]]
        expected[student].hand_in(root, student, token)
    return expected


def hand_in_honest(root: Path, student: str, token: str) -> None:
    """Hand in what every honest student does, in other words."""
    hand_in(root, student, filled(root, why=f"Because I am {student}."))


def surprises(result: Result, expected: Hostile) -> list[str]:
    """Tell what is wrong with one result."""
    found = []
    if not expected.least <= result.score <= expected.most:
        found.append(f"{result.score} points, not {expected.least} to {expected.most}")
    if result.max_score != tiny_course.POINTS:
        found.append(f"out of {result.max_score}")
    if result.status not in status.STATUSES or result.status == status.FAILED:
        found.append(result.status)
    if result.score < ALL and not any(result.messages):
        found.append("no message")
    if HONEST in result.student_id and result.status != status.GRADED:
        found.append(result.status)
    return [f"{result.student_id}: {what} {result.messages}" for what in found]


def grade_class(root: Path, number: int, kinds: Sequence[str], watch: Watch) -> None:
    """Grade a class and see that all is well in it and after it."""
    expected = hand_in_class(root, number, kinds, watch.token)
    watch.start()
    begin = time.monotonic()
    try:
        results = {found.student_id: found for found in grade(root, NAME, progress=False)}
    finally:
        watch.end()
    seconds = time.monotonic() - begin
    print(
        f"\n{number} submissions in {seconds:.0f} s; at most {watch.most} processes and "
        f"{watch.peak / 2**20:.0f} MiB in the whole tree, {watch.own_peak / 2**20:.0f} MiB of "
        f"these in the grading process, which had {watch.own_last / 2**20:.0f} MiB at the end"
    )
    assert sorted(results) == sorted(expected)
    wrong = [line for name in expected for line in surprises(results[name], expected[name])]
    wrong += [f"still running: {text}" for text in watch.left_running()]
    wrong += [f"still there: {path}" for path in watch.left_lying()]
    secret = f"SECRET{watch.token}"
    wrong += [f"a secret in {path}" for path in graded_files(root) if secret in text_of(path)]
    assert not wrong, "\n".join(wrong)


def graded_files(root: Path) -> list[Path]:
    """List what grading wrote."""
    return [path for path in (root / "autograded").rglob("*") if path.is_file()]


def text_of(path: Path) -> str:
    """Return what stands in a file, or at its begin when it is large."""
    with path.open("rb") as file:
        return file.read(2_000_000).decode("utf-8", "replace")


@pytest.mark.slow
def test_a_class_with_hostile_submissions(course: Path, watch: Watch) -> None:
    grade_class(course, FEW, IN_SHORT, watch)


@pytest.mark.full
def test_two_hundred_submissions_every_fifth_hostile(course: Path, watch: Watch) -> None:
    assert len(HOSTILE) == MANY / 5
    grade_class(course, MANY, list(HOSTILE), watch)
