"""Request files under an S3 prefix, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster import build_invoice_request_sensor
from skyvern_dagster.demo.s3_server import S3Server
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.errors import RunError
from tests.sensors.test_requests import MADE, NAME, Desk, shop_of


class Prefix(Desk):
    """The same desk over a bucket."""

    def __init__(self, server: S3Server, instance: dg.DagsterInstance) -> None:
        super().__init__(f"s3://{server.bucket}/a/requests/", instance)
        self.server = server
        self.client: Any = server.client()

    def write(self, name: str, text: str) -> None:
        key = f"a/requests/{name}"
        self.client.put_object(Bucket=self.server.bucket, Key=key, Body=text.encode())

    def names(self, folder: str = "") -> list[str]:
        start = f"a/requests/{folder}/" if folder else "a/requests/"
        keys = [key.removeprefix(start) for key in self.server.objects() if key.startswith(start)]
        return sorted(key for key in keys if "/" not in key)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    started = S3Server()
    started.start()
    yield started
    started.stop()
    started.delete_bucket()


@pytest.fixture
def prefix(
    server: S3Server,
    demo: DemoServices,
    instance: dg.DagsterInstance,
    clean_environment: pytest.MonkeyPatch,
) -> Iterator[Prefix]:
    for name, value in demo.environment().items():
        if name.startswith("AWS_"):
            clean_environment.setenv(name, value)
    clean_environment.setenv("AWS_ENDPOINT_URL_S3", server.endpoint_url)
    opened = Prefix(server, instance)
    yield opened
    for key in server.objects():
        opened.client.delete_object(Bucket=server.bucket, Key=key)


def test_each_request_is_one_run_and_bad_files_go_to_quarantine(prefix: Prefix) -> None:
    prefix.put("a.json", [{"shop": "one"}, {"shop": "two"}])
    prefix.put("b ü+.csv", "shop,count\none,3\nthree,1\n")
    prefix.put("bad.json", {"shopp": "x"})
    for name in (".hidden.json", "c.json.tmp", "deeper/d.json"):
        prefix.put(name, {"shop": "not yet"})

    prefix.tick()
    assert prefix.tick() == []

    assert prefix.runs == ["one", "three", "two"]
    assert prefix.names() == [".hidden.json", "c.json.tmp"]
    assert prefix.names("processed") == ["a.json", "b ü+.csv"]
    assert prefix.names("quarantine") == ["bad.json", "bad.json.reason.txt"]
    reason = prefix.server.objects()["a/requests/quarantine/bad.json.reason.txt"]
    assert b"shopp" in reason
    assert prefix.server.objects()["a/requests/quarantine/bad.json"] == b'{"shopp": "x"}'


def test_the_same_file_again_is_put_away_under_another_name(prefix: Prefix) -> None:
    for _ in range(3):
        prefix.put("a.json", {"shop": "one"})
        prefix.tick()
        prefix.tick()

    assert prefix.runs == ["one"]
    assert prefix.names("processed") == ["a.json", "a_2.json", "a_3.json"]


def test_a_daemon_that_dies_before_launching_loses_nothing(prefix: Prefix) -> None:
    prefix.put("a.json", [{"shop": "one"}, {"shop": "two"}])

    lost = prefix.tick(submit=False)
    again = prefix.tick()

    assert [each.run_key for each in again] == [each.run_key for each in lost]
    assert sorted(shop_of(run) for run in prefix.instance.get_runs()) == ["one", "two"]


def test_no_bucket(instance: dg.DagsterInstance) -> None:
    with pytest.raises(RunError, match="write s3://bucket/prefix"):
        build_invoice_request_sensor(MADE, None, "s3:///requests", name=NAME)
