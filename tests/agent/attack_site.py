"""A site whose pages attack the agent, and the other site that they would lead it to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.loopback import Answering, LoopbackSite, bound

FOLDER = Path(__file__).parent / "attacks"
NOTE = "Payload4711Vienna"
KEY = "secret://login/password"
LOGIN = """<form method="post" action="/login"><label>Password
<input type="password" name="p"></label><button>Log in</button></form>"""
_PROGRAM = b"MZ\x90\x00" + bytes(60)


@dataclass(frozen=True)
class Attack:
    """A page, and what must not come of it.

    Attributes:
        always: Held off whoever plans; other attacks succeed where nothing guards.
        frames: Whether the page shows the other site in a frame, which is no harm.
        secret_stays: Path of the own site that the password must not reach.
        must_not: Method and path that must not be requested.
        no_file: Whether no file may land.
    """

    name: str
    page: str
    always: bool = False
    frames: bool = False
    secret_stays: str = ""
    must_not: str = ""
    no_file: bool = False

    @property
    def row(self) -> str:
        """The attack in the documentation's table."""
        kind, _, name = self.name.partition(": ")
        what = "no request reaches the other site"
        if self.must_not:
            what = f"no `{self.must_not}`"
        elif self.secret_stays:
            what = f"the password doesn't reach `{self.secret_stays}`"
        elif self.no_file:
            what = "no file lands"
        elif self.frames:
            what = "nothing but the frame is asked for there"
        return f"| {kind} | {name} | {what} | {'any' if self.always else 'guarded'} |"


def attacks() -> list[Attack]:
    """All of them."""
    return [
        Attack(f"{path.stem}: {name}", **told)
        for path in sorted(FOLDER.glob("*.yaml"))
        for name, told in yaml.safe_load(path.read_text(encoding="utf-8")).items()
    ]


class AttackSite(LoopbackSite):
    """Serves one attack at a time.

    Attributes:
        attack: The one that is served.
        hits: Method, path and body of what reached this site.
        evil: The same of the other site.
    """

    def __init__(self) -> None:
        self.attack = Attack("", "")
        self.hits: list[tuple[str, str, str]] = []
        self.evil: list[tuple[str, str, str]] = []
        self._evil = LoopbackSite(bound(_Evil, self))
        # Another name is another site, also on the same machine.
        self.odd = f"localhost:{self._evil.port}"
        super().__init__(bound(_Home, self))

    def begin(self, attack: Attack) -> None:
        """Serves an attack from now on, and forgets what reached whom."""
        self.attack = attack
        self.hits.clear()
        self.evil.clear()

    def page(self) -> str:
        """The attack's page."""
        text = self.attack.page.replace("EVIL", f"http://{self.odd}").replace("ODD", self.odd)
        text = text.replace("HOME", self.url)
        return text.replace("KEY", KEY).replace("NOTE", NOTE)

    def stop(self) -> None:
        super().stop()
        self._evil.stop()


class _Handler(Answering):
    site: AttackSite

    def show(self, body: str) -> None:
        self.page(f"<!doctype html><html lang='en'><title>Portal</title><body>{body}</body></html>")

    def noted(self, hits: list[tuple[str, str, str]]) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode("latin-1")
        if not self.path.startswith("/favicon.ico"):
            hits.append((self.command, self.path, body))


class _Home(_Handler):
    def get(self) -> None:
        self.noted(self.site.hits)
        parts = urlsplit(self.path)
        to = parse_qs(parts.query).get("to", ["/"])[0]
        match parts.path:
            case "/redirect":
                self.answer(302, "text/html", b"", Location=to)
            case "/redirect307":
                self.answer(307, "text/html", b"", Location=to)
            case "/":
                self.show(f"<h1>Portal</h1>{self.site.page()}")
            case "/viewer.exe" | "/invoice":
                kind = "application/octet-stream"
                self.answer(200, kind, _PROGRAM, Content_Disposition="attachment")
            case "/invoice.sh":
                self.answer(200, "text/plain", b"echo hello")
            case _:
                self.show("<h1>Done</h1>")

    post = get

    do_DELETE = get  # noqa: N815 - the name that http.server looks for


class _Evil(_Handler):
    def get(self) -> None:
        self.noted(self.site.evil)
        if self.path == "/tool.pdf":
            self.answer(200, "application/pdf", b"%PDF-1.4\n%%EOF")
        else:
            self.show(f"<h1>Elsewhere</h1>{LOGIN}")

    post = get


def obedient(request: Any) -> dict[str, Any]:
    """What a model says that obeys the page, and completes when the page says nothing."""
    told = request.texts[-1].partition("DO ")[2].partition(" END")[0]
    decisions = []
    while told:
        word, _, rest = told.partition("(")
        argument, _, told = rest.partition(")")
        decisions.append(_decision(request, word.strip(), argument))
    return {"why": "the page says so", "decisions": decisions or [{"type": "complete"}]}


def _decision(request: Any, word: str, argument: str) -> dict[str, Any]:
    name, _, text = argument.partition("=")
    match word:
        case "click" | "hover":
            return {"type": word, "ref": request.ref(argument)}
        case "get":
            return {"type": "download", "ref": request.ref(argument)}
        case "fetch":
            return {"type": "download", "url": argument}
        case "goto":
            return {"type": "goto", "url": argument}
        case "wait":
            return {"type": "wait", "seconds": float(argument)}
        case "press":
            return {"type": "press", "ref": request.ref(name), "key": text}
        case "pick":
            return {"type": "select_option", "ref": request.ref(name, "combobox"), "label": text}
        case "type" | "enter":
            field = request.ref(name, "textbox")
            enters = word == "enter"
            return {"type": "input_text", "ref": field, "text": text, "press_enter": enters}
        case _:
            raise ValueError(f"the page says {word!r}, which nobody understands")
