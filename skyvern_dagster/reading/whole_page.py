"""Everything plain on a page, where no schema says what is wanted."""

from __future__ import annotations

from datetime import date
from typing import Any

from skyvern_dagster.reading.facts import Kind, facts_of, pieces_of
from skyvern_dagster.reading.mail_addresses import emails
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record, RecordSet
from skyvern_dagster.reading.records import record_sets


def read_whole_page(view: PageView, today: date) -> dict[str, Any]:
    """Title, address, the largest table, labelled values, e-mail addresses and headings."""
    data: dict[str, Any] = {"title": view.observation.title, "url": view.url}
    tables = [one for one in record_sets(view, today) if one.shape == "table" and one.columns]
    if tables:
        largest = max(tables, key=lambda one: len(one.records) * len(one.columns))
        data["records"] = [_as_dict(one, largest) for one in largest.records]
    facts = facts_of(pieces_of(view, [view.root]), today)
    labelled = {
        fact.label: fact.text
        for fact in facts
        if fact.label and not fact.column and fact.kind is Kind.TEXT
    }
    if labelled:
        data["values"] = labelled
    if addresses := emails(view):
        data["emails"] = list(addresses)
    data["headings"] = [text for text in view.headings[1:] if text]
    return data


def _as_dict(record: Record, source: RecordSet) -> dict[str, str]:
    row: dict[str, str] = {}
    for fact in record.facts:
        if fact.kind is Kind.TEXT and fact.column in source.columns:
            row[fact.column] = (
                f"{row[fact.column]} {fact.text}" if fact.column in row else fact.text
            )
    return row
