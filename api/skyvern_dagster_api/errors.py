"""Errors as Skyvern's clients know them: a status and ``{"detail": ...}``.

Which status stands for what: docs/contract.md#errors.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from skyvern_dagster.errors import (
    AccessError,
    ArtifactError,
    BlockedAddressError,
    DefinitionError,
    DeploymentError,
    OrganizationError,
    OutgoingError,
    ParameterError,
    RemovedError,
    RunNotFoundError,
    RunTransitionError,
    SkyvernDagsterError,
    WorkflowNotFoundError,
)
from skyvern_dagster.workflow.findings import InvalidDefinitionError

_log = logging.getLogger("skyvern_dagster_api")

_MOST_TOLD = 100
"""Problems of one request. Arbitrary: more than anybody reads."""

_STATUSES: tuple[tuple[type[SkyvernDagsterError], int], ...] = (
    (AccessError, 403),
    (RunNotFoundError, 404),
    (WorkflowNotFoundError, 404),
    (RemovedError, 410),
    (ArtifactError, 404),
    (RunTransitionError, 409),
    (BlockedAddressError, 400),
    (ParameterError, 400),
    (OrganizationError, 400),
    (OutgoingError, 400),
    (DefinitionError, 422),
    (DeploymentError, 503),
)


class ErrorDetail(BaseModel):
    """What went wrong, and what to do."""

    detail: str | list[dict[str, Any]] = Field(examples=["Run not found wr_123"])


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorDetail, "description": "A value can't be used, or an address is blocked."},
    403: {"model": ErrorDetail, "description": "The API key is missing, wrong or expired."},
    422: {"model": ErrorDetail, "description": "The request doesn't fit; all problems are listed."},
    429: {"model": ErrorDetail, "description": "Too many requests, or too many unfinished runs."},
    503: {"model": ErrorDetail, "description": "Dagster can't be reached."},
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorDetail, "description": "There is no such thing in your organization."}
}
NOT_FOUND |= {410: {"model": ErrorDetail, "description": "It was there, and isn't kept any more."}}
CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorDetail, "description": "The run has ended otherwise."}
}


def status_of(error: SkyvernDagsterError) -> int:
    """The HTTP status of an error of ours."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def add_handlers(app: FastAPI) -> None:
    """Makes every error an answer."""
    app.add_exception_handler(SkyvernDagsterError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def _ours(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, SkyvernDagsterError)
    if isinstance(error, InvalidDefinitionError):
        detail = [_finding(finding.as_dict()) for finding in error.findings]
        return JSONResponse({"detail": detail}, 422)
    headers = {"Retry-After": "5"} if isinstance(error, DeploymentError) else None
    return JSONResponse({"detail": str(error)}, status_of(error), headers)


def _finding(finding: dict[str, object]) -> dict[str, object]:
    """A finding in a definition, in the form of FastAPI's own."""
    line, column = finding.get("line"), finding.get("column")
    return {
        "type": "definition",
        "loc": ["body", line, column],
        "msg": f"{line}:{column}: {finding.get('message')}",
        **finding,
    }


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """FastAPI's own form, without the values: one of them may be a password."""
    del request
    assert isinstance(error, RequestValidationError)
    detail = [{key: each[key] for key in ("type", "loc", "msg")} for each in error.errors()]
    return JSONResponse({"detail": detail[:_MOST_TOLD]}, 422)


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """The boundary: what nobody foresaw is logged, and the answer tells no secrets."""
    _log.error("%s %s", request.method, request.url.path, exc_info=error)
    return JSONResponse({"error": f"Unexpected error: {type(error).__name__}"}, 500)
