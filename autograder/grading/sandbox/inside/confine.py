"""Shut a forked process off: own namespaces, own folders, no rights. Before any student's byte.

What a fork may see is what its parent sees, less the parent's own folder, with other folders in
the place of the writable ones.
"""

import fcntl
import os
import re
import resource
import socket
import stat
import struct
from pathlib import Path

from . import system
from .plan import Plan

# CLONE_NEWUSER, NEWNS, NEWPID, NEWIPC, NEWNET, NEWUTS, NEWCGROUP
_NAMESPACES = 0x10000000 | 0x20000 | 0x20000000 | 0x08000000 | 0x40000000 | 0x04000000 | 0x02000000

_NO_RIGHTS = 0x2 | 0x8  # MS_NOSUID, MS_NOEXEC
_PROC_FLAGS = 0x1 | 0x2 | 0x4 | 0x8  # MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC
_COVER_FLAGS = 0x2 | 0x4 | 0x8

_SET_FLAGS, _UP = 0x8914, 0x1  # SIOCSIFFLAGS, IFF_UP


def enter_namespaces() -> None:
    """Enter new namespaces with the same user; the next fork is the first process in them."""
    user, group = os.getuid(), os.getgid()
    system.unshare(_NAMESPACES)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path("/proc/self", name).write_text(text)


def confine(plan: Plan, keep: tuple[int, ...]) -> None:
    """Shut this process off, the first one of its namespaces.

    Parameters
    ----------
    plan : Plan
        How.
    keep : tuple of int
        The only descriptors that stay open beside the standard ones.

    Raises
    ------
    OSError
        If anything of it can't be done; the process must end then.
    """
    os.setsid()
    _arrange_mounts(plan)
    _start_loopback()
    os.chdir(plan.work)
    _close_descriptors(keep)
    for name, most in plan.limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (most, most))
    os.environ.clear()
    os.environ.update(plan.environment)
    system.drop_capabilities()
    system.filter_system_calls(bytes.fromhex(plan.filter))
    _check()


def _arrange_mounts(plan: Plan) -> None:
    system.make_private()
    replaced = _copies(plan.replaced)
    writable, readable = _copies(plan.writable), _copies(plan.readable)
    # Python, packages and data may lie below a folder that is replaced, such as /tmp.
    shown = [
        (system.copy_mount(target, whole=True), target)
        for target in _mounted_below([target for _, target in replaced], plan.cover)
    ]
    # From here on nothing can be written but what was copied before.
    system.make_read_only("/", whole=True)
    for mount, target in replaced:
        system.place_mount(mount, target)
    for mount, target in shown:
        _place(mount, target)
    Path(plan.cover).mkdir(parents=True, exist_ok=True)
    system.mount("tmpfs", plan.cover, _COVER_FLAGS, "size=64k,mode=755")
    for mount, target in writable:
        _place(mount, target)
    for mount, target in readable:
        _place(mount, target)
        system.make_read_only(target)
    system.make_read_only(plan.cover)
    system.mount("devpts", "/dev/pts", _NO_RIGHTS, "newinstance,ptmxmode=0666,mode=620")
    # Read-only: where root grades, files such as sysrq-trigger belong to the user inside.
    system.mount("proc", "/proc", _PROC_FLAGS)


def _copies(binds: list[list[str]]) -> list[tuple[int, str]]:
    return [(system.copy_mount(source), target) for source, target in binds]


def _place(mount: int, target: str) -> None:
    """Mount a copy, on a folder or file that is made where it is missing."""
    path = Path(target)
    if stat.S_ISDIR(os.fstat(mount).st_mode):
        path.mkdir(parents=True, exist_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    system.place_mount(mount, target)


def _mounted_below(folders: list[str], hidden: str) -> list[str]:
    """Return where something is mounted below some folders, without mounts below such mounts."""
    found: list[str] = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), line.split()[4])
        inside = any(place != folder and _is_below(place, folder) for folder in folders)
        if inside and not any(_is_below(place, other) for other in (*found, hidden)):
            found.append(place)
    return found


def _is_below(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)


def _start_loopback() -> None:
    """Start the network inside, on which nobody but the fork itself is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))


def _close_descriptors(keep: tuple[int, ...]) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    first = 3
    for number in sorted(keep):
        os.closerange(first, number)
        first = number + 1
    os.closerange(first, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def _check() -> None:
    """Make sure that it has come true.

    Raises
    ------
    OSError
        If it has not.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    sets = {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    confined = (status["Pid"], status["NoNewPrivs"], status["Seccomp"]) == ("1", "1", "2")
    if sets != {0} or not confined:
        raise OSError("the fork has kept rights that it should have given up")
