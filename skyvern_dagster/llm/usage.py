"""Tokens and money that calls of a model cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """What one or more calls cost.

    Attributes:
        input_tokens: Tokens sent, cached ones included.
        cached_tokens: Those of them that the server had in its prompt cache.
        output_tokens: Tokens of the answers.
        cost_usd: By the public price list; 0 for models that it doesn't know.
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


def price(model: str, input_tokens: int, cached_tokens: int, output_tokens: int) -> float:
    """US dollars by the price list of ``genai-prices``, without the network.

    Gives 0 for a model that is not on the list: local models cost nothing, and a made-up price
    would be worse than none.
    """
    import genai_prices

    usage = genai_prices.Usage(
        input_tokens=input_tokens,
        cache_read_tokens=min(cached_tokens, input_tokens),
        output_tokens=output_tokens,
    )
    try:
        return float(genai_prices.calc_price(usage, model_ref=model).total_price)
    except (LookupError, ValueError):
        return 0.0
