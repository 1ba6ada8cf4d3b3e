"""System calls of Linux that Python does not offer, as functions that raise `OSError`."""

import ctypes
import os
from typing import Any

# The numbers are those of x86-64 and of AArch64 alike.
_OPEN_TREE, _MOVE_MOUNT, _SET_MOUNT = 428, 429, 442

_HERE = -100  # AT_FDCWD
_CLONE = 0x1  # OPEN_TREE_CLONE
_RECURSIVE = 0x8000  # AT_RECURSIVE
_CLOSE_ON_EXEC = 0x80000
_EMPTY_SOURCE = 0x4  # MOVE_MOUNT_F_EMPTY_PATH
_READ_ONLY = 0x1  # MOUNT_ATTR_RDONLY
_PRIVATE = 0x40000 | 0x4000  # MS_PRIVATE, MS_REC

_CAPABILITIES_VERSION = 0x20080522
_DROP_BOUNDING, _NO_NEW_PRIVILEGES, _AMBIENT, _SECCOMP = 24, 38, 47, 22  # options of prctl
_CLEAR_ALL, _FILTER = 4, 2

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """Struct sock_fprog: a filter of system calls."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _call(name: str, *arguments: Any) -> int:
    result: int = getattr(_libc, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _system_call(name: str, number: int, *arguments: Any) -> int:
    _libc.syscall.restype = ctypes.c_long
    result: int = _libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def unshare(flags: int) -> None:
    """Enter new namespaces."""
    _call("unshare", flags)


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a new file system."""
    source = kind.encode()
    _call("mount", source, target.encode(), source, ctypes.c_ulong(flags), options.encode())


def unmount(target: str) -> None:
    """Take a mount away."""
    _call("umount2", target.encode(), 2)  # MNT_DETACH


def make_private() -> None:
    """Keep what is mounted from now on from every other mount namespace."""
    _call("mount", None, b"/", None, ctypes.c_ulong(_PRIVATE), None)


def copy_mount(source: str, *, whole: bool = False) -> int:
    """Return a descriptor of a copy of what is seen at a path, mounted nowhere yet.

    Parameters
    ----------
    source : str
        A file or folder.
    whole : bool
        With all that is mounted below it.
    """
    flags = _CLONE | _CLOSE_ON_EXEC | (_RECURSIVE if whole else 0)
    return _system_call("open_tree", _OPEN_TREE, _HERE, source.encode(), ctypes.c_uint(flags))


def place_mount(descriptor: int, target: str) -> None:
    """Mount what `copy_mount` returned."""
    _system_call(
        *("move_mount", _MOVE_MOUNT),
        *(descriptor, b"", _HERE, target.encode(), ctypes.c_uint(_EMPTY_SOURCE)),
    )


def make_read_only(target: str, *, whole: bool = False) -> None:
    """Make a mount read-only.

    Parameters
    ----------
    target : str
        Where it is mounted.
    whole : bool
        With all that is mounted below it.
    """
    attributes = (ctypes.c_uint64 * 4)(_READ_ONLY, 0, 0, 0)
    flags = _RECURSIVE if whole else 0
    _system_call(
        *("mount_setattr", _SET_MOUNT),
        *(_HERE, target.encode(), ctypes.c_uint(flags), attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )


def drop_capabilities() -> None:
    """Give up every right, and every way to get one back."""
    for number in range(64):
        try:
            _call("prctl", _DROP_BOUNDING, number, 0, 0, 0)
        except OSError:
            break  # the last one this kernel knows, or no right to drop any
    _call("prctl", _AMBIENT, _CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", _NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def filter_system_calls(steps: bytes) -> None:
    """Install a filter of system calls for this process and all that it starts."""
    program = _Program(len(steps) // 8, steps)
    _call("prctl", _SECCOMP, _FILTER, ctypes.byref(program), 0, 0)
