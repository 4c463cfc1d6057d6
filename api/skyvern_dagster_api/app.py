"""The application: ``uvicorn skyvern_dagster_api.app:create_app --factory``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import JSONResponse

from skyvern_dagster_api.access_log import AccessLog, write_to_stdout
from skyvern_dagster_api.admission import Admission
from skyvern_dagster_api.auth import ShimDependency, check_access
from skyvern_dagster_api.background import Background
from skyvern_dagster_api.body_limit import BodyLimit
from skyvern_dagster_api.errors import add_handlers
from skyvern_dagster_api.examples import add_examples
from skyvern_dagster_api.idempotency import Repetitions
from skyvern_dagster_api.metrics import Metrics
from skyvern_dagster_api.routes import (
    artifacts,
    browser_profiles,
    credentials,
    files,
    interactions,
    runs,
    schedules,
    system,
    tasks,
    totp,
    workflow_runs,
    workflows,
)
from skyvern_dagster_api.settings import Settings
from skyvern_dagster_api.shim import Shim
from skyvern_dagster_api.slow_clients import SlowClients

_LAUNCHES = 8
"""At once. Each takes Dagster's webserver some 0.1 s; with more, all of them take longer."""

_DEFINITIONS = 2
"""At once: each may take a processor for seconds, and other routes need one, too."""

_WAIT_SECONDS = 10.0
"""For a place among them. Arbitrary: clients give up after 30 to 60 s."""

DESCRIPTION = """\
Skyvern's REST API, answered by Dagster: each task and each workflow run is a Dagster run.
Both generations are here, `/api/v1` and `/v1`. Where documents and clients differ, both are
served; docs/contract.md says what holds, and where sources differ."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The shim, with the settings of the environment unless others are given.

    Raises:
        RunError: A setting is wrong.
    """
    chosen = settings or Settings.from_environment()
    metrics = Metrics()
    if chosen.access_log:
        write_to_stdout()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        parts = Shim.open(chosen)
        app.state.shim = parts
        app.state.launches = Admission(_LAUNCHES, _WAIT_SECONDS, "starting runs")
        app.state.definitions = Admission(_DEFINITIONS, _WAIT_SECONDS, "reading definitions")
        app.state.repetitions = Repetitions(parts.store, parts.secret.key_for("idempotency"))
        background = Background(parts, metrics)
        background.start()
        try:
            yield
        finally:
            background.stop()
            parts.close()

    app = FastAPI(
        title="skyvern-dagster",
        version=version("skyvern-dagster"),
        description=DESCRIPTION,
        lifespan=life,
        redirect_slashes=False,
        **_NO_PAGES,
    )
    app.state.metrics = metrics
    app.openapi = lambda: _document(app)  # type: ignore[method-assign] # as FastAPI documents it
    add_handlers(app)
    _add_routes(app)
    _add_pages(app, chosen)
    app.add_middleware(BodyLimit, most=chosen.max_body_bytes)
    app.add_middleware(SlowClients)
    app.add_middleware(AccessLog, metrics=metrics)
    return app


_NO_PAGES: dict[str, Any] = {"openapi_url": None, "docs_url": None, "redoc_url": None}
"""FastAPI's own, which everybody may read."""


def _add_pages(app: FastAPI, settings: Settings) -> None:
    """The API's description, for whoever may read it."""
    title = "skyvern-dagster"

    def allowed(request: Request, parts: ShimDependency) -> None:
        check_access(request, parts, settings.docs, "SKYVERN_API_DOCS")

    pages: dict[str, Callable[[], Response]] = {
        "/openapi.json": lambda: JSONResponse(app.openapi()),
        "/docs": lambda: get_swagger_ui_html(openapi_url="/openapi.json", title=title),
        "/redoc": lambda: get_redoc_html(openapi_url="/openapi.json", title=title),
    }
    for path, page in pages.items():
        app.add_api_route(path, page, include_in_schema=False, dependencies=[Depends(allowed)])


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with examples."""
    if app.openapi_schema is None:
        add_examples(FastAPI.openapi(app))
    return FastAPI.openapi(app)


def _add_routes(app: FastAPI) -> None:
    app.include_router(tasks.router)
    app.include_router(workflow_runs.legacy)  # "/runs" before what has an id in its place
    app.include_router(workflows.legacy)
    app.include_router(system.legacy)
    app.include_router(runs.router)
    for prefix in ("/v1/workflows", "/v1/agents"):
        app.include_router(workflow_runs.current, prefix=prefix)
        app.include_router(workflows.current, prefix=prefix)
        app.include_router(schedules.router, prefix=prefix)
    app.include_router(schedules.everything)
    app.include_router(files.router)
    app.include_router(totp.router)
    app.include_router(credentials.router)
    app.include_router(browser_profiles.router)
    app.include_router(artifacts.router)
    app.include_router(artifacts.signed)
    app.include_router(interactions.signed)
    app.include_router(system.public)
