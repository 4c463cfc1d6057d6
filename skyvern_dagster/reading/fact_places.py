"""Places of facts in records that are built alike, and which of them fill which field."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from skyvern_dagster.reading.alike_columns import is_told
from skyvern_dagster.reading.facts import Fact, Kind
from skyvern_dagster.reading.fitting import fit, label_score
from skyvern_dagster.reading.record import Record
from skyvern_dagster.reading.schema import FieldSpec
from skyvern_dagster.reading.words import fold

_LATER, _LATEST = 0.01, 10
"""Off for each place of a fact in its record, up to ten: decides between facts that fit alike, and
nothing else."""
_MIN_SCORE = 0.3
"""A text that is all that its piece says has 0.3 without a label (`fitting`): nothing less is
taken for a value. On the page tests 0.2 does as well; 0.4 loses prices on cards."""


_NEVER_ANOTHER = 0.8
"""For a day that all records have: what they are for (a fair, a season) rather than when they were
made. A name makes up for it (1.1 against 0.4); beside a day that differs, it decides."""
_FEW = 2
"""Records may well be of one day."""

FactPlace = tuple[str, str, Kind, int]
"""Label, column, kind, and which of several that are alike in these."""
COLUMN = 1
"""Its place in a `FactPlace`."""


def places_of(record: Record, codes: Mapping[int, Fact]) -> dict[FactPlace, Fact]:
    """The facts of a record by their places; texts that are codes as such."""
    places: dict[FactPlace, Fact] = {}
    seen: Counter[tuple[str, str, Kind]] = Counter()
    coded = {id(one.node) for one in record.facts if id(one) in codes}
    for read in record.facts:
        if read.kind is Kind.IDENTIFIER and id(read.node) in coded:
            continue  # the same text, which is a number of its own kind only in some records
        fact = codes.get(id(read), read)
        kind = (fold(fact.label), fold(fact.column), fact.kind)
        places[(*kind, seen[kind])] = fact
        seen[kind] += 1
    return places


def ranked_places(
    fields: Sequence[FieldSpec],
    records: list[dict[FactPlace, Fact]],
    told: Mapping[tuple[str, str], bool | None],
    lenient: bool,
) -> dict[str, list[FactPlace]]:
    """For each field, the slots that fill it over all records, best first."""
    totals: dict[tuple[str, FactPlace], float] = defaultdict(float)
    texts: dict[FactPlace, set[str]] = defaultdict(set)
    for slots in records:
        for place, (slot, fact) in enumerate(slots.items()):
            texts[slot].add(fact.text)
            for field in fields:
                score = fit(field, fact, lenient=lenient)
                if score >= _MIN_SCORE:
                    totals[field.name, slot] += score - _LATER * min(place, _LATEST)
    ranked: dict[str, list[FactPlace]] = {}
    taken: set[FactPlace] = set()
    pairs = sorted(
        (pair for pair in totals.items() if told.get(in_column(*pair[0])) is not False),
        key=lambda pair: _slot_rank(pair, fields, texts, len(records)),
        reverse=True,
    )
    sharing = {field.name for field in fields if field.kind == "currency"}
    for (name, slot), _ in pairs:
        if slot not in taken or ranked.get(name) or name in sharing:
            ranked.setdefault(name, []).append(slot)
            if len(ranked[name]) == 1 and name not in sharing:
                taken.add(slot)
    return ranked


def told_columns(
    fields: Sequence[FieldSpec], columns: Sequence[str]
) -> dict[tuple[str, str], bool | None]:
    """By field and column whether it is the one that is meant, where several are called alike."""
    return {
        (field.name, fold(column)): is_told(field, column, columns, label_score)
        for field in fields
        for column in columns
    }


def in_column(name: str, slot: FactPlace) -> tuple[str, str]:
    """A field's name with the column of a place: what :func:`told_columns` tells of."""
    return name, str(slot[COLUMN])


def _slot_rank(
    pair: tuple[tuple[str, FactPlace], float],
    fields: Sequence[FieldSpec],
    texts: dict[FactPlace, set[str]],
    records: int,
) -> float:
    (name, slot), total = pair
    kind = next(field.kind for field in fields if field.name == name)
    if kind == "identifier" and records > 1:
        return total * math.sqrt(len(texts[slot]) / records)
    if kind == "date" and records > _FEW and len(texts[slot]) == 1:
        return total * _NEVER_ANOTHER
    return total
