"""The command line of bubblewrap: what is visible inside, and under which limits it runs."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.grading.sandbox.binds import HOME, Bind, package_folder, python_binds
from autograder.grading.sandbox.limits import OPEN_FILES, Limits
from autograder.grading.sandbox.processes import Process, find

USER = 1000
"""User and group number inside."""

PASSWD = (
    f"student:x:{USER}:{USER}:student:{HOME}:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
)
GROUP = f"student:x:{USER}:\nnogroup:x:65534:\n"

_SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SETTINGS = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives"),
    *("localtime", "fonts", "mime.types"),
)
_NAMESPACES = (
    *("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"),
    *("--cap-drop", "ALL", "--uid", str(USER), "--gid", str(USER), "--hostname", "grading"),
)
_FILTER, _STATUS = 9, 8  # descriptors of bubblewrap: filter of system calls, what it notes
_NICE = 5
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "core": "/proc/kcore",
    "ptmx": "pts/ptmx",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
_COUNTED_BY_NAMESPACE = (5, 14)  # Linux since when RLIMIT_NPROC counts a sandbox by itself


def find_bubblewrap() -> str | None:
    """Return the path of ``bwrap``; None when it is not installed."""
    return shutil.which("bwrap")


def host_side(filter_file: Path, status_file: Path) -> list[str]:
    """Return what runs before bubblewrap: a clean environment, and first to die in need.

    Bubblewrap's own environment can be read inside, whatever it clears for the program.

    Parameters
    ----------
    filter_file : Path
        Holds the filter of system calls; may be empty.
    status_file : Path
        Where bubblewrap notes the first process of the namespace, for `first_process`.

    Raises
    ------
    FileNotFoundError
        If bubblewrap is not installed.
    """
    bubblewrap = find_bubblewrap()
    if bubblewrap is None:
        raise FileNotFoundError("bwrap is not installed")
    command = ["/usr/bin/env", "-i"]
    if chooser := shutil.which("choom"):
        command += [chooser, "-n", "1000", "--"]
    # A command line can't carry descriptors; a shell can open them.
    script = f'exec {_FILTER}<"$0" {_STATUS}>"$1"; shift; exec "$@"'
    command += ["/bin/sh", "-c", script, str(filter_file), str(status_file)]
    command += [bubblewrap, "--json-status-fd", str(_STATUS)]
    if filter_file.stat().st_size:
        command += ["--seccomp", str(_FILTER)]
    return command


def first_process(status_file: Path) -> Process | None:
    """Return the first process of a namespace while it is there; all others end before it.

    Parameters
    ----------
    status_file : Path
        The file given to `host_side`.
    """
    try:
        text = status_file.read_text()
    except OSError:
        return None
    noted = dict(re.findall(r'"(child-pid|pid-namespace)": *(\d+)', text))
    process = find(int(noted["child-pid"])) if "child-pid" in noted else None
    if process is None or "pid-namespace" not in noted:
        return process
    try:
        namespace = os.readlink(f"/proc/{process.pid}/ns/pid")  # noqa: PTH115 - no path either
    except OSError:
        return None
    return process if namespace == f"pid:[{noted['pid-namespace']}]" else None


def namespaces(environment: Mapping[str, str]) -> list[str]:
    """Return the options for namespaces, user and environment."""
    command = [*_NAMESPACES, "--clearenv"]
    for name, value in environment.items():
        command += ["--setenv", name, value]
    return command


def system() -> list[str]:
    """Return the options that show the system."""
    # Where root started the sandbox, the kernel takes its user for root here and lets it write.
    return [*_programs(), "--proc", "/proc", "--dev", "/dev", "--ro-bind", "/proc/sys", "/proc/sys"]


def system_of_parent() -> list[str]:
    """Return the options that show the system to a program that confines its own children.

    Nothing may be mounted over its /proc, or Linux refuses its children one of their own; it gives
    up the right to take such mounts away before it does anything else. The options for /dev are
    spelt out, for `--dev` would make a second user namespace, in which it had no such right.
    """
    command = [*_programs(), "--cap-add", "CAP_SYS_ADMIN", "--proc", "/proc", "--tmpfs", "/dev"]
    for name in _DEVICES:
        command += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in _DEVICE_LINKS.items():
        command += ["--symlink", target, f"/dev/{name}"]
    return [*command, "--dir", "/dev/pts"]


def _programs() -> list[str]:
    command: list[str] = []
    for name in _SYSTEM:
        path = Path("/", name)
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    for name in _SETTINGS:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return command


def writable(binds: Iterable[Bind]) -> list[str]:
    """Return the options for the folders of the scratch directory."""
    command: list[str] = []
    for bind in binds:
        command += ["--bind", str(bind.source), str(bind.target)]
    return command


def read_only(binds: Sequence[Bind]) -> list[str]:
    """Return the options for this Python and what else is visible.

    Of our own package nothing is that is not among the binds. They come after the writable
    folders: Python may well be installed in ``/tmp`` or in the home directory.
    """
    python = python_binds()
    command = _read_only(python)
    package = package_folder("autograder")
    seen = [Path("/usr"), *(bind.target for bind in python)]
    hide = any(package.is_relative_to(folder) for folder in seen)
    if hide:
        command += ["--tmpfs", str(package)]
    command += _read_only(binds)
    if hide and not any(bind.target == package for bind in binds):
        command += ["--remount-ro", str(package)]
    return command


def _read_only(binds: Iterable[Bind]) -> list[str]:
    command: list[str] = []
    for bind in binds:
        command += ["--ro-bind", str(bind.source), str(bind.target)]
    return command


def ending(work: Path) -> list[str]:
    """Return the last options: nothing else is writable, and where the program starts."""
    return ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(work), "--"]


def process_limits(limits: Limits) -> dict[str, int]:
    """Return the limits of every process inside, under the names that ``prlimit`` gives them."""
    import resource  # not on Windows, where this module is imported too

    found = {"core": 0, "fsize": limits.disk, "nofile": OPEN_FILES}
    if _kernel() >= _COUNTED_BY_NAMESPACE:
        found["nproc"] = limits.threads
    for name, wanted in found.items():
        hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
        found[name] = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    return found


def limited(limits: Limits) -> list[str]:
    """Return what sets the limits of the program inside, before it starts."""
    command: list[str] = []
    if setter := shutil.which("prlimit"):
        command += [setter, *(f"--{name}={most}" for name, most in process_limits(limits).items())]
    if nicer := shutil.which("nice"):
        command += [nicer, "-n", str(_NICE)]
    return command


def _kernel() -> tuple[int, ...]:
    if sys.platform != "linux":
        return (0,)
    numbers = platform.release().split("-")[0].split(".")[:2]
    return tuple(int(number) for number in numbers if number.isdigit())
