"""What a block is told at an attempt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from skyvern_dagster.agent.task import HandOn
from skyvern_dagster.artifacts.run_request import read_request
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.context import BlockContext, Log, Services
from skyvern_dagster.blocks.offered_files import file_parameters
from skyvern_dagster.credentials.one_time_codes import CodeOrigin
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.execution.declarations import code_identifiers
from skyvern_dagster.execution.deliveries import delivery_of, item_digest
from skyvern_dagster.execution.ending import missing, unfinished_items
from skyvern_dagster.execution.later_iterations import later_names
from skyvern_dagster.execution.names import Names
from skyvern_dagster.execution.records import RunRecords
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.workflow.loader import Workflow

MOST_LACKING = 50
"""How many missing items a block is told of by name; an e-mail stays readable."""


@dataclass(frozen=True)
class BlockContexts:
    """Makes them, for the blocks of one workflow.

    Attributes:
        approved: Whether a person has made a paused run go on.
        triggered_by: See :class:`~skyvern_dagster.blocks.context.BlockContext`.
    """

    workflow: Workflow
    services: Services
    approved: bool = False
    triggered_by: tuple[str, ...] = ()

    def of(
        self,
        block: Block,
        scope: Scope,
        *,
        vault: SecretVault,
        log: Log,
        hand_on: HandOn,
        fork: bool,
    ) -> BlockContext:
        """What a block is told at an attempt."""
        definition = self.workflow.definition
        request = read_request(self.services.artifacts, scope.workflow_run_id)
        settings = definition.workflow_definition.browser_settings
        return BlockContext(
            workflow_run_id=scope.workflow_run_id,
            block_key=scope.block_key(block.label),
            iteration=scope.iteration,
            names=Names(definition, scope),
            vault=vault,
            services=self._services(block),
            log=log,
            state=scope.state,
            has_page=scope.has_page,
            fork=fork,
            hand_on=hand_on,
            files=scope.files,
            request=request,
            delivery=delivery_of(self.workflow, scope),
            covers=tuple(scope.spans) if not scope.frames else (),
            item=item_digest(scope),
            organization_id=scope.organization_id,
            trust=scope.trust,
            code_origin=CodeOrigin(definition.totp_verification_url, definition.totp_identifier),
            workflow=scope.workflow_permanent_id,
            planner=definition.planner,
            file_parameters=file_parameters(definition.parameters),
            lacking=lambda: self._lacking(scope),
            error_codes=definition.error_codes,
            approved=self.approved,
            triggered_by=self.triggered_by,
            code_identifiers=code_identifiers(definition),
            headers={
                **(definition.extra_http_headers or {}),
                **(request.extra_http_headers if request is not None else {}),
            },
            time_zone=(settings.timezone_id if settings is not None else None) or "",
            system_prompt=definition.system_prompt_for(block),
            later=later_names(self.workflow, block, scope),
        )

    def _lacking(self, scope: Scope) -> list[str]:
        records = RunRecords(self.services.artifacts, scope.workflow_run_id).all(self.workflow)
        items = missing(unfinished_items(self.workflow, records))
        lines = [f"- {each.sentence}" for each in items[:MOST_LACKING]]
        more = len(items) - len(lines)
        return [*lines, f"- and {more} more"] if more else lines

    def _services(self, block: Block) -> Services:
        """The services, with the block's own time-out."""
        seconds = self.workflow.definition.timeout(block.label)
        if seconds is None:
            return self.services
        return replace(self.services, agent=replace(self.services.agent, max_seconds=seconds))
