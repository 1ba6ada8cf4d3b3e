"""Writing where something of worth lies, or where the next one looks."""

from tests.adversarial.attack import Attack, Family

TRY = """
import glob
import os


def add(path, text="<<trace>>\\n"):
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a") as file:
            file.write(text)
    except OSError as error:
        print(type(error).__name__)

"""


def _write(name: str, mechanism: str, code: str, **more: str) -> Attack:
    return Attack(
        name,
        mechanism,
        {"answer_gap": TRY + code},
        stock=more.get("stock", "leaves traces"),  # type: ignore[arg-type]
        why_not=more.get("why_not", ""),
    )


FAMILY = Family(
    "writing what is not the student's",
    [
        _write(
            "extra_credit",
            "extra points and a changed maximum written into the gradebook",
            """
import sqlite3

for path in ("<<course>>/gradebook.db", "../../../gradebook.db"):
    try:
        book = sqlite3.connect(path, timeout=1)
        with book:
            book.execute("UPDATE grade SET extra_credit = 100")
        book.close()
    except sqlite3.Error as error:
        print(error)
""",
            stock="gains points",
        ),
        _write(
            "other_submissions_changed",
            "other students' notebooks overwritten",
            """
for path in glob.glob("<<course>>/submitted/*/*/mine.txt"):
    add(path)
add("<<course>>/submitted/<<trace>>/target/target.ipynb")
add("<<course>>/autograded/<<trace>>/target/target.ipynb")
""",
        ),
        _write(
            "course_files_changed",
            "lines added to the configuration, to source and release, and to the seed",
            """
add("<<course>>/nbgrader_config.py", "# <<trace>>\\n")
add("<<course>>/source/target/helper.py")
add("<<course>>/release/target/helper.py")
add("<<course>>/.secret/seed.copy")
""",
        ),
        _write(
            "cache_poisoned",
            "files added to and changed in the cache of rendered data",
            """
add("<<cache>>/<<trace>>.npz")
for path in glob.glob("<<cache>>/*"):
    if os.path.isfile(path):
        try:
            with open(path, "r+b") as file:
                byte = file.read(1)
                file.seek(0)
                file.write(byte)
                file.truncate()
        except OSError:
            pass
""",
        ),
        _write(
            "home_startup_files",
            "files that the next shell or the next kernel would run",
            """
for home in ("<<home>>", os.path.expanduser("~")):
    add(f"{home}/.bashrc", "# <<trace>>\\n")
    add(f"{home}/.ipython/profile_default/startup/<<trace>>.py", "# <<trace>>\\n")
    add(f"{home}/.config/<<trace>>/x")
""",
        ),
        _write(
            "temporary_files",
            "files left in /tmp, /var/tmp, /dev/shm, and shared memory by name",
            """
from multiprocessing import resource_tracker, shared_memory

for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run"):
    add(f"{folder}/<<trace>>.txt")
try:
    memory = shared_memory.SharedMemory("<<trace>>_memory", create=True, size=16)
    resource_tracker.unregister(memory._name, "shared_memory")
    memory.close()
except OSError as error:
    print(error)
""",
        ),
        _write(
            "system_changed",
            "files added to /etc, /usr, /, the installed packages and the course's package",
            """
import site

for folder in ("/etc", "/usr/bin", "/usr/lib", "/opt", "", "<<packages>>", *site.getsitepackages()):
    add(f"{folder}/<<trace>>.txt")
add("<<packages>>/student/outcome.py", "# <<trace>>\\n")
""",
            stock="not run",
            why_not="would change this machine",
        ),
        _write(
            "links_left",
            "links and hard links from its own folder to course files, to write through later",
            """
for number, path in enumerate(("<<course>>/gradebook.db", "<<course>>/nbgrader_config.py")):
    for make in (os.symlink, os.link):
        try:
            make(path, f"link_{number}_{make.__name__}")
        except OSError as error:
            print(type(error).__name__)
try:
    os.chmod("<<course>>/.secret", 0o777)
    os.rename("<<course>>/release", "<<course>>/<<trace>>")
    os.rename("<<course>>/<<trace>>", "<<course>>/release")
except OSError as error:
    print(type(error).__name__)
add("link_1_link", "# <<trace>>\\n")
add("link_1_symlink", "# <<trace>>\\n")
""",
        ),
        _write(
            "memory_of_others",
            "memory of all processes overwritten where the process it was forked from has NumPy",
            """
import ctypes

import numpy


class Piece(ctypes.Structure):
    _fields_ = [("place", ctypes.c_void_p), ("size", ctypes.c_size_t)]


place = id(numpy.__doc__) + str.__sizeof__("")
word = ctypes.create_string_buffer(b"<<trace>>")
mine, theirs = Piece(ctypes.addressof(word), 8), Piece(place, 8)
library = ctypes.CDLL(None)
for pid in [pid for pid in range(1, 40000) if pid != os.getpid()]:
    library.process_vm_writev(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)
    try:
        with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
            memory.seek(place)
            memory.write(word.value)
    except OSError:
        continue
""",
            stock="not run",
            why_not="would write into the memory of other programs on this machine",
        ),
    ],
)
