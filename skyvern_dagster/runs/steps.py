"""The steps and actions of a task, read from its artifacts: also while it is still going on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.run_keys import StepKeys, TaskKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.ids import EPOCH, stable_id
from skyvern_dagster.runs.timestamp import Timestamp

_ACTION_TYPES = {
    "check": "checkbox",
    "press": "keypress",
    "goto": "goto_url",
    "back": "go_back",
    "solve_totp": "verification_code",
    "download": "download_file",
}
"""Our decisions under the names that Skyvern's clients know (docs/contract.md#action)."""


class StepAnswer(BaseModel):
    """One step, with the fields of both generations (docs/contract.md#step)."""

    model_config = ConfigDict(frozen=True)

    organization_id: str
    task_id: str
    step_id: str
    status: str = Field(description="created / running / completed / failed / canceled")
    order: int = Field(description="Zero-based.")
    retry_index: int = Field(default=0, description="Counts the failed steps right before it.")
    is_last: bool = False
    created_at: Timestamp
    modified_at: Timestamp
    input_token_count: int = 0
    output_token_count: int = 0
    step_cost: float = 0.0
    output: dict[str, Any] | None = None


class ActionAnswer(BaseModel):
    """One action of a step."""

    model_config = ConfigDict(frozen=True)

    action_id: str
    action_type: str
    status: str
    organization_id: str
    task_id: str
    step_id: str
    step_order: int
    action_order: int
    reasoning: str | None = None
    element_id: str | None = None
    element: str | None = Field(default=None, description="The element as it read then.")
    response: str | None = Field(default=None, description="What came of it.")
    confidence_float: float | None = None
    data: dict[str, Any] = Field(default_factory=dict, description="The decision as it was made.")
    success: bool
    exception_message: str | None = None
    screenshot_artifact_key: str | None = Field(default=None, exclude=True)
    created_at: Timestamp
    modified_at: Timestamp


@dataclass(frozen=True)
class TaskSteps:
    """The steps of one task, as they lie in the store."""

    organization_id: str
    task_id: str
    is_over: bool
    documents: list[dict[str, Any]]

    @classmethod
    def read(
        cls, store: ArtifactStore, task: TaskKeys, organization_id: str, *, is_over: bool
    ) -> TaskSteps:
        """The steps of a task, as they lie in the store.

        Args:
            task: Where its artifacts lie.
            is_over: Whether no further step will follow.
        """
        keys = [key for key in store.keys(task.steps) if key == StepKeys.beside(key).summary]
        documents = [store.read_json(key) for key in keys]
        return cls(organization_id, task.task_id, is_over, documents)

    def steps(self) -> list[StepAnswer]:
        """All steps, oldest first."""
        return [self._step(index) for index in range(len(self.documents))]

    def actions(self) -> list[ActionAnswer]:
        """All actions, oldest first."""
        return [
            self._action(document, order, decision)
            for document in self.documents
            for order, decision in enumerate(document.get("decisions", []))
        ]

    def _step(self, index: int) -> StepAnswer:
        document = self.documents[index]
        began, ended = _times(document)
        actions = [
            self._action(document, order, decision)
            for order, decision in enumerate(document.get("decisions", []))
        ]
        return StepAnswer(
            organization_id=self.organization_id,
            task_id=self.task_id,
            step_id=document["step_id"],
            status=document["status"],
            order=document["order"],
            retry_index=self._failed_before(index),
            is_last=self.is_over and index == len(self.documents) - 1,
            created_at=began,
            modified_at=ended,
            input_token_count=document["input_tokens"],
            output_token_count=document["output_tokens"],
            step_cost=document["cost_usd"],
            output={
                "action_results": [_result(action) for action in actions],
                "actions_and_results": [
                    [action.model_dump(mode="json"), [_result(action)]] for action in actions
                ],
                "errors": [
                    action.exception_message for action in actions if action.exception_message
                ],
            },
        )

    def _failed_before(self, index: int) -> int:
        count = 0
        while index - count > 0 and self.documents[index - count - 1]["status"] == "failed":
            count += 1
        return count

    def _action(
        self, document: dict[str, Any], order: int, decision: dict[str, Any]
    ) -> ActionAnswer:
        result = decision.get("result", {})
        began, ended = _times(document)
        hidden = ("result", "target", "reasoning", "type")
        kind = str(decision.get("type", ""))
        return ActionAnswer(
            action_id=stable_id("a", document["step_id"], str(order)),
            action_type=_ACTION_TYPES.get(kind, kind),
            status="completed" if result.get("ok") else "failed",
            organization_id=self.organization_id,
            task_id=self.task_id,
            step_id=document["step_id"],
            step_order=document["order"],
            action_order=order,
            reasoning=decision.get("reasoning") or document.get("reasoning"),
            element_id=decision.get("ref"),
            element=decision.get("target") or None,
            response=result.get("message"),
            confidence_float=document.get("confidence"),
            data={key: value for key, value in decision.items() if key not in hidden},
            success=bool(result.get("ok")),
            exception_message=result.get("error") or (None if result.get("ok") else "failed"),
            screenshot_artifact_key=document.get("screenshot"),
            created_at=began,
            modified_at=ended,
        )


def _result(action: ActionAnswer) -> dict[str, Any]:
    return {
        "success": action.success,
        "data": action.response,
        "exception_message": action.exception_message,
    }


def _times(document: dict[str, Any]) -> tuple[datetime, datetime]:
    """When the step began and ended: its id was made as it began, to the second."""
    began = datetime(1970, 1, 1) + timedelta(  # noqa: DTZ001 - naive UTC, as all answers have it
        seconds=EPOCH + (int(str(document["step_id"]).partition("_")[2]) >> 32)
    )
    return began, began + timedelta(seconds=float(document.get("seconds", 0.0)))
