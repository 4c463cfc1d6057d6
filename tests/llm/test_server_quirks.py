"""A server that refuses a part of a request is asked without it, and only once asked with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.loopback import HttpError, ModelServer, Raw, Says
from skyvern_dagster.llm.messages import Message, Question
from skyvern_dagster.llm.outcomes import Answered, ModelOutcome, TooLong, Unavailable
from tests.llm.server_quirks import QUIRKS, Quirk

SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": "integer"},
        "data": {"type": "object"},
        "any": {},
        "number": {"type": ["string", "null"]},
    },
    "required": ["a"],
}
QUESTION = Question(
    (
        Message("system", "You answer with JSON."),
        Message("user", "The task."),
        Message("user", "The page.", b"not really a picture"),
    ),
    SCHEMA,
    "something",
)
LONG = Question((Message("user", "One row of a long table. " * 800),), SCHEMA, "something")


def ask(
    server: ModelServer, question: Question = QUESTION, times: int = 1, **changes: Any
) -> list[ModelOutcome]:
    settings = server.settings(**{"retries": 0, "temperature": 0.0, **changes})

    async def all_of_them() -> list[ModelOutcome]:
        return [await ModelClient(settings).ask(question) for _ in range(times)]

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)
def test_what_a_server_refuses_is_left_out(quirk: Quirk) -> None:
    # One that takes only the newer name of a limit is met by whoever knows it by the older one.
    provider = "llamacpp" if quirk.refuses({"max_tokens": 1, "messages": []}) else ""
    with ModelServer([quirk] * 20) as server:
        first = ask(server, provider=provider)
        learnt = server.calls
        second = ask(server, provider=provider)
    refused = [request for request in server.requests if quirk.refuses(request.body)]
    last = server.requests[-1].body
    assert isinstance(first[0], Answered), first
    assert isinstance(second[0], Answered), second
    assert server.calls == learnt + 1
    assert not quirk.refuses(last)
    assert 1 <= len(refused) <= 3
    # What is asked for is told, whichever way the server takes it.
    form = last.get("response_format") or {}
    assert form.get("type") == "json_schema" or '"integer"' in server.requests[-1].text
    assert "The page." in server.requests[-1].text


def test_only_what_is_refused_is_left_out() -> None:
    (quirk,) = (each for each in QUIRKS if each.name == "vLLM: a picture")
    with ModelServer([quirk] * 9) as server:
        ask(server, times=2)
    assert [request.images for request in server.requests] == [1, 0, 0]
    body = server.requests[-1].body
    assert body["response_format"]["type"] == "json_schema"
    assert body["temperature"] == 0
    assert [message["role"] for message in body["messages"]] == ["system", "user", "user"]


def test_a_server_that_takes_next_to_nothing() -> None:
    quirks = [
        each
        for each in QUIRKS
        if each.name
        in (
            "Mistral: max_completion_tokens",
            "OpenAI, reasoning models: temperature",
            "No structured output at all",
            "vLLM, Llama 2's template: a system message",
            "DeepSeek: a picture",
        )
    ]

    def picky(request: Any) -> Any:
        replies = (each(request) for each in quirks)
        return next((each for each in replies if not isinstance(each, dict)), {"a": 1})

    with ModelServer([picky] * 20) as server:
        first, second = ask(server, times=2)
    assert isinstance(first, Answered)
    assert isinstance(second, Answered)
    assert [message["role"] for message in server.requests[-1].body["messages"]] == ["user"]
    assert server.requests[-2].body == server.requests[-1].body


def test_each_server_is_known_by_itself() -> None:
    quirk = QUIRKS[1]
    with ModelServer([quirk] * 9) as one, ModelServer([{"a": 1}] * 2) as other:
        ask(one)
        ask(other)
    assert "max_tokens" in one.requests[-1].body
    assert "max_completion_tokens" in other.requests[0].body


@pytest.mark.parametrize(
    "reply",
    [
        HttpError(400, "the moon is in the wrong house"),
        HttpError(404, "The model `gpt-9` does not exist", "model_not_found"),
        Raw(422, {"detail": "nothing is right"}),
        Raw(400, "<html>Bad Request</html>"),
    ],
    ids=["unknown cause", "model", "detail", "page"],
)
def test_what_names_no_part_is_told_and_not_tried_again(reply: Any) -> None:
    with ModelServer([reply] * 9) as server:
        (outcome,) = ask(server)
    assert isinstance(outcome, Unavailable)
    assert not outcome.retryable
    assert server.calls == 1


@pytest.mark.parametrize(
    "reply",
    [
        Raw(400, {"error": {"code": 400, "message": "the request exceeds the available context "
                            "size. try increasing the context size or enable context shift",
                            "type": "exceed_context_size_error"}}),
        Raw(400, {"error": "Trying to keep the first 9000 tokens when context the overflows. "
                           "However, the model is loaded with context length of only 4096 tokens"}),
        Raw(400, [{"error": {"code": 400, "message": "The input token count (1200000) exceeds the "
                             "maximum number of tokens allowed (1048576).",
                             "status": "INVALID_ARGUMENT"}}]),
        Raw(400, {"type": "error", "error": {"type": "invalid_request_error",
                                             "message": "prompt is too long: 208310 tokens > "
                                                        "200000 maximum"}}),
        HttpError(413, "Request too large for model `llama-3.1-8b-instant` on tokens per minute"),
        Raw(400, {"object": "error", "message": "This model's maximum context length is 4096 "
                  "tokens. However, you requested 9000 tokens (5000 in the messages, 4000 in the "
                  "completion).", "type": "BadRequestError", "code": 400}),
    ],
    ids=["llama.cpp", "LM Studio", "Gemini", "Anthropic", "Groq", "vLLM"],
)  # fmt: skip
def test_too_long_is_told_apart_on_every_server(reply: Any) -> None:
    with ModelServer([reply] * 2) as server:
        (outcome,) = ask(server)
    assert isinstance(outcome, TooLong), outcome
    assert server.calls == 1


def test_a_prompt_that_was_cut_in_silence_is_not_answered() -> None:
    with ModelServer([Says('{"a": 1}', usage={"prompt_tokens": 2048})]) as server:
        (outcome,) = ask(server, LONG)
    assert isinstance(outcome, TooLong)
    assert "read only 2,048 tokens" in outcome.reason
    assert "OLLAMA_CONTEXT_LENGTH" in outcome.reason


@pytest.mark.parametrize(
    "script", ["Ein längerer Satz. ", "注文の一覧です。", "Заказы за апрель. "]
)
def test_a_prompt_that_was_read_counts_as_read(script: str) -> None:
    text = script * 400
    question = Question((Message("user", text),), SCHEMA, "something")
    # A generous tokenizer: five characters a token, four of other scripts.
    told = {"prompt_tokens": len(text) // 5 + 1 if text.isascii() else len(text) // 3}
    with ModelServer([Says('{"a": 1}', usage=told)]) as server:
        (outcome,) = ask(server, question)
    assert isinstance(outcome, Answered)


def test_a_context_that_is_known_is_not_exceeded() -> None:
    with ModelServer([{"a": 1}]) as server:
        (outcome,) = ask(server, LONG, context_tokens=4_096)
    assert isinstance(outcome, TooLong)
    assert "4,096" in outcome.reason
    assert server.calls == 0


def test_tokens_that_a_server_does_not_count_are_estimated() -> None:
    with ModelServer([Says('{"a": 1}', usage={})]) as server:
        (outcome,) = ask(server, LONG, input_price_usd=1.0)
    assert isinstance(outcome, Answered)
    assert 4_000 < outcome.usage.input_tokens < 6_000
    assert outcome.usage.cost_usd > 0.004


def test_what_a_router_says_that_it_cost_counts() -> None:
    usage = {"prompt_tokens": 5_000, "completion_tokens": 10, "cost": 0.25}
    with ModelServer([Says('{"a": 1}', usage=usage)]) as server:
        (outcome,) = ask(server)
    assert isinstance(outcome, Answered)
    assert outcome.usage.cost_usd == 0.25


def test_gemini_refuses_a_key_with_another_status() -> None:
    body = {"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.",
                      "status": "INVALID_ARGUMENT"}}  # fmt: skip
    with ModelServer([Raw(400, [body])]) as server:
        (outcome,) = ask(server)
    assert isinstance(outcome, Unavailable)
    assert "SKYVERN_LLM_API_KEY" in outcome.reason


def test_what_was_written_before_a_server_gave_up_is_read() -> None:
    body = {"error": {"message": "Failed to generate JSON. Please adjust your prompt.",
                      "type": "invalid_request_error", "code": "json_validate_failed",
                      "failed_generation": '{"a": 1'}}  # fmt: skip
    with ModelServer([Raw(400, body)]) as server:
        (outcome,) = ask(server)
    assert isinstance(outcome, Answered)
    assert outcome.text == '{"a": 1'
