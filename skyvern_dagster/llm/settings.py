"""Which model is asked, where, and how patiently."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from skyvern_dagster.errors import PlannerError

Vision = Literal["off", "auto", "on"]

NO_MODEL = (
    "set SKYVERN_LLM_API_KEY (or OPENAI_API_KEY), or SKYVERN_LLM_BASE_URL for a server of your own"
)
"""What to do where a model is needed and none is configured."""

_NUMBERS = ("timeout_seconds", "retries", "max_page_tokens", "max_output_tokens", "max_task_tokens")


@dataclass(frozen=True)
class ModelSettings:
    """How a model is reached.

    Attributes:
        model: Its name on the server.
        base_url: Address of an OpenAI-compatible server, up to ``/v1``; empty for OpenAI's.
        api_key: The key; never shown. Servers of one's own often need none.
        vision: Whether screenshots go along: never, where the text tells too little, always.
        timeout_seconds: For one request.
        retries: How often a request is repeated after a time-out, a lost connection, HTTP 429
            (after its ``Retry-After``) or HTTP 5xx.
        max_page_tokens: Budget of the page's text in one request.
        max_output_tokens: Longest answer.
        max_task_tokens: Input and output tokens after which a task is not planned any further.
    """

    model: str = "gpt-4.1-mini"
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    vision: Vision = "auto"
    # Arbitrary: three tries with it stay within the 600 s of a task.
    timeout_seconds: float = 60.0
    # The SDK's own default.
    retries: int = 2
    # Arbitrary: of longer pages only the parts that fit the goal are shown (docs/models.md).
    max_page_tokens: int = 4_000
    # Arbitrary: a long list as JSON; without a bound a model that repeats itself never ends.
    max_output_tokens: int = 4_000
    # 25 steps of a full page and the longest answer.
    max_task_tokens: int = 200_000

    @property
    def is_configured(self) -> bool:
        """Whether there is a server to ask: a key, or an address of one's own."""
        return bool(self.api_key or self.base_url)


def settings_from(
    environment: Mapping[str, str] | None = None, **given: str | float | None
) -> ModelSettings:
    """Settings from what is given and, for the rest, from environment variables.

    ``SKYVERN_LLM_BASE_URL``, ``SKYVERN_LLM_API_KEY``, ``SKYVERN_LLM_MODEL``, and so on for each
    field; for address and key also ``OPENAI_BASE_URL`` and ``OPENAI_API_KEY``.

    Args:
        environment: Variables; those of the process by default.
        given: Fields of :class:`ModelSettings`; empty texts and zeros count as not given.

    Raises:
        PlannerError: A setting is malformed.
    """
    env = os.environ if environment is None else environment
    changes: dict[str, Any] = {}
    for name in ModelSettings.__dataclass_fields__:
        text = str(given.get(name) or "") or env.get(f"SKYVERN_LLM_{name.upper()}", "")
        if not text and name in ("base_url", "api_key"):
            text = env.get(f"OPENAI_{name.upper()}", "")
        if text.strip():
            changes[name] = _read(name, text.strip())
    return ModelSettings(**changes)


def _read(name: str, text: str) -> str | float | int:
    if name == "vision" and text not in ("off", "auto", "on"):
        raise PlannerError(f"SKYVERN_LLM_VISION must be off, auto or on, not {text!r}")
    if name not in _NUMBERS:
        return text
    try:
        number = float(text)
    except ValueError as error:
        raise PlannerError(f"SKYVERN_LLM_{name.upper()} must be a number, not {text!r}") from error
    if not math.isfinite(number) or number < 0 or (number == 0 and name != "retries"):
        raise PlannerError(f"SKYVERN_LLM_{name.upper()} must be positive, not {text!r}")
    return number if name == "timeout_seconds" else int(number)
