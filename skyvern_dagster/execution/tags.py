"""The run tags by which Skyvern runs are found and told apart in a Dagster instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyvern_dagster.addresses.url import parse_url

_HIDDEN = ".dagster/skyvern_"
"""Before the tags that are for us alone: Dagster's UI and its GraphQL API show none that begins
with ``.dagster/``, its own prefix for such."""

WORKFLOW_RUN_ID = "skyvern/workflow_run_id"
WORKFLOW = "skyvern/workflow"
WORKFLOW_PERMANENT_ID = "skyvern/workflow_permanent_id"
WORKFLOW_VERSION = "skyvern/workflow_version"
ORGANIZATION_ID = "skyvern/organization_id"
ORIGIN = "skyvern/origin"
"""``rest`` where the run was asked for over REST; copied in re-executions."""

KIND = "skyvern/kind"
"""``task`` or ``workflow_run``."""

SCHEDULE_ID = "skyvern/schedule_id"
"""The schedule that asked for the run."""

WEBHOOK = "skyvern/webhook"
"""``pending`` until the run's webhook has been delivered or given up, then how that went."""

STATUS = "skyvern/status"
ATTEMPT = f"{_HIDDEN}attempt"
"""The Dagster run that STATUS and FAILURE_REASON speak of; tags are copied in re-executions."""

FAILURE_REASON = "skyvern/failure_reason"
FAILED_BLOCK = "skyvern/failed_block"
ERROR_CODES = "skyvern/error_codes"
UNFINISHED = "skyvern/unfinished_items"
"""How many items a completed run lacks; absent where it lacks none."""

FORMER_ATTEMPT = "skyvern/attempt"
"""What ATTEMPT was called while people saw it: runs of that time keep it."""

OF_AN_ENDING = (FAILURE_REASON, FAILED_BLOCK, ERROR_CODES, UNFINISHED)
"""What speaks of an attempt's ending: void once another attempt begins."""

SITE = "skyvern/site"
PROCESS = f"{_HIDDEN}process"
BROWSER = f"{_HIDDEN}browser"
"""There where a block of the run's workflow uses a browser, so that it may be started at once."""

FINALLY = "skyvern/finally"
"""``pending`` until the run's ``finally`` block has been carried out, then ``done``."""

RETRY = "skyvern/retry"
"""``pending`` until it is known whether an attempt that has ended is followed by another one
(``retry_policy``), then ``retried``, ``final``, or ``canceled``."""

RETRY_OF = "skyvern/retry_of"
"""The Dagster run after which the definition, and no person, has asked for this one."""

PARENT = "skyvern/parent_workflow_run_id"
"""The run whose ``workflow_trigger`` block has started this one."""

TRIGGERED_BY = "skyvern/triggered_by"
"""The permanent ids of the workflows of all runs above this one, outermost first."""

SEQUENTIAL = "skyvern/sequential"
"""Runs of the same value wait for each other, where the instance limits this tag to one."""

LOGINS = f"{_HIDDEN}logins"
"""Dagster's run id and the pools of the logins that the run holds, with spaces."""

LONGEST_VALUE = 500
"""Longer values are cut: tags are for looking up, the whole text stands in the run's records."""


def short(text: str) -> str:
    """A text as a tag's value: one line, not too long, not empty."""
    flat = " ".join(text.split()) or "-"
    return flat if len(flat) <= LONGEST_VALUE else flat[: LONGEST_VALUE - 1] + "…"


def site_of(parameters: Mapping[str, Any]) -> str:
    """The host of the first parameter that is an address; empty where none is."""
    for value in parameters.values():
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            address = parse_url(value)
            return short(address.origin.partition("://")[2] if address is not None else "")
    return ""
