"""What a run claims in a document's place: that there is none, that the record can't be found."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import (
    CODES,
    NO_DOCUMENT,
    NO_RECORDS,
    NOT_FOUND,
    Happened,
    Trap,
    fetch,
    invoice,
    never,
    only_file,
    orders_are,
    page,
    read,
)

_PAGES = Path(__file__).with_suffix(".yaml")
_FILE = re.compile(r"/f/([\w-]+)")
_CLAIMS = {"absent": NO_DOCUMENT, "unknown": NOT_FOUND, "empty": NO_RECORDS}


def _goal(one: Mapping[str, Any]) -> Goal:
    if "read" in one:
        goal = read(f"{one['read']} with their numbers.", {"id": "string"})
    else:
        goal = fetch(one.get("goal", ""), order_id=one["number"], **one.get("given", {}))
    return replace(goal, error_code_mapping=CODES)


def _right(one: Mapping[str, Any]) -> Callable[[Happened], bool]:
    if isinstance(one["right"], list):
        return orders_are(*({"id": number} for number in one["right"]))
    return only_file(one["number"]) if one["right"] == "file" else never


def _trap(one: Mapping[str, Any]) -> Trap:
    lang = one.get("lang", "en")
    pages = {path: page(body, lang=lang) for path, body in one["pages"].items()}
    numbers = {number for body in pages.values() for number in _FILE.findall(body)}
    return Trap(
        f"claim: {one['name']}",
        _goal(one),
        pages,
        _right(one),
        files={f"/f/{number}": invoice(f"R-{number}", f"Order {number}") for number in numbers},
        delays=one.get("delays", {}),
        statuses=one.get("statuses", {}),
        claim=_CLAIMS.get(str(one["right"]), ""),
        solvable=one["right"] != "open" and not one.get("hard"),
    )


def claims() -> list[Trap]:
    """Orders without a document, orders that aren't there, and those that only seem so."""
    return [_trap(one) for one in yaml.safe_load(_PAGES.read_text(encoding="utf-8"))]
