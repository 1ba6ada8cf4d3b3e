"""A fork of the warm parent: what it can see, write and reach, and what the next one finds."""

import contextlib
import functools
import json
import os
import signal
import socket
import sys
import textwrap
import time
import uuid
from pathlib import Path

import pytest
from boxing import LIMITS, MIB, running
from warming import LIGHT, ask, forked, light_parent, until, wait_for_answer

from autograder.grading import exchange, warm_kernels
from autograder.grading.sandbox import Limits, Sandbox, processes, student_binds, warm
from autograder.grading.sandbox.warm import WarmError, WarmParent
from autograder.grading.sandbox.warm_box import WarmSandbox

pytestmark = pytest.mark.usefixtures("real_sandbox")

NAMESPACES = ("user", "pid", "mnt", "ipc", "net", "uts", "cgroup")
WAITS = "answer(1)\nimport time\ntime.sleep(600)"


@pytest.fixture(scope="module")
def parent(real_sandbox):
    with light_parent() as found:
        yield found


def namespaces(pid):
    return {name: str(Path(f"/proc/{pid}/ns/{name}").readlink()) for name in NAMESPACES}


def test_every_fork_has_namespaces_of_its_own(parent):
    with forked(parent, WAITS) as (box, one), forked(parent, WAITS) as (other_box, other):
        wait_for_answer(box)
        wait_for_answer(other_box)
        found = [namespaces(pid) for pid in (parent.wait_until_ready().pid, one.pid, other.pid)]
        program = [now.pid for now in processes.table().values() if now.parent == one.pid]
        assert [namespaces(pid) for pid in program] == [found[1]]
    for name in NAMESPACES:
        assert len({spaces[name] for spaces in found}) == 3, name


def test_own_user_without_rights_and_without_a_way_to_get_any(parent):
    source = """
        import ctypes, platform
        libc = ctypes.CDLL(None, use_errno=True)
        def refused(name, *arguments):
            return getattr(libc, name)(*arguments) == -1 and ctypes.get_errno()
        def by_number(numbers, *arguments):
            number = numbers[platform.machine() == "aarch64"]
            return libc.syscall(number, *arguments) == -1 and ctypes.get_errno()
        header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[1 << 21] * 6)
        found = {
            "user namespace": refused("unshare", 0x10000000),
            "user namespace by fork": by_number((56, 220), 0x10000000 | 17, 0, 0, 0, 0),
            "mount namespace": refused("unshare", 0x20000),
            "pid namespace": refused("unshare", 0x20000000),
            "mount": refused("mount", b"x", b"/tmp", b"tmpfs", 0, None),
            "bind mount": refused("mount", b"/", b"/tmp", None, 4096, None),
            "remount": refused("mount", None, b"/", None, 4096 | 32, None),
            "unmount": refused("umount2", b"/tmp", 2),
            "unmount proc": refused("umount2", b"/proc", 2),
            "other root": refused("chroot", b"/tmp"),
            "new root": by_number((155, 41), b"/tmp", b"/tmp"),
            "copied mount": by_number((428, 428), -100, b"/", 1),
            "moved mount": by_number((429, 429), -100, b"/tmp", -100, b"/proc", 0),
            "changed mount": by_number((442, 442), -100, b"/", 0, 0, 32),
            "rights": refused("capset", header, data),
            "ambient": refused("prctl", 47, 2, 21, 0, 0),
            "root": refused("setuid", 0),
            "other user": refused("setresuid", 65534, 65534, 65534),
            "group": refused("setgroups", 0, None),
            "host name": refused("sethostname", b"x", 1),
            "shared memory": by_number((29, 194), 0, 4096, 0o1600),
            "key ring": by_number((250, 219), 0, -1, 0),
        }
        for name in ("user", "mnt", "pid"):
            with open(f"/proc/1/ns/{name}") as file:
                found[f"{name} of its first process"] = refused("setns", file.fileno(), 0)
        with open("/proc/self/status") as file:
            status = dict(line.split(":", 1) for line in file)
        sets = [status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
        words = [status[name].split() for name in ("Uid", "NoNewPrivs", "Seccomp")]
        answer([found, sets, words, os.uname()[1]])
        """
    found, sets, words, host = ask(parent, source)
    assert [name for name, errno in found.items() if not errno] == []
    assert set(sets) == {"0" * 16}
    assert words == [["1000"] * 4, ["1"], ["2"]]
    assert host == "grading"


def test_setuid_programs_give_no_rights(parent):
    source = """
        import subprocess
        flags = os.statvfs("/usr/bin").f_flag & os.ST_NOSUID
        told = subprocess.run(["/bin/sh", "-c", "grep CapEff /proc/self/status"],
                              capture_output=True, text=True).stdout
        answer([bool(flags), told.split()[1]])
        """
    assert ask(parent, source) == [True, "0" * 16]


def test_other_processes_are_neither_visible_nor_reached(parent):
    with forked(parent, WAITS) as (other_box, other):
        wait_for_answer(other_box)
        source = f"""
            import ctypes, signal
            seen = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
            reached = []
            for pid in range(1, 70000):
                if pid in (1, os.getpid()):
                    continue
                try:
                    os.kill(pid, 0)
                    reached.append(pid)
                except ProcessLookupError:
                    pass
            for pid in {[other.pid, os.getpid(), parent.wait_until_ready().pid]}:
                if os.path.exists(f"/proc/{{pid}}/mem") and pid not in seen:
                    reached.append(f"/proc/{{pid}}/mem")
            answer([seen, os.getpid(), reached])
            """
        assert ask(parent, source) == [[1, 2], 2, []]
        assert other.poll() is None
    assert parent.alive


def test_memory_of_the_parent_can_not_be_written(parent):
    """A fork changes a word at the address where the parent has it, in all memory it reaches."""
    where = """
        import ctypes, json
        place = id(json.__doc__) + str.__sizeof__("") - 1
        before = ctypes.string_at(place, 12).decode()
        """
    change = f"""
        {where}
        class Piece(ctypes.Structure):
            _fields_ = [("place", ctypes.c_void_p), ("size", ctypes.c_size_t)]
        libc = ctypes.CDLL(None)
        new = ctypes.create_string_buffer(b"OVERWRITTEN!", 12)
        mine, theirs = Piece(ctypes.addressof(new), 12), Piece(place, 12)
        reached, files = [], []
        for pid in range(1, 70000):
            if libc.process_vm_writev(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) == 12:
                reached.append(pid)
            try:
                with open(f"/proc/{{pid}}/mem", "r+b", buffering=0) as file:
                    file.seek(place)
                    file.write(b"OVERWRITTEN!")
                    files.append(pid)
            except OSError:
                continue
        answer([before, json.__doc__[:12], reached, files])
        """
    before, after, reached, files = ask(parent, change)
    assert after == "OVERWRITTEN!" != before
    assert set(reached) <= {1, 2}
    assert files == []
    assert ask(parent, f"{where}\n        answer([before, json.__doc__[:12]])") == [before] * 2


def test_folders_of_the_parent_and_of_others_are_not_visible(parent):
    word = f"ef-{uuid.uuid4()}"
    secret = f"""
        for place in (".", "/tmp", "/dev/shm", os.environ["HOME"], "../channel"):
            with open(place + "/{word}", "w") as file:
                file.write("{word}")
        answer(1)
        import time
        time.sleep(600)
        """
    with forked(parent, secret) as (other_box, _):
        wait_for_answer(other_box)
        source = f"""
            found, folders = [], []
            for folder, names, files in os.walk("/"):
                if folder == "/":
                    names[:] = [name for name in names if name not in ("usr", "lib", "bin")]
                folders.append(folder)
                found += [folder + "/" + name for name in files if name == {word!r}]
            scratch = os.path.dirname(os.getcwd())
            cover = os.path.dirname(os.path.dirname(scratch))
            shown = [os.listdir(place) for place in (cover, os.path.dirname(scratch), scratch)]
            reached = [path for path in {[str(other_box.work), str(other_box.tmp)]}
                       if os.path.lexists(path)]
            answer([found, len(folders) > 50, shown, reached])
            """
        found, walked, shown, reached = ask(parent, source)
        assert (found, walked, reached) == ([], True, [])
        assert shown[0] == ["pool"]
        assert len(shown[1]) == 1
        assert sorted(shown[2]) == ["channel", "work"]


def test_only_its_own_folders_can_be_written(parent):
    source = """
        mounts = [line.split()[4] for line in open("/proc/self/mountinfo")]
        def can_write(place):
            try:
                with open(place + "/probe", "w") as file:
                    file.write("x")
                os.unlink(place + "/probe")
                return True
            except OSError:
                return False
        own = [os.getcwd(), os.path.dirname(os.getcwd()) + "/channel", "/tmp", "/dev/shm",
               os.environ["HOME"]]
        inside = [os.path.dirname(os.getcwd())] + [os.path.dirname(os.path.dirname(os.getcwd()))]
        places = {*mounts, *inside, "/", "/dev", "/proc", "/proc/sys", "/etc", "/home", "/usr/lib"}
        proc = []
        for folder, folders, files in os.walk("/proc"):
            parts = folder.split("/")
            if len(parts) > 2 and (parts[2].isdigit() or parts[2] in ("self", "thread-self")):
                folders.clear()
                continue
            for name in files:
                try:
                    os.close(os.open(folder + "/" + name, os.O_WRONLY | os.O_NONBLOCK))
                    proc.append(folder + "/" + name)
                except OSError:
                    pass
        answer([sorted(place for place in places if can_write(place)), sorted(own), proc])
        """
    written, own, proc = ask(parent, source)
    assert written == own
    assert proc == []


def test_network_is_its_own_and_empty(parent):
    name = f"\0ef-test-{os.getpid()}"
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(name)
        abstract.listen()
        other = f"""
            import socket, time
            tcp = socket.create_server(("127.0.0.1", 0))
            unix = socket.socket(socket.AF_UNIX)
            unix.bind({name + "-other"!r})
            unix.listen()
            answer(tcp.getsockname()[1])
            time.sleep(600)
            """
        box, _ = stack.enter_context(forked(parent, other))
        port = wait_for_answer(box)
        source = f"""
            import socket
            reached = []
            for address in (("127.0.0.1", {server.getsockname()[1]}), ("127.0.0.1", {port}),
                            {name!r}, {name + "-other"!r}):
                family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
                with socket.socket(family) as client:
                    try:
                        client.settimeout(3)
                        client.connect(address)
                        reached.append(address)
                    except OSError:
                        pass
            own = socket.create_server(("127.0.0.1", 0))
            socket.create_connection(own.getsockname(), timeout=3).close()
            answer([reached, [name for _, name in socket.if_nameindex()]])
            """
        assert ask(parent, source) == [[], ["lo"]]


def test_no_descriptor_and_no_variable_is_handed_down(monkeypatch):
    monkeypatch.setenv("EIGHT_FACES_TEST_SECRET", "do-not-tell")
    with light_parent({**os.environ, "AWS_KEY": "do-not-tell"}) as parent:
        source = """
            links = {}
            for name in os.listdir("/proc/self/fd"):
                try:
                    links[name] = os.readlink("/proc/self/fd/" + name)
                except OSError:
                    pass  # of the listing itself
            told = []
            for pid in ("1", "self"):
                with open(f"/proc/{pid}/environ", errors="replace") as file:
                    told.append(file.read())
            answer([links, told, dict(os.environ), os.listdir("/proc/1/fd")])
            """
        links, told, variables, first = ask(parent, source)
    assert links == dict.fromkeys("012", "/dev/null")
    assert sorted(first) == ["0", "1", "2"]
    assert "do-not-tell" not in str([told, variables])
    assert all("HOME=/home/student" in text for text in told)
    with Sandbox(LIMITS, [], {}) as cold:
        assert variables == cold.environment


def test_nothing_changed_in_a_fork_is_found_by_the_next(parent):
    source = """
        import builtins, json, signal, subprocess, sys, threading
        before = [builtins.min is max, hasattr(json, "mine"), "forged" in sys.modules,
                  "FORGED" in os.environ, sys.flags.safe_path, "/forged" in sys.path,
                  *("mine" in os.listdir(place)
                    for place in ("/tmp", "/dev/shm", os.environ["HOME"], ".")),
                  os.path.exists("/dev/shm/ef_mine")]
        builtins.min = max
        json.mine = json.loads = 1
        sys.modules["forged"] = json
        sys.path.insert(0, "/forged")
        os.environ["FORGED"] = "1"
        for place in ("/tmp", "/dev/shm", os.environ["HOME"], "."):
            with open(place + "/mine", "w") as file:
                file.write("x")
        from multiprocessing import resource_tracker, shared_memory
        resource_tracker.register = lambda *_: None
        shared_memory.SharedMemory("ef_mine", create=True, size=4096)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
        answer(before)
        """
    assert ask(parent, source) == [False] * 11
    assert ask(parent, source) == [False] * 11
    assert not running("/bin/sleep 600")


def test_random_numbers_of_forks_differ(parent):
    source = """
        import random, tempfile, uuid
        answer([random.random(), uuid.uuid4().hex, tempfile.mktemp()])
        """
    assert not set(ask(parent, source)) & set(ask(parent, source))


def test_what_a_fork_started_ends_with_it_and_the_parent_serves_on(parent):
    marker = f"ef-{uuid.uuid4()}"
    source = f"""
        import signal, subprocess, sys
        lasting = [sys.executable, "-c", "import time; time.sleep(600)", {marker!r}]
        subprocess.Popen(lasting, start_new_session=True)
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if os.fork() == 0:
                os.execv(lasting[0], lasting)
            os._exit(0)
        answer(1)
        os.kill(1, signal.SIGKILL)
        os.kill(1, signal.SIGINT)
        import time
        time.sleep(600)
        """
    with forked(parent, source) as (box, process):
        wait_for_answer(box)
        until(lambda: len(running(marker)) == 2)
        assert process.poll() is None
        box.kill()
        assert process.poll() == 0
        assert running(marker) == []
    assert parent.alive
    assert ask(parent, "answer(2)") == 2


@pytest.mark.parametrize(
    "how", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.kill(-1, 9)", "1 / 0"]
)
def test_end_of_the_program_is_the_end_of_its_processes(parent, how):
    marker = f"ef-{uuid.uuid4()}"
    source = f"""
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {marker!r}])
        answer(1)
        {how}
        """
    with forked(parent, source) as (box, process):
        wait_for_answer(box)
        process.wait(30)
        assert running(marker) == []
        assert box.stopped_because == ""
    assert parent.alive


FOR_EVER = "import itertools, signal\nfor n in itertools.count():"
BOMBS = {
    "memory": ("memory", "kept = []\nwhile True:\n    kept.append(bytearray(10 << 20))"),
    "memory file": (
        "memory",
        "kept = []\nwhile True:\n    kept.append(os.memfd_create('x'))\n"
        "    os.write(kept[-1], bytes(10 << 20))",
    ),
    "disk": ("to disk", f"{FOR_EVER}\n    open(f'/tmp/{{n}}', 'wb').write(bytes(5 << 20))"),
    "shm": ("to disk", f"{FOR_EVER}\n    open(f'/dev/shm/{{n}}', 'wb').write(bytes(5 << 20))"),
    "files": ("files", f"{FOR_EVER}\n    open(f'/tmp/{{n}}', 'w')"),
    "forks": ("processes", f"{FOR_EVER}\n    if os.fork() == 0:\n        signal.pause()"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_ended_with_a_sentence_and_the_parent_stays(parent, name):
    sentence, source = BOMBS[name]
    limits = Limits(memory=300 * MIB, processes=20, disk=24 * MIB, files=500)
    with forked(parent, "answer(1)\n" + source, limits) as (box, process):
        process.wait(60)
        until(lambda: box.stopped_because)
        assert sentence in box.stopped_because
    assert parent.alive
    assert ask(parent, "answer(3)") == 3


def test_limits_of_a_process_are_those_of_a_cold_start(parent):
    source = """
        import json, os, resource
        names = ("CORE", "FSIZE", "NOFILE", "NPROC")
        found = [resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in names]
        with open("limits", "w") as file:
            json.dump([found, os.getpriority(os.PRIO_PROCESS, 0)], file)
        """
    found = []
    for box in (Sandbox(LIMITS, [], {}), WarmSandbox(parent, LIMITS, [], {})):
        with box:
            (box.work / "limits_of_test.py").write_text(textwrap.dedent(source))
            box.start([sys.executable, "-m", "limits_of_test"]).wait(60)
            found.append(json.loads((box.work / "limits").read_text()))
    assert found[0] == found[1]


def test_folders_of_the_pool_are_shown_read_only(parent):
    requests = exchange.Requests(parent.pool)
    try:
        path = requests.write({"names": ["x"]})
        with WarmSandbox(parent, LIMITS, [*student_binds(), requests.bind], {}) as box:
            (box.work / "reading_of_test.py").write_text(
                f"text = open({str(path)!r}).read()\n"
                f"try:\n    open({str(path)!r}, 'w')\nexcept OSError:\n"
                "    open('read', 'w').write(text)\n"
            )
            box.start([sys.executable, "-m", "reading_of_test"]).wait(60)
            assert json.loads((box.work / "read").read_text()) == {"names": ["x"]}
        assert ask(parent, f"answer(os.path.lexists({str(path)!r}))") is False
    finally:
        requests.close()


@pytest.mark.parametrize(
    ("state", "complaint"),
    [
        ("import threading; threading.Timer(0.5, int).start()", "threads"),
        ("import mmap; kept = mmap.mmap(-1, 4096)", "forks would share"),
    ],
)
def test_parent_that_could_not_fork_well_refuses(state, complaint, monkeypatch):
    monkeypatch.setattr(warm, "_PROGRAM", f"{state}; {warm._PROGRAM}")
    with light_parent() as parent:
        time.sleep(1)
        with WarmSandbox(parent, LIMITS, student_binds(), {}) as box:
            (box.work / "cold_of_test.py").write_text("open('ran', 'w').close()")
            assert box.start([sys.executable, "-m", "cold_of_test"]).wait(60) == 0
            assert complaint in box.cold_because
            assert complaint in parent.trouble
            assert (box.work / "ran").exists()


def test_fork_that_can_not_be_confined_is_none(parent, monkeypatch):
    """As where the system refuses namespaces inside namespaces: the program starts cold."""
    plan = warm.Plan
    monkeypatch.setattr(warm, "Plan", lambda **given: plan(**{**given, "filter": "00"}))
    with WarmSandbox(parent, LIMITS, student_binds(), {}) as box:
        (box.work / "cold_of_test.py").write_text(
            "open('ran', 'w').write(open('/proc/1/comm').read())"
        )
        assert box.start([sys.executable, "-m", "cold_of_test"]).wait(60) == 0
        assert "could not be confined" in box.cold_because
        assert (box.work / "ran").read_text() == "bwrap\n"
    monkeypatch.undo()
    assert ask(parent, "answer(5)") == 5


def test_other_programs_start_cold(parent):
    with WarmSandbox(parent, LIMITS, [], {}) as box:
        assert box.start([sys.executable, "-c", "open('ran', 'w').close()"]).wait(60) == 0
        assert (box.work / "ran").exists()
        assert box.cold_because


def test_parent_that_can_not_import_says_why():
    with WarmParent([], {}, ["no_such_module_of_test"]) as parent:
        with pytest.raises(WarmError, match="No module named 'no_such_module_of_test'"):
            parent.wait_until_ready()
        until(lambda: not parent.alive)


def test_nothing_is_left_of_a_parent(real_sandbox):
    with light_parent() as parent:
        box = WarmSandbox(parent, LIMITS, student_binds(), {})
        (box.work / "program_of_test.py").write_text("import time\ntime.sleep(600)")
        process = box.start([sys.executable, "-m", "program_of_test"])
        outer, scratch = parent.wait_until_ready().pid, parent.pool.parent
    assert process.poll() == 0
    assert processes.find(outer) is None
    assert not scratch.exists()
    box.close()


@pytest.fixture
def at_hand(monkeypatch):
    """Parents that import little, and none of an earlier test."""
    monkeypatch.setattr(warm_kernels, "_at_hand", warm_kernels._AtHand())
    monkeypatch.setattr(warm_kernels, "WarmParent", functools.partial(WarmParent, modules=LIGHT))
    yield
    warm_kernels._at_hand.end()


def test_parent_that_was_killed_is_replaced(at_hand):
    with warm_kernels.kept():
        with warm_kernels.borrowed(student_binds(), {}) as first:
            assert ask(first, "answer(4)") == 4
            os.kill(first.wait_until_ready().pid, signal.SIGKILL)
            until(lambda: not first.alive)
            with WarmSandbox(first, LIMITS, student_binds(), {}) as box:
                assert box.start([sys.executable, "-m", "this"]).wait(60) == 0
                assert "warm parent" in box.cold_because
        with warm_kernels.borrowed(student_binds(), {}) as second:
            assert second is not first
            assert ask(second, "answer(5)") == 5
        with warm_kernels.borrowed(student_binds(), {}) as third:
            assert third is second
        with warm_kernels.borrowed(student_binds(), {"TF_DETERMINISTIC_OPS": "1"}) as fourth:
            assert fourth is not second
            assert not second.alive
    assert not fourth.alive


def test_parent_that_never_forked_well_is_not_tried_again(at_hand, monkeypatch):
    monkeypatch.setattr(warm, "_PROGRAM", "raise SystemExit")
    with warm_kernels.kept():
        with (
            warm_kernels.borrowed(student_binds(), {}) as parent,
            WarmSandbox(parent, LIMITS, student_binds(), {}) as box,
        ):
            assert box.start([sys.executable, "-m", "this"]).wait(60) == 0
            assert box.cold_because
        with warm_kernels.borrowed(student_binds(), {}) as parent:
            assert parent is None


def test_parent_ends_when_nobody_has_asked_for_it_for_a_while(at_hand, monkeypatch):
    monkeypatch.setattr(warm_kernels, "IDLE", 0.5)
    with warm_kernels.borrowed(student_binds(), {}) as parent:
        time.sleep(1)
        assert parent.alive
    until(lambda: not parent.alive)


def test_only_notebooks_that_import_keras_are_worth_a_parent():
    assert warm_kernels.uses_keras(["import numpy as np", "import os\nimport keras\n"])
    assert warm_kernels.uses_keras(["from tensorflow.keras import layers"])
    assert not warm_kernels.uses_keras(["import numpy as np  # no import keras", "x = 'keras'"])
