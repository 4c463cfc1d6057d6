"""Stores that hang, and names that change their address between the look and the connection."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.remote_path import location
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.file_stores.opening import open_store
from skyvern_dagster.blocks.file_upload import FileUploadBlock
from skyvern_dagster.blocks.s3_client import s3_client
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.errors import BlockError, StorageError
from skyvern_dagster.io_manager import JsonUPathIOManager
from skyvern_dagster.resources.s3 import S3BucketResource
from skyvern_dagster.tables.parquet import ParquetUPathIOManager
from skyvern_dagster.webhooks.address import AddressPolicy
from tests.blocks.desk import Desk
from tests.loopback import Answering, LoopbackSite

KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test-secret-of-s3"}


@pytest.fixture(scope="module")
def hung() -> Iterator[str]:
    """A store on loopback that takes connections and never answers; fsspec keeps its clients."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def hurried(hung: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", hung)
    monkeypatch.setenv("SKYVERN_S3_READ_SECONDS", "0.2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret-of-s3")
    monkeypatch.setenv("AWS_REGION", "us-east-1")


@pytest.mark.usefixtures("hurried")
def test_a_bucket_that_hangs_is_given_up() -> None:
    resource = S3BucketResource(bucket="b", region_name="us-east-1")
    with pytest.raises(BlockError, match="Read timeout") as caught:
        resource.s3().put("k", b"x", content_type="text/plain", sha256="0")
    assert caught.value.retryable


@pytest.mark.usefixtures("hurried")
def test_an_artifact_store_that_hangs_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    store = ArtifactStore("s3://hung-bucket/artifacts")
    with pytest.raises(StorageError, match="can't write artifact 'k'"):
        store.write("k", b"x")
    with pytest.raises(StorageError, match="can't write artifact 'k'"):
        store.write_file("k", tmp_path / "f")
    with pytest.raises(StorageError, match="can't look up 'k'"):
        store.create("k", b"x")


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("manager", "thing"),
    [(JsonUPathIOManager, {"a": 1}), (ParquetUPathIOManager, pd.DataFrame({"a": [1]}))],
)
def test_what_steps_hand_on_is_given_up_likewise(
    manager: type[dg.UPathIOManager], thing: object
) -> None:
    place = location("s3://hung-bucket/storage")
    with pytest.raises(TimeoutError):
        manager(base_path=place).dump_to_path(dg.build_output_context(), thing, place / "x")


def test_what_is_waited_for_by_default() -> None:
    config = s3_client(region="us-east-1").meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 20)
    assert config.retries["total_max_attempts"] == 2


@pytest.mark.parametrize("text", ["soon", "0", "-1", "inf"])
def test_a_wrong_setting(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYVERN_S3_READ_SECONDS", text)
    with pytest.raises(StorageError, match="SKYVERN_S3_READ_SECONDS must be a number of seconds"):
        s3_client()


def test_a_name_that_changes_its_address_leads_nowhere(desk: Desk) -> None:
    """DNS rebinding: at the look it is a server of the internet, at the connection this machine."""
    reached: list[str] = []

    class Store(Answering):
        def do_GET(self) -> None:  # noqa: N802 - the name that http.server looks for
            reached.append(self.path)
            self.answer(200, "application/xml", b"<ListBucketResult/>")

    looked_up: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["93.184.215.14" if len(looked_up) == 1 else "127.0.0.1"]

    context = desk.context()
    rebinding = AddressPolicy(resolver=resolver)

    class Rebinding(NetworkPolicy):
        @property
        def addresses(self) -> AddressPolicy:
            return rebinding

    tasks = TaskRunner(BrowserRuntime(), desk.store, policy=Rebinding(allow_private=False))
    services = replace(context.services, tasks=tasks)
    with LoopbackSite(Store) as site:
        fields = FileUploadBlock.model_validate({
            "block_type": "file_upload", "label": "u", "storage_type": "s3", "s3_bucket": "b",
            "endpoint_url": site.url.replace("127.0.0.1", "rebinding.example"),
            "region_name": "us-east-1", **KEYS,
        })  # fmt: skip
        store = open_store(replace(context, services=services), fields, "s3")
        with pytest.raises(BlockError):
            store.names("", 10)
    # Whoever connects asks us, and not the system, for the address.
    assert len(looked_up) > 1
    assert reached == []
