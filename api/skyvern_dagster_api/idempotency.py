"""Requests that may be repeated: the same ``Idempotency-Key``, the same thing, and nothing new.

What a request has answered is kept for a day. Where its answer was lost, or the server died over
it, the repetition makes the same ids again, and so finds what there is already.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import re
import time
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool

from skyvern_dagster.addresses.http_status import is_success
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import DeploymentError, InfrastructureError, SkyvernDagsterError
from skyvern_dagster.ids import repeatable_ids
from skyvern_dagster.process.identity import process_is_gone, process_tag

HEADERS = ("idempotency-key", "x-idempotency-key")
"""The IETF's draft, and the name that it had elsewhere before."""

KEPT_SECONDS = 24 * 3600
"""As long as those do who have had this header the longest; clients repeat within minutes."""

_LONGEST_KEY = 255
"""Characters, as for those who have had this header the longest; a UUID has 36."""
_WAIT_SECONDS = 10.0
"""For as long, the same request that is under way is waited for. Arbitrary."""

_LONGEST_SECONDS = 120.0
"""After so long, whoever answers on another machine counts as gone. Arbitrary: a request that
creates something takes a second, on a busy machine ten."""

Answer = Callable[[Request], Awaitable[Response]]
_BOUNDARY = re.compile(rb"boundary=\"?([^\";,\s]+)")


class KeptAnswer(BaseModel):
    """What is known of a request with a key.

    Attributes:
        fingerprint: Of method, address and body: a key is for one request.
        seconds: When it came first (Unix time); a part of the ids that it makes.
        process: Who answers it.
        status: ``None`` while nobody has answered.
        body: As it was sent.
    """

    model_config = ConfigDict(frozen=True)

    fingerprint: str
    seconds: int
    process: str
    status: int | None = None
    body: str = ""
    media_type: str = "application/json"


class Repetitions:
    """The requests of all organizations that may be repeated.

    Args:
        store: Where they are kept.
        secret: Makes ids that nobody can guess from a key.
    """

    def __init__(self, store: ArtifactStore, secret: bytes) -> None:
        self._store = store
        self._secret = secret
        self._under_way: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, organization_id: str, request: Request, answer: Answer) -> Response:
        """The answer to a request: a kept one where it was answered before.

        Raises:
            HTTPException: The key was another request's (422), or that one is under way (409).
        """
        key = self._key(organization_id, key_of(request))
        lock = self._under_way.setdefault(key, asyncio.Lock())
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await lock.acquire()
        except TimeoutError as error:
            raise _under_way() from error
        try:
            return await self._answer(key, request, answer)
        finally:
            lock.release()

    async def _answer(self, key: str, request: Request, answer: Answer) -> Response:
        fingerprint = _fingerprint(request, await request.body())
        kept = await run_in_threadpool(self._begun, key, fingerprint)
        if kept.fingerprint != fingerprint:
            raise HTTPException(422, "this Idempotency-Key was used for another request")
        if kept.status is not None:
            headers = {"Idempotent-Replayed": "true"}
            return Response(kept.body, kept.status, headers, media_type=kept.media_type)
        seed = hmac.new(self._secret, key.encode(), hashlib.sha256).hexdigest()
        try:
            with repeatable_ids(seed, kept.seconds):
                response = await answer(request)
        except (HTTPException, RequestValidationError, SkyvernDagsterError) as error:
            if not isinstance(error, DeploymentError | InfrastructureError):
                await run_in_threadpool(self._store.delete, key)  # nothing was made
            raise
        if is_success(response.status_code):
            await run_in_threadpool(self._keep, key, kept, response)
        return response

    def _begun(self, key: str, fingerprint: str) -> KeptAnswer:
        """What is known of the request; from now on, that this process answers it."""
        process = process_tag(os.getpid())
        own = KeptAnswer(fingerprint=fingerprint, seconds=int(time.time()), process=process)
        if self._store.create(key, own.model_dump_json().encode()):
            return own
        kept = self._read(key)
        if kept is None or time.time() - kept.seconds > KEPT_SECONDS:
            self._store.write(key, own.model_dump_json().encode())
            return own
        if kept.status is None and kept.process != process and self._is_under_way(key, kept):
            raise _under_way()
        return kept

    def _is_under_way(self, key: str, kept: KeptAnswer) -> bool:
        gone = process_is_gone(kept.process)
        if gone is None:  # of another machine, whose clock may be wrong
            return self._store.seconds_since(key) < _LONGEST_SECONDS
        return not gone

    def _read(self, key: str) -> KeptAnswer | None:
        try:
            return KeptAnswer.model_validate_json(self._store.read(key))
        except ValidationError:  # damaged: as if it weren't there
            return None

    def _keep(self, key: str, kept: KeptAnswer, response: Response) -> None:
        answered = kept.model_copy(
            update={
                "status": response.status_code,
                "body": bytes(response.body).decode(),
                "media_type": response.media_type or kept.media_type,
            }
        )
        self._store.write(key, answered.model_dump_json().encode())

    def _key(self, organization_id: str, given: str) -> str:
        digest = hashlib.sha256(given.encode()).hexdigest()
        return f"organizations/{organization_id}/idempotency/{digest}.json"


def key_of(request: Request) -> str:
    """The key that a request came with; empty where it has none.

    Raises:
        HTTPException: It is too long (422).
    """
    given = next((request.headers[name] for name in HEADERS if name in request.headers), "")
    if len(given) > _LONGEST_KEY:
        raise HTTPException(422, f"Idempotency-Key: at most {_LONGEST_KEY} characters")
    return given.strip()


def _under_way() -> HTTPException:
    detail = "the first request with this Idempotency-Key is still being answered: try again"
    return HTTPException(409, detail, headers={"Retry-After": "1"})


def _fingerprint(request: Request, body: bytes) -> str:
    # A client that repeats an upload marks its parts anew.
    boundary = _BOUNDARY.search(request.headers.get("content-type", "").encode())
    plain = body.replace(boundary[1], b"") if boundary else body
    parts = (request.method.encode(), request.url.path.encode(), request.url.query.encode(), plain)
    return hashlib.sha256(b"\x1f".join(parts)).hexdigest()
