"""Sites of tests: what lies outside of our process, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs


class LoopbackSite:
    """Serves from its beginning until it is stopped or left.

    Args:
        handler: Makes the handler of a request.
    """

    def __init__(self, handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        self._server = _Server(("127.0.0.1", 0), handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class Answering(BaseHTTPRequestHandler):
    """Answers in one call; says nothing on standard error."""

    def get(self) -> None:
        self.answer(404, "text/html", b"<h1>Not here</h1>")

    def post(self) -> None:
        self.form()
        self.get()

    def do_GET(self) -> None:
        self.get()

    def do_POST(self) -> None:
        self.post()

    def log_message(self, *_: object) -> None:
        """Not a word."""

    def answer(self, status: int, content_type: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page(self, html: str) -> None:
        self.answer(200, "text/html; charset=utf-8", html.encode())

    def attachment(self, name: str, content: bytes, media_type: str = "application/pdf") -> None:
        self.answer(200, media_type, content, Content_Disposition=f'attachment; filename="{name}"')

    def redirect(self, place: str) -> None:
        self.answer(303, "text/html", b"", Location=place)

    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())


def bound(handler: type[Answering], site: Any) -> type[Answering]:
    """A handler class whose ``site`` is this one."""
    return type(handler.__name__, (handler,), {"site": site})


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Browsers hang up when they lose interest; that is no news."""
