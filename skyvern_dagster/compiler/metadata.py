"""What a person sees of a block in Dagster's UI: picture, steps, files, links, numbers."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import dagster as dg

from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.outcome import BlockOutcome

LARGEST_PICTURE = 96 * 1024
"""An inline picture is a row in Dagster's event log: above this size it is only linked."""

LARGEST_RESULT = 16 * 1024
"""The same for a result as JSON: that of a long loop has megabytes."""

LINKED_FILES = 100
"""How many downloads get a link beside the table."""

Metadata = dict[str, Any]


def block_metadata(
    outcome: BlockOutcome, store: ArtifactStore, *, record: str, show_picture: bool = True
) -> Metadata:
    """Metadata of one block's op.

    Args:
        record: Artifact key of the block's record.
        show_picture: Whether the last page is shown inline, not only linked.
    """
    metadata: Metadata = {
        "skyvern/status": dg.MetadataValue.text(outcome.status),
        "seconds": dg.MetadataValue.float(outcome.seconds),
    }
    if outcome.failure_reason:
        metadata["skyvern/failure_reason"] = dg.MetadataValue.text(outcome.failure_reason)
    codes = error_codes(outcome)
    if codes:
        metadata["skyvern/error_codes"] = dg.MetadataValue.text(", ".join(codes))
    if outcome.screenshot is not None:
        metadata |= picture_metadata(outcome.screenshot, store, inline=show_picture)
    if outcome.steps:
        metadata |= _steps(outcome.steps)
    if outcome.files:
        metadata |= downloads_metadata(outcome.files, store)
    for name, key in (("trace", outcome.trace), ("recording", outcome.recording)):
        if key is not None:
            metadata[name] = dg.MetadataValue.url(store.link(key))
    metadata |= {name: _number(value) for name, value in outcome.details.items()}
    metadata["record"] = dg.MetadataValue.url(store.url(record))
    if outcome.output is not None and len(json.dumps(outcome.output)) <= LARGEST_RESULT:
        metadata["result"] = dg.MetadataValue.json(_json_object(outcome.output))
    return metadata


def item_metadata(item: Any) -> Metadata:
    """Metadata of one item that a loop fans out."""
    text = json.dumps(item, ensure_ascii=False)
    if len(text) > LARGEST_RESULT:
        return {"item": dg.MetadataValue.text(text[:500] + " …")}
    return {"item": dg.MetadataValue.json({"value": item})}


def error_codes(outcome: BlockOutcome) -> list[str]:
    """The definition's codes that the outcome carries."""
    output = outcome.output
    errors = output.get("errors") if isinstance(output, dict) else None
    return [str(error.get("error_code")) for error in errors or []]


def downloads_metadata(files: Sequence[StoredFile], store: ArtifactStore) -> Metadata:
    """Downloads as a table, their number, and links to them.

    Dagster's tables show addresses as text; what the REST API serves gets links to click on, too.
    """
    metadata: Metadata = {
        "downloads": _files_table(files, store),
        "download_count": dg.MetadataValue.int(len(files)),
    }
    links = [store.link(file.key, file.filename) for file in files[:LINKED_FILES]]
    if len(files) == 1:
        metadata["download"] = dg.MetadataValue.url(links[0])
    elif links and all(link.startswith("http") for link in links):
        named = zip(files, links, strict=False)  # the first ones only
        lines = [f"- [{_plain(file.filename)}]({link})" for file, link in named]
        metadata["download_links"] = dg.MetadataValue.md("\n".join(lines))
    return metadata


def _plain(text: str) -> str:
    """A text of a portal, without what Markdown would take for its own."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>!" else each for each in text)


def _files_table(files: Sequence[StoredFile], store: ArtifactStore) -> dg.TableMetadataValue:
    """Downloads as a table."""
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "file": file.filename,
                    "bytes": file.size,
                    "content_type": file.content_type,
                    "sha256": file.sha256,
                    "link": store.link(file.key, file.filename),
                }
            )
            for file in files
        ],
        schema=dg.TableSchema(
            [
                dg.TableColumn("file", "string"),
                dg.TableColumn("bytes", "int"),
                dg.TableColumn("content_type", "string"),
                dg.TableColumn("sha256", "string"),
                dg.TableColumn("link", "string"),
            ]
        ),
    )


def picture_metadata(screenshot: str, store: ArtifactStore, *, inline: bool = True) -> Metadata:
    """A page's picture: a link, and the picture itself where it is small enough."""
    metadata: Metadata = {"screenshot_file": dg.MetadataValue.url(store.link(screenshot))}
    if not inline:
        return metadata
    image = store.read(screenshot)
    if len(image) <= LARGEST_PICTURE:
        kind = PurePosixPath(screenshot).suffix.removeprefix(".").replace("jpg", "jpeg")
        data = base64.b64encode(image).decode()
        metadata["screenshot"] = dg.MetadataValue.md(
            f"![last page](data:image/{kind};base64,{data})"
        )
    return metadata


def _steps(steps: Sequence[StepSummary]) -> Metadata:
    records = [
        dg.TableRecord(
            {
                "step": step.order,
                "planner": step.planner,
                "actions": "\n".join(step.actions),
                "result": step.result,
                "page": step.url,
                "seconds": step.seconds,
                "tokens": step.input_tokens + step.output_tokens,
            }
        )
        for step in steps
    ]
    schema = dg.TableSchema(
        [
            dg.TableColumn("step", "int"),
            dg.TableColumn("planner", "string"),
            dg.TableColumn("actions", "string"),
            dg.TableColumn("result", "string"),
            dg.TableColumn("page", "string"),
            dg.TableColumn("seconds", "float"),
            dg.TableColumn("tokens", "int"),
        ]
    )
    return {
        "agent_steps": dg.MetadataValue.table(records, schema=schema),
        "input_tokens": dg.MetadataValue.int(sum(step.input_tokens for step in steps)),
        "output_tokens": dg.MetadataValue.int(sum(step.output_tokens for step in steps)),
        "cost_usd": dg.MetadataValue.float(sum(step.cost_usd for step in steps)),
    }


def _number(value: float) -> dg.MetadataValue[Any]:
    is_whole = float(value).is_integer()
    return dg.MetadataValue.int(int(value)) if is_whole else dg.MetadataValue.float(float(value))


def _json_object(output: Any) -> Any:
    return output if isinstance(output, dict | list) else {"value": output}
