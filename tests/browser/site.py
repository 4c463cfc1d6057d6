"""A small site on loopback: static pages from ``pages/`` and some answers that aren't pages."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.loopback import Answering, LoopbackSite, bound

PAGES = Path(__file__).parent / "pages"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class Site(LoopbackSite):
    """``hits`` counts requests by path; ``scripts`` are pages that only run a script."""

    def __init__(self) -> None:
        self.hits: Counter[str] = Counter()
        self.scripts: dict[str, str] = {}
        self.failures_left: Counter[str] = Counter()
        super().__init__(bound(_Handler, self))


class _Handler(Answering):
    protocol_version = "HTTP/1.1"
    site: Site

    def get(self) -> None:
        parts = urlsplit(self.path)
        query = {
            name: values[0]
            for name, values in parse_qs(parts.query, keep_blank_values=True).items()
        }
        self.site.hits[parts.path] += 1
        time.sleep(float(query.get("sleep", 0)))
        if self.site.failures_left[parts.path] > 0:
            self.site.failures_left[parts.path] -= 1
            self.answer(503, "text/html", b"<h1>Busy</h1>")
        elif parts.path.startswith("/status/"):
            self.answer(int(parts.path.rpartition("/")[2]), "text/html", b"<h1>Sorry</h1>")
        elif parts.path == "/redirect":
            self.answer(302, "text/html", b"", Location=query["to"])
        elif parts.path in self.site.scripts:
            self.page(f"<title>Wait</title><body><script>{self.site.scripts[parts.path]}</script>")
        elif parts.path == "/hop":
            self.page(f"<script>location.replace({query['then']!r})</script>")
        elif parts.path.startswith("/files/"):
            self.file(query)
        elif parts.path == "/cookie":
            self.answer(200, "text/html", b"<p>set</p>", Set_Cookie="sid=s1; Path=/")
        elif parts.path == "/whoami":
            cookies = self.headers.get("Cookie") or "nobody"
            self.answer(200, "text/plain", cookies.encode())
        else:
            self.file_of(parts.path)

    def post(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = {
            name: values[0]
            for name, values in parse_qs(parts.query, keep_blank_values=True).items()
        }
        self.file(query)

    def file(self, query: dict[str, str]) -> None:
        if query.get("cookie", "") not in (self.headers.get("Cookie") or ""):
            self.answer(403, "text/html", b"<h1>Please sign in</h1>")
            return
        headers = {"Content_Disposition": query["disposition"]} if "disposition" in query else {}
        content = query["content"].encode() if "content" in query else PDF
        self.answer(
            int(query.get("status", 200)), query.get("type", "application/pdf"), content, **headers
        )

    def file_of(self, path: str) -> None:
        file = PAGES / f"{path.strip('/') or 'index'}.html"
        if file.is_file():
            self.page(file.read_text(encoding="utf-8"))
        else:
            self.answer(404, "text/html", b"<h1>Not found</h1>")
