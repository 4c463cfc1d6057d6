"""The ``dagster`` section of a definition: every mistake is found, with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from skyvern_dagster.workflow.cron import cron_problem
from skyvern_dagster.workflow.findings import InvalidDefinitionError
from skyvern_dagster.workflow.loader import Workflow, load_text
from tests.compiler.definitions import given, loop, upload


def load(section: dict[str, Any]) -> Workflow:
    document = {
        "title": "A sample",
        "dagster": section,
        "workflow_definition": {
            "parameters": [
                given("since"),
                given("until", default="2030-01-01"),
                given("n", "json"),
            ],
            "blocks": [upload("up"), loop("each", "n", upload("inner"))],
        },
    }
    return load_text(json.dumps(document), source="x.yaml", name="sample")


MONTHLY = {"type": "monthly", "start": "2024-01-01", "start_parameter": "since"}


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"grup": "x"}, "unknown field 'grup' (did you mean 'group'?)"),
        ({"group": "a b"}, "'group' must be letters, digits and _"),
        ({"key": "a//b"}, "'key' must be parts"),
        ({"owners": ["nobody"]}, "must be an e-mail address or team:name"),
        ({"kinds": ["a", "b", "c", "d"]}, "'kinds'"),
        ({"tags": {"a b": "c"}}, "no name for a tag"),
        ({"blocks": {"upp": {}}}, "there is no block at the top level 'upp' (did you mean 'up'?)"),
        ({"blocks": {"inner": {}}}, "there is no block at the top level 'inner'"),
        ({"retries": {"upp": {"max_retries": 1}}}, "there is no block 'upp'"),
        ({"retries": {"up": {"max_retries": -1}}}, "'max_retries'"),
        ({"timeouts": {"blocks": {"up": 3}}}, "there is no task 'up'"),
        ({"parameters": {"sins": "x"}}, "there is no workflow parameter 'sins'"),
        ({"partitions": {**MONTHLY, "start_parameter": "sinse"}}, "did you mean 'since'?"),
        ({"partitions": {**MONTHLY, "start": "May"}}, "must be YYYY-MM-DD"),
        ({"partitions": {**MONTHLY, "end": "2023-01-01"}}, "'end' must be after 'start'"),
        ({"partitions": {**MONTHLY, "timezone": "Mars"}}, "no time zone 'Mars'"),
        ({"partitions": {**MONTHLY, "cron": "@daily"}}, "'cron' goes with"),
        ({"partitions": {"type": "montly"}}, "did you mean 'monthly'?"),
        ({"partitions": {"type": "static", "keys": ["a|b"]}}, "can't be a partition key"),
        ({"partitions": {"type": "static", "keys": ["a", "a"]}}, "a key stands twice"),
        ({"partitions": {"type": "static", "keys": {"a": {"x": 1}}}}, "no workflow parameter 'x'"),
        (
            {"partitions": {"type": "multi", "dimensions": {"a": MONTHLY, "b": MONTHLY}}},
            "both dimensions give the same parameter",
        ),
        (
            {"partitions": MONTHLY, "parameters": {"since": "x"}},
            "'since' is given by the partition",
        ),
        ({"schedule": {"cron": "0 0 32 * *"}}, "'32' is no day"),
        ({"schedule": {}, "parameters": {"since": "x", "n": "[]"}}, "the schedule has no 'cron'"),
        ({"partitions": MONTHLY, "backfill": "one_run"}, "must tell their items apart"),
        ({"backfill": "one_run"}, "one run can make several time partitions"),
        ({"automation": "sometimes"}, "'automation' must be"),
        ({"freshness": {"fail_hours": 1, "warn_hours": 2}}, "'warn_hours' must be less"),
    ],
)
def test_mistakes(section: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        load(section)

    found = [each for each in caught.value.findings if each.severity == "error"]
    assert message in str(caught.value)
    assert [each for each in found if each.position.column <= 1] == []
    assert found


def test_a_schedule_that_lacks_values_is_a_warning() -> None:
    made = load({"schedule": "@daily"})

    assert "scheduled runs lack values for since, n" in str(made.warnings[0])


def test_an_asset_of_a_block_takes_the_sections_fields() -> None:
    made = load(
        {
            "group": "money",
            "key": "a/b",
            "owners": ["team:x"],
            "blocks": {"up": {"owners": ["me@example.com"]}},
        }
    )

    settings = made.definition.dagster.asset_settings("up")
    assert (settings.group, settings.owners, settings.key) == ("money", ["me@example.com"], None)


def test_retries_of_the_section_go_before_the_blocks_own() -> None:
    rules = {"all": {"max_retries": 1}, "up": {"max_retries": 4, "backoff": "linear"}}
    made = load({"retries": rules})
    up, each = made.definition.blocks

    rule = made.definition.retry_rule(up)
    assert [rule.delay(attempt) for attempt in (1, 2, 3)] == [1.0, 2.0, 3.0]
    assert rule.max_retries == 4
    assert made.definition.retry_rule(each).max_retries == 1


@pytest.mark.parametrize(
    "schedule", ["0 6 1 * *", "*/5 * * * *", "0 0 * jan-jun MON,WED", "@daily", "15 8-18/2 * * 1-5"]
)
def test_cron(schedule: str) -> None:
    assert cron_problem(schedule) == ""


@pytest.mark.parametrize(
    "schedule", ["", "@often", "* * * *", "60 * * * *", "*/0 * * * *", "a * * * *"]
)
def test_no_cron(schedule: str) -> None:
    assert "is no cron schedule" in cron_problem(schedule)


FIELDS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]


@drawn(st.tuples(*(st.integers(low, high) for low, high in FIELDS)))
def test_every_moment_is_a_schedule(moment: tuple[int, ...]) -> None:
    assert cron_problem(" ".join(map(str, moment))) == ""
