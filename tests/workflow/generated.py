"""Definitions that a program makes in the official client's folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("client_definitions.py")
CLIENT = Path(sys.prefix) / "clients" / "skyvern-1.0.56"

Generated = list[dict[str, Any]]


def run_with_client(program: Path, *files: Path) -> None:
    """Runs a program that imports the client."""
    assert CLIENT.is_dir(), f"no client in {CLIENT}: run `make setup`"
    done = subprocess.run(
        [sys.executable, str(program), *map(str, files)],
        env={**os.environ, "PYTHONPATH": str(CLIENT), "SKYVERN_TELEMETRY": "false"},
        cwd=files[0].parent,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def generated_definitions(folder: Path) -> Generated:
    """What :mod:`tests.workflow.client_definitions` makes."""
    file = folder / "definitions.jsonl"
    run_with_client(PROGRAM, file)
    return lines_of(file)


def lines_of(file: Path) -> Generated:
    """A file of one JSON value a line."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
