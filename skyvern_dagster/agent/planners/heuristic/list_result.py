"""What of a list is kept, and how it is put into the schema's shape."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from skyvern_dagster.agent.decisions import Extract
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.list_evidence import (
    named_section,
    of_wanted_kind,
    of_wanted_section,
)
from skyvern_dagster.agent.planners.heuristic.outcomes import error_codes
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    SURE,
    Situation,
    terminate,
)
from skyvern_dagster.agent.planners.heuristic.state_choice import asked_state, of_state
from skyvern_dagster.agent.purposes import Purpose, ReadMemo
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.facts import Kind
from skyvern_dagster.reading.record_list import PageOfList, Row, key_name
from skyvern_dagster.reading.schema import ListSpec

_PLAIN = 0.65
"""Two thirds of what is asked for are plain."""
_HALF_PLAIN = 0.5
"""Half of what is asked for is."""


def wanted_rows(situation: Situation, page: PageOfList) -> list[Row]:
    """The records of a page that the goal asks for."""
    window = situation.intent.window
    rows = [
        row
        for row in of_wanted_section(situation, of_wanted_kind(situation, page))
        if not window or (row.day is not None and window.holds(row.day))
    ]
    section = named_section(situation, [row.section for row in page.rows])
    state, _ = asked_state(situation, section)
    rows = (of_state(state, rows) or []) if state else rows
    newest = situation.intent.newest
    if newest:
        rows = sorted(rows, key=lambda row: row.day or date.min, reverse=True)[:newest]
    return rows


def undated(situation: Situation, page: PageOfList) -> str:
    """A record whose day isn't known, where the goal asks for some days; or an empty text.

    Those of other kinds are told elsewhere.
    """
    if not situation.intent.window:
        return ""
    rows = of_wanted_kind(situation, page)
    return next((row.text or "?" for row in rows if row.day is None), "")


def rows_seen(situation: Situation, page: PageOfList) -> int:
    """How many records all pages have shown, wanted or not."""
    earlier = [
        action.decision.memo
        for action in situation.memory.done(Purpose.READ)
        if isinstance(action.decision.memo, ReadMemo)
    ]
    pages = {memo.signature: memo.rows for memo in earlier}
    return sum(pages.values()) + (0 if page.signature in pages else len(page.rows))


def extract_rows(
    situation: Situation,
    wanted: ListSpec,
    kept: list[Row],
    page: PageOfList,
    *,
    final: bool = False,
) -> Extract:
    """The decision that records what a page gives; the last one adds the account of dates."""
    items: list[Any] = [
        row.values if wanted.fields else next(iter(row.values.values())) for row in kept
    ]
    data = situation.scalars.data(wanted, items)
    if final:
        data = _with_scratchpad(situation, wanted, data, kept, page)
    window = f", {len(kept)} of them {situation.intent.window}" if situation.intent.window else ""
    return Extract(
        data=data,
        reasoning=f"Read: {page.signature}{window}",
        purpose=Purpose.READ,
        memo=ReadMemo(signature=page.signature, rows=len(page.rows)),
    )


def _with_scratchpad(
    situation: Situation, wanted: ListSpec, data: Any, kept: list[Row], page: PageOfList
) -> Any:
    if not isinstance(data, dict):
        return data
    pads = [field.name for field in situation.intent.data.scalars if field.concept == "scratchpad"]
    skipped = [row for row in page.rows if row not in kept]
    account = (
        f"Asked for records {situation.intent.window}. Kept on the last page: "
        f"{_named(kept, wanted)}. Left out there: {_named(skipped, wanted)}. "
        f"Kept on earlier pages: {count_before(situation, wanted)}."
    )
    return {**data, **dict.fromkeys(pads, account)}


def _named(rows: list[Row], wanted: ListSpec) -> str:
    names = [f"{row.values.get(key_name(wanted))} ({row.day or 'no date'})" for row in rows[:20]]
    return ", ".join(names) or "none"


def reading_confidence(page: PageOfList) -> float:
    """How sure a reading is, going by how plainly the records fill the fields."""
    return (
        SURE
        if page.reading.quality >= _PLAIN
        else LIKELY
        if page.reading.quality >= _HALF_PLAIN
        else FAIR
    )


def doubts_about(page: PageOfList) -> tuple[str, ...]:
    """What people should know about the days that a list gives."""
    labels = {
        fact.column or fact.label
        for one in page.reading.records
        for fact in one.facts.values()
        if fact.kind is Kind.DATE and concept("value.changed").mentioned(fact.column or fact.label)
    }
    return tuple(
        f'the days of the list are those of the last change ("{label}"), which may be later than '
        "those that were asked for"
        for label in sorted(labels)
    )


def count_before(situation: Situation, wanted: ListSpec) -> int:
    """How many records earlier pages gave."""
    count = 0
    for data in situation.memory.extracted:
        items = (
            data
            if isinstance(data, list)
            else data.get(wanted.name, [])
            if isinstance(data, dict)
            else []
        )
        count += len(items) if isinstance(items, list) else 0
    return count


def nothing_found(situation: Situation) -> Plan | None:
    """Ends the task where finding nothing is an error by its own words."""
    mapping = situation.goal.error_code_mapping
    ends = concept("message.empty").mentioned(situation.intent.terminates_if) or bool(
        re.search(
            r"\bno\b.{0,30}\b(orders?|invoices?|records?|results?)\b",
            situation.intent.terminates_if.lower(),
        )
    )
    if not ends and not error_codes(mapping, "no_records"):
        return None
    window = f" {situation.intent.window}" if situation.intent.window else ""
    reason = f"No records{window} are in the list on {situation.url}"
    return terminate(situation, "no_records", reason)
