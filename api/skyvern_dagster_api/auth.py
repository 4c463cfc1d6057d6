"""Who asks: an API key in ``x-api-key``, or as a bearer token."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from skyvern_dagster_api.settings import Access
from skyvern_dagster_api.shim import Shim

_HEADER = APIKeyHeader(
    name="x-api-key", auto_error=False, description="A key of `skyvern-dagster keys create`."
)
_BEARER = HTTPBearer(auto_error=False, description="The same key.")


@dataclass(frozen=True)
class Caller:
    """Whose request it is."""

    organization_id: str
    api_key_id: str


def shim(request: Request) -> Shim:
    """The parts of the shim."""
    parts: Shim = request.app.state.shim
    return parts


def token_of(request: Request) -> str | None:
    """The API key that a request came with."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return request.headers.get("x-api-key") or (token if scheme.lower() == "bearer" else None)


def check_access(request: Request, parts: Shim, access: Access, setting: str) -> None:
    """Whether a page that isn't about an organization may be read.

    Raises:
        AccessError: It takes a key, and there is none that gives access (403).
        HTTPException: It is switched off (404).
    """
    if access == "off":
        raise HTTPException(404, f"This is switched off ({setting})")
    if access == "key":
        parts.keys.check(token_of(request))


ShimDependency = Annotated[Shim, Depends(shim)]


def caller(
    request: Request,
    parts: ShimDependency,
    api_key: Annotated[str | None, Security(_HEADER)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Caller:
    """The organization that the key belongs to; counts the request against its limit.

    Raises:
        AccessError: The key gives no access (403).
        HTTPException: Too many requests (429).
    """
    token = api_key if api_key is not None else bearer.credentials if bearer else None
    key = parts.keys.check(token)
    request.state.organization_id = key.organization_id
    request.state.api_key_id = key.key_id
    if parts.rate is not None and not parts.limiter.hit(parts.rate, key.key_id):
        window = parts.limiter.get_window_stats(parts.rate, key.key_id)
        wait = max(1, math.ceil(window.reset_time - time.time()))
        raise HTTPException(
            429,
            f"Too many requests with this API key (limit {parts.rate}): try again in {wait} s",
            headers={"Retry-After": str(wait)},
        )
    return Caller(key.organization_id, key.key_id)


CallerDependency = Annotated[Caller, Depends(caller)]
