"""Processes below this one, for tests that kill them."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def chromium_processes(*, kind: str) -> list[int]:
    """Ids of the Chromium processes below this one.

    Args:
        kind: ``renderer``, or empty for the browsers themselves.
    """
    found = []
    for pid in _below(os.getpid()):
        command = _read(pid, "cmdline").replace("\0", " ")
        is_chromium = (
            "chrom" in command and "--remote-debugging" in command
        ) or "--type=" in command
        given = command.partition("--type=")[2].partition(" ")[0]
        if is_chromium and given == kind:
            found.append(pid)
    return found


def kill(pids: list[int]) -> int:
    """Kills processes; gives how many were still there."""
    killed = 0
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        killed += 1
    return killed


def browsers_below(pid: int) -> set[int]:
    """Living Chromium processes that a process, or one that it has started, has started."""
    parents: dict[int, int] = {}
    chromium: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(errors="replace")
        except OSError:  # it has just ended
            continue
        state, parent = text.rpartition(")")[2].split()[:2]
        if state != "Z":
            parents[int(stat.parent.name)] = int(parent)
            if "chrom" in text.partition("(")[2].rpartition(")")[0]:
                chromium.add(int(stat.parent.name))

    def is_below(each: int) -> bool:
        while each in parents and each != pid:
            each = parents[each]
        return each == pid

    return {each for each in chromium if is_below(each)}


def living(pids: set[int]) -> set[int]:
    """Those that haven't ended."""
    found = set()
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        except OSError:
            continue
        if text.rpartition(")")[2].split()[0] != "Z":
            found.add(pid)
    return found


def _below(pid: int) -> list[int]:
    try:
        threads = [each.name for each in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:  # it has just ended
        return []
    children = [
        int(each) for thread in threads for each in _read(pid, f"task/{thread}/children").split()
    ]
    return [*children, *(below for child in children for below in _below(child))]


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
