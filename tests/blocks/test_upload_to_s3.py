"""The run's downloads into a bucket of a real S3 server, never twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config

from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.blocks.upload_to_s3 import UploadToS3Block, object_key
from skyvern_dagster.demo.s3_server import (
    S3_ACCESS_KEY_ID,
    S3_REGION,
    S3_SECRET_ACCESS_KEY,
    S3Server,
)
from skyvern_dagster.errors import ArtifactError, BlockError
from tests.blocks.desk import RUN, Desk

BLOCK = UploadToS3Block(block_type="upload_to_s3", label="upload")
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    started = S3Server()
    started.start()
    yield started
    started.stop()
    started.delete_bucket()


class Requests:
    """A client that knows which requests it has made."""

    def __init__(self, endpoint_url: str, session: Any = boto3, **overrides: Any) -> None:
        self.made: list[str] = []
        settings: dict[str, Any] = {
            "endpoint_url": endpoint_url,
            "region_name": S3_REGION,
            "aws_access_key_id": S3_ACCESS_KEY_ID,
            "aws_secret_access_key": S3_SECRET_ACCESS_KEY,
            "config": Config(retries={"max_attempts": 1}),
        } | overrides
        self.client = session.client("s3", **settings)
        self.client.meta.events.register("before-call.s3", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        self.made.append(model.name)

    def bucket(self, name: str) -> S3Bucket:
        return S3Bucket(lambda: self.client, name, "staging")


@pytest.fixture
def requests(server: S3Server, desk: Desk) -> Requests:
    made = Requests(server.endpoint_url)
    desk.s3 = made.bucket(server.bucket)
    return made


def upload(desk: Desk, path: str = "SKYVERN_DOWNLOAD_DIRECTORY") -> BlockOutcome:
    return BLOCK.model_copy(update={"path": path}).run(desk.context())


def refused(desk: Desk, path: str = "SKYVERN_DOWNLOAD_DIRECTORY") -> BlockError:
    with pytest.raises(BlockError) as caught:
        upload(desk, path)
    return caught.value


def test_everything_that_was_downloaded_is_uploaded(
    desk: Desk, server: S3Server, requests: Requests
) -> None:
    contents = {"INV 1.pdf": b"%PDF-1", "Rechnung Müller+Söhne.csv": b"a;b\r\n\xff", "empty": b""}
    types = ("application/pdf", "text/csv", "application/octet-stream")
    for (name, content), type_ in zip(contents.items(), types, strict=True):
        desk.download(name, content, type_)
    outcome = upload(desk)
    assert outcome.completed
    assert outcome.details == {"files": 3, "uploaded_now": 3}
    assert len(desk.lines) == 3
    keys = [uri.removeprefix(f"s3://{server.bucket}/") for uri in outcome.output]
    for key, (name, content), type_ in zip(keys, contents.items(), types, strict=True):
        assert re.fullmatch(rf"staging/{RUN}/[0-9a-f-]{{36}}_{re.escape(name)}", key)
        found = requests.client.get_object(Bucket=server.bucket, Key=key)
        assert found["Body"].read() == content
        assert found["ContentType"] == type_
        assert found["Metadata"] == {"sha256": hashlib.sha256(content).hexdigest()}


def test_the_second_time_nothing_is_uploaded(
    desk: Desk, server: S3Server, requests: Requests
) -> None:
    for number in range(3):
        desk.download("same name.pdf", b"content %d" % number)
    first = upload(desk)
    assert len(set(first.output)) == 3
    assert requests.made.count("PutObject") == 3
    requests.made.clear()
    second = upload(desk)
    assert requests.made == ["HeadObject"] * 3
    assert second.output == first.output
    assert second.details == {"files": 3, "uploaded_now": 0}
    requests.client.delete_object(
        Bucket=server.bucket, Key=first.output[1].removeprefix(f"s3://{server.bucket}/")
    )
    requests.made.clear()
    assert upload(desk).details["uploaded_now"] == 1
    assert requests.made.count("PutObject") == 1


def test_a_changed_file_is_another_object(desk: Desk, requests: Requests) -> None:
    first = desk.download("a.pdf", b"one")
    again = first.model_copy(update={"sha256": hashlib.sha256(b"two").hexdigest()})
    assert object_key("e", RUN, first) != object_key("e", RUN, again)
    assert object_key("e", RUN, first) == object_key("e", RUN, first.model_copy())
    assert object_key("e", RUN, first) != object_key("e", "wr_2", first)


@pytest.mark.parametrize(("size", "is_in_parts"), [(16 * MIB - 1, False), (16 * MIB + 1, True)])
def test_large_files_go_in_parts(
    desk: Desk, server: S3Server, requests: Requests, size: int, is_in_parts: bool
) -> None:
    content = b"0123456789abcdef" * (size // 16 + 1)
    desk.download("large.pdf", content[:size])
    (uri,) = upload(desk).output
    assert ("CreateMultipartUpload" in requests.made) is is_in_parts
    assert ("PutObject" in requests.made) is not is_in_parts
    found = requests.client.get_object(
        Bucket=server.bucket, Key=uri.removeprefix(f"s3://{server.bucket}/")
    )
    assert found["Body"].read() == content[:size]
    assert found["ContentType"] == "application/pdf"
    assert upload(desk).details["uploaded_now"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "b.pdf",
        "SKYVERN_DOWNLOAD_DIRECTORY/b.pdf",
        "which",
        "{{ which }}",
        "SKYVERN_DOWNLOAD_DIRECTORY/{{ 'b' }}.pdf",
    ],
)
def test_one_file(desk: Desk, requests: Requests, path: str) -> None:
    desk.names = {"which": "b.pdf"}
    for name in ("a.pdf", "b.pdf"):
        desk.download(name, name.encode())
    (uri,) = upload(desk, path).output
    assert uri.endswith("_b.pdf")


def test_nothing_was_downloaded(desk: Desk, requests: Requests) -> None:
    assert upload(desk).output == []
    assert requests.made == []
    error = refused(desk, "a.pdf")
    assert str(error) == (
        "path: the run has downloaded no file 'a.pdf' (it has: nothing); "
        "use SKYVERN_DOWNLOAD_DIRECTORY for all downloads"
    )
    assert not error.retryable


def test_no_bucket_is_configured(desk: Desk) -> None:
    desk.download("a.pdf", b"x")
    error = refused(desk)
    assert str(error) == "no bucket to upload to: set SKYVERN_UPLOAD_BUCKET"
    assert not error.retryable


@pytest.mark.parametrize(
    ("bucket", "message"),
    [
        ("not-there-at-all", "S3 refused s3://not-there-at-all/staging/.*NoSuchBucket"),
        ("Not A Bucket!", "S3 can't be used for bucket 'Not A Bucket!': .*Invalid bucket name"),
    ],
)
def test_a_wrong_bucket(desk: Desk, requests: Requests, bucket: str, message: str) -> None:
    desk.download("a.pdf", b"x")
    desk.s3 = requests.bucket(bucket)
    error = refused(desk)
    assert re.search(message, str(error), re.DOTALL)
    assert "Check the bucket's name" in str(error)
    assert not error.retryable


def test_without_credentials(desk: Desk, server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    nobody = Requests(
        server.endpoint_url, boto3.Session(), aws_access_key_id=None, aws_secret_access_key=None
    )
    desk.download("a.pdf", b"x")
    desk.s3 = nobody.bucket(server.bucket)
    error = refused(desk)
    assert "Unable to locate credentials" in str(error)
    assert not error.retryable


def test_s3_that_is_down_may_come_back(desk: Desk) -> None:
    server = S3Server()
    server.start()
    try:
        desk.download("a.pdf", b"x")
        desk.s3 = Requests(server.endpoint_url).bucket(server.bucket)
        server.stop()
        error = refused(desk)
        assert f"S3 can't be used for bucket '{server.bucket}': Could not connect" in str(error)
        assert error.retryable
        assert BLOCK.retry_rule.max_retries == 2
        server.start()
        assert upload(desk).details["uploaded_now"] == 1
    finally:
        server.stop()
        server.delete_bucket()


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
def test_what_may_pass_and_what_will_not(
    desk: Desk, status: int, code: str, may_pass: bool
) -> None:
    handler = type("Handler", (Refusing,), {"status": status, "code": code})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        client = Requests(
            f"http://127.0.0.1:{http.server_port}", config=Config(retries={"max_attempts": 0})
        )
        desk.s3 = client.bucket("bucket")
        desk.download("a.pdf", b"x")
        error = refused(desk)
        http.shutdown()
    assert code in str(error)
    assert error.retryable is may_pass


def test_a_download_that_is_gone(desk: Desk, requests: Requests) -> None:
    file = desk.download("a.pdf", b"x")
    desk.store.delete(file.key)
    with pytest.raises(ArtifactError, match="no artifact"):
        upload(desk)
