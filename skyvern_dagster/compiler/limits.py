"""What holds a workflow's ops back or tries them again: pools, retry policies, time-outs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import dagster as dg

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.errors import ParameterError, TemplateError
from skyvern_dagster.execution import tags
from skyvern_dagster.templating.rendering import render
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.parameters import CredentialParameter
from skyvern_dagster.workflow.vault_parameters import VaultParameter

_BACKOFFS = {
    "constant": None,
    "linear": dg.Backoff.LINEAR,
    "exponential": dg.Backoff.EXPONENTIAL,
}


def pool_of(block: Block, workflow: Workflow) -> str | None:
    """The pool that a task waits in.

    Tasks that are given a credential share the pool of that login, over all workflows: an instance
    that counts pools by run (ours does) and limits them to 1 never lets two runs use one login at
    the same time. Other tasks share the site's pool, where the section names one.
    """
    if not block.is_task:
        return None
    pools = login_pools(workflow, block)
    return pools[0] if pools else workflow.definition.dagster.pools.site


def login_pools(workflow: Workflow, block: Block | None = None) -> list[str]:
    """The pools of the logins that a task, or the whole workflow, is given."""
    login = workflow.definition.dagster.pools.login
    pools = [
        login_pool(_login_name(each)) if login is True else str(login)
        for each in workflow.definition.parameters
        if isinstance(each, CredentialParameter | VaultParameter)
        and (block is None or each.key in block.keys_used())
    ]
    return [] if login is False else pools


def _login_name(parameter: CredentialParameter | VaultParameter) -> str:
    if isinstance(parameter, CredentialParameter):
        return parameter.credential_id or parameter.key
    return parameter.item.name


def login_pool(credential: str) -> str:
    """Name of a login's pool: ``skyvern/login/<credential>``."""
    return f"skyvern/login/{re.sub(r'[^A-Za-z0-9_-]+', '_', credential)}"


def retry_policy_of(block: Block, workflow: Workflow) -> dg.RetryPolicy | None:
    """Dagster's form of a block's rule; it also covers what breaks around the block."""
    section = workflow.definition.dagster
    rule = workflow.definition.retry_rule(block)
    if rule.max_retries == 0:
        return None
    given = section.retries.get(block.label) or section.retries.get("all")
    return dg.RetryPolicy(
        max_retries=rule.max_retries,
        delay=rule.delay_seconds or None,
        backoff=_BACKOFFS[rule.backoff] if rule.delay_seconds else None,
        jitter=dg.Jitter.PLUS_MINUS if given is not None and given.jitter else None,
    )


def run_tags(workflow: Workflow) -> dict[str, str]:
    """Tags of every run: the section's own, its longest time, and whether it uses a browser."""
    section = workflow.definition.dagster
    found = dict(section.run_tags)
    if workflow.uses_browser:
        found[tags.BROWSER] = "true"
    minutes = workflow.definition.max_elapsed_time_minutes
    limits = [section.timeouts.run, None if minutes is None else minutes * 60]
    seconds = [each for each in limits if each is not None]
    if seconds:
        found["dagster/max_runtime"] = str(min(seconds))
    return found | sequential_tags(workflow)


def sequential_tags(
    workflow: Workflow, parameters: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """The tag by which runs of a workflow wait for each other, where it says so.

    Args:
        parameters: Of the run, where they are known before it begins: its ``sequential_key`` is
            rendered with them. Without, all runs of the workflow wait for each other.

    Raises:
        ParameterError: The key can't be rendered.
    """
    definition = workflow.definition
    if not definition.run_sequentially:
        return {}
    value = workflow.workflow_permanent_id
    if definition.sequential_key and parameters is not None:
        try:
            own = render(definition.sequential_key, parameters)
        except TemplateError as error:
            raise ParameterError(f"sequential_key: {error}") from error
        # A digest: a parameter may be longer than a tag, and isn't for everybody's eyes.
        value = f"{value}/{hashlib.sha256(own.encode()).hexdigest()[:16]}"
    return {tags.SEQUENTIAL: value}
