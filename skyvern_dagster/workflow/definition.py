"""A workflow definition in Skyvern's format (docs/contract.md#definitions)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.agent.choice import PlannerName
from skyvern_dagster.blocks.any_block import AnyBlock
from skyvern_dagster.blocks.block import Block, RetryRule
from skyvern_dagster.blocks.registry import holds_blocks
from skyvern_dagster.workflow.browser_settings import BrowserSettings
from skyvern_dagster.workflow.dagster_section import DagsterSection
from skyvern_dagster.workflow.parameters import Parameter, WorkflowParameter
from skyvern_dagster.workflow.run_retries import RunRetryPolicy


class DefinitionBody(BaseModel):
    """``workflow_definition``: parameters and blocks."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    inert_fields: ClassVar[frozenset[str]] = frozenset({"version", "completion_contract"})

    parameters: list[Parameter] = Field(
        default_factory=list, description="What blocks and templates can refer to."
    )
    blocks: list[AnyBlock] = Field(description="What is done, in order.")
    error_code_mapping: dict[str, str] = Field(
        default_factory=dict,
        description="Error code -> the situation that it stands for, for all blocks that an agent "
        "carries out; a block's own count first.",
    )
    finally_block_label: str | None = Field(
        default=None,
        description="Label of the block that is carried out last, however the run has ended.",
    )
    workflow_system_prompt: str | None = Field(
        default=None,
        description="Told to the language model with whatever it is asked, in every block that "
        "doesn't set `ignore_workflow_system_prompt`.",
    )
    browser_settings: BrowserSettings | None = None
    retry_policy: RunRetryPolicy | None = Field(
        default=None, description="When a run that has ended is tried again."
    )


class WorkflowDefinition(BaseModel):
    """The whole document."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    inert_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "is_saved_task", "proxy_location", "model", "status",
            "run_with", "ai_fallback", "cache_key", "max_screenshot_scrolls",
            "folder_id", "code_version", "mask_secrets",
            "reuse_browser_session", "adaptive_caching", "enable_self_healing",
            "pin_saved_session_ip",
            "cdp_connect_headers", "generate_script_on_terminal",
            "recording_id", "browser_type",
        }
    )  # fmt: skip
    """Fields that are accepted and have no effect on how a run goes (a warning when set)."""

    title: str = Field(description="Name for people.")
    description: str | None = None
    proxy_location: str | dict[str, Any] | None = None
    webhook_callback_url: str | None = Field(default=None, description="Told when a run has ended.")
    totp_verification_url: str | None = Field(
        default=None, description="Asked for one-time codes, for all blocks without their own."
    )
    totp_identifier: str | None = Field(
        default=None, description="Whom pushed one-time codes are for, likewise."
    )
    max_elapsed_time_minutes: int | None = Field(
        default=None, ge=1, le=10_080, description="After so long a run has timed out."
    )
    run_sequentially: bool = Field(
        default=False, description="Whether its runs wait for each other."
    )
    sequential_key: str | None = Field(
        default=None,
        description="Template over its parameters: only runs with the same value wait for each "
        "other.",
    )
    persist_browser_session: bool = Field(
        default=False,
        description="Whether a run begins with the browser's state (cookies, storages) that the "
        "last completed one has left.",
    )
    browser_profile_id: str | None = Field(
        default=None, description="The browser profile (bp_...) that runs begin with."
    )
    browser_profile_key: str | None = Field(
        default=None,
        description="Template over its parameters, with persist_browser_session: runs with the "
        "same value share a state.",
    )
    extra_http_headers: dict[str, str] | None = Field(
        default=None,
        description="Sent by the browser to the site that a task is about, and to no other. A "
        "value may be a template: {{ api_token }}.",
    )
    is_saved_task: bool = False
    dagster: DagsterSection = Field(
        default_factory=DagsterSection, description="What it is in Dagster. Our extension."
    )
    planner: PlannerName | None = Field(
        default=None,
        description="Who plans its tasks: auto, heuristic or llm (an extension of the format).",
    )
    workflow_definition: DefinitionBody

    @property
    def blocks(self) -> list[Block]:
        """The blocks at the top level, in order."""
        return self.workflow_definition.blocks

    @cached_property
    def output_names(self) -> Mapping[str, str]:
        """Name of an output -> the label of the block that makes it."""
        labels = [block.label for block in walk(self.blocks)]
        return {name: label for label in labels for name in (label, f"{label}_output")}

    @property
    def finally_label(self) -> str | None:
        """Label of the block that is carried out last, however a run has ended."""
        return self.workflow_definition.finally_block_label

    @property
    def finally_block(self) -> Block | None:
        """The block that is carried out last, however a run has ended."""
        found = (block for block in self.blocks if block.label == self.finally_label)
        return next(found, None)

    @property
    def parameters(self) -> list[Parameter]:
        """The declared parameters, in order."""
        return self.workflow_definition.parameters

    @property
    def error_codes(self) -> Mapping[str, str]:
        """Error code -> the situation that it stands for, for all blocks."""
        return self.workflow_definition.error_code_mapping

    def system_prompt_for(self, block: Block) -> str:
        """What a model is told with whatever a block asks it; empty for nothing."""
        given = self.workflow_definition.workflow_system_prompt
        return "" if given is None or block.ignore_workflow_system_prompt else given

    def retry_rule(self, block: Block) -> RetryRule:
        """When a failed attempt at a block is repeated: the section's rule, else the block's."""
        given = self.dagster.retries.get(block.label) or self.dagster.retries.get("all")
        return block.retry_rule if given is None else given.rule

    def timeout(self, label: str) -> float | None:
        """Longest seconds of a task, where the section sets some."""
        return self.dagster.timeouts.blocks.get(label, self.dagster.timeouts.block)

    @property
    def workflow_parameters(self) -> list[WorkflowParameter]:
        """The parameters that whoever starts a run gives."""
        return [each for each in self.parameters if isinstance(each, WorkflowParameter)]


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """All blocks, loops before their bodies, in document order."""
    for block in blocks:
        yield block
        yield from walk(block.inner)


holds_blocks(DefinitionBody)
holds_blocks(WorkflowDefinition)
