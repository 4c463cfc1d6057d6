"""Which process a run goes on in: host, pid, and when it started (pids are used again)."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


def process_tag(pid: int) -> str:
    """A process as a tag's value."""
    return f"{os.uname().nodename}:{pid}:{process_start(pid)}"


@cache
def machine() -> str:
    """What numbers of processes count in: two containers may have one name, and one kernel."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{os.uname().nodename}/{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return os.uname().nodename


def living_process(tag: str) -> int | None:
    """The process of a tag, if it is one of this machine, and not another one with its number."""
    pid = tag.split(":")[1] if process_is_gone(tag) is False else ""
    return int(pid) if pid else None


def process_is_gone(tag: str) -> bool | None:
    """Whether the process of a tag has ended; ``None`` for one of another machine."""
    host, _, rest = tag.partition(":")
    pid, _, started = rest.partition(":")
    if host != os.uname().nodename or not pid.isdecimal():
        return None
    return not started or process_start(int(pid)) != started


def process_start(pid: int) -> str:
    """When a process of this machine started, in kernel ticks; empty where there is none.

    One that has ended and waits for its parent to take note (a zombie) is none.
    """
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:  # noqa: PTH123
            state, *fields = stat.read().rpartition(")")[2].split()
            return "" if state in ("Z", "X") else fields[18]
    except (OSError, IndexError, ValueError):
        return ""
