"""The planners as a Dagster resource: which ones decide, and the model behind them."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import cast

import dagster as dg
from pydantic import Field

from skyvern_dagster.agent.choice import PlannerChoice, PlannerName, Replaying
from skyvern_dagster.agent.planner import Planner
from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.settings import ModelSettings, settings_from
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults


class PlannerResource(HiddenDefaults, dg.ConfigurableResource["PlannerResource"]):
    """Who decides: ``auto`` chains all that are there, cheapest first.

    The model's settings fall back to SKYVERN_LLM_BASE_URL, _API_KEY, _MODEL, and so on; give the
    key as ``dg.EnvVar("...")``, so that it stays out of run config.
    """

    planner: str = Field(
        default="",
        description="auto, heuristic, llm, or module:Class of a planner of your own; empty: "
        "SKYVERN_PLANNER, else auto.",
    )
    provider: str = Field(
        default="",
        description="A preset of a model's server: openai, azure, anthropic, gemini, openrouter, "
        "ollama, vllm, lmstudio or llamacpp.",
    )
    base_url: str = Field(default="", description="OpenAI-compatible server, up to /v1.")
    api_key: str = Field(default="", description='Its key, as dg.EnvVar("NAME").')
    model: str = Field(default="", description="The model's name on the server.")
    vision: str = Field(default="", description="Screenshots to the model: off, auto or on.")
    timeout_seconds: float = Field(default=0, description="For one request; 0: 60.")
    max_page_tokens: int = Field(default=0, description="Of a page in one request; 0: 4,000.")
    max_task_tokens: int = Field(default=0, description="Budget of one task; 0: 200,000.")
    max_cost_usd: float = Field(
        default=0, description="Money for the models of one run; 0: no such budget."
    )
    context_tokens: int = Field(
        default=0,
        description="What the server reads of a request at most, where it doesn't say so itself "
        "(Ollama's num_ctx).",
    )
    temperature: float | None = Field(default=None, description="Left out: the server's own.")
    reading_model: str = Field(default="", description="A second model, which reads data.")
    fallback_model: str = Field(
        default="", description="A model that is asked where the first gives no usable answer."
    )
    replay: str = Field(
        default="",
        description="Record and replay: model (tasks in which a model had a part), all, or off; "
        "empty: SKYVERN_REPLAY, else model.",
    )
    recordings: str = Field(
        default="",
        description="Folder of reviewed recordings, used first and never changed; empty: "
        "SKYVERN_RECORDINGS.",
    )

    def policy(self) -> Planner:
        """The planners.

        Raises:
            PlannerError: There is no planner of that name, or a setting is malformed.
        """
        name = self.planner or os.environ.get("SKYVERN_PLANNER") or "auto"
        if name not in ("auto", "heuristic", "llm"):
            return _imported_planner(name)
        folder = self.recordings or os.environ.get("SKYVERN_RECORDINGS")
        return PlannerChoice(
            default=cast(PlannerName, name),
            model=self._model(),
            replaying=self._replaying(),
            folder=Path(folder) if folder else None,
        )

    def _model(self) -> ModelSettings:
        return settings_from(
            provider=self.provider,
            base_url=self.base_url,
            api_key=self.api_key,
            model=self.model,
            vision=self.vision,
            timeout_seconds=self.timeout_seconds,
            max_page_tokens=self.max_page_tokens,
            max_task_tokens=self.max_task_tokens,
            max_cost_usd=self.max_cost_usd,
            context_tokens=self.context_tokens,
            temperature=self.temperature,
            reading_model=self.reading_model,
            fallback_model=self.fallback_model,
        )

    def _replaying(self) -> Replaying:
        value = self.replay or os.environ.get("SKYVERN_REPLAY") or "model"
        if value not in ("model", "all", "off"):
            raise PlannerError(f"SKYVERN_REPLAY must be model, all or off, not {value!r}")
        return cast(Replaying, value)


def _imported_planner(name: str) -> Planner:
    module, _, attribute = name.partition(":")
    try:
        planner = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise PlannerError(
            f"no planner {name!r}: use auto, heuristic, llm, or module:Class of your own ({error})"
        ) from error
    if not isinstance(planner, Planner):
        raise PlannerError(f"{name!r} is no planner: it needs a name and an async method plan")
    return planner
