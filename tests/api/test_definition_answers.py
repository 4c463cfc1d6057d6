"""Definitions over REST: what the official client reads, what an update keeps, what is told."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from skyvern_dagster.stores.workflows import StoredWorkflow
from skyvern_dagster.workflow.findings import InvalidDefinitionError
from skyvern_dagster.workflow.loader import load_text
from skyvern_dagster_api.definitions import as_yaml, from_json, with_kept, workflow_answer
from tests.workflow.documents import TASK, document
from tests.workflow.generated import generated_definitions, lines_of, run_with_client

NOT_IN_THE_CLIENT = ("web_search", "data_export", "terminate")
"""Block types of its requests that its models of answers don't have."""


def stored(text: str) -> StoredWorkflow:
    return StoredWorkflow(
        organization_id="o_1", workflow_permanent_id="wpid_1", workflow_id="w_1", version=1,
        name="x", title="t", text=text, created_at="2026-01-01T00:00:00",
        modified_at="2026-01-01T00:00:00",
    )  # fmt: skip


def test_the_client_reads_every_definition(tmp_path: Path) -> None:
    """Also those from which something is left out that clients don't let their users leave out."""
    kinds = (
        "bare",
        "fields",
        "in a for_loop",
        "in a while_loop",
        "as finally block",
        "document",
        "body",
    )
    lines = []
    for each in generated_definitions(tmp_path):
        name = each["name"]
        if name.startswith(NOT_IN_THE_CLIENT) or not any(kind in name for kind in kinds):
            continue
        for what, definition in variants(each["definition"], lessened="bare" in name):
            answer = workflow_answer(stored(as_yaml(from_json(definition)))).model_dump(mode="json")
            line = {"name": f"{name} {what}", "model": "workflow", "answer": answer}
            lines.append(json.dumps(line))
    (tmp_path / "answers").write_text("\n".join(lines))
    program = Path(__file__).with_name("client_reading.py")
    run_with_client(program, tmp_path / "answers", tmp_path / "unread")
    assert len(lines) > 450
    assert lines_of(tmp_path / "unread") == []


def variants(whole: dict[str, Any], *, lessened: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """A definition, and those that load with one field less, or with nothing in it."""
    yield "whole", whole
    body = whole["workflow_definition"]
    for kind in ("blocks", "parameters") if lessened else ():
        for number, row in enumerate(body.get(kind) or []):
            for field in row.keys() - {"block_type", "label", "parameter_type", "key"}:
                for what in ("without", "null"):
                    changed = copy.deepcopy(whole)
                    of_row = changed["workflow_definition"][kind][number]
                    of_row[field] = None
                    if what == "without":
                        del of_row[field]
                    with contextlib.suppress(InvalidDefinitionError):
                        load_text(json.dumps(changed), source="x", name="x")
                        yield f"{what} {field}", changed


def test_what_an_update_leaves_out_stays() -> None:
    before = (
        document() + "webhook_callback_url: https://hook.example\nproxy_location: RESIDENTIAL\n"
        "max_elapsed_time_minutes: 7\n"
    )
    after = with_kept(f"# mine\n{document()}proxy_location: NONE\n", before)
    assert after.startswith("# mine\n")
    assert yaml.safe_load(after)["proxy_location"] == "NONE"
    assert yaml.safe_load(after)["webhook_callback_url"] == "https://hook.example"
    assert yaml.safe_load(after)["max_elapsed_time_minutes"] == 7
    assert with_kept(document(), document()) == document()


def test_null_clears() -> None:
    before = document() + "webhook_callback_url: https://hook.example\n"
    given: dict[str, Any] = yaml.safe_load(document())
    for more, kept in (({}, "https://hook.example"), ({"webhook_callback_url": None}, None)):
        text = with_kept(as_yaml(from_json({**given, **more})), before)
        assert load_text(text, source="x", name="x").definition.webhook_callback_url == kept
    in_braces = json.dumps(given)
    assert yaml.safe_load(with_kept(in_braces, before)) == {
        **given, "webhook_callback_url": "https://hook.example",
    }  # fmt: skip


@pytest.mark.parametrize("more", [{}, {"browser_settings": None}])
def test_settings_of_the_browser_stay_likewise(more: dict[str, Any]) -> None:
    settings = {"timezone_id": "Europe/Berlin"}
    given = yaml.safe_load(document())
    before = as_yaml({**given, "workflow_definition": {
        **given["workflow_definition"], "browser_settings": settings}})  # fmt: skip
    changed = {**given, "workflow_definition": {**given["workflow_definition"], **more}}
    after = yaml.safe_load(with_kept(as_yaml(from_json(changed)), before))
    expected = None if more else settings
    assert after["workflow_definition"].get("browser_settings") == expected


def test_nulls_of_the_author_s_own_stay() -> None:
    """Only those of fields say that something isn't set."""
    block = {
        "block_type": "http_request", "label": "a", "url": "https://x.example", "timeout": None,
        "body": {"end": None, "rows": [{"x": None}]}, "headers": None,
    }  # fmt: skip
    parameter = {
        "parameter_type": "workflow", "key": "k", "workflow_parameter_type": "json",
        "default_value": {"none": None}, "description": None,
    }  # fmt: skip
    given = {"title": "T", "workflow_definition": {"parameters": [parameter], "blocks": [block]}}
    body = from_json(given)["workflow_definition"]
    assert body["blocks"] == [{key: value for key, value in block.items() if value is not None}]
    assert body["parameters"][0]["default_value"] == {"none": None}
    made = load_text(as_yaml(from_json(given)), source="x", name="x").definition
    assert getattr(made.blocks[0], "body") == block["body"]  # noqa: B009 - a block's own field


def test_what_isn_t_of_the_format_is_told_and_not_kept() -> None:
    text = document(
        TASK.replace("url", "parameters: many, notes: x, url"),
        "- {key: site-url, parameter_type: workflow, notes: x}\n",
    )
    made = load_text(text.replace("parameters: many", "tags: many"), source="x", name="x")
    answer = workflow_answer(stored(text), made.warnings).model_dump(mode="json")
    assert [each["message"] for each in answer["warnings"]] == [
        "parameter key 'site-url' is no name for templates: it is called 'site_url'",
        "unknown field 'notes' has no effect",
        "unknown field 'tags' has no effect",
        "unknown field 'notes' has no effect",
    ]
    (block,) = answer["workflow_definition"]["blocks"]
    assert block["parameters"] == []
    assert "notes" not in block
    parameter, _ = answer["workflow_definition"]["parameters"]
    assert parameter["key"] == "site_url"
    assert "notes" not in parameter


def test_the_answer_warns() -> None:
    text = document(TASK.replace("url", "engine: skyvern-2.0, url")) + "cache_key: mine\n"
    answer = workflow_answer(stored(text), load_text(text, source="x", name="x").warnings)
    told = answer.model_dump(mode="json")
    assert [each["message"] for each in told["warnings"]] == [
        "'engine' has no effect here", "'cache_key' has no effect here",
    ]  # fmt: skip
    assert told["cache_key"] == "mine"
    assert workflow_answer(stored(text)).warnings == []
