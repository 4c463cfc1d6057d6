"""One client for a loop and a model: shared by all who ask at once, closed with the loop."""

from __future__ import annotations

import asyncio
from typing import Any

from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.connection import Connection, connection
from skyvern_dagster.llm.loopback import ModelServer
from skyvern_dagster.llm.messages import Message, Question
from skyvern_dagster.llm.outcomes import Answered
from skyvern_dagster.llm.settings import ModelSettings

QUESTION = Question((Message("user", "hello"),), {"type": "object"}, "answer")


async def _ask_at_once(settings: ModelSettings) -> tuple[list[Any], Connection]:
    outcomes = await asyncio.gather(*(ModelClient(settings).ask(QUESTION) for _ in range(6)))
    found = {id(await connection(settings)) for _ in range(3)}
    assert len(found) == 1
    return outcomes, await connection(settings)


def test_all_who_ask_share_a_client_that_ends_with_their_loop() -> None:
    with ModelServer([{"n": 1}] * 12) as server:
        settings = server.settings()
        outcomes, first = asyncio.run(_ask_at_once(settings))
        assert all(isinstance(each, Answered) for each in outcomes)
        assert first.client.is_closed()
        # Another loop, here the browser's, has a client of its own.
        with BrowserRuntime() as runtime:
            outcomes, second = runtime.run(_ask_at_once(settings))
            assert all(isinstance(each, Answered) for each in outcomes)
            assert not second.client.is_closed()
        assert second.client.is_closed()
    assert server.calls == 12


def test_who_is_interrupted_while_it_opens_leaves_it_to_the_others() -> None:
    async def interrupted() -> Any:
        first = asyncio.ensure_future(ModelClient(settings).ask(QUESTION))
        await asyncio.sleep(0)
        first.cancel()
        return await ModelClient(settings).ask(QUESTION)

    with ModelServer([{"n": 1}]) as server:
        settings = server.settings()
        assert isinstance(asyncio.run(interrupted()), Answered)


def test_azures_dated_versions_have_a_query_and_a_header_of_their_own() -> None:
    address = "https://mine.openai.azure.com/openai/deployments/d?api-version=2024-10-21"

    async def opened() -> tuple[str, dict[str, object], str]:
        client = (await connection(ModelSettings(base_url=address, api_key="k"))).client
        return (
            str(client.base_url),
            dict(client.default_query),
            str(client.default_headers["api-key"]),
        )

    assert asyncio.run(opened()) == (
        "https://mine.openai.azure.com/openai/deployments/d/",
        {"api-version": "2024-10-21"},
        "k",
    )


def test_a_query_of_the_address_is_sent() -> None:
    with ModelServer([{"n": 1}]) as server:
        settings = ModelSettings(base_url=f"{server.url}?api-version=1", model="m")
        assert isinstance(asyncio.run(ModelClient(settings).ask(QUESTION)), Answered)
