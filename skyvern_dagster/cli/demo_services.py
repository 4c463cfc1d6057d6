"""``skyvern-dagster demo-services``: the demo's servers for somebody else's project."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import Event

from skyvern_dagster.demo.services import demo_services


def serve(env_file: Path | None) -> int:
    """Runs the servers until Ctrl-C or SIGTERM.

    Args:
        env_file: Gets the variables in one piece, once the servers are up.
    """
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with demo_services() as demo:
        lines = "".join(f"{name}={value}\n" for name, value in demo.environment().items())
        if env_file is not None:
            unfinished = env_file.with_name(f"{env_file.name}.tmp")
            unfinished.write_text(lines, encoding="utf-8")
            unfinished.replace(env_file)
        sys.stdout.write(lines)
        sys.stdout.flush()
        stopped.wait()
    return 0
