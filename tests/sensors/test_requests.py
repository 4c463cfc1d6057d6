"""Request files: each request exactly one run, bad files out of the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from skyvern_dagster import build_invoice_request_sensor, build_job
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.sensors.request_files import read_requests
from tests.compiler.definitions import given, upload, workflow

MADE = workflow([upload("up")], [given("shop"), given("count", "integer", 3)], name="made")
NAME = "invoice_request_sensor"


class Desk:
    """A folder with requests, and the sensor as the daemon drives it."""

    def __init__(self, folder: Path | str, instance: dg.DagsterInstance) -> None:
        self.folder = Path(folder)
        self.place = str(folder)
        self.instance = instance
        self.job = build_job(MADE)

    def put(self, name: str, content: Any) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def tick(self, *, submit: bool = True, per_tick: int = 200) -> list[dg.RunRequest]:
        """One tick; ``submit=False`` is a daemon that dies before it has launched anything."""
        sensor = build_invoice_request_sensor(
            MADE, self.job, self.place, settle_seconds=0, requests_per_tick=per_tick
        )
        with dg.build_sensor_context(instance=self.instance) as context:
            found = list(sensor.evaluate_tick(context).run_requests or ())
        for request in found if submit else ():
            self.instance.create_run_for_job(
                self.job,
                run_config=request.run_config,
                tags={"dagster/run_key": str(request.run_key), "dagster/sensor_name": NAME},
            )
        return found

    @property
    def runs(self) -> list[str]:
        """The parameter ``shop`` of all runs."""
        return sorted(shop_of(run) for run in self.instance.get_runs())

    def names(self, folder: str = "") -> list[str]:
        where = self.folder / folder
        return sorted(each.name for each in where.iterdir() if each.is_file())


def shop_of(run: dg.DagsterRun) -> str:
    config: Any = run.run_config
    return str(config["ops"]["config"]["shop"])


@pytest.fixture
def desk(tmp_path: Path, instance: dg.DagsterInstance) -> Desk:
    folder = tmp_path / "requests"
    folder.mkdir()
    return Desk(folder, instance)


def test_json_and_csv(desk: Desk) -> None:
    desk.put("a.json", {"shop": "one"})
    desk.put("b.json", [{"shop": "two"}, {"shop": "three", "count": 5}])
    desk.put("c.csv", "shop,count\nfour,1\nfive,\n")
    desk.put("d.CSV", "\ufeffshop;count\nsix;2\n")

    requests = desk.tick()

    assert desk.runs == sorted(["one", "two", "three", "four", "five", "six"])
    counts = [request.run_config["ops"]["config"]["count"] for request in requests]
    assert counts == [3, 3, 5, 1, 3, 2]
    assert desk.tick() == []
    assert desk.names() == []
    assert desk.names("processed") == ["a.json", "b.json", "c.csv", "d.CSV"]


def test_the_same_request_in_two_files_is_one_run(desk: Desk) -> None:
    desk.put("a.json", {"shop": "one"})
    desk.put("b.json", {"count": 3, "shop": "one"})
    desk.put("c.csv", "shop\none\n")

    assert len(desk.tick()) == 1
    assert desk.tick() == []
    desk.put("a.json", {"shop": "one"})
    assert desk.tick() == []
    assert desk.names("processed") == ["a.json", "a_2.json", "b.json", "c.csv"]


def test_a_daemon_that_dies_before_launching_loses_nothing(desk: Desk) -> None:
    desk.put("a.json", [{"shop": "one"}, {"shop": "two"}])

    lost = desk.tick(submit=False)
    again = desk.tick()

    assert [each.run_key for each in again] == [each.run_key for each in lost]
    assert desk.runs == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bad.json", "{", "no JSON"),
        ("bad.json", "[1]", "an object of parameters"),
        ("bad.json", "[]", "asks for nothing"),
        ("bad.json", '[{"shop": "fine"}, {"shop": "x", "count": "many"}]', "request 2"),
        ("bad.json", '{"shopp": "x"}', "shopp"),
        ("bad.csv", "shop,count\nx\n", "cells"),
        ("bad.csv", "count\n3\n", "shop"),
    ],
)
def test_a_bad_file_is_put_away_with_the_reason(
    desk: Desk, name: str, content: str, reason: str
) -> None:
    desk.put(name, content)
    desk.put("good.json", {"shop": "good"})

    desk.tick()

    assert desk.runs == ["good"]
    assert desk.names() == ["good.json"]
    assert desk.names("quarantine") == [name, f"{name}.reason.txt"]
    assert reason in (desk.folder / "quarantine" / f"{name}.reason.txt").read_text()


def test_many_files_at_once(desk: Desk) -> None:
    """A third of them asks for what another one asks for, too."""
    for number in range(300):
        desk.put(f"{number:04d}.json", {"shop": f"shop {number % 200:04d}"})

    ticks = 0
    while desk.tick(per_tick=90):
        ticks += 1

    assert ticks == 3
    assert desk.runs == [f"shop {number:04d}" for number in range(200)]
    assert len(desk.names("processed")) == 300


def test_unfinished_and_other_files_are_left_alone(desk: Desk) -> None:
    for name in (".a.json", "b.json.tmp", "c.txt"):
        desk.put(name, {"shop": "one"})

    assert desk.tick() == []
    assert desk.names() == [".a.json", "b.json.tmp", "c.txt"]


@drawn(st.binary(max_size=200), st.sampled_from(["x.json", "x.csv"]))
def test_any_content_is_requests_or_a_reason(content: bytes, name: str) -> None:
    try:
        found = read_requests(content, name, MADE.definition)
    except ParameterError:
        return
    assert found
    assert len({each.key for each in found}) == len(found)
