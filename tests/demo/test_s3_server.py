from __future__ import annotations

from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from skyvern_dagster.demo.s3_server import S3Server
from skyvern_dagster.errors import SkyvernDagsterError


@pytest.fixture
def s3() -> Iterator[S3Server]:
    server = S3Server()
    server.start()
    yield server
    server.stop()
    server.delete_bucket()


def test_what_was_put_can_be_got(s3: S3Server) -> None:
    client = s3.client()
    assert s3.objects() == {}
    client.put_object(Bucket=s3.bucket, Key="wr_1/INV 1.pdf", Body=b"%PDF-1")
    client.put_object(Bucket=s3.bucket, Key="wr_1/empty", Body=b"")
    assert s3.objects() == {"wr_1/INV 1.pdf": b"%PDF-1", "wr_1/empty": b""}


def test_a_signed_link_works(s3: S3Server) -> None:
    client = s3.client()
    client.put_object(Bucket=s3.bucket, Key="a/b.pdf", Body=b"content")
    link = client.generate_presigned_url(
        "get_object", Params={"Bucket": s3.bucket, "Key": "a/b.pdf"}
    )
    with urlopen(link) as answer:
        assert answer.read() == b"content"


def test_another_bucket_is_refused(s3: S3Server) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.client().put_object(Bucket="not-there", Key="k", Body=b"")


def test_a_stopped_server_refuses_and_a_restarted_one_remembers(s3: S3Server) -> None:
    client, url = s3.client(), s3.endpoint_url
    client.put_object(Bucket=s3.bucket, Key="k", Body=b"kept")
    s3.stop()
    with pytest.raises(EndpointConnectionError):
        client.get_object(Bucket=s3.bucket, Key="k")
    s3.stop()
    s3.start()
    assert s3.endpoint_url == url
    assert client.get_object(Bucket=s3.bucket, Key="k")["Body"].read() == b"kept"


def test_two_servers_do_not_share_a_bucket(s3: S3Server) -> None:
    other = S3Server()
    other.start()
    s3.client().put_object(Bucket=s3.bucket, Key="k", Body=b"mine")
    assert other.objects() == {}
    other.stop()
    other.delete_bucket()
    assert s3.objects() == {"k": b"mine"}


def test_a_deleted_bucket_starts_empty_again() -> None:
    for _ in range(2):
        server = S3Server(bucket="invoices-again")
        server.start()
        assert server.objects() == {}
        server.client().put_object(Bucket="invoices-again", Key="k", Body=b"x")
        server.stop()
        server.delete_bucket()


def test_a_taken_port_is_told(s3: S3Server) -> None:
    with pytest.raises(
        SkyvernDagsterError, match=rf"S3 server can't listen on 127.0.0.1:{s3.port}"
    ):
        S3Server(port=s3.port).start()


def test_a_bad_bucket_name_is_told() -> None:
    server = S3Server(bucket="x")
    with pytest.raises(SkyvernDagsterError, match="bucket name 'x'"):
        server.start()
