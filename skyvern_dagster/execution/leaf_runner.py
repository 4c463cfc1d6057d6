"""Running one block that has no others within, as often as its rule allows."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skyvern_dagster.agent.task import HandOn
from skyvern_dagster.blocks.block import Block, LeafBlock
from skyvern_dagster.blocks.context import Log, Services
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.execution.attempt import carried_out
from skyvern_dagster.execution.block_contexts import BlockContexts
from skyvern_dagster.execution.declarations import (
    declarations,
    keys_typed,
)
from skyvern_dagster.execution.deliveries import with_item
from skyvern_dagster.execution.loop_rules import loops_around, stopped_by
from skyvern_dagster.execution.records import BlockRecord, RunRecords
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.workflow.loader import Workflow

INFRASTRUCTURE_DELAYS = (1.0, 5.0)
"""Seconds before a block is tried again after what it stands on broke.

Twice: a renderer or a browser that was killed is there again at once; a disk, a store or a model
server that hasn't come back after some seconds is a matter of minutes, and of ``resume``.
"""

Ran = tuple[Scope, BlockOutcome]
"""The scope after a block, and how the block ended."""


@dataclass(frozen=True)
class LeafRunner:
    """Runs leaf blocks of one workflow, and keeps what came of them on record.

    Attributes:
        log: One line per thing that happens; secrets are taken out before it is called.
        reuse: Whether a block that has been finished in this run before is not run again.
        approved: Whether a person has made a paused run go on.
        triggered_by: See :class:`~skyvern_dagster.blocks.context.BlockContext`.
    """

    workflow: Workflow
    services: Services
    log: Log
    reuse: bool = False
    approved: bool = False
    triggered_by: tuple[str, ...] = ()
    sleep: Callable[[float], None] = time.sleep

    def vault(self, scope: Scope) -> SecretVault:
        """A vault for the workflow's secrets, as far as the run may use them.

        It knows the values of all that the workflow types: what one block typed, the next one's
        pages may show. Others, such as a mail server's name, are known to their block only: they
        may be parts of addresses that tasks work with.

        Raises:
            SecretError: The run's own secrets can't be read.
        """
        access = self.services.access(scope.organization_id, scope.workflow_run_id, scope.trust)
        vault = SecretVault(declarations(self.workflow, scope.parameters), access, Redactor())
        vault.learn(keys_typed(self.workflow))
        return vault

    @property
    def contexts(self) -> BlockContexts:
        """What blocks are given to work with."""
        return BlockContexts(self.workflow, self.services, self.approved, self.triggered_by)

    def records(self, scope: Scope) -> RunRecords:
        """The run's records."""
        return RunRecords(self.services.artifacts, scope.workflow_run_id)

    def attempt(
        self, block: LeafBlock, scope: Scope, *, hand_on: HandOn, fresh: bool = False
    ) -> Ran:
        """One attempt at a block; whatever goes wrong is in the outcome, and on record.

        Where the browser or something else that the run stands on breaks, that was none: the block
        is tried again on a fresh page.

        Args:
            hand_on: What later blocks need of the browser.
            fresh: Whether a live session must not be used (a retry begins with a fresh page).
        """
        key = scope.block_key(block.label)
        done = self.finished(block, scope) if self.reuse else None
        if done is not None:
            self.log(f"{key}: {done.status} before in this run, not repeated")
            return scope.with_outcome(block.label, done), done
        outcome = self._carried_out(block, scope, hand_on=hand_on, fork=scope.fork or fresh)
        for number, seconds in enumerate(INFRASTRUCTURE_DELAYS, start=1):
            if not (outcome.infrastructure and outcome.retryable):
                break
            self.log(f"{key}: {outcome.failure_reason}; tried again ({number}) in {seconds:g} s")
            self.sleep(seconds)
            outcome = self._carried_out(block, scope, hand_on=hand_on, fork=True)
        self.record(block, scope, outcome)
        return scope.with_outcome(block.label, outcome), outcome

    def _carried_out(
        self, block: LeafBlock, scope: Scope, *, hand_on: HandOn, fork: bool
    ) -> BlockOutcome:
        vault = self.vault(scope)

        def log(line: str) -> None:
            self.log(vault.redactor.text(line))

        context = self.contexts.of(block, scope, vault=vault, log=log, hand_on=hand_on, fork=fork)
        started = time.monotonic()
        outcome = carried_out(block, context)
        return outcome.model_copy(
            update={
                "seconds": round(time.monotonic() - started, 3),
                "files": with_item(outcome.files, context),
            }
        )

    def finished(self, block: LeafBlock, scope: Scope) -> BlockOutcome | None:
        """The outcome on record of a block that needs no further attempt in this scope.

        One that the definition puts up with is final, too, unless it may go away by itself.
        """
        record = self.records(scope).read(scope.block_key(block.label))
        if record is None or record.loop_value != _loop_value(scope):
            return None
        if record.files != _files_digest(block, scope):
            return None
        outcome = record.outcome
        if outcome.completed:
            return outcome
        may_pass = outcome.says_nothing or (outcome.status == "failed" and outcome.retryable)
        return outcome if self._puts_up_with(block, scope) and not may_pass else None

    def _puts_up_with(self, block: LeafBlock, scope: Scope) -> bool:
        loops = loops_around(self.workflow, scope)
        return block.continue_on_failure or stopped_by(loops, block) < len(loops)

    def record(self, block: Block, scope: Scope, outcome: BlockOutcome) -> None:
        """Puts an outcome on record."""
        self.records(scope).write(
            BlockRecord(
                block_key=scope.block_key(block.label),
                label=block.label,
                block_type=block.block_type,
                iteration=scope.iteration,
                loop_value=_loop_value(scope),
                files=_files_digest(block, scope),
                outcome=outcome,
                finished_at=utc_now().isoformat(),
            )
        )

    def run_leaf(self, block: LeafBlock, scope: Scope, hand_on: HandOn) -> Ran:
        """A block, and again by its rule where it has failed and that may pass."""
        rule = self.workflow.definition.retry_rule(block)
        after, outcome = self.attempt(block, scope, hand_on=hand_on)
        for number in range(1, rule.max_retries + 1):
            if outcome.status != "failed" or not outcome.retryable:
                break
            self.log(f"{block.label}: {outcome.failure_reason}; retry {number}/{rule.max_retries}")
            self.sleep(rule.delay(number))
            after, outcome = self.attempt(block, scope, hand_on=hand_on, fresh=True)
        return after, outcome


def _files_digest(block: Block, scope: Scope) -> str:
    """Of the downloads that a block takes; a run that is resumed may have more of them."""
    if not block.takes_downloads:
        return ""
    text = "\n".join(f"{file.key} {file.sha256}" for file in scope.files)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _loop_value(scope: Scope) -> Any:
    return scope.frames[-1].value if scope.frames else None
