"""Goals whose verb is in no list: a form or a button of the page says it, or nothing is done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Answer, Happened, Trap, never

_PAGES = Path(__file__).with_suffix(".yaml")


def _answer(html: str) -> Answer:
    return lambda fields, before: html


def _trap(one: Mapping[str, Any]) -> Trap:
    def right(seen: Happened) -> bool:
        return [*seen.posted] == [*one["sent"]]

    return Trap(
        f"own verb: {one['name']}",
        Goal(navigation_goal=one["goal"], payload=one.get("given", {}), today=TODAY),
        one["pages"],
        right if "sent" in one else never,
        answers={path: _answer(html) for path, html in one["answers"].items()},
        solvable="sent" in one,
    )


def own_verbs() -> list[Trap]:
    """Bookings, payments, cancellations and the like, in six languages."""
    return [_trap(one) for one in yaml.safe_load(_PAGES.read_text(encoding="utf-8"))]
