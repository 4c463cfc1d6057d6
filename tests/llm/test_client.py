"""The client against a server that misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import pytest

from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.loopback import HangUp, HttpError, ModelServer, Refusal, Says, Slow
from skyvern_dagster.llm.messages import Message, Question
from skyvern_dagster.llm.outcomes import Answered, ModelOutcome, Refused, TooLong, Unavailable
from skyvern_dagster.llm.settings import ModelSettings, settings_from
from skyvern_dagster.llm.usage import price
from tests.loopback import Answering, LoopbackSite

QUESTION = Question((Message("user", "Say something. " * 100),), {"type": "object"}, "something")


def ask(server: ModelServer, **changes: Any) -> ModelOutcome:
    return asyncio.run(ModelClient(server.settings(**changes)).ask(QUESTION))


def test_an_answer_comes_with_its_usage() -> None:
    with ModelServer([{"a": 1}, {"a": 1}]) as server:
        first, second = ask(server), ask(server)
    assert isinstance(first, Answered)
    assert isinstance(second, Answered)
    assert first.text == '{"a": 1}'
    assert first.usage.input_tokens > 300
    assert (first.usage.cached_tokens, first.usage.calls) == (0, 1)
    assert 0 < second.usage.cached_tokens <= second.usage.input_tokens
    assert server.requests[0].schema_name == "something"


def test_too_many_requests_waits_as_long_as_it_is_told_to() -> None:
    with ModelServer([HttpError(429, "slow down", retry_after=0.7), {"a": 1}]) as server:
        outcome = ask(server, retries=1)
    assert isinstance(outcome, Answered)
    assert server.requests[1].at - server.requests[0].at >= 0.7


@pytest.mark.parametrize(
    ("reply", "words", "retryable"),
    [
        (HttpError(429, "slow down"), "HTTP 429: slow down", True),
        (HttpError(429, "pay first", code="insufficient_quota"), "pay first", False),
        (HttpError(500, "oops"), "HTTP 500: oops", True),
        (HttpError(401, "who are you"), "SKYVERN_LLM_API_KEY", False),
        (HttpError(404, "no model"), "HTTP 404: no model", False),
        (HangUp(), "can't be reached", True),
        (Slow(5.0, Says("{}")), "did not answer within 0.3 s", True),
    ],
    ids=["busy", "quota", "broken", "key", "model", "hang-up", "slow"],
)
def test_no_answer_has_a_reason(reply: Any, words: str, retryable: bool) -> None:
    with ModelServer([reply]) as server:
        started = time.monotonic()
        outcome = ask(server, retries=0, timeout_seconds=0.3)
        assert time.monotonic() - started < 4
    assert isinstance(outcome, Unavailable)
    assert words in outcome.reason
    assert server.url in outcome.reason
    assert outcome.retryable is retryable


class _Dribbling(Answering):
    """Keeps the connection busy, and never answers."""

    def post(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):  # ten seconds
                self.wfile.write(b" ")
                time.sleep(0.05)


def test_a_server_that_is_busy_with_its_answer_for_ever() -> None:
    with LoopbackSite(_Dribbling) as site:
        settings = ModelSettings(base_url=f"{site.url}/v1", retries=0, timeout_seconds=0.3)
        started = time.monotonic()
        outcome = asyncio.run(ModelClient(settings).ask(QUESTION))
        assert time.monotonic() - started < 4
    assert isinstance(outcome, Unavailable)
    assert "did not answer within 0.3 s" in outcome.reason
    assert outcome.retryable


def test_a_server_that_is_not_there() -> None:
    settings = ModelSettings(base_url="http://127.0.0.1:9/v1", retries=0)
    outcome = asyncio.run(ModelClient(settings).ask(QUESTION))
    assert isinstance(outcome, Unavailable)
    assert "can't be reached" in outcome.reason


@pytest.mark.parametrize(
    "reply",
    [
        HttpError(400, "too long", code="context_length_exceeded"),
        HttpError(400, "This model's maximum context length is 4096 tokens"),
        HttpError(413, "the prompt is too long"),
    ],
)
def test_too_long_is_told_apart(reply: HttpError) -> None:
    with ModelServer([reply]) as server:
        assert isinstance(ask(server), TooLong)


def test_a_refusal_is_told_apart() -> None:
    with ModelServer([Refusal("no"), HttpError(400, "bad", code="content_filter")]) as server:
        said, filtered = ask(server), ask(server)
    assert isinstance(said, Refused)
    assert said.reason == "the model refused: no"
    assert isinstance(filtered, Refused)


def test_a_server_without_schemas_is_asked_without() -> None:
    unknown = HttpError(400, "response_format json_schema is not supported")

    async def twice(settings: ModelSettings) -> list[ModelOutcome]:
        # Each block has a client of its own; what one learnt, the next one knows.
        return [await ModelClient(settings).ask(QUESTION) for _ in range(2)]

    with ModelServer([unknown, {"a": 1}, {"a": 2}]) as server:
        outcomes = asyncio.run(twice(server.settings()))
        assert all(isinstance(each, Answered) for each in outcomes)
    assert [request.schema_name for request in server.requests] == ["something", "", ""]


def test_prices_come_from_the_list_and_cached_tokens_are_cheaper() -> None:
    listed = ModelSettings(model="gpt-4.1-mini")
    cached, fresh = (price(listed, 10_000, tokens, 100) for tokens in (8_000, 0))
    assert cached is not None
    assert fresh is not None
    assert 0 < cached < fresh
    own = ModelSettings(model="a-model-of-my-own")
    assert price(own, 10_000, 0, 100) is None
    told = ModelSettings(model="a-model-of-my-own", input_price_usd=2, output_price_usd=10)
    assert price(told, 1_000_000, 0, 100_000) == 3
    router = ModelSettings(provider="openrouter", model="openai/gpt-4.1-mini")
    assert price(router, 10_000, 0, 100) == fresh


def test_settings_come_from_the_environment() -> None:
    environment = {
        "SKYVERN_LLM_BASE_URL": "http://a/v1",
        "OPENAI_BASE_URL": "http://b/v1",
        "OPENAI_API_KEY": "sk-1",
        "SKYVERN_LLM_VISION": "off",
        "SKYVERN_LLM_TIMEOUT_SECONDS": "7.5",
        "SKYVERN_LLM_RETRIES": "0",
    }
    settings = settings_from(environment, model="small", max_page_tokens=0)
    assert settings == ModelSettings(
        model="small", base_url="http://a/v1", api_key="sk-1", vision="off", timeout_seconds=7.5,
        retries=0,
    )  # fmt: skip
    assert "sk-1" not in repr(settings)
    assert settings.is_configured
    assert not settings_from({}).is_configured


@pytest.mark.parametrize(
    ("name", "value"),
    [("VISION", "maybe"), ("TIMEOUT_SECONDS", "soon"), ("MAX_PAGE_TOKENS", "-1"),
     ("TIMEOUT_SECONDS", "nan")],
)  # fmt: skip
def test_a_malformed_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(PlannerError, match=f"SKYVERN_LLM_{name}"):
        settings_from({f"SKYVERN_LLM_{name}": value})
