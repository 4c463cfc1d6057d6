"""How much work of a kind is under way at once, so that the rest of the API goes on answering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from skyvern_dagster_api.auth import Caller, caller
from skyvern_dagster_api.shim import Shim


class Admission:
    """Places for requests of a kind; who finds none waits a while, without taking a thread.

    Args:
        places: How many are under way at once.
        wait_seconds: For how long a place is waited for.
        what: What is being done, for the refusal.
    """

    def __init__(self, places: int, wait_seconds: float, what: str) -> None:
        self._free = asyncio.Semaphore(places)
        self._wait_seconds = wait_seconds
        self._what = what

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place, while the context is open.

        Raises:
            HTTPException: There is none (429): nothing has been done.
        """
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise HTTPException(
                429,
                f"The server is busy with {self._what}: nothing was done, try again",
                headers={"Retry-After": "5"},
            ) from error
        try:
            yield
        finally:
            self._free.release()


async def launching(
    request: Request, who: Annotated[Caller, Depends(caller)]
) -> AsyncIterator[None]:
    """Room for one run more of the organization, until it is there.

    Raises:
        HTTPException: Too many runs are unfinished, or being started (429).
    """
    parts: Shim = request.app.state.shim
    launches: Admission = request.app.state.launches
    async with launches.place():
        await run_in_threadpool(parts.room.take, who.organization_id)
        try:
            yield
        finally:
            parts.room.give_back(who.organization_id)


async def reading(request: Request, who: Annotated[Caller, Depends(caller)]) -> AsyncIterator[None]:
    """A place to read a definition.

    Raises:
        HTTPException: Too many others are being read (429).
    """
    del who  # only whose key is good may wait here
    definitions: Admission = request.app.state.definitions
    async with definitions.place():
        yield


Launching = Depends(launching)
Reading = Depends(reading)
