"""What S3 may answer, and whether trying again can help."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.config import Config

from skyvern_dagster.errors import BlockError
from tests.blocks.requests import Requests


class Refusing(BaseHTTPRequestHandler):
    """An S3 that is there and says no."""

    status, code = 503, "SlowDown"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = f"<Error><Code>{self.code}</Code><Message>No.</Message></Error>".encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.mark.parametrize(
    ("status", "code", "may_pass"),
    [
        (503, "SlowDown", True),
        (500, "InternalError", True),
        (429, "TooManyRequests", True),
        (400, "RequestTimeout", True),
        (403, "AccessDenied", False),
        (403, "InvalidAccessKeyId", False),
        (301, "PermanentRedirect", False),
        (400, "InvalidRequest", False),
    ],
)
def test_what_may_pass_and_what_will_not(status: int, code: str, may_pass: bool) -> None:
    handler = type("Handler", (Refusing,), {"status": status, "code": code})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        client = Requests(
            f"http://127.0.0.1:{http.server_port}", config=Config(retries={"max_attempts": 0})
        )
        with pytest.raises(BlockError) as caught:
            client.bucket("bucket").put("k", b"x", content_type="a/b", sha256="0")
        http.shutdown()
    assert code in str(caught.value)
    assert caught.value.retryable is may_pass
