"""What a block's files, uploads and e-mails belong to: a run or a partition, and an item."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.execution.scope import Scope, span_of
from skyvern_dagster.workflow.loader import Workflow


def with_item(files: Sequence[StoredFile], context: BlockContext) -> tuple[StoredFile, ...]:
    """Files with the item that they belong to; its place in the list may differ next time."""
    belongs = {"item": context.item, "delivery": context.delivery}
    return tuple(file.model_copy(update=belongs) for file in files)


def delivery_of(workflow: Workflow, scope: Scope) -> str:
    """What a block's uploads and e-mails belong to.

    In a run over several partitions, an iteration belongs to the one that its item's day is in.
    """
    whole = scope.delivery or scope.workflow_run_id
    field = workflow.definition.dagster.items.date
    if not scope.spans or field is None:
        return whole
    for frame in reversed(scope.frames):
        if isinstance(frame.value, dict) and field in frame.value:
            return span_of(str(frame.value[field]), scope.spans) or whole
    return whole


def item_digest(scope: Scope) -> str:
    """Tells items from each other, wherever they stand in their lists; empty outside of loops."""
    if not scope.frames:
        return ""
    values = [frame.value for frame in scope.frames]
    text = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
