"""What a confined process can't do; `tests/blocks/test_code.py` has the attacks by code."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from skyvern_dagster.process import confinement

TRIES = """
import os, runpy, sys
confinement = runpy.run_path(sys.argv[1])
confinement["confine"](strictly=True, readable=[sys.argv[2]])
print(open(os.path.join(sys.argv[2], "given")).read())
for name, attempt in {
    "beside it": lambda: open(sys.argv[3]),
    "written": lambda: open(os.path.join(sys.argv[2], "new"), "w"),
    "a process": os.fork,
}.items():
    try:
        attempt()
    except PermissionError:
        print("refused:", name)
import zoneinfo, decimal, json.tool
print(zoneinfo.ZoneInfo("Europe/Vienna"))
"""


@pytest.mark.skipif(
    sys.platform != "linux" or ctypes.CDLL(None).syscall(444, None, 0, 1) < 1,
    reason="Linux 5.13 with Landlock confines",
)
def test_a_confined_process_reads_what_it_is_given_and_writes_nothing(tmp_path: Path) -> None:
    given, beside = tmp_path / "folder", tmp_path / "beside"
    given.mkdir()
    (given / "given").write_text("read")
    beside.write_text("secret")
    program = [sys.executable, "-c", TRIES, confinement.__file__, str(given), str(beside)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "read", "refused: beside it", "refused: written", "refused: a process", "Europe/Vienna",
    ], done.stderr  # fmt: skip
