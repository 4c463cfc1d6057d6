"""One attempt at a block: whatever goes wrong is in its outcome."""

from __future__ import annotations

import traceback

from skyvern_dagster.blocks.block import LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.errors import (
    BlockError,
    BrowserNotFoundError,
    DiskFullError,
    InfrastructureError,
    SkyvernDagsterError,
)


def carried_out(block: LeafBlock, context: BlockContext) -> BlockOutcome:
    """How a block ended, without the secrets that it used."""
    return _without_secrets(_guarded(block, context), context.vault.redactor)


def _guarded(block: LeafBlock, context: BlockContext) -> BlockOutcome:
    try:
        context.services.artifacts.require_space()
        return block.run(context)
    except InfrastructureError as error:
        return _broken(block, error, str(error))
    except OSError as error:
        # Whatever talks to others has errors of its own: this is our disk, or our processes.
        context.log(traceback.format_exc())
        return _broken(block, error, f"{type(error).__name__}: {error}")
    except BlockError as error:
        return _failed(block, str(error), retryable=error.retryable)
    except SkyvernDagsterError as error:
        return _failed(block, str(error), retryable=False)
    except Exception as error:  # noqa: BLE001 - the op body's boundary
        context.log(traceback.format_exc())
        return _failed(block, f"unexpected {type(error).__name__}: {error}", retryable=False)


def _without_secrets(outcome: BlockOutcome, redactor: Redactor) -> BlockOutcome:
    if not redactor:
        return outcome
    cleaned = BlockOutcome.model_validate(redactor.value(outcome.model_dump(mode="json")))
    # Where things lie in the store is made of ids and digests: a PIN's digits in one are chance.
    places = {name: getattr(outcome, name) for name in _PLACES}
    files = [
        before.model_copy(update={"filename": after.filename})
        for after, before in zip(cleaned.files, outcome.files, strict=True)
    ]
    steps = [
        after.model_copy(update={"step_id": before.step_id, "screenshot": before.screenshot})
        for after, before in zip(cleaned.steps, outcome.steps, strict=True)
    ]
    return cleaned.model_copy(update={**places, "files": tuple(files), "steps": tuple(steps)})


_PLACES = ("screenshot", "trace", "recording", "state")


def _broken(block: LeafBlock, error: Exception, reason: str) -> BlockOutcome:
    """Something that runs stand on broke; at once, there is no more room and no other browser."""
    at_once = not isinstance(error, DiskFullError | BrowserNotFoundError)
    failed = _failed(block, reason, retryable=at_once)
    return failed.model_copy(update={"infrastructure": True})


def _failed(block: LeafBlock, reason: str, *, retryable: bool) -> BlockOutcome:
    output = block.failed_output(reason)
    return BlockOutcome(status="failed", output=output, failure_reason=reason, retryable=retryable)
