"""What the kernel keeps from a process that runs what others have written: code, templates.

Limits of resources count for one process, and the environment of every other process of a user
lies open under ``/proc``: so such a process starts none, and looks into none. Both is Linux's to
hold: seccomp (since 3.5) and Landlock (since 5.13), which need no rights. This imports nothing of
the package: the process that it confines loads it alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
"""``linux/prctl.h``, ``linux/seccomp.h``."""
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Landlock's system calls, the same on all machines."""
_CAPGET = {"x86_64": 125, "aarch64": 90}
"""Numbers of ``capget``; that of ``capset`` is the next."""
_CAPABILITIES = 0x20080522
"""``_LINUX_CAPABILITY_VERSION_3``: two words for each of three sets."""
_ABOUT_FILES = 0b11111
"""Root's rights to files of other users, which a definition of the operator keeps. With others
(``CAP_PERFMON``) it looks into processes that Landlock would keep from it."""

_MACHINES = {
    "x86_64": (0xC000003E, {"clone": 56, "fork": 57, "vfork": 58, "socket": 41}),
    "aarch64": (0xC00000B7, {"clone": 220, "socket": 198}),
}
"""``AUDIT_ARCH_...`` of ``linux/audit.h``, and numbers of system calls that machines differ in."""
_CLONE3, _IO_URING = 435, 425
"""New enough to have one number everywhere. ``clone3`` has its flags where a filter can't look:
told that there is none, libraries take ``clone``. ``io_uring`` opens sockets past any filter."""
_THREAD = 0x10000
"""``CLONE_THREAD``."""
_X32 = 0x40000000
"""System calls of x86-64 by other numbers begin here."""
_ALLOW, _REFUSE, _MISSING = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38
"""``SECCOMP_RET_ALLOW``; ``SECCOMP_RET_ERRNO`` with ``EPERM`` or ``ENOSYS``."""

_ALL_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Rights to files that a version of Landlock knows; later versions know no more than the fifth."""
_READ = 0b1101
"""Execute, read a file, read a folder."""
_READ_AND_WRITE = 0b0110
"""Of a device: write, read."""
_EVERYTHING = -1
"""All rights that the kernel knows."""
_OF_FILES = 0b111 | 1 << 14 | 1 << 15
"""Rights that a rule for a single file may give."""
_DEVICES_MADE = 1 << 6 | 1 << 11
"""Making devices: the least that a process can do without, where files aren't to be limited."""
_WITH_NETWORK, _WITH_SCOPES = 4, 6
"""Versions of Landlock from which on its rules are longer by a field."""
_OTHERS = 0b11
"""Signals and abstract sockets to processes outside, from version 6 on."""

_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/opt", "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl",
)  # fmt: skip
"""What Python and its libraries are made of."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def confine(*, strictly: bool, folder: Path | None = None, readable: Iterable[str] = ()) -> None:
    """Takes away what the process isn't to have, for good; does nothing where the kernel can't.

    Args:
        strictly: Also all files but the system's and Python's, and the network.
        folder: The process's own, which it may write in.
        readable: Further folders that it reads, with the modules that it needs.
    """
    machine = os.uname().machine
    if sys.platform != "linux" or machine not in _MACHINES:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    _drop_capabilities(libc, _CAPGET[machine], 0 if strictly else _ABOUT_FILES)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
        _limit_files(libc, tuple(_given(folder, readable)) if strictly else None)
        _limit_calls(libc, machine, strictly)


def _drop_capabilities(libc: ctypes.CDLL, getting: int, kept: int) -> None:
    """Where the worker is root: leaves it what is needed, of what it has."""
    header = struct.pack("<Ii", _CAPABILITIES, 0)
    had = ctypes.create_string_buffer(24)
    if libc.syscall(getting, header, had) == 0:
        _, permitted, *_ = struct.unpack("<6I", had.raw)
        left = permitted & kept
        libc.syscall(getting + 1, header, struct.pack("<6I", left, left, 0, 0, 0, 0))


def _limit_files(libc: ctypes.CDLL, given: tuple[tuple[str, int], ...] | None) -> None:
    """Puts the process into a domain of its own: from there it sees into no other process."""
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return
    rights = (1 << _ALL_RIGHTS.get(version, max(_ALL_RIGHTS.values()))) - 1
    handled = _DEVICES_MADE if given is None else rights
    fields = [handled]
    fields += [0] if version >= _WITH_NETWORK else []
    fields += [_OTHERS] if version >= _WITH_SCOPES else []
    packed = struct.pack(f"<{len(fields)}Q", *fields)
    rules = libc.syscall(_CREATE_RULESET, packed, len(packed), 0)
    if rules < 0:
        return
    for path, some in given or ():
        _allow(libc, rules, path, some & rights)
    libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _given(folder: Path | None, readable: Iterable[str]) -> Iterator[tuple[str, int]]:
    for path in {*_SYSTEM, sys.prefix, sys.base_prefix, *readable} - {"/"}:
        yield path, _READ
    for path in _DEVICES:
        yield path, _READ_AND_WRITE
    if folder is not None:
        yield str(folder), _EVERYTHING


def _allow(libc: ctypes.CDLL, rules: int, path: str, given: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        given &= -1 if Path(path).is_dir() else _OF_FILES
        libc.syscall(_ADD_RULE, rules, 1, struct.pack("<Qi", given, place), 0)
        os.close(place)


def _limit_calls(libc: ctypes.CDLL, machine: str, strictly: bool) -> None:
    program = b"".join(_program(machine, strictly))
    kept = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        """What the kernel takes a filter as: ``struct sock_fprog``."""

        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    filters = Program(len(program) // 8, ctypes.addressof(kept))
    libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(filters), 0, 0)


def _program(machine: str, strictly: bool) -> Iterator[bytes]:
    """The filter, for each system call: what comes first that fits it."""
    architecture, numbers = _MACHINES[machine]
    yield _load(4)
    yield from _unless_equal(architecture, _REFUSE)
    yield _load(0)
    yield _step(0x35, 0, 1, _X32)
    yield _step(0x06, 0, 0, _REFUSE)
    yield from _if_equal((_CLONE3,), _MISSING)
    refused = [numbers[name] for name in ("fork", "vfork") if name in numbers]
    yield from _if_equal([*refused, *((numbers["socket"], _IO_URING) if strictly else ())], _REFUSE)
    yield _step(0x15, 0, 3, numbers["clone"])
    yield _load(16)
    yield _step(0x45, 1, 0, _THREAD)
    yield _step(0x06, 0, 0, _REFUSE)
    yield _step(0x06, 0, 0, _ALLOW)


def _if_equal(values: Iterable[int], answer: int) -> Iterator[bytes]:
    for value in values:
        yield _step(0x15, 0, 1, value)
        yield _step(0x06, 0, 0, answer)


def _unless_equal(value: int, answer: int) -> Iterator[bytes]:
    yield _step(0x15, 1, 0, value)
    yield _step(0x06, 0, 0, answer)


def _load(offset: int) -> bytes:
    """Loads a word of ``struct seccomp_data``: 0 is the number, 4 the machine, 16 an argument."""
    return _step(0x20, 0, 0, offset)


def _step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    """``struct sock_filter``: 0x20 load, 0x15 equal, 0x35 at least, 0x45 any bit, 0x06 answer."""
    return struct.pack("<HBBI", code, if_true, if_false, value)
