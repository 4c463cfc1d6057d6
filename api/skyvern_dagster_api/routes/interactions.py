"""Where people answer a run that waits for them, by the link that they were sent."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import dagster as dg
import jinja2
from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import HTMLResponse

from skyvern_dagster.artifacts.interactions import (
    INTERACTIONS_PATH,
    Interactions,
    Question,
    Reply,
)
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.errors import RunTransitionError
from skyvern_dagster.execution import tags
from skyvern_dagster.runs.continuing import continue_run
from skyvern_dagster_api.auth import ShimDependency
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.shim import Shim

signed = APIRouter(prefix=INTERACTIONS_PATH, tags=["workflows"])

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@signed.get(
    "/{run_id}/{block_key:path}", summary="What a run asks", response_class=HTMLResponse,
    include_in_schema=False,
)  # fmt: skip
def show(
    run_id: PathId,
    block_key: str,
    parts: ShimDependency,
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query()],
) -> HTMLResponse:
    """A page with the question and two buttons. Looking at it answers nothing: mail scanners do."""
    question = _question(parts, run_id, block_key, expires, signature)
    return _page(run_id, question, Interactions(parts.store, run_id).reply(block_key))


@signed.post(
    "/{run_id}/{block_key:path}", summary="Answer a run", response_class=HTMLResponse,
    include_in_schema=False,
)  # fmt: skip
def answer(
    run_id: PathId,
    block_key: str,
    parts: ShimDependency,
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query()],
    approved: Annotated[Literal["true", "false"], Form()],
) -> HTMLResponse:
    """Takes the answer, and makes the run go on; the first answer counts."""
    question = _question(parts, run_id, block_key, expires, signature)
    with suppress(RunTransitionError):  # the page says what was answered before
        continue_run(
            parts.store,
            parts.deployment,
            _run(parts, run_id),
            approved=approved == "true",
            by="by the link of the e-mail",
            block_key=block_key,
        )
    return _page(run_id, question, Interactions(parts.store, run_id).reply(block_key))


def _question(parts: Shim, run_id: str, block_key: str, expires: int, signature: str) -> Question:
    parts.signed_links.signer.check(RunKeys(run_id).question(block_key), expires, signature)
    question = Interactions(parts.store, run_id).question(block_key)
    if question is None:
        raise HTTPException(404, f"Run {run_id} has not asked anything there")
    return question


def _run(parts: Shim, run_id: str) -> dg.DagsterRun:
    """The newest attempt at it; the signature stands for the organization."""
    found = parts.instance.get_runs(
        filters=dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id}), limit=1
    )
    if not found:
        raise HTTPException(404, f"Run not found {run_id}")
    return found[0]


def _page(run_id: str, question: Question, reply: Reply | None) -> HTMLResponse:
    said = None
    if reply is not None:
        word = question.yes if reply.approved else question.no
        said = f"Answered {reply.at:%Y-%m-%d %H:%M} UTC, {reply.by}: {word}"
    text = _template().render(
        title="A run waits for you" if reply is None else "Thank you",
        instructions=question.instructions,
        yes=question.yes,
        no=question.no,
        deadline=f"{question.deadline:%Y-%m-%d %H:%M}",
        run_id=run_id,
        block_key=question.block_key,
        reply=said,
    )
    return HTMLResponse(text, headers=_HEADERS)


@cache
def _template() -> jinja2.Template:
    source = resources.files("skyvern_dagster_api") / "pages" / "interaction.html"
    return jinja2.Environment(autoescape=True).from_string(source.read_text(encoding="utf-8"))
