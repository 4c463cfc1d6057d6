"""A request that another machine answers now is not answered twice, whatever its clock."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster_api.idempotency import Repetitions

ORGANIZATION = "o_1"


def asked(store: ArtifactStore, made: list[str]) -> Response:
    """One request with a key, to a server that shares the store with others."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def answer(_: Request) -> Response:
        made.append("once")
        return PlainTextResponse("made")

    headers = [(b"idempotency-key", b"the key")]
    scope = {"type": "http", "method": "POST", "path": "/v1/x", "query_string": b"",
             "headers": headers, "server": ("api.example", 443), "scheme": "https"}  # fmt: skip
    request = Request(scope, receive)
    return asyncio.run(Repetitions(store, b"secret").answer(ORGANIZATION, request, answer))


@pytest.mark.parametrize("clock", [0, -7200, 7200])
def test_what_another_machine_answers(tmp_path: Path, clock: int) -> None:
    store, made = ArtifactStore(tmp_path), list[str]()
    asked(store, made)
    (key,) = store.keys(f"organizations/{ORGANIZATION}/idempotency")
    began = {"status": None, "process": "elsewhere:1:2", "seconds": int(time.time()) + clock}
    store.write_json(key, {**store.read_json(key), **began})

    with pytest.raises(HTTPException) as refused:
        asked(store, made)
    assert (refused.value.status_code, made) == (409, ["once"])

    # Two minutes later, by the store's clock, that machine is gone.
    os.utime(tmp_path / key, (time.time() - 200,) * 2)
    assert asked(store, made).status_code == 200
    assert made == ["once", "once"]
