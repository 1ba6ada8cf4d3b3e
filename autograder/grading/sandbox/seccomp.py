"""The filter of system calls: what no notebook needs and what would get round the sandbox.

Namespaces leave open: virtual-machine sockets, the key rings of the host's user, asynchronous
system calls, shared memory that belongs to no process, and new user namespaces with all that the
kernel then offers. The filter is classic BPF, as `bwrap --seccomp` takes it.
"""

import errno
import platform
import struct
from typing import NamedTuple

_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW = 0x7FFF0000
_ERROR = 0x00050000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

_NEW_USER_NAMESPACE = 0x10000000
_X32 = 0x40000000
_FAMILIES = (1, 2, 10, 16)  # Unix, IPv4, IPv6, netlink: each of them ends at a namespace
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX


class _Machine(NamedTuple):
    """Numbers of system calls on one kind of processor."""

    audit: int
    socket: int
    clone: int
    unshare: int
    ioctl: int
    refused: tuple[int, ...]


_EVERYWHERE = (
    *(425, 426, 427),  # io_uring: would carry system calls past this filter
    *(428, 429, 430, 431, 432, 433, 442),  # mounts
    447,  # memfd_secret: memory that nobody can count
)

_MACHINES = {
    "x86_64": _Machine(
        audit=0xC000003E,
        socket=41,
        clone=56,
        unshare=272,
        ioctl=16,
        refused=(
            *(248, 249, 250),  # add_key, request_key, keyctl
            *(29, 64, 68),  # shmget, semget, msgget: memory of no process
            *(321, 298, 323),  # bpf, perf_event_open, userfaultfd
            *(165, 155, 161, 304),  # mount, pivot_root, chroot, open_by_handle_at
            *(103, 163, 179, 246, 320),  # syslog, acct, quotactl, kexec
            *_EVERYWHERE,
        ),
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        socket=198,
        clone=220,
        unshare=97,
        ioctl=29,
        refused=(
            *(217, 218, 219),
            *(194, 190, 186),
            *(280, 241, 282),
            *(40, 41, 51, 265),
            *(116, 89, 60, 104, 294),
            *_EVERYWHERE,
        ),
    ),
}

_CLONE3 = 435


def seccomp_filter(machine: str | None = None) -> bytes:
    """Return the filter; empty for a kind of processor that it does not know.

    Parameters
    ----------
    machine : str, optional
        Kind of processor as ``platform.machine()`` says it; this one if not given.
    """
    numbers = _MACHINES.get(machine or platform.machine())
    if numbers is None:
        return b""
    return b"".join(
        (
            _step(_LOAD, _MACHINE),
            _step(_EQUAL, numbers.audit, then=1),
            _refuse(errno.ENOSYS),  # the 32-bit calls of the same machine
            _step(_LOAD, _NUMBER),
            _step(_AT_LEAST, _X32, otherwise=1),
            _refuse(errno.ENOSYS),
            # Its flags can't be looked at; libraries then take clone.
            _step(_EQUAL, _CLONE3, otherwise=1),
            _refuse(errno.ENOSYS),
            *(
                _step(_EQUAL, number, otherwise=1) + _refuse(errno.EPERM)
                for number in numbers.refused
            ),
            _with_bit(numbers.clone, 0, _NEW_USER_NAMESPACE),
            _with_bit(numbers.unshare, 0, _NEW_USER_NAMESPACE),
            _with_value(numbers.ioctl, 1, _TERMINAL_INPUT),
            _without_value(numbers.socket, 0, _FAMILIES),
            _step(_RETURN, _ALLOW),
        )
    )


def _step(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


def _refuse(number: int) -> bytes:
    return _step(_RETURN, _ERROR | number)


def _argument(place: int) -> bytes:
    """Load the low half of an argument; both kinds of processor put it first."""
    return _step(_LOAD, _ARGUMENTS + 8 * place)


def _call(number: int, block: bytes) -> bytes:
    """Run a block for one system call only, and load the number again after it."""
    steps = len(block) // 8 + 1
    return _step(_EQUAL, number, otherwise=steps) + block + _step(_LOAD, _NUMBER)


def _with_bit(number: int, place: int, bit: int) -> bytes:
    block = _argument(place) + _step(_ANY_BIT, bit, otherwise=1) + _refuse(errno.EPERM)
    return _call(number, block)


def _with_value(number: int, place: int, values: tuple[int, ...]) -> bytes:
    tests = (_step(_EQUAL, value, otherwise=1) + _refuse(errno.EPERM) for value in values)
    return _call(number, _argument(place) + b"".join(tests))


def _without_value(number: int, place: int, values: tuple[int, ...]) -> bytes:
    tests = b"".join(
        _step(_EQUAL, value, then=len(values) - index) for index, value in enumerate(values)
    )
    return _call(number, _argument(place) + tests + _refuse(errno.EAFNOSUPPORT))
