"""The artifact store in S3: what several processes see of each other, links, and failures."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.demo.s3_server import S3Server
from skyvern_dagster.errors import ArtifactError


@pytest.fixture
def store(bucket: str) -> ArtifactStore:
    return ArtifactStore(f"s3://{bucket}/artifacts")


def test_what_others_write_is_seen_at_once(store: ArtifactStore, s3: S3Server) -> None:
    assert list(store.keys("runs")) == []
    assert not store.exists("runs/a")
    client = s3.client()
    client.put_object(Bucket=s3.bucket, Key="artifacts/runs/a", Body=b"theirs")
    assert store.exists("runs/a")
    assert list(store.keys("runs")) == ["runs/a"]
    assert store.read("runs/a") == b"theirs"
    client.put_object(Bucket=s3.bucket, Key="artifacts/runs/a", Body=b"longer than before")
    assert store.read("runs/a") == b"longer than before"
    client.delete_object(Bucket=s3.bucket, Key="artifacts/runs/a")
    assert not store.exists("runs/a")
    assert list(store.keys("runs")) == []


def test_only_one_creates(store: ArtifactStore) -> None:
    def create(number: int) -> bool:
        return store.create("marks/one", str(number).encode())

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(create, range(24)))
    assert made.count(True) == 1
    assert store.read("marks/one") == str(made.index(True)).encode()


def test_a_link_that_expires(store: ArtifactStore) -> None:
    store.write("runs/ä b#.pdf", b"%PDF")
    link = store.presigned("runs/ä b#.pdf", 60)
    assert httpx2.get(link).content == b"%PDF"
    assert store.url("runs/ä b#.pdf").startswith("s3://")
    assert store.local_path("runs/ä b#.pdf") is None
    asked = parse_qs(urlsplit(link).query)
    if "Expires" in asked:  # signature version 2 tells the moment, 4 the seconds
        assert abs(int(asked["Expires"][0]) - time.time() - 60) < 30
    else:
        assert asked["X-Amz-Expires"] == ["60"]


def test_a_bucket_that_is_not_there(bucket: str) -> None:
    nowhere = ArtifactStore(f"s3://{bucket}-not/x")
    with pytest.raises(ArtifactError, match="no artifact 'a'"):
        nowhere.read("a")
    with pytest.raises(ArtifactError, match="can't write artifact 'a' to s3://"):
        nowhere.write("a", b"x")
    with pytest.raises(ArtifactError, match="can't write artifact 'a' to s3://"):
        nowhere.create("a", b"x")


def test_a_server_that_is_down(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, but nobody listens
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        check_that_all_fails(bucket)


def check_that_all_fails(bucket: str) -> None:
    down = ArtifactStore(f"s3://{bucket}/x")
    with pytest.raises(ArtifactError, match="no artifact 'a' in s3://"):
        down.read("a")
    with pytest.raises(ArtifactError, match="can't write artifact 'a'"):
        down.write("a", b"x")
    with pytest.raises(ArtifactError, match="can't look up 'a'"):
        down.exists("a")
    with pytest.raises(ArtifactError, match="can't list 'a'"):
        list(down.keys("a"))
    with pytest.raises(ArtifactError, match="can't delete 'a'"):
        down.delete("a")


def test_the_stores_own_clock(store: ArtifactStore) -> None:
    store.write("marks/one", b"1")
    assert 0 <= store.seconds_since("marks/one") < 60
    assert list(store.keys("marks")) == ["marks/one"]
    with pytest.raises(ArtifactError):
        store.seconds_since("marks/none")
