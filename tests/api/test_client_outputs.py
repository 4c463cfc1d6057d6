"""What each block type gives, read with the official client's models: alone, in loops, of tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from skyvern_dagster.artifacts.run_request import RunRequest
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.execution.scope import block_key
from skyvern_dagster.runs.answer import task_answer, workflow_run_answer
from skyvern_dagster.runs.attempts import RunAttempt
from skyvern_dagster.runs.facts import RunFacts
from skyvern_dagster.runs.links import PlainLinks
from skyvern_dagster.runs.timeline import timeline
from skyvern_dagster.workflow.loader import Workflow
from tests.workflow.documents import document, load
from tests.workflow.generated import lines_of, run_with_client

ANY: tuple[Any, ...] = ({"a": [1, None]}, [{"a": 1}, "b"], "a text", 5, 2.5, True, None, {}, [])
"""What a block may give whose output has no form of its own."""
TASK = RunRequest(
    organization_id="o_1", run_id="tsk_1", kind="task", created_at="2026-01-01T00:00:00"
)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def filled(schema: dict[str, Any], inner: dict[str, Any]) -> Any:
    """A value of a form, with everything in it that it may have."""
    if "$ref" in schema:
        return filled(inner[schema["$ref"].rpartition("/")[2]], inner)
    if ways := schema.get("anyOf"):
        return filled(next(each for each in ways if each.get("type") != "null"), inner)
    match schema.get("type"):
        case "array":
            return [filled(schema.get("items", {}), inner)]
        case "object":
            fields = schema.get("properties")
            if fields is None:
                return {"a": 1}
            return {name: filled(each, inner) for name, each in fields.items()}
        case kind:
            plain = {"integer": 1, "number": 1.5, "boolean": True, "null": None}
            return plain.get(str(kind), schema.get("enum", ["x"])[0])


def outputs(model: type[Block]) -> list[Any]:
    """What a block of this type may give: done, and failed."""
    schema = model.output_type.model_json_schema()
    has_form = "type" in schema or "$ref" in schema
    given = [filled(schema, schema.get("$defs", {}))] if has_form else list(ANY)
    return [*given, model.failed_output("it broke")]


def record(block: Block, output: Any, iteration: str = "") -> BlockRecord:
    return BlockRecord(
        block_key=block_key(block.label, iteration),
        label=block.label,
        block_type=block.block_type,
        iteration=iteration,
        loop_value={"id": 7} if iteration else None,
        outcome=BlockOutcome(status="completed", output=output, seconds=1.5),
        finished_at="2026-01-02T03:04:05",
    )


def workflow_of(block: Block) -> Workflow:
    """A workflow of this block alone, whatever else its example names."""
    loaded = load(document())
    body = loaded.definition.workflow_definition.model_copy(update={"blocks": [block]})
    definition = loaded.definition.model_copy(update={"workflow_definition": body})
    return replace(loaded, definition=definition)


def facts_of(block: Block, records: list[BlockRecord], request: RunRequest | None) -> RunFacts:
    run = dg.DagsterRun(job_name="x")
    return RunFacts(
        run_id="wr_1",
        record=dg.RunRecord(1, run, NOW, NOW, start_time=1.0, end_time=2.0),
        request=request,
        workflow=workflow_of(block),
        parameters={"site": "https://shop.example"},
        created_at=datetime(2026, 1, 1),  # noqa: DTZ001 - as answers have it
        records=records,
        status="completed",
        failure_reason=None,
        attempts=[RunAttempt(attempt=1, status="completed")],
    )


def answers(store: ArtifactStore) -> Iterator[dict[str, Any]]:
    """A line for each answer: its name, the client's model, and what we answer."""
    links = PlainLinks(store)
    for name, model in sorted(block_types().items()):
        block = model.model_validate(yaml.safe_load(model.example))
        inner = block.inner[0] if isinstance(block, LoopBlock) else None
        for number, output in enumerate(outputs(model)):
            records = [record(block, output)]
            if inner is not None:
                records = [record(inner, output, "00"), *records]
            facts = facts_of(block, records, None)
            told = workflow_run_answer(facts, links).model_dump(mode="json")
            yield {"name": f"run of {name} {number}", "model": "workflow_run", "answer": told}
            for entry in timeline(facts, store):
                shown = entry.model_dump(mode="json")
                yield {"name": f"{name} {number}", "model": "timeline", "answer": shown}


def of_tasks(store: ArtifactStore) -> Iterator[dict[str, Any]]:
    """Answers for tasks that have read each kind of thing."""
    model = block_types()["task"]
    block = model.model_validate(yaml.safe_load(model.example))
    for number, value in enumerate(ANY):
        output = {**model.failed_output(""), "status": "completed", "extracted_information": value}
        told = task_answer(facts_of(block, [record(block, output)], TASK), PlainLinks(store))
        answer = told.model_dump(mode="json")
        yield {"name": f"task {number}", "model": "task", "answer": answer}


def test_the_client_reads_what_every_block_type_gives(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    lines = [*answers(store), *of_tasks(store)]
    (tmp_path / "answers").write_text("\n".join(map(json.dumps, lines)))

    program = Path(__file__).with_name("client_reading.py")
    run_with_client(program, tmp_path / "answers", tmp_path / "unread")

    shown = {each["answer"]["block"]["block_type"] for each in lines if each["model"] == "timeline"}
    assert shown == set(block_types())
    assert lines_of(tmp_path / "unread") == []


def test_what_is_neither_an_object_nor_a_list_is_a_value(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    model = block_types()["text_prompt"]
    block = model.model_validate(yaml.safe_load(model.example))
    shown = {
        repr(value): timeline(facts_of(block, [record(block, value)], None), store)[0].block.output
        for value in ("a text", 5, None, [1])
    }
    assert shown == {"'a text'": {"value": "a text"}, "5": {"value": 5}, "None": None, "[1]": [1]}
