"""Routes that are there with and without a trailing slash, from one declaration."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from skyvern_dagster_api.auth import token_of
from skyvern_dagster_api.idempotency import Repetitions, key_of
from skyvern_dagster_api.json_bodies import problem_with
from skyvern_dagster_api.shim import Shim

_WITH_BODIES = frozenset({"POST", "PUT", "PATCH"})


class CheckedRoute(APIRoute):
    """Looks at a request before anything else does: its JSON, and whether it was made before."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with these two before it."""
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.method not in _WITH_BODIES:
                return await answer(request)
            if "json" in request.headers.get("content-type", "json"):
                problem = await run_in_threadpool(problem_with, await request.body())
                if problem:
                    raise HTTPException(422, problem)
            if request.method != "POST" or not key_of(request):
                return await answer(request)
            parts: Shim = request.app.state.shim
            repetitions: Repetitions = request.app.state.repetitions
            key = await run_in_threadpool(parts.keys.check, token_of(request))
            return await repetitions.answer(key.organization_id, request, answer)

        return handle


class SlashRouter(APIRouter):
    """Every route with and without a slash (docs/contract.md#general-rules); one is documented."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=CheckedRoute, **options)

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Adds a route in both forms."""
        super().add_api_route(path, endpoint, **options)
        hidden = {**options, "include_in_schema": False}
        if path.endswith("/"):
            return
        super().add_api_route(f"{path}/", endpoint, **hidden)
