"""``skyvern-dagster models check`` against servers that can much, little and nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from skyvern_dagster.cli.app import app
from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.loopback import ChatRequest, HttpError, ModelServer, Says
from tests.llm.server_quirks import QUIRKS

Reader = Callable[[ChatRequest], Any]


@pytest.fixture(autouse=True)
def _no_settings(clean_environment: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        clean_environment.delenv(name, raising=False)


def check(server: ModelServer, *options: str) -> Result:
    return CliRunner().invoke(
        app, ["models", "check", "--base-url", server.url, "--model", "m", *options]
    )


def good(request: ChatRequest) -> dict[str, Any]:
    """A model that reads and sees."""
    if request.images:
        return {"word": "picture", "number": 4711}
    code = re.search(r'code word is "([\w-]+)"', request.text)
    if code is None:
        return {"word": "heron", "number": 7}
    rows = re.findall(r"^(\d+) \| A-", request.text, re.MULTILINE)
    return {"word": code[1], "number": int(rows[-1])}


def blind(request: ChatRequest) -> dict[str, Any]:
    return {"word": "picture", "number": 0} if request.images else good(request)


def forgetful(request: ChatRequest) -> dict[str, Any]:
    answer = good(request)
    return {**answer, "word": "filler"} if len(request.text) > 9_000 else answer


def test_all_works() -> None:
    with ModelServer([good] * 9) as server:
        result = check(server, "--json")
    (model,) = json.loads(result.stdout)["models"]
    checks = model["checks"]
    assert result.exit_code == 0, result.output
    assert (model["role"], model["model"], model["status"]) == ("planning", "m", "ok")
    assert {name: each["status"] for name, each in checks.items()} == {
        "answers": "ok", "structured_output": "ok", "pictures": "ok", "length": "ok",
        "speed": "ok", "cost": "skipped",
    }  # fmt: skip
    assert checks["structured_output"]["told"] == "json_schema"
    assert server.calls == 3
    # As long as the longest request that tasks send.
    assert server.requests[-1].input_tokens > 7_000


def test_for_people() -> None:
    with ModelServer([good] * 9) as server:
        result = check(server)
    assert f"planning: m at {server.url}" in result.output
    assert re.search(r"ok  length +reads the 7,500 tokens", result.output)


def quirky(name: str) -> Reader:
    quirk = next(each for each in QUIRKS if each.name == name)
    return lambda request: quirk.reply if quirk.refuses(request.body) else good(request)


@pytest.mark.parametrize(
    ("reader", "name", "told"),
    [
        (quirky("llama.cpp: a picture"), "pictures", "refused"),
        (blind, "pictures", "taken, but not seen"),
    ],
    ids=["refused", "not seen"],
)
def test_less_works(monkeypatch: pytest.MonkeyPatch, reader: Reader, name: str, told: str) -> None:
    monkeypatch.setenv("SKYVERN_LLM_RETRIES", "0")
    with ModelServer([reader] * 9) as server:
        result = check(server, "--json")
    (model,) = json.loads(result.stdout)["models"]
    assert result.exit_code == 4
    assert model["checks"][name]["status"] == "limited"
    assert told in model["checks"][name]["told"]


def test_what_was_left_out_is_said() -> None:
    with ModelServer([quirky("No structured output at all")] * 9) as server:
        result = check(server, "--json")
    (model,) = json.loads(result.stdout)["models"]
    assert result.exit_code == 0
    assert model["checks"]["structured_output"]["told"].startswith("text")


@pytest.mark.parametrize(
    ("reply", "name", "told"),
    [
        (HttpError(401, "who are you"), "answers", "refused the key"),
        ("I would rather talk about birds.", "structured_output", "not JSON"),
        (forgetful, "length", "the beginning was not read"),
    ],
    ids=["key", "prose", "cut"],
)
def test_tasks_would_not_work(reply: Any, name: str, told: str) -> None:
    with ModelServer([reply] * 9) as server:
        result = check(server, "--json")
    (model,) = json.loads(result.stdout)["models"]
    assert result.exit_code == 1
    assert model["checks"][name]["status"] == "failed"
    assert told in model["checks"][name]["told"]


def test_a_context_that_is_cut_in_silence() -> None:
    def cut(request: ChatRequest) -> Any:
        answer = json.dumps(good(request))
        return Says(answer, usage={"prompt_tokens": min(request.input_tokens, 2_048)})

    with ModelServer([cut] * 9) as server:
        result = check(server)
    assert result.exit_code == 1
    assert "OLLAMA_CONTEXT_LENGTH" in result.output


def test_further_models_are_tried_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYVERN_LLM_VISION", "off")
    monkeypatch.setenv("SKYVERN_LLM_INPUT_PRICE_USD", "2")
    with ModelServer([good] * 9) as first, ModelServer([HttpError(404, "gone")]) as second:
        monkeypatch.setenv("SKYVERN_LLM_FALLBACK_MODEL", "spare")
        monkeypatch.setenv("SKYVERN_LLM_FALLBACK_BASE_URL", second.url)
        result = check(first, "--json")
    models = json.loads(result.stdout)["models"]
    assert [(each["role"], each["status"]) for each in models] == [
        ("planning", "ok"), ("fallback", "failed"),
    ]  # fmt: skip
    assert models[0]["checks"]["pictures"]["status"] == "skipped"
    assert "$0.0150" in models[0]["checks"]["cost"]["told"]
    assert result.exit_code == 1


def test_without_a_model_it_says_how_to_set_one() -> None:
    result = CliRunner().invoke(app, ["models", "check"])
    assert isinstance(result.exception, PlannerError)
    assert "SKYVERN_LLM_API_KEY" in str(result.exception)
