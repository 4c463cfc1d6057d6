"""The pages: each says in its first comment what is to be done, how, and what proves it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from skyvern_dagster.agent.decisions import Complete, Decision, TypeKeys
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.scripted import ScriptStep
from skyvern_dagster.browser.observation import Node
from tests.loopback import Answering, LoopbackSite
from tests.traps.trap import File

PAGES = Path(__file__).parent / "pages"
WIDGETS = Path(__file__).parent / "widgets"
LISTS = Path(__file__).parent / "lists"
_LIBRARIES = {
    "jquery": ("xstatic.pkg.jquery", "data"),
    "jquery_ui": ("xstatic.pkg.jquery_ui", "data"),
    "select2": ("xstatic.pkg.select2", "data"),
    "datatables": ("xstatic.pkg.datatables", "data"),
    "tabulator": ("js_lib_tabulator", "static/tabulator"),
}
"""Packages that ship libraries of widgets, and where in them their files lie."""
_NPM = Path(sys.prefix) / "widgets"
"""Where scripts/setup.sh installs those that only npm has, and builds those that need it."""
_FROM_NPM = {"npm": _NPM / "node_modules", "built": _NPM / "built"}
_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


@dataclass(frozen=True)
class Case:
    """One difficulty.

    Attributes:
        goal: For planners that have to find out how.
        proof: A text that the page shows once it is done.
        steps: ``{click: Save, row: B-2}``: kind of decision, element, and other fields.
        missing: Why it can't be tried here; empty where it can.
    """

    name: str
    goal: str
    proof: str
    steps: tuple[dict[str, Any], ...]
    missing: str = ""

    def script(self) -> list[ScriptStep]:
        """The steps for a scripted planner; the proof ends it."""
        last: Sequence[Decision] = [Complete(shows=self.proof)]
        return [*(_scripted(step) for step in self.steps), last]


def cases() -> tuple[Case, ...]:
    """All difficulties, by name."""
    return _cases_in(PAGES)


def widgets() -> tuple[Case, ...]:
    """Those of real libraries, by name."""
    return _cases_in(WIDGETS)


@cache
def _cases_in(folder: Path) -> tuple[Case, ...]:
    found = []
    for path in sorted(folder.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        comment = text.partition("<!--\n")[2].partition("-->")[0]
        if comment:
            told = yaml.safe_load(comment)
            steps = tuple(told["script"])
            found.append(Case(path.stem, told["goal"], told["proof"], steps, missing(text)))
    return tuple(found)


def missing(page: str) -> str:
    """Why a page can't be tried here; empty where it can."""
    needs_npm = any(f"/lib/{source}/" in page for source in _FROM_NPM)
    if not needs_npm or (_NPM / ".ready").is_file():
        return ""
    return "its library comes by npm, which `make setup` didn't find"


def _scripted(step: dict[str, Any]) -> ScriptStep:
    fields = dict(step)
    kind = next(iter(fields))
    name = str(fields.pop(kind))
    row, to, at = fields.pop("row", ""), fields.pop("to", ""), fields.pop("at", "")

    def decide(request: PlanRequest) -> list[Decision]:
        made: dict[str, Any]
        match kind:
            case "wait":
                made = {"seconds": float(name)}
            case "press":
                made = {"key": name, **({"ref": _ref(request, at, "")} if at else {})}
            case "keys":
                return [TypeKeys(text=name, **fields)]
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
    named = named or [n for n in nodes if n.role == name]
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
        name = self.path.strip("/").partition("?")[0]
        if name.startswith("lib/"):
            self._library(*name.removeprefix("lib/").split("/", 1))
            return
        if name.startswith("files/"):
            number = name.removeprefix("files/").removesuffix(".pdf")
            self.answer(200, "application/pdf", File(("Invoice", number)).content())
            return
        if name == "lists/rows.js":
            self.answer(200, "text/javascript", (LISTS / "rows.js").read_bytes())
            return
        for path in (PAGES / f"{name}.html", WIDGETS / f"{name}.html", LISTS / f"{name}.html"):
            if path.is_file():
                self.page(path.read_text(encoding="utf-8"))
                return
        self.answer(404, "text/html", b"<h1>Not here</h1>")

    def _library(self, library: str, file: str) -> None:
        if library in _FROM_NPM:
            path = _FROM_NPM[library] / file
        else:
            package, folder = _LIBRARIES[library]
            path = Path(str(files(package))) / folder / file
        media_type = guess_type(path.name)[0] or "application/octet-stream"
        self.answer(200, media_type, path.read_bytes())
