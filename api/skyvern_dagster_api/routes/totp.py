"""One-time codes that somebody has received and pushes to the task that waits for them."""

from __future__ import annotations

from datetime import datetime

from fastapi import HTTPException

from skyvern_dagster.credentials.pushed_codes import PushedCodes
from skyvern_dagster.errors import RunNotFoundError, WorkflowNotFoundError
from skyvern_dagster.process.clock import naive
from skyvern_dagster_api.auth import Caller, CallerDependency, ShimDependency
from skyvern_dagster_api.errors import ERRORS
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_queries import record_of
from skyvern_dagster_api.schemas.answers import TotpCodeAnswer
from skyvern_dagster_api.schemas.requests import TotpCodeRequest
from skyvern_dagster_api.shim import Shim

router = SlashRouter(tags=["credentials"], responses=ERRORS)


def push_code(
    body: TotpCodeRequest, parts: ShimDependency, caller: CallerDependency
) -> TotpCodeAnswer:
    """A code, or the message that holds it; the task that waits for this identifier types it.

    Up to ten characters are the code itself. In a longer message it is looked for; where none is
    found, `code` is empty.
    """
    _check_scope(parts, caller, body)
    code = PushedCodes(parts.store, parts.secret).push(
        caller.organization_id,
        body.totp_identifier,
        body.content,
        task_id=body.task_id or None,
        workflow_id=body.workflow_id or None,
        workflow_run_id=body.workflow_run_id or None,
        source=body.source,
        expired_at=_moment(body.expired_at),
    )
    return TotpCodeAnswer(
        **code.model_dump(exclude={"used_by"}), type=body.type, otp_type=body.type or "totp"
    )


for path in ("/api/v1/totp", "/v1/credentials/totp"):
    router.add_api_route(path, push_code, methods=["POST"], summary="Push a one-time code")


def _check_scope(parts: Shim, caller: Caller, body: TotpCodeRequest) -> None:
    """A code for a run that isn't there would wait for nothing (docs/contract.md#pushed-codes)."""
    try:
        for run_id in (body.task_id, body.workflow_run_id):
            if run_id and not run_id.startswith("tsk_"):
                record_of(parts, caller, run_id)
        if body.workflow_id:
            parts.workflows.get(caller.organization_id, body.workflow_id)
    except (RunNotFoundError, WorkflowNotFoundError) as error:
        raise HTTPException(400, str(error)) from error


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(422, f"expired_at: {text[:50]!r} is no ISO 8601 time") from error
    if moment.tzinfo is None:
        return moment
    try:
        return naive(moment)
    except OverflowError as error:
        raise HTTPException(422, f"expired_at: {text[:50]!r} is out of range") from error
