"""What is known of servers: told by presets and settings, learnt from what they refuse.

What is learnt holds for the process, whoever asks.
"""

from __future__ import annotations

from dataclasses import replace

from skyvern_dagster.llm.capabilities import Capabilities
from skyvern_dagster.llm.presets import preset_of
from skyvern_dagster.llm.settings import ModelSettings

_learnt: dict[tuple[str, str], Capabilities] = {}


def capabilities_of(settings: ModelSettings) -> Capabilities:
    """What a model's server is thought to take: learnt, or as its preset says, or everything."""
    learnt = _learnt.get((settings.base_url, settings.model))
    if learnt is not None:
        return learnt
    preset = preset_of(settings)
    known = preset.capabilities if preset else Capabilities()
    if settings.structured_output != "auto":
        return replace(known, output=settings.structured_output)
    return known


def learn(settings: ModelSettings, capabilities: Capabilities) -> None:
    """Remembers what a model's server takes, for all who ask it in this process."""
    _learnt[settings.base_url, settings.model] = capabilities


def forget(base_url: str) -> None:
    """Forgets what was learnt of a server: another one may listen there now."""
    for key in [key for key in _learnt if key[0] == base_url]:
        _learnt.pop(key, None)
