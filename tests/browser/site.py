"""A small site on loopback: static pages from ``pages/`` and some answers that aren't pages."""

from __future__ import annotations

import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PAGES = Path(__file__).parent / "pages"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class Site:
    """Serves until it is stopped; ``hits`` counts requests by path."""

    def __init__(self) -> None:
        self.hits: Counter[str] = Counter()
        self.failures_left: Counter[str] = Counter()
        site = self

        class Handler(_Handler):
            pass

        Handler.site = site
        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Browsers hang up when they lose interest; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Not a word on standard error."""

    def do_GET(self) -> None:
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
        elif parts.path.startswith("/files/"):
            self.file(query)
        elif parts.path == "/cookie":
            self.answer(200, "text/html", b"<p>set</p>", **{"Set-Cookie": "sid=s1; Path=/"})
        elif parts.path == "/whoami":
            cookies = self.headers.get("Cookie") or "nobody"
            self.answer(200, "text/plain", cookies.encode())
        else:
            self.page(parts.path)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = {
            name: values[0]
            for name, values in parse_qs(parts.query, keep_blank_values=True).items()
        }
        self.file(query)

    def file(self, query: dict[str, str]) -> None:
        headers = {"Content-Disposition": query["disposition"]} if "disposition" in query else {}
        content = query["content"].encode() if "content" in query else PDF
        self.answer(
            int(query.get("status", 200)), query.get("type", "application/pdf"), content, **headers
        )

    def page(self, path: str) -> None:
        file = PAGES / f"{path.strip('/') or 'index'}.html"
        if file.is_file():
            self.answer(200, "text/html; charset=utf-8", file.read_bytes())
        else:
            self.answer(404, "text/html", b"<h1>Not found</h1>")

    def answer(self, status: int, content_type: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
