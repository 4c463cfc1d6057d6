"""One step of a task, as tables, answers and artifacts show it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class StepSummary(BaseModel):
    """What one look at the page led to.

    Attributes:
        actions: One line per decision, in order.
        result: What came of it, in one sentence.
        cached_tokens: Input tokens that the model's server had in its prompt cache.
        model_calls: Requests to a model.
        declined: Planners that were asked first and why they left the step to another.
        notes: What people should know, for instance a value that stands nowhere on the page.
        screenshot: Artifact key of the page as the step left it.
    """

    model_config = ConfigDict(frozen=True)

    step_id: str
    order: int = Field(ge=0)
    status: Literal["completed", "failed"]
    planner: str
    url: str
    actions: tuple[str, ...]
    result: str
    seconds: float
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    cached_tokens: int = 0
    model_calls: int = 0
    declined: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    screenshot: str | None = None
