"""The run's downloads into a bucket of a real S3 server, never twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import boto3
import pytest

from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.upload_to_s3 import UploadToS3Block, delivered_names
from skyvern_dagster.demo.s3_server import S3Server
from skyvern_dagster.errors import ArtifactError, BlockError
from tests.blocks.desk import RUN, Desk
from tests.blocks.requests import Requests

BLOCK = UploadToS3Block(block_type="upload_to_s3", label="upload")
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    started = S3Server()
    started.start()
    yield started
    started.stop()
    started.delete_bucket()


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
    names = delivered_names(RUN, [first, again, first.model_copy()])
    assert names[0] != names[1]
    assert names[0] == names[2]
    assert delivered_names("wr_2", [first]) != names[:1]


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


def test_a_download_that_is_gone(desk: Desk, requests: Requests) -> None:
    file = desk.download("a.pdf", b"x")
    desk.store.delete(file.key)
    with pytest.raises(ArtifactError, match="no artifact"):
        upload(desk)
