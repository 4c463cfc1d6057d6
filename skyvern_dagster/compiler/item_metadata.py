"""What a person sees of a loop's items in Dagster's UI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.metadata import picture_metadata
from skyvern_dagster.execution.result import WorkflowItem, WorkflowResult

PICTURED_ITEMS = 100
"""How many items show their last page inline; later ones only link it."""


def item_metadata(
    item: WorkflowItem, result: WorkflowResult, store: ArtifactStore
) -> dict[str, Any]:
    """Metadata of one item's materialization: its fields, its file, where that lies, its page."""
    metadata: dict[str, Any] = {
        "item": item.key,
        "workflow_run_id": result.workflow_run_id,
        "seconds": dg.MetadataValue.float(item.seconds),
    }
    if item.partition:
        metadata["partition"] = item.partition
    if isinstance(item.value, dict):
        metadata |= {
            str(name): dg.MetadataValue.text(str(value))
            for name, value in item.value.items()
            if isinstance(value, str | int | float) and name not in metadata
        }
    for each in item.files[:1]:
        metadata |= {
            "file": each.file.filename,
            "size": dg.MetadataValue.int(each.file.size),
            "sha256": each.file.sha256,
            "download": dg.MetadataValue.url(store.link(each.file.key, each.file.filename)),
        }
        if each.uri is not None:
            metadata["s3_uri"] = dg.MetadataValue.url(each.uri)
    if len(item.files) > 1:
        metadata["files"] = dg.MetadataValue.json(
            [{"file": each.file.filename, "sha256": each.file.sha256, "s3_uri": each.uri}
             for each in item.files]
        )  # fmt: skip
    if item.screenshot:
        index = int(item.iteration.rpartition("__")[2] or 0)
        metadata |= picture_metadata(item.screenshot, store, inline=index < PICTURED_ITEMS)
    return metadata


def items_table(items: Sequence[WorkflowItem]) -> dict[str, Any]:
    """The items of a run as a table, and how many came out well."""
    if not items:
        return {}
    records = [
        dg.TableRecord(
            {
                "item": item.key,
                "status": item.status,
                "files": ", ".join(each.file.filename for each in item.files),
                "s3_uri": ", ".join(each.uri for each in item.files if each.uri),
                "reason": item.failure_reason or "",
                "seconds": item.seconds,
            }
        )
        for item in items
    ]
    columns = [
        dg.TableColumn(name, "float" if name == "seconds" else "string")
        for name in ("item", "status", "files", "s3_uri", "reason", "seconds")
    ]
    return {
        "items": dg.MetadataValue.table(records, schema=dg.TableSchema(columns)),
        "item_count": dg.MetadataValue.int(len(items)),
        "items_completed": dg.MetadataValue.int(sum(item.status == "completed" for item in items)),
    }
