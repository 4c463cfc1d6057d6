"""Servers that are known by name: where they are, whose key they want, what they take.

docs/how-to/models.md tells how each is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.capabilities import Capabilities

if TYPE_CHECKING:
    from skyvern_dagster.llm.settings import ModelSettings

_SHORT_NAME_FIRST = ("max_tokens", "max_completion_tokens")


@dataclass(frozen=True)
class Preset:
    """A server that is known.

    Attributes:
        name: As ``SKYVERN_LLM_PROVIDER`` has it.
        base_url: Its address; empty where each user has another.
        hosts: Ends of the host names that it is known by.
        keys: Variables that hold its key, where that is another than ``SKYVERN_LLM_API_KEY``.
        addresses: Variables that hold its address, and what is added to it.
        model: The model where none is named; empty where one has to be.
        capabilities: What it takes.
        context_tokens: What it reads of a request where nobody has told it otherwise; 0 where it
            says itself when a request is too long.
        prices: Its name in the price list of ``genai-prices``; empty for the model's own.
    """

    name: str
    base_url: str = ""
    hosts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()
    model: str = ""
    capabilities: Capabilities = field(default_factory=Capabilities)
    context_tokens: int = 0
    prices: str = ""

    @property
    def required(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Fields that have to be set, and the other variables that set them."""
        needed: list[tuple[str, tuple[str, ...]]] = []
        if self.keys:
            needed.append(("api_key", self.keys))
        if self.addresses:
            needed.append(("base_url", tuple(name for name, _ in self.addresses)))
        if not self.model:
            needed.append(("model", ()))
        return tuple(needed)

    def texts(self, environment: Mapping[str, str]) -> dict[str, str]:
        """What the preset and its own variables say of a model's settings."""
        found = {"base_url": self.base_url, "model": self.model}
        if self.context_tokens:
            found["context_tokens"] = str(self.context_tokens)
        for variable in reversed(self.keys):
            found["api_key"] = environment.get(variable, "").strip() or found.get("api_key", "")
        for variable, path in reversed(self.addresses):
            if address := environment.get(variable, "").strip().rstrip("/"):
                found["base_url"] = address if address.endswith(path) else address + path
        return {name: text for name, text in found.items() if text}


PRESETS = (
    Preset("openai", keys=("OPENAI_API_KEY",), hosts=("api.openai.com",), model="gpt-4.1-mini"),
    Preset(
        "azure",
        hosts=("openai.azure.com", "services.ai.azure.com", "cognitiveservices.azure.com"),
        keys=("AZURE_OPENAI_API_KEY",),
        # The v1 API: no dated version in the address, deployments by the name of the model.
        addresses=(("AZURE_OPENAI_ENDPOINT", "/openai/v1"),),
    ),
    Preset(
        "anthropic",
        "https://api.anthropic.com/v1/",
        hosts=("api.anthropic.com",),
        keys=("ANTHROPIC_API_KEY",),
        # Its compatible endpoint ignores response_format: the form has to stand in the prompt.
        capabilities=Capabilities(output="text"),
    ),
    Preset(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai/",
        hosts=("generativelanguage.googleapis.com",),
        keys=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        capabilities=Capabilities(plain_schema=True),
        prices="google",
    ),
    Preset(
        "openrouter",
        "https://openrouter.ai/api/v1",
        hosts=("openrouter.ai",),
        keys=("OPENROUTER_API_KEY",),
        prices="openrouter",
    ),
    Preset(
        "ollama",
        "http://localhost:11434/v1",
        hosts=("localhost:11434", "127.0.0.1:11434"),
        capabilities=Capabilities(limits=_SHORT_NAME_FIRST),
        # Ollama's own default on machines with less than 24 GiB of video memory.
        context_tokens=4_096,
    ),
    Preset("vllm", "http://localhost:8000/v1"),
    Preset(
        "lmstudio",
        "http://localhost:1234/v1",
        hosts=("localhost:1234", "127.0.0.1:1234"),
        capabilities=Capabilities(limits=_SHORT_NAME_FIRST),
    ),
    Preset(
        "llamacpp",
        "http://localhost:8080/v1",
        capabilities=Capabilities(limits=_SHORT_NAME_FIRST),
    ),
)


def preset_named(name: str) -> Preset:
    """A preset by its name.

    Raises:
        PlannerError: There is none of that name.
    """
    found = next((preset for preset in PRESETS if preset.name == name.casefold()), None)
    if found is None:
        known = ", ".join(preset.name for preset in PRESETS)
        raise PlannerError(
            f"there is no preset {name!r} of models' servers: use one of {known}, or "
            "SKYVERN_LLM_BASE_URL for any other"
        )
    return found


def preset_of(settings: ModelSettings) -> Preset | None:
    """The preset that settings name, or whose address they have."""
    if settings.provider:
        return preset_named(settings.provider)
    place = urlsplit(settings.base_url).netloc.rpartition("@")[2].casefold()
    host = place.partition(":")[0]
    for preset in PRESETS:
        for known in preset.hosts:
            if known in (place, host) or host.endswith(f".{known}"):
                return preset
    return None
