"""The one life of a run: it is opened, its blocks are carried out, it ends.

Every way to run a definition goes through here: the compiled job (an op a block), the job that
interprets, ``@skyvern_assets``, the command line (which starts the compiled job in a process of its
own) and a sensor's look at a portal. What differs between them is the
:class:`~skyvern_dagster.execution.host.RunHost`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.run_request import read_request
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.context import Services
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.credentials.access import Trust
from skyvern_dagster.credentials.payload_secrets import without_secrets
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.errors import ParameterError, SecretError, SkyvernDagsterError
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.declarations import declarations, keys_typed, keys_used
from skyvern_dagster.execution.ending import (
    RunEnding,
    block_ending,
    incomplete_reason,
    unfinished_items,
)
from skyvern_dagster.execution.host import RunHost
from skyvern_dagster.execution.loop_rules import is_fatal
from skyvern_dagster.execution.parameter_secrets import checked_without_secrets
from skyvern_dagster.execution.records import RunRecords
from skyvern_dagster.execution.run_info import RunInfo, begin_run, has_begun, read_info
from skyvern_dagster.execution.run_profile import (
    RunProfile,
    begun_with_profile,
    keep_profile,
    profile_of,
)
from skyvern_dagster.execution.runner import Runner
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow

AfterBlock = Callable[[Block, Scope, BlockOutcome], None]
"""Told of each block at the top level once it has ended, with the scope after it."""


@dataclass(frozen=True)
class WorkflowRun:
    """A run of one workflow, as one host carries it out.

    Attributes:
        reuse: Whether blocks that have been finished in this run before are not run again.
    """

    workflow: Workflow
    services: Services
    host: RunHost
    reuse: bool = False

    @cached_property
    def runner(self) -> Runner:
        """Runs single blocks and loops."""
        return Runner(
            self.workflow,
            self.services,
            self.host.log,
            self.reuse,
            self.host.approved,
            tuple(self.host.tags.get(tags.TRIGGERED_BY, "").split()),
        )

    @property
    def organization_id(self) -> str:
        """Whose run it is: the default organization's, unless it was asked for over REST."""
        return self.host.tags.get(tags.ORGANIZATION_ID, DEFAULT_ORGANIZATION_ID)

    def open(
        self,
        given: Mapping[str, Any],
        *,
        delivery: str = "",
        spans: Mapping[str, tuple[str, str]] | None = None,
    ) -> Scope:
        """Checks everything that can be checked before a browser starts.

        Args:
            given: Values of the parameters; of a run that was written down when it was asked for,
                the values that stand there count.
            delivery: See :class:`Scope`.
            spans: See :class:`Scope`.

        Raises:
            ParameterError: A parameter doesn't fit or a secret can't be found; all of them are
                named, and the run has been tagged as failed.
        """
        run_id = self._run_id()
        self.host.tag(self.opening_tags(run_id))
        trust = self._trust(run_id)
        info, problems = self._begun(run_id, given)
        problems += self._nothing_to_do()
        problems += self._unusable_secrets(info, trust)
        if problems:
            reason = "; ".join(problems)
            self.end(RunEnding("failed", reason))
            raise ParameterError(reason)
        site = tags.site_of(info.parameters)
        if site:
            self.host.tag({tags.SITE: site})
        scope = first_scope(
            self.workflow,
            info,
            organization_id=self.organization_id,
            trust=trust,
            delivery=delivery,
            spans=spans,
        )
        try:
            return begun_with_profile(self.services, scope, self._profile(scope))
        except ParameterError as error:
            self.end(RunEnding("failed", str(error)))
            raise

    def keep_profile(self, scope: Scope) -> None:
        """Keeps the browser's last state for the next run, where the definition says so.

        What can't be kept is a line in the log: the next run logs in anew.
        """
        try:
            line = keep_profile(self.services, scope, self._profile(scope))
        except SkyvernDagsterError as error:
            line = f"warning: the browser's state was not kept: {error}"
        if line is not None:
            self.host.log(line)

    def _profile(self, scope: Scope) -> RunProfile:
        request = read_request(self.services.artifacts, scope.workflow_run_id)
        return profile_of(self.workflow.definition, scope, request)

    def adopt(self, scope: Scope) -> None:
        """Makes an attempt known as one at the run that the scope belongs to, once.

        Depending on who re-executes, Dagster copies all tags of the earlier attempt, which speak
        of its ending, or none.
        """
        if self.host.tags.get(tags.ATTEMPT) != self.host.attempt:
            self.host.tag(self.opening_tags(scope.workflow_run_id))

    def carry_out(
        self,
        scope: Scope,
        blocks: Sequence[Block] | None = None,
        *,
        followed_by: Sequence[Block] = (),
        after_block: AfterBlock = lambda *_: None,
    ) -> tuple[Scope, RunEnding]:
        """Runs blocks in order until the last one, or one that ends the run.

        Args:
            blocks: Those of the definition, when left out.
            followed_by: What will be carried out afterwards, and may need the browser's state.
        """
        definition = self.workflow.definition
        todo = definition.blocks if blocks is None else blocks
        walked = self.runner.carried_out(
            todo, scope, followed_by=followed_by, without=definition.finally_label
        )
        ending: RunEnding | None = None
        for block, scope, outcome in walked:
            after_block(block, scope, outcome)
            if is_fatal(block, outcome):
                ending = block_ending(self.ending_block(block, scope), outcome)
        ending = ending or self.completion(scope)
        return (
            (scope, ending) if blocks is not None else self.with_finally(scope, ending, after_block)
        )

    def with_finally(
        self, scope: Scope, ending: RunEnding, after_block: AfterBlock = lambda *_: None
    ) -> tuple[Scope, RunEnding]:
        """Carries the ``finally`` block out, where there is one, once the run's ending is known.

        A run that has ended badly ends so whatever the block comes to; one that has completed
        fails with it.
        """
        block = self.workflow.definition.finally_block
        if block is None or ending.status == "paused":
            return scope, ending
        self.host.log(f"{block.label}: the finally block of a run that has {ending.status}")
        outside = scope.model_copy(
            update={
                "frames": (),
                "entries": (),
                "at": None,
                "run_status": ending.status,
                "run_failure_reason": ending.reason,
            }
        )
        runner = replace(self.runner, reuse=False)
        after, outcome = runner.run(block, outside, hand_on="nothing")
        self.host.tag({tags.FINALLY: "done"})
        after_block(block, after, outcome)
        if ending.status != "completed":
            return after, ending
        if is_fatal(block, outcome):
            return after, block_ending(self.ending_block(block, after), outcome)
        return after, self.completion(after)

    def scope_so_far(self, info: RunInfo) -> Scope:
        """The scope of a run that another process has carried out in part, by its records."""
        records = RunRecords(self.services.artifacts, info.workflow_run_id).all(self.workflow)
        first = first_scope(
            self.workflow,
            info,
            organization_id=self.organization_id,
            trust=self._trust(info.workflow_run_id),
        )
        return first.model_copy(
            update={
                "outputs": {each.label: each.outcome.output for each in records},
                "files": tuple(file for each in records for file in each.outcome.files),
            }
        )

    def completion(self, scope: Scope) -> RunEnding:
        """The ending of a run whose blocks have all been carried out."""
        records = RunRecords(self.services.artifacts, scope.workflow_run_id).all(self.workflow)
        items = unfinished_items(self.workflow, records)
        return RunEnding("completed", incomplete_reason(items), unfinished=tuple(items))

    def end(self, ending: RunEnding) -> None:
        """Makes an ending known."""
        self.host.tag(ending.as_tags(self.host.attempt))
        run_id = self.host.tags.get(tags.WORKFLOW_RUN_ID)
        if run_id:
            # For whoever waits for the run without asking Dagster: a workflow_trigger block.
            said = {"attempt": self.host.attempt, "status": ending.status, "reason": ending.reason}
            self.services.artifacts.write_json(RunKeys(run_id).ending, said)

    def ending_block(self, block: Block, scope: Scope) -> str:
        """The block whose reason the run's is: the one inside, of a loop that it stopped."""
        if not isinstance(block, LoopBlock):
            return scope.block_key(block.label)
        records = RunRecords(self.services.artifacts, scope.workflow_run_id)
        loops = {each.label for each in walk(block.inner) if isinstance(each, LoopBlock)}
        leaves = [each.label for each in walk(block.inner) if each.label not in loops]
        inside = [each for label in leaves for each in records.iterations(label)]
        failed = [each for each in inside if not each.outcome.completed]
        return failed[-1].block_key if failed else scope.block_key(block.label)

    def opening_tags(self, workflow_run_id: str) -> dict[str, str]:
        """The tags of an attempt that has begun; what an earlier one said of its end is void."""
        given = self.host.tags
        wanted = self.workflow.definition.webhook_callback_url is not None
        # What is still to be reported: of a resumed run its new ending.
        webhook = {tags.WEBHOOK: "pending"} if wanted or tags.WEBHOOK in given else {}
        return {
            tags.WORKFLOW_RUN_ID: workflow_run_id,
            tags.WORKFLOW: self.workflow.name,
            tags.WORKFLOW_PERMANENT_ID: self.workflow.workflow_permanent_id,
            tags.ORGANIZATION_ID: self.organization_id,
            tags.KIND: given.get(tags.KIND, "workflow_run"),
            tags.STATUS: "running",
            tags.ATTEMPT: self.host.attempt,
            **self._retry_tag(),
            **({tags.FINALLY: "pending"} if self.workflow.definition.finally_block else {}),
            **webhook,
            **{name: "-" for name in tags.OF_AN_ENDING if name in given},
        }

    def _retry_tag(self) -> dict[str, str]:
        """Of a run that another one waits for, the attempt is the only one."""
        has_policy = self.workflow.definition.workflow_definition.retry_policy is not None
        return {tags.RETRY: "pending"} if has_policy and tags.PARENT not in self.host.tags else {}

    def _run_id(self) -> str:
        """A run that is resumed or retried keeps its id; a repeated one is new."""
        given = self.host.tags.get(tags.WORKFLOW_RUN_ID)
        return given if given and self.host.goes_on else new_id("wr")

    def _trust(self, run_id: str) -> Trust:
        """Who made the definition, and who gave the parameters.

        A person who re-executes a run in Dagster's UI repeats what somebody asked for over REST.
        """
        if self.workflow.from_rest:
            return "nothing"
        asked = read_request(self.services.artifacts, run_id) is not None
        asked = asked or any(tags.ORIGIN in each for each in (self.host.tags, *self.host.ancestors))
        return "definition" if asked else "operator"

    def _nothing_to_do(self) -> list[str]:
        """Skyvern keeps a workflow without blocks, too, and fails its runs."""
        return [] if self.workflow.definition.blocks else ["the workflow has no blocks: add one"]

    def _begun(self, run_id: str, given: Mapping[str, Any]) -> tuple[RunInfo, list[str]]:
        store = self.services.artifacts
        known = read_info(store, run_id) if has_begun(store, run_id) else None
        asked = given if known is None else known.parameters
        try:
            parameters, problems = self._put_away(run_id, asked), []
        except (ParameterError, SecretError) as error:
            parameters, problems = without_secrets(dict(asked), {}), [str(error)]
        # Also of a run that can't begin there is an answer, with what it was given.
        return known or begin_run(store, self.workflow, parameters, run_id), problems

    def _put_away(self, run_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The checked parameters; the secrets among them lie sealed with the run's records.

        Where the run repeats another one, its parameters may refer to that one's secrets.
        """
        before = (each.get(tags.WORKFLOW_RUN_ID, "") for each in self.host.ancestors)
        services, owner = self.services, self.organization_id
        kept: dict[str, str] = {}
        for each in (run_id, *filter(None, before)):
            kept = kept or services.run_values(owner, each)
        parameters, secrets = checked_without_secrets(self.workflow.definition, given, kept)
        if secrets and services.run_secrets is not None:
            services.run_secrets().keep(owner, run_id, {**kept, **secrets})
        return parameters

    def _unusable_secrets(self, info: RunInfo, trust: Trust) -> list[str]:
        """Looks each used secret up, so that a run doesn't find out after ten minutes."""
        declared = declarations(self.workflow, info.parameters)
        try:
            access = self.services.access(self.organization_id, info.workflow_run_id, trust)
        except SecretError as error:
            return [str(error)]
        vault = SecretVault(declared, access, Redactor())
        typed = keys_typed(self.workflow)
        problems = []
        for key in keys_used(self.workflow):
            try:
                if key in declared.values and key not in typed:
                    vault.value(key)
                elif key in declared.values or key in declared.credentials:
                    vault.check_usable(key)
            except SecretError as error:
                problems.append(str(error))
        return problems


def first_scope(
    workflow: Workflow,
    info: RunInfo,
    *,
    organization_id: str = DEFAULT_ORGANIZATION_ID,
    trust: Trust = "nothing",
    delivery: str = "",
    spans: Mapping[str, tuple[str, str]] | None = None,
) -> Scope:
    """The scope in which a run begins."""
    scope = Scope(
        workflow_run_id=info.workflow_run_id,
        workflow_permanent_id=workflow.workflow_permanent_id,
        workflow_title=workflow.definition.title,
        organization_id=organization_id,
        trust=trust,
        current_date=utc_now().date().isoformat(),
        created_at=info.created_at,
        parameters=info.parameters,
        delivery=delivery,
        spans=dict(spans or {}),
    )
    # As JSON has it from the first block on, whether or not the scope travels between processes.
    return Scope.model_validate_json(scope.model_dump_json())
