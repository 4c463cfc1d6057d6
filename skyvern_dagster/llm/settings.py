"""Which model is asked, where, and how patiently."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from skyvern_dagster.addresses.url import without_logins
from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.presets import Preset, preset_named

Vision = Literal["off", "auto", "on"]
StructuredOutput = Literal["auto", "json_schema", "json_object", "text"]

NO_MODEL = (
    "set SKYVERN_LLM_API_KEY (or OPENAI_API_KEY), or SKYVERN_LLM_BASE_URL for a server of your own"
)
"""What to do where a model is needed and none is configured."""

_PREFIX = "SKYVERN_LLM_"
_CHOICES = {
    "vision": ("off", "auto", "on"),
    "structured_output": ("auto", "json_schema", "json_object", "text"),
}
_WHOLE = ("retries", "max_page_tokens", "max_output_tokens", "max_task_tokens", "context_tokens")
_NUMBERS = (
    *_WHOLE, "timeout_seconds", "temperature", "max_cost_usd", "input_price_usd",
    "output_price_usd",
)  # fmt: skip
_MAY_BE_ZERO = ("retries", "temperature", "input_price_usd", "output_price_usd")
_SECOND = ("reading", "fallback")
"""Further models: their fields are set by variables such as ``SKYVERN_LLM_READING_MODEL``."""
_WHERE = ("provider", "base_url")
"""What says where a model is: one that is elsewhere is not given the first one's key."""


@dataclass(frozen=True)
class ModelSettings:
    """How a model is reached.

    Attributes:
        model: Its name on the server; of Azure, the deployment's.
        provider: A preset (docs/how-to/models.md); empty for none.
        base_url: Address of an OpenAI-compatible server, up to ``/v1``; empty for OpenAI's.
        api_key: The key; never shown. Servers of one's own often need none.
        vision: Whether screenshots go along: never, where the text tells too little, always.
        timeout_seconds: For one request.
        retries: How often a request is repeated after a time-out, a lost connection, HTTP 429
            (after its ``Retry-After``) or HTTP 5xx.
        max_page_tokens: Budget of the page's text in one request.
        max_output_tokens: Longest answer.
        max_task_tokens: Input and output tokens after which a task is not planned any further.
        context_tokens: What the server reads of a request at most, where it cuts longer ones in
            silence; 0 where it says so itself.
        temperature: As the server defines it; ``None`` leaves it to the server.
        structured_output: How a JSON document is asked for; ``auto`` finds out.
        max_cost_usd: Money for the models of one run, after which nothing is planned any further;
            0 for no such budget.
        input_price_usd: For a million tokens, where no price list has the model.
        output_price_usd: The same of the answers.
        reading: Who reads data off pages, where that is another model.
        fallback: Who is asked where this one gives no usable answer.
    """

    model: str = "gpt-4.1-mini"
    provider: str = ""
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
    context_tokens: int = 0
    temperature: float | None = None
    structured_output: StructuredOutput = "auto"
    max_cost_usd: float = 0.0
    input_price_usd: float | None = None
    output_price_usd: float | None = None
    reading: ModelSettings | None = None
    fallback: ModelSettings | None = None

    @property
    def is_configured(self) -> bool:
        """Whether there is a server to ask: a key, or an address of one's own."""
        return bool(self.api_key or self.base_url)

    @property
    def models(self) -> tuple[tuple[str, ModelSettings], ...]:
        """All models that are configured, by their part; the first one's has no name."""
        further = (("reading", self.reading), ("fallback", self.fallback))
        return (("", self), *((role, each) for role, each in further if each is not None))

    @property
    def server(self) -> str:
        """The server's address, for people: some have their key in it."""
        return without_logins(self.base_url) or "api.openai.com"


def settings_from(
    environment: Mapping[str, str] | None = None, **given: str | float | None
) -> ModelSettings:
    """Settings from what is given and, for the rest, from environment variables.

    ``SKYVERN_LLM_BASE_URL``, ``SKYVERN_LLM_API_KEY``, ``SKYVERN_LLM_MODEL``, and so on for each
    field; for address and key also ``OPENAI_BASE_URL`` and ``OPENAI_API_KEY``, or those of the
    preset that ``SKYVERN_LLM_PROVIDER`` names. ``SKYVERN_LLM_READING_MODEL`` and the like set a
    second model for reading, ``SKYVERN_LLM_FALLBACK_MODEL`` one for failures; what they don't say
    is as the first model has it.

    Args:
        environment: Variables; those of the process by default.
        given: Fields of :class:`ModelSettings`, those of the further models as ``reading_model``
            and so on; empty texts and zeros count as not given.

    Raises:
        PlannerError: A setting is malformed, or a preset lacks something.
    """
    env = os.environ if environment is None else environment
    first = _first(env, given)
    reading, fallback = (_second(role, first, env, given) for role in _SECOND)
    return replace(first, reading=reading, fallback=fallback)


def _first(env: Mapping[str, str], given: Mapping[str, Any]) -> ModelSettings:
    texts = _texts("", env, given)
    if "provider" in texts:
        return _of_preset("", texts, env)
    for name in ("base_url", "api_key"):
        other = env.get(f"OPENAI_{name.upper()}", "").strip()
        if name not in texts and other:
            texts[name] = other
    return ModelSettings(**_typed("", texts))


def _second(
    role: str, first: ModelSettings, env: Mapping[str, str], given: Mapping[str, Any]
) -> ModelSettings | None:
    """A further model, or ``None`` where nothing says which."""
    texts = _texts(f"{role}_", env, given)
    if not any(name in texts for name in ("model", *_WHERE)):
        return None
    if "provider" in texts:
        return _of_preset(f"{role}_", texts, env)
    changes = _typed(f"{role}_", texts)
    if "model" not in changes:
        raise PlannerError(f"{_PREFIX}{role.upper()}_MODEL must name the model")
    if changes.get("base_url", first.base_url) != first.base_url:
        elsewhere = {
            "provider": "",
            "api_key": "",
            "context_tokens": 0,
            "structured_output": "auto",
        }
        changes = {**elsewhere, **changes}
    if changes["model"] != first.model:
        changes = {"input_price_usd": None, "output_price_usd": None, **changes}
    return replace(first, **{"reading": None, "fallback": None, **changes})


def _of_preset(prefix: str, texts: dict[str, str], env: Mapping[str, str]) -> ModelSettings:
    preset = preset_named(texts["provider"])
    texts = {**preset.texts(env), **texts}
    _require(preset, prefix, texts)
    return ModelSettings(**_typed(prefix, texts))


def _require(preset: Preset, prefix: str, texts: Mapping[str, str]) -> None:
    variable = f"{_PREFIX}{prefix.upper()}"
    for name, others in preset.required:
        if name not in texts:
            also = "".join(f" or {other}" for other in others)
            raise PlannerError(
                f"{variable}PROVIDER={preset.name} needs {variable}{name.upper()}{also}"
            )


def _texts(prefix: str, env: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, str]:
    """What is set of one model's fields, as text."""
    found = {}
    for name in ModelSettings.__dataclass_fields__:
        if name in _SECOND or (prefix and name == "max_cost_usd"):
            continue
        value = given.get(prefix + name)
        said = value is not None and (bool(value) or name == "temperature")
        text = str(value) if said else env.get(f"{_PREFIX}{(prefix + name).upper()}", "")
        if text.strip():
            found[name] = text.strip()
    return found


def _typed(prefix: str, texts: Mapping[str, str]) -> dict[str, Any]:
    return {name: _read(prefix, name, text) for name, text in texts.items()}


def _read(prefix: str, name: str, text: str) -> str | float | int:
    variable = f"{_PREFIX}{(prefix + name).upper()}"
    if name in _CHOICES and text not in _CHOICES[name]:
        *others, last = _CHOICES[name]
        raise PlannerError(f"{variable} must be {', '.join(others)} or {last}, not {text!r}")
    if name not in _NUMBERS:
        return text
    try:
        number = float(text)
    except ValueError as error:
        raise PlannerError(f"{variable} must be a number, not {text!r}") from error
    if not math.isfinite(number) or number < 0 or (number == 0 and name not in _MAY_BE_ZERO):
        raise PlannerError(f"{variable} must be positive, not {text!r}")
    return int(number) if name in _WHOLE else number
