"""Presets, further models, and prices: what the environment makes of them."""

from __future__ import annotations

import pytest

from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.known_servers import capabilities_of
from skyvern_dagster.llm.presets import PRESETS, Preset, preset_of
from skyvern_dagster.llm.settings import ModelSettings, settings_from
from skyvern_dagster.llm.usage import require_prices

KEYS = {
    "openai": {"OPENAI_API_KEY": "k"},
    "azure": {
        "AZURE_OPENAI_API_KEY": "k",
        "AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com/",
    },
    "anthropic": {"ANTHROPIC_API_KEY": "k"},
    "gemini": {"GOOGLE_API_KEY": "k"},
    "openrouter": {"OPENROUTER_API_KEY": "k"},
}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_needs_its_own_variables_and_a_model(preset: Preset) -> None:
    own = KEYS.get(preset.name, {})
    chosen = {"SKYVERN_LLM_PROVIDER": preset.name, "SKYVERN_LLM_MODEL": "m", **own}
    settings = settings_from(chosen)
    assert settings.is_configured
    assert settings.api_key == ("k" if own else "")
    assert preset_of(settings) is preset
    assert capabilities_of(settings) == preset.capabilities
    for name in own:
        with pytest.raises(
            PlannerError, match=f"SKYVERN_LLM_PROVIDER={preset.name} needs .*{name}"
        ):
            settings_from({key: value for key, value in chosen.items() if key != name})
    if not preset.model:
        with pytest.raises(PlannerError, match="SKYVERN_LLM_MODEL"):
            settings_from({"SKYVERN_LLM_PROVIDER": preset.name, **own})


def test_a_preset_is_known_by_its_address() -> None:
    for preset in PRESETS:
        if preset.hosts and preset.base_url:
            assert preset_of(ModelSettings(base_url=preset.base_url)) is preset
    azure = preset_of(ModelSettings(base_url="https://mine.openai.azure.com/openai/v1"))
    assert azure is not None
    assert azure.name == "azure"
    assert preset_of(ModelSettings(base_url="https://api.openai.com.evil.example/v1")) is None


def test_azure_is_found_by_its_endpoint() -> None:
    settings = settings_from({**KEYS["azure"], "SKYVERN_LLM_MODEL": "d"}, provider="azure")
    assert settings.base_url == "https://mine.openai.azure.com/openai/v1"


def test_what_is_set_stands_above_the_preset() -> None:
    environment = {
        "SKYVERN_LLM_PROVIDER": "ollama",
        "SKYVERN_LLM_MODEL": "qwen3",
        "SKYVERN_LLM_BASE_URL": "http://gpu:11434/v1",
        "SKYVERN_LLM_CONTEXT_TOKENS": "16384",
        "SKYVERN_LLM_STRUCTURED_OUTPUT": "json_object",
        "SKYVERN_LLM_TEMPERATURE": "0",
        "OPENAI_API_KEY": "not for others",
    }
    settings = settings_from(environment)
    assert settings.base_url == "http://gpu:11434/v1"
    assert (settings.context_tokens, settings.temperature) == (16_384, 0.0)
    assert capabilities_of(settings).output == "json_object"
    assert capabilities_of(settings).limits[0] == "max_tokens"
    assert settings.api_key == ""


def test_an_unknown_preset_is_named_with_those_that_are_known() -> None:
    with pytest.raises(PlannerError, match=r"'openia'.*openai, azure"):
        settings_from({"SKYVERN_LLM_PROVIDER": "openia"})


def test_a_second_model_is_as_the_first_where_nothing_else_is_said() -> None:
    settings = settings_from(
        {
            "SKYVERN_LLM_API_KEY": "k",
            "SKYVERN_LLM_MODEL": "large",
            "SKYVERN_LLM_VISION": "on",
            "SKYVERN_LLM_MAX_COST_USD": "2",
            "SKYVERN_LLM_READING_MODEL": "small",
            "SKYVERN_LLM_READING_MAX_PAGE_TOKENS": "9000",
        }
    )
    reading = settings.reading
    assert reading is not None
    assert (reading.model, reading.api_key, reading.vision) == ("small", "k", "on")
    assert (reading.max_page_tokens, settings.max_page_tokens) == (9_000, 4_000)
    assert settings.fallback is None


def test_a_key_is_not_given_to_another_server() -> None:
    settings = settings_from(
        {
            "SKYVERN_LLM_API_KEY": "k",
            "SKYVERN_LLM_MODEL": "large",
            "SKYVERN_LLM_FALLBACK_MODEL": "small",
            "SKYVERN_LLM_FALLBACK_BASE_URL": "http://127.0.0.1:9/v1",
        }
    )
    assert settings.fallback is not None
    assert settings.fallback.api_key == ""
    other = settings_from(
        {
            "SKYVERN_LLM_API_KEY": "k",
            "SKYVERN_LLM_FALLBACK_PROVIDER": "anthropic",
            "SKYVERN_LLM_FALLBACK_MODEL": "claude",
            "ANTHROPIC_API_KEY": "a",
        }
    ).fallback
    assert other is not None
    assert (other.api_key, other.base_url) == ("a", "https://api.anthropic.com/v1/")
    assert "'a'" not in repr(other)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAX_COST_USD", "-1"), ("TEMPERATURE", "hot"), ("STRUCTURED_OUTPUT", "xml"),
     ("CONTEXT_TOKENS", "many"), ("FALLBACK_TIMEOUT_SECONDS", "-3")],
)  # fmt: skip
def test_a_malformed_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(PlannerError, match=f"SKYVERN_LLM_{name}"):
        settings_from({f"SKYVERN_LLM_{name}": value, "SKYVERN_LLM_FALLBACK_MODEL": "m"})


def test_a_budget_in_money_needs_a_price() -> None:
    require_prices(ModelSettings(model="gpt-4.1-mini"))
    require_prices(ModelSettings(model="own", input_price_usd=0.0))
    with pytest.raises(PlannerError, match="SKYVERN_LLM_INPUT_PRICE_USD"):
        require_prices(ModelSettings(model="own"))
    with pytest.raises(PlannerError, match="SKYVERN_LLM_FALLBACK_INPUT_PRICE_USD"):
        require_prices(ModelSettings(model="gpt-4.1-mini", fallback=ModelSettings(model="own")))


def test_the_key_in_a_servers_address_is_not_told() -> None:
    """Gateways take keys as a login or in the query; messages name the server."""
    given = "https://dana:Zebra-1@models.example:8443/v1?api-key=Zebra-2"
    client = ModelClient(ModelSettings(model="small", base_url=given, api_key="Zebra-3"))
    told = client._reason(f"refused POST {given}: Zebra-3")
    assert told == (
        "the model server https://models.example:8443/v1 (model small) refused POST "
        "https://models.example:8443/v1 *****"
    )
    assert "Zebra" not in client.name
