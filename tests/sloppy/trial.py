"""Runs a slip."""

from __future__ import annotations

from skyvern_dagster.llm.loopback import ModelServer
from tests.agent.errand import Errand
from tests.agent.errand_models import with_model
from tests.sloppy.slip import Slip
from tests.traps.site import TrapSite
from tests.traps.trap import Happened
from tests.traps.trial import happened


def tried(errand: Errand, site: TrapSite, slip: Slip) -> Happened:
    """What came of it."""
    trap = slip.trap
    site.set_up(trap)
    with ModelServer([], otherwise=slip.script()) as server:
        result = with_model(
            errand, server, "/", trap.goal, max_steps=slip.steps, max_seconds=60, trace="off"
        )
    return happened(errand, site, result)
