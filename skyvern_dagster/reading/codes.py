"""Codes that name records without a number in them: ``DRMCB``, ``D8ZA9``, ``AHJVM``.

One alone could be any word in capitals. What is of one form and one length at the same place of
every record, leads to it, and differs each time, names them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.facts import Fact, Kind
from skyvern_dagster.reading.identifiers import Identifier
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record

_CODE = re.compile(r"(?=.*[A-Z])[A-Z0-9]{4,12}")
"""Capitals, with digits or without; shorter ones are countries, currencies and units."""
_LIKENESS = 0.8
"""A little less than a number that is one by itself (0.9, `identifiers`): that one comes first."""
_LEAST_RECORDS = 2
"""One record's code has nothing to be compared with."""


def codes_in(view: PageView, records: Sequence[Record]) -> Mapping[int, Fact]:
    """The codes that name these records, by the ids of the texts that they are read from.

    Args:
        view: The page.
        records: Of one list.

    Returns:
        Nothing where the records have no code, or numbers that are found without this.
    """
    if len(records) < _LEAST_RECORDS:
        return {}
    texts = [[one for one in each.facts if one.kind is Kind.TEXT] for each in records]
    for place in range(min(map(len, texts))):
        named = [each[place] for each in texts]
        if _are_codes(named) and all(_leads_on(view, one.node) for one in named):
            return {id(one): _as_identifier(one) for one in named}
    return {}


def _are_codes(texts: Sequence[Fact]) -> bool:
    written = [one.text.strip() for one in texts]
    return (
        all(_CODE.fullmatch(one) for one in written)
        and len({len(one) for one in written}) == 1
        and len(set(written)) == len(written)
    )


def _leads_on(view: PageView, node: Node) -> bool:
    return any(one.url and one.role == "link" for one in (node, *view.ancestors(node)))


def _as_identifier(fact: Fact) -> Fact:
    text = fact.text.strip()
    value = Identifier(0, len(text), text, marked=False, likeness=_LIKENESS)
    return replace(fact, kind=Kind.IDENTIFIER, text=text, value=value, whole=True)
