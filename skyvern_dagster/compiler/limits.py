"""What holds a workflow's ops back or tries them again: pools, retry policies, time-outs."""

from __future__ import annotations

import re

import dagster as dg

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.parameters import CredentialParameter

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
        login_pool(each.credential_id or each.key) if login is True else str(login)
        for each in workflow.definition.parameters
        if isinstance(each, CredentialParameter)
        and (block is None or each.key in block.keys_used())
    ]
    return [] if login is False else pools


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
    """Tags of every run: the section's own, and the longest time that it may take."""
    section = workflow.definition.dagster
    tags = dict(section.run_tags)
    if section.timeouts.run is not None:
        tags["dagster/max_runtime"] = str(section.timeouts.run)
    return tags
