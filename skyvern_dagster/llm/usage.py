"""Tokens and money that calls of a model cost."""

from __future__ import annotations

from dataclasses import dataclass

from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.connection import load_sdk
from skyvern_dagster.llm.presets import preset_of
from skyvern_dagster.llm.settings import ModelSettings

_MILLION = 1_000_000
"""Tokens that prices are for."""


@dataclass(frozen=True)
class Usage:
    """What one or more calls cost.

    Attributes:
        input_tokens: Tokens sent, cached ones included.
        cached_tokens: Those of them that the server had in its prompt cache.
        output_tokens: Tokens of the answers.
        cost_usd: As the server tells, else by the settings or the public price list; 0 for models
            that none of them knows.
        calls: Requests that were answered.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    cached_tokens: int = 0
    calls: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost_usd + other.cost_usd,
            self.cached_tokens + other.cached_tokens,
            self.calls + other.calls,
        )

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


def price(
    settings: ModelSettings, input_tokens: int, cached_tokens: int, output_tokens: int
) -> float | None:
    """US dollars: by the settings, else by the price list of ``genai-prices``, without the network.

    Gives ``None`` for a model that neither knows: a made-up price would be worse than none.
    """
    if settings.input_price_usd is not None or settings.output_price_usd is not None:
        sent = (settings.input_price_usd or 0.0) * input_tokens
        return (sent + (settings.output_price_usd or 0.0) * output_tokens) / _MILLION
    import genai_prices

    usage = genai_prices.Usage(
        input_tokens=input_tokens,
        cache_read_tokens=min(cached_tokens, input_tokens),
        output_tokens=output_tokens,
    )
    preset = preset_of(settings)
    # Routers and Google write more into a model's name than its price list does.
    short = settings.model.removeprefix("models/").partition(":")[0]
    for model, provider in (
        (short, preset.prices if preset else ""),
        (short.rpartition("/")[2], ""),
    ):
        try:
            found = genai_prices.calc_price(usage, model_ref=model, provider_id=provider or None)
            return float(found.total_price)
        except (LookupError, ValueError):
            continue
    return None


def require_prices(settings: ModelSettings) -> None:
    """Makes sure that a budget in money can be held: each model's calls can be counted in it.

    Raises:
        PlannerError: The price of a model isn't known, or the extra ``llm`` is not installed.
    """
    load_sdk()
    for role, model in settings.models:
        preset = preset_of(model)
        tells = preset is not None and preset.name == "openrouter"
        if not tells and price(model, 0, 0, 0) is None:
            variable = f"SKYVERN_LLM_{f'{role.upper()}_' if role else ''}"
            raise PlannerError(
                f"SKYVERN_LLM_MAX_COST_USD is set, and the price of the model {model.model!r} is "
                f"not known: set {variable}INPUT_PRICE_USD and {variable}OUTPUT_PRICE_USD "
                "(for a million tokens; 0 for one that costs nothing)"
            )
