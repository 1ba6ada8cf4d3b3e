"""What a program in the sandbox can see, write and reach: tried from inside, through bubblewrap."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from boxing import run

from autograder.grading.sandbox import Bind, cache_binds, student_binds, verifier_binds
from autograder.grading.sandbox.binds import CACHE, STUDENT_PARTS

pytestmark = pytest.mark.usefixtures("real_sandbox")


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "course"
    for name in (".secret/seed", "source/03/03.ipynb", "gradebook.db", "submitted/eve/03/03.ipynb"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("secret")
    return root


def test_loopback_of_this_machine_is_not_reachable():
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        ran = run(f"""
            import json, socket
            found = []
            for address in ("127.0.0.1", "localhost", "::1", "0.0.0.0"):
                try:
                    socket.create_connection((address, {port}), timeout=3)
                    found.append(address)
                except OSError:
                    pass
            print(json.dumps([found, [name for _, name in socket.if_nameindex()]]))
            """)
    assert ran.answer == [[], ["lo"]]


def test_sockets_without_an_address_on_the_network_are_not_reachable():
    name = f"\0ef-test-{os.getpid()}"
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(name)
        server.listen()
        ran = run(f"""
            import json, socket
            found = []
            with socket.socket(socket.AF_UNIX) as client:
                try:
                    client.connect({name!r})
                    found.append("abstract")
                except OSError:
                    pass
            for family in ("AF_VSOCK", "AF_ALG", "AF_PACKET", "AF_CAN"):
                try:
                    socket.socket(getattr(socket, family), socket.SOCK_STREAM)
                    found.append(family)
                except OSError:
                    pass
            print(json.dumps(found))
            """)
    assert ran.answer == []


def test_names_are_not_resolved():
    ran = run("""
        import socket
        try:
            print(socket.gethostbyname("example.org"))
        except OSError:
            print("[]")
        """)
    assert ran.answer == []


def test_nothing_of_the_course_is_visible(course, repository):
    hidden = [repository / "source", repository / "autograder" / "grading", course]
    ran = run(
        f"""
        import json, os
        import autograder.student
        def listed(folder):
            return sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        print(json.dumps({{
            "seen": [path for path in {[str(path) for path in hidden]!r} if os.path.lexists(path)],
            "top": listed({str(repository)!r}),
            "package": listed(os.path.dirname(os.path.dirname(autograder.student.__file__))),
        }}))
        """,
        binds=student_binds(),
    )
    assert ran.answer["seen"] == []
    assert set(ran.answer["top"]) <= {".venv", "autograder", "data_scripts"}
    shown = set(STUDENT_PARTS)
    # A checkout below /tmp lies in a folder that can be written inside.
    assert set(ran.answer["package"]) <= {*shown, "__pycache__"}


def test_grading_code_can_not_be_imported_by_a_student():
    ran = run(
        """
        try:
            import autograder.grading
        except ImportError:
            print("[]")
        """,
        binds=student_binds(),
    )
    assert ran.answer == []


def test_verifier_sees_packages_and_secret_and_can_not_change_them(course):
    ran = run(
        f"""
        import json, os
        import autograder.grading.verifier
        root = {str(course)!r}
        try:
            open(root + "/.secret/seed", "w")
        except OSError as error:
            print(json.dumps([open(root + "/.secret/seed").read(), sorted(os.listdir(root))]))
        """,
        binds=verifier_binds(course),
    )
    assert ran.answer == ["secret", [".secret"]]
    assert (course / ".secret" / "seed").read_text() == "secret"


def test_hidden_pictures_of_the_cache_are_for_the_verifier_only(tmp_path):
    shown = ["faces-1.arrays", "hashes.json", "objects-1.pixels"]
    hidden = ["hidden-faces-2.arrays", "hidden-objects-2.pixels"]
    for name in (*shown, *hidden, "x.lock", "notes.txt"):
        (tmp_path / name).write_text(name)
    source = """
        import json, os, pathlib
        folder = pathlib.Path(os.environ["EIGHT_FACES_CACHE"])
        (folder / "new.arrays").write_text("new")
        try:
            (folder / "faces-1.arrays").write_text("forged")
        except OSError:
            print(json.dumps(sorted(path.name for path in folder.iterdir())))
        """
    student = run(source, binds=cache_binds(tmp_path, hidden=False))
    verifier = run(source, binds=cache_binds(tmp_path, hidden=True))
    assert student.answer == sorted([*shown, "new.arrays"])
    assert verifier.answer == sorted([*shown, *hidden, "new.arrays"])
    assert (tmp_path / "faces-1.arrays").read_text() == "faces-1.arrays"
    assert CACHE.name == "eight-faces"


def test_other_files_are_not_visible(tmp_path):
    (tmp_path / "beside").write_text("x")
    ran = run(f"""
        import json, os
        places = ["/etc/shadow", "/etc/hosts", "/root/.ssh", "/var", "/run", "/sys", "/mnt", "/opt",
                  "/boot", "/srv", "/home", {str(tmp_path / "beside")!r}, {tempfile.gettempdir()!r}]
        seen = {{place: sorted(os.listdir(place)) if os.path.isdir(place) else "file"
                for place in places if os.path.lexists(place)}}
        print(json.dumps([seen, sorted(os.listdir("/etc"))]))
        """)
    seen, settings = ran.answer
    assert "student" in seen.pop("/home")
    seen.pop(tempfile.gettempdir(), None)  # its own, checked by what may be written
    assert seen == {}
    allowed = {"ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "fonts"}
    assert set(settings) <= allowed | {"mime.types", "passwd", "group"}


def test_own_scratch_shows_no_other(tmp_path):
    def prepare(_):
        (tmp_path / "other-scratch").mkdir()

    ran = run(
        """
        import json, os
        tops = [top for top in os.listdir("/tmp") if top.startswith("ef-")]
        print(json.dumps([len(tops), [os.listdir("/tmp/" + top) for top in tops]]))
        """,
        prepare=prepare,
    )
    assert ran.answer[0] <= 1
    for inner in ran.answer[1]:
        assert sorted(inner) == ["channel", "work"]


def test_environment_is_made_from_the_allow_list(monkeypatch):
    monkeypatch.setenv("EIGHT_FACES_TEST_SECRET", "do-not-tell")
    monkeypatch.setenv("TF_VAR_password", "do-not-tell")
    wanted = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "Agg", "TZ": "UTC"}
    ran = run(
        """
        import json, os, pathlib
        told = dict(os.environ)
        everything = []
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                everything.append(path.read_text(errors="replace"))
            except OSError:
                pass
        print(json.dumps([told, everything]))
        """,
        variables=wanted,
    )
    told, everything = ran.answer
    assert told["HOME"] == "/home/student"
    assert told["TMPDIR"] == "/tmp"
    assert (told["TF_CPP_MIN_LOG_LEVEL"], told["MPLBACKEND"], told["TZ"]) == ("3", "Agg", "UTC")
    allowed = {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "MPLBACKEND", "MPLCONFIGDIR", "PYTHONPATH"}
    for name in set(told) - allowed - {"PWD"}:
        assert name.startswith(("TF_", "EIGHT_FACES_", "OMP_")), name
    assert not told.keys() & {"EIGHT_FACES_TEST_SECRET", "TF_VAR_password"}
    assert len(everything) >= 2
    assert not [text for text in everything if "do-not-tell" in text]


def test_only_the_scratch_directory_can_be_written():
    ran = run("""
        import json, os, pathlib
        work = os.getcwd()
        channel = os.path.join(os.path.dirname(work), "channel")
        def can_write(place):
            path = os.path.join(place, "probe")
            try:
                with open(path, "w") as file:
                    file.write("x")
                os.unlink(path)
                return True
            except OSError:
                return False
        places = ["/", "/dev", "/usr", "/usr/lib", "/etc", "/bin", "/home", "/proc", "/proc/sys",
                  "/dev/pts", os.path.dirname(os.__file__)]
        places += sorted({os.path.dirname(__import__("numpy").__file__), os.sys.prefix})
        # A checkout below /tmp lies in a folder that can be written inside.
        places = [place for place in places if not place.startswith("/tmp/")]
        own = [work, channel, "/tmp", "/dev/shm", os.environ["HOME"]]
        print(json.dumps([[place for place in places if can_write(place)],
                          [place for place in own if not can_write(place)]]))
        """)
    assert ran.answer == [[], []]


def test_settings_of_the_kernel_can_not_be_written():
    ran = run("""
        import json, os
        found = []
        for folder, folders, files in os.walk("/proc"):
            parts = folder.split("/")
            if len(parts) > 2 and (parts[2].isdigit() or parts[2] in ("self", "thread-self")):
                folders.clear()
                continue
            for name in files:
                path = os.path.join(folder, name)
                try:
                    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                    found.append(path)
                except OSError:
                    pass
        print(json.dumps([path for path in found if not path.startswith("/proc/pressure/")]))
        """)
    assert ran.answer == []


def test_own_user_without_rights():
    ran = run("""
        import json, os, pwd
        status = dict(line.split(":", 1) for line in open("/proc/self/status"))
        sets = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
        caps = [status[name].strip() for name in sets]
        name = pwd.getpwuid(os.getuid()).pw_name
        print(json.dumps([os.getuid(), os.getgid(), name, os.uname()[1],
                          status["NoNewPrivs"].strip(), status["Seccomp"].strip(),
                          [cap for cap in caps if cap.strip("0")]]))
        """)
    assert ran.answer == [1000, 1000, "student", "grading", "1", "2", []]


def test_processes_of_this_machine_are_neither_visible_nor_signalled():
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        ran = run(f"""
            import json, os, pathlib, signal
            inside = [int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*")]
            reached = []
            for pid in ({other.pid}, {os.getpid()}):
                try:
                    name = pathlib.Path(f"/proc/{{pid}}/cmdline").read_bytes()
                    reached.append(name.decode())
                except OSError:
                    pass
                if pid not in inside:
                    try:
                        os.kill(pid, signal.SIGKILL)
                        reached.append(pid)
                    except OSError:
                        pass
            print(json.dumps([len(inside), os.getppid(), reached]))
            """)
        count, parent, reached = ran.answer
        alive = other.poll() is None
        other.kill()
    assert count <= 4
    assert parent <= 1
    assert not [one for one in reached if isinstance(one, int) or "pytest" in one]
    assert alive


def test_system_calls_past_the_namespaces_are_refused():
    ran = run("""
        import ctypes, json, os, platform
        libc = ctypes.CDLL(None, use_errno=True)
        numbers = {"x86_64": {"keyctl": 250, "shmget": 29, "bpf": 321, "io_uring_setup": 425,
                              "unshare": 272, "clone3": 435, "userfaultfd": 323, "mount": 165},
                   "aarch64": {"keyctl": 219, "shmget": 194, "bpf": 280, "io_uring_setup": 425,
                               "unshare": 97, "clone3": 435, "userfaultfd": 282, "mount": 40}}
        found = {}
        for name, number in numbers.get(platform.machine(), {}).items():
            first = 0x10000000 if name == "unshare" else 0
            result = libc.syscall(number, first, 4096, 0o1600, 0, 0)
            found[name] = [result, ctypes.get_errno()]
        print(json.dumps(found))
        """)
    for name, (result, number) in ran.answer.items():
        assert (result, number) == (-1, 38 if name == "clone3" else 1), name


def test_threads_and_pools_of_processes_work():
    ran = run("""
        import json, multiprocessing, threading
        from concurrent.futures import ProcessPoolExecutor
        found = []
        thread = threading.Thread(target=found.append, args=[1])
        thread.start(); thread.join()
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
            found += pool.map(abs, [-2, -3])
        print(json.dumps(found))
        """)
    assert ran.answer == [1, 2, 3]


def test_no_descriptor_of_the_grading_process_is_handed_down(tmp_path):
    with (tmp_path / "gradebook.db").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        ran = run("""
            import json, os
            print(json.dumps([os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")
                              if os.path.exists(f"/proc/self/fd/{n}")]))
            """)
    assert len(ran.answer) == 3
    assert not [path for path in ran.answer if "gradebook" in path or "filter" in path]


def test_binds_are_read_only_and_lie_where_they_are_asked_for(tmp_path):
    (tmp_path / "file").write_text("1")
    ran = run(
        """
        import os
        try:
            open("/extra/file", "w")
        except OSError:
            print(open("/extra/file").read())
        """,
        binds=[Bind(tmp_path, Path("/extra"))],
    )
    assert ran.answer == 1
