"""The pages: each says in its first comment what is to be done, how, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from skyvern_dagster.agent.decisions import Complete, Decision
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.scripted import ScriptStep
from skyvern_dagster.browser.observation import Node
from tests.loopback import Answering, LoopbackSite

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


class DifficultSite(LoopbackSite):
    """Serves the pages."""

    def __init__(self) -> None:
        super().__init__(_Handler)


class _Handler(Answering):
    def get(self) -> None:
        path = PAGES / f"{self.path.strip('/').partition('?')[0]}.html"
        if path.is_file():
            self.page(path.read_text(encoding="utf-8"))
        else:
            self.answer(404, "text/html", b"<h1>Not here</h1>")
