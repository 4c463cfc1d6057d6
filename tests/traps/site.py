"""Serves a trap's pages, and notes what it is sent."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qsl, urlsplit

from tests.loopback import Answering, LoopbackSite, bound
from tests.traps.trap import Trap, page


class TrapSite(LoopbackSite):
    """Serves one trap after the other."""

    def __init__(self) -> None:
        self.trap: Trap | None = None
        self.posted: list[dict[str, str]] = []
        super().__init__(bound(_Handler, self))

    def set_up(self, trap: Trap) -> None:
        """Serves this one from now on."""
        self.trap, self.posted = trap, []


class _Handler(Answering):
    protocol_version = "HTTP/1.1"
    site: TrapSite

    def get(self) -> None:
        trap = self.site.trap
        assert trap is not None
        split = urlsplit(self.path)
        path = split.path + (f"?{split.query}" if split.query else "")
        time.sleep(trap.delays.get(path, 0))
        if path in trap.files:
            file = trap.files[path]
            disposition = f'attachment; filename="{file.name}"'
            self.answer(200, file.media_type, file.content(), Content_Disposition=disposition)
        elif path in trap.pages:
            body = trap.pages[path].encode()
            self.answer(trap.statuses.get(path, 200), "text/html; charset=utf-8", body)
        else:
            self.answer(404, "text/html", page("<h1>Not found</h1>").encode())

    def post(self) -> None:
        trap, path = self.site.trap, urlsplit(self.path).path
        assert trap is not None
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = _fields(text)
        before = sum(one["path"] == path for one in self.site.posted)
        self.site.posted.append({"path": path, **fields})
        time.sleep(trap.delays.get(path, 0))
        said = trap.answers[path](fields, before)
        kind = "application/json" if said.startswith("{") else "text/html; charset=utf-8"
        self.answer(trap.statuses.get(path, 200), kind, said.encode())


def _fields(text: str) -> dict[str, str]:
    """What a form, or a script that sends a flat object, hands over."""
    if text.startswith("{"):
        return {name: str(value) for name, value in json.loads(text).items()}
    return dict(parse_qsl(text, keep_blank_values=True))
