"""What S3 may answer, and whether trying again can help."""

from __future__ import annotations

import io

import pytest
from botocore.config import Config

from skyvern_dagster.errors import BlockError
from tests.blocks.requests import Requests
from tests.loopback import Answering, LoopbackSite


class Refusing(Answering):
    """An S3 that is there and says no."""

    status, code = 503, "SlowDown"

    def do_PUT(self) -> None:  # noqa: N802 - the name that http.server looks for
        self.rfile.read(int(self.headers["Content-Length"]))
        body = f"<Error><Code>{self.code}</Code><Message>No.</Message></Error>".encode()
        self.answer(self.status, "application/xml", body)

    def do_HEAD(self) -> None:  # noqa: N802 - the name that http.server looks for
        self.answer(404, "application/xml", b"")


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
    with LoopbackSite(handler) as site:
        client = Requests(site.url, config=Config(retries={"max_attempts": 0}))
        with pytest.raises(BlockError) as caught:
            client.bucket("bucket").put("k", io.BytesIO(b"x"), content_type="a/b", sha256="0")
    assert code in str(caught.value)
    assert caught.value.retryable is may_pass
