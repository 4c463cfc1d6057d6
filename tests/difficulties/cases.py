"""The pages: each says in its first comment what is to be done, how, and what proves it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml
from pydantic import TypeAdapter

from skyvern_dagster.agent.decisions import Complete, Decision
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.scripted import ScriptStep
from skyvern_dagster.browser.observation import Node

PAGES = Path(__file__).parent / "pages"
_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


@dataclass(frozen=True)
class Case:
    """One difficulty.

    Attributes:
        goal: For planners that have to find out how.
        proof: A text that the page shows once it is done.
        steps: ``{click: Save, row: B-2}``: kind of decision, element, and other fields.
    """

    name: str
    goal: str
    proof: str
    steps: tuple[dict[str, Any], ...]

    def script(self) -> list[ScriptStep]:
        """The steps for a scripted planner; the proof ends it."""
        last: Sequence[Decision] = [Complete(shows=self.proof)]
        return [*(_scripted(step) for step in self.steps), last]


@cache
def cases() -> tuple[Case, ...]:
    """All difficulties, by name."""
    found = []
    for path in sorted(PAGES.glob("*.html")):
        comment = path.read_text(encoding="utf-8").partition("<!--\n")[2].partition("-->")[0]
        if comment:
            told = yaml.safe_load(comment)
            found.append(Case(path.stem, told["goal"], told["proof"], tuple(told["script"])))
    return tuple(found)


def _scripted(step: dict[str, Any]) -> ScriptStep:
    fields = dict(step)
    kind = next(iter(fields))
    name = str(fields.pop(kind))
    row, to = fields.pop("row", ""), fields.pop("to", "")

    def decide(request: PlanRequest) -> list[Decision]:
        made: dict[str, Any]
        match kind:
            case "wait":
                made = {"seconds": float(name)}
            case "press":
                made = {"key": name}
            case "scroll":
                made = {"direction": name}
            case _:
                made = {"ref": _ref(request, name, row)}
        if to:
            made["to_ref"] = _ref(request, to, "")
        return [_DECISION.validate_python({"type": kind, **made, **fields})]

    return decide


def _ref(request: PlanRequest, name: str, row: str) -> str:
    root = request.observation.root
    place = next((n for n in root.walk() if n.role == "row" and row in n.full_text), root)
    nodes = [n for n in (place if row else root).walk() if n.ref]
    named = [n for n in nodes if _name(n) == name] or [n for n in nodes if n.full_text == name]
    assert named, f"nothing called {name!r} in:\n{request.observation.text}"
    # The innermost: a wrapper around a control has the same text.
    return str(named[-1].ref)


def _name(node: Node) -> str:
    return node.name or node.text


class DifficultSite:
    """Serves the pages until it is left."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> DifficultSite:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Not a word on standard error."""

    def do_GET(self) -> None:
        path = PAGES / f"{self.path.strip('/').partition('?')[0]}.html"
        content = path.read_bytes() if path.is_file() else b"<h1>Not here</h1>"
        self.send_response(200 if path.is_file() else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
