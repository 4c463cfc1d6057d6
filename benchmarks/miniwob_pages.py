"""MiniWoB++'s pages on loopback, from the package ``miniwob``; only those that may be looked at.

Tasks whose name has an odd CRC-32 are the control group: never served, run, or tuned on.
"""

from __future__ import annotations

import zlib
from functools import partial
from http.server import SimpleHTTPRequestHandler
from importlib.util import find_spec
from pathlib import Path

from tests.loopback import LoopbackSite


def html_folder() -> Path:
    """Where the package keeps its pages; the package itself is not imported.

    Raises:
        SystemExit: It is not installed.
    """
    spec = find_spec("miniwob")
    if spec is None or spec.origin is None:
        raise SystemExit("this benchmark needs: pip install --no-deps miniwob")
    return Path(spec.origin).parent / "html"


def task_names() -> list[str]:
    """The tasks outside the control group."""
    names = (path.stem for path in (html_folder() / "miniwob").glob("*.html"))
    return sorted(name for name in names if is_open(name))


def is_open(name: str) -> bool:
    """Whether a task is outside the control group."""
    return zlib.crc32(name.encode()) % 2 == 0


class MiniwobServer(LoopbackSite):
    """Serves the pages until it is left."""

    def __init__(self) -> None:
        super().__init__(partial(_Handler, directory=str(html_folder())))


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Not a word on standard error."""

    def do_GET(self) -> None:
        path = Path(self.path.partition("?")[0])
        if path.parent.name == "miniwob" and path.suffix == ".html" and not is_open(path.stem):
            self.send_error(403, "the control group")
            return
        super().do_GET()
