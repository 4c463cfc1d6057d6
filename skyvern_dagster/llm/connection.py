"""The SDK's client: one for each event loop and model, since opening one costs a handshake."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from weakref import WeakKeyDictionary

from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.presets import preset_of
from skyvern_dagster.llm.settings import ModelSettings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_open: WeakKeyDictionary[
    asyncio.AbstractEventLoop, dict[ModelSettings, asyncio.Task[Connection]]
] = WeakKeyDictionary()


@dataclass(frozen=True)
class Connection:
    """A client that stays open as long as its event loop."""

    client: AsyncOpenAI


async def connection(settings: ModelSettings) -> Connection:
    """The connection of the running event loop to a model; opened by the first who asks.

    Whatever ends the loop's tasks (``asyncio.run``, the browser's thread) closes it.

    Raises:
        PlannerError: The extra ``llm`` is not installed.
    """
    mine = _open.setdefault(asyncio.get_running_loop(), {})
    opening = mine.get(settings)
    if opening is None or opening.cancelled() or (opening.done() and opening.exception()):
        opening = mine[settings] = asyncio.ensure_future(_opened(settings))
    # Who waits may be cancelled; the others go on waiting.
    return await asyncio.shield(opening)


async def _opened(settings: ModelSettings) -> Connection:
    # Importing the SDK takes most of a second, in which the browser must not stand still.
    sdk = await asyncio.to_thread(load_sdk)
    tls = await asyncio.to_thread(ssl.create_default_context)
    address, query = _taken_apart(settings.base_url)
    client = sdk.AsyncOpenAI(
        api_key=settings.api_key or "none",
        base_url=address or None,
        default_query=query or None,
        default_headers=_headers(settings),
        timeout=settings.timeout_seconds,
        max_retries=settings.retries,
        http_client=sdk.DefaultAsyncHttpxClient(verify=tls),
    )
    opened = Connection(client)
    _keepers.add(keeper := asyncio.ensure_future(_keep_open(client)))
    keeper.add_done_callback(_keepers.discard)
    return opened


def _taken_apart(base_url: str) -> tuple[str, dict[str, str]]:
    """An address without its query, and the query: Azure's dated versions stand in it."""
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(query="")), dict(parse_qsl(parts.query))


def _headers(settings: ModelSettings) -> dict[str, str] | None:
    """Azure's deployments of dated versions take a key by a header of their own."""
    preset = preset_of(settings)
    if preset is None or preset.name != "azure" or not settings.api_key:
        return None
    return {"api-key": settings.api_key}


_keepers: set[asyncio.Task[None]] = set()


async def _keep_open(client: AsyncOpenAI) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await client.close()


def load_sdk() -> Any:
    """The module ``openai``.

    Raises:
        PlannerError: The extra ``llm`` is not installed.
    """
    try:
        import_module("genai_prices")
        import_module("json_repair")
        return import_module("openai")
    except ModuleNotFoundError as error:
        raise PlannerError(
            "a planner with a language model needs: pip install 'skyvern-dagster[llm]'"
        ) from error
