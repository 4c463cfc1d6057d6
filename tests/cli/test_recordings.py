"""``skyvern-dagster recordings``, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skyvern_dagster.agent.planners.replay.library import previous_of
from skyvern_dagster.agent.planners.replay.recording import (
    Effect,
    Element,
    RecordedAction,
    RecordedStep,
    Recording,
)
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.cli.app import app
from skyvern_dagster.errors import PlannerError

KEY = "recordings/wpid_1/fetch/shop.example.yaml"
TOLD = 'recorded step 1 of 3f2a: there is no link "Orders" here; there are link "Purchases"'


def _recording(menu: str, diverged: str = "") -> bytes:
    click = RecordedAction(
        do="click", element=Element(role="link", name=menu), effect=Effect(url="/orders")
    )
    fetch = RecordedAction(
        do="download",
        element=Element(role="link", name="Invoice *", varies=True, row=("{{ order_id }}",)),
        effect=Effect(downloads=1),
    )
    steps = [RecordedStep(at="/", planner="llm", actions=(click,))]
    steps += [RecordedStep(at="/orders", planner="llm", actions=(fetch,))]
    made = Recording(
        workflow="wpid_1", block="fetch", site="shop.example", goal="Download it",
        bound=("order_id",), diverged=diverged, steps=tuple(steps),
    )  # fmt: skip
    return made.as_yaml().encode()


@pytest.fixture
def store(home: Path) -> ArtifactStore:
    kept = ArtifactStore(home / "artifacts")
    kept.write(KEY, _recording("Purchases", TOLD))
    kept.write(previous_of(KEY), _recording("Orders"))
    kept.write(KEY.replace("wpid_1", "wpid_2"), _recording("Orders"))
    return kept


def _say(*words: str) -> str:
    result = CliRunner().invoke(app, ["recordings", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_all_of_them_with_where_they_diverged(store: ArtifactStore) -> None:
    assert _say("list").splitlines() == [
        f"wpid_1/fetch/shop.example  2 steps  by order_id  diverged at {TOLD}",
        "wpid_2/fetch/shop.example  2 steps  by order_id",
    ]
    assert [one["name"] for one in json.loads(_say("list", "wpid_2", "--json"))] == [
        "wpid_2/fetch/shop.example"
    ]


def test_one_step_by_step(store: ArtifactStore) -> None:
    assert _say("show", "wpid_1").splitlines() == [
        "wpid_1/fetch/shop.example",
        "Download it",
        "1. at / (llm)",
        '   click link "Purchases" -> /orders',
        "2. at /orders (llm)",
        '   download link "Invoice *" in the row of {{ order_id }} 1 file',
        f"the way before diverged at {TOLD}",
    ]
    assert _say("show", "wpid_1", "--yaml").encode() == store.read(KEY)


def test_what_changed(store: ArtifactStore) -> None:
    lines = _say("diff", "wpid_1").splitlines()
    assert lines[0] == f"diverged at {TOLD}"
    assert {"-      name: Orders", "+      name: Purchases"} <= set(lines)


def test_what_isnt_one_recording_is_refused(
    store: ArtifactStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PlannerError, match=r"wpid_1/fetch/shop\.example, wpid_2"):
        _say("show", "fetch")
    with pytest.raises(PlannerError, match="it is none"):
        _say("show", "wpid_3")
    with pytest.raises(PlannerError, match="no previous recording of wpid_2"):
        _say("diff", "wpid_2")
    monkeypatch.setenv("SKYVERN_RECORDINGS", str(home / "reviewed"))
    file = home / "reviewed" / "wpid_2" / "fetch" / "shop.example.yaml"
    file.parent.mkdir(parents=True)
    file.write_bytes(_recording("Ledger"))
    assert "-      name: Ledger" in _say("diff", "wpid_2", "--reviewed").splitlines()
