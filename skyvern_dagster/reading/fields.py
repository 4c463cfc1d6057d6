"""Which fact of a record fills which field, and which records of the page are meant at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from skyvern_dagster.reading.codes import codes_in
from skyvern_dagster.reading.fact_places import (
    COLUMN,
    FactPlace,
    in_column,
    places_of,
    ranked_places,
    told_columns,
)
from skyvern_dagster.reading.facts import Fact, Kind
from skyvern_dagster.reading.fitting import fit
from skyvern_dagster.reading.group_headings import heading_date
from skyvern_dagster.reading.identifiers import Identifier
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record, RecordSet
from skyvern_dagster.reading.schema import FieldSpec
from skyvern_dagster.reading.words import fold

_SECTIONS = 0.9
"""Records told by a pattern that comes again are a weaker reading than boxes of their own."""
_LINKED = 0.8
"""A record's own link for a field that asks for an address."""

_LONE = 0.5
"""One record has no neighbours that confirm how it is built, so half of what is asked for has to
be plain. On the page tests 0.65 does as well; 0.4 takes another list than the orders."""


_ODD = 0.4
"""A record that is less than two fifths as complete as the best one is a heading, a sum or an
advertisement between records. On the page tests 0.6 does as well; 0.2 takes noise between
records."""


_HEADING_SCORE = 0.38
"""A date over a group counts less than one of the record's own without a label (0.4), and more
than the least that is taken (0.3). 0.3 and 0.5 do as well on the page tests."""


_READABLE = 0.35
"""A third of what is asked for has to be plain: below that, menus and footers fill fields as
well as lists do. On the page tests 0.25 does as well; 0.5 loses tables without a header."""


_REAL_NUMBER = 0.9
"""Five digits, or letters with digits (`identifiers`)."""
_COUNT = 0.2
"""One or two digits have 0.1, a year has 0.2."""


@dataclass(frozen=True)
class FilledRecord:
    """One record with the facts that fill the fields, by field name."""

    record: Record
    facts: dict[str, Fact]
    scores: dict[str, float]


@dataclass(frozen=True)
class FilledRecords:
    """The page's records as the fields see them.

    Attributes:
        quality: 0 to 1; how plainly the records fill the fields.
        records: Those that fill at least the key field.
    """

    records: tuple[FilledRecord, ...]
    quality: float
    source: RecordSet
    weight: float = 0.0


def best_reading(
    view: PageView, sets: Sequence[RecordSet], fields: Sequence[FieldSpec]
) -> FilledRecords | None:
    """The record set that fills the fields best, or ``None`` when none fills them at all."""
    for lenient in (False, True):
        readings = [read for one in sets if (read := _read(view, one, fields, lenient))]
        best = max(readings, key=lambda read: read.weight, default=None)
        if best is not None and best.quality >= _READABLE:
            return best
    return None


def key_field(fields: Sequence[FieldSpec]) -> FieldSpec | None:
    """The field without which a record is none: its identifier, else its first field."""
    for kind in ("identifier", "date"):
        for field in fields:
            if field.kind == kind and field.concept not in {"tracking_number", "customer_number"}:
                return field
    return fields[0] if fields else None


def _read(
    view: PageView, source: RecordSet, fields: Sequence[FieldSpec], lenient: bool
) -> FilledRecords | None:
    key = key_field(fields)
    if key is None or not source.records:
        return None
    codes = codes_in(view, source.records) if key.kind == "identifier" else {}
    slots = [places_of(record, codes) for record in source.records]
    told = told_columns(fields, source.columns)
    chosen = ranked_places(fields, slots, told, lenient)
    untold = {
        name for name, places in chosen.items() if told.get(in_column(name, places[0]), 1) is None
    }
    filled = [
        _with_heading(view, _fill(record, own, fields, chosen, lenient), fields)
        for record, own in zip(source.records, slots, strict=True)
    ]
    keyed = [one for one in filled if key.name in one.facts]
    most = max((_share(one, fields) for one in keyed), default=0.0)
    kept = tuple(one for one in keyed if _share(one, fields) >= _ODD * most)
    kept = tuple(_with_poor_rows(keyed, kept, key.name))
    kept = tuple(_without_counts(kept, key.name))
    kept = tuple(_without_mentions(kept, key.name))
    if not kept:
        return None
    weights = [_share(one, fields) / _crowding(one) for one in kept]
    # What stands once for each article of an order says its number as often.
    said = {" ".join(map(view.text, one.record.nodes)) for one in kept}
    numbers = {one.facts[key.name].text for one in kept}
    distinct = len(said if source.columns else numbers) / len(kept)
    total = (
        sum(weight * _share(one, fields) for weight, one in zip(weights, kept, strict=True))
        * distinct
        * (_SECTIONS if source.shape == "sections" else 1.0)
    )
    quality = sum(weights) / len(kept) * distinct
    if len(kept) == 1 and quality < _LONE:
        return None
    known = tuple(_without(one, untold) for one in kept)
    return FilledRecords(known, quality, source, total)


def _with_poor_rows(
    keyed: Sequence[FilledRecord], kept: Sequence[FilledRecord], key: str
) -> Iterator[FilledRecord]:
    """With rows that only say their number, in its column and form: `A-7 | cancelled`."""
    forms = {
        (one.facts[key].column, _pattern(one.facts[key].text))
        for one in kept
        if isinstance(one.facts[key].value, Identifier)
    }
    for one in keyed:
        fact = one.facts[key]
        poor = bool(fact.column) and fact.whole and (fact.column, _pattern(fact.text)) in forms
        if poor or one in kept:
            yield one


def _without_counts(kept: Sequence[FilledRecord], key: str) -> list[FilledRecord]:
    """Without rows whose number only counts (``2 orders``), where the others have real ones."""
    numbers = [one.facts[key].value for one in kept]
    if any(one.facts[key].whole and not one.facts[key].text.isdigit() for one in kept):
        # `3 orders` in a column of numbers such as `A-7` counts them.
        counting = [one for one in kept if _is_count(one.facts[key])]
        if 2 * len(counting) < len(kept):
            kept = [one for one in kept if one not in counting]
            numbers = [one.facts[key].value for one in kept]
    real = {
        _pattern(each.text)
        for each in numbers
        if isinstance(each, Identifier) and each.likeness >= _REAL_NUMBER
    }
    return [
        one
        for one, number in zip(kept, numbers, strict=True)
        if not isinstance(number, Identifier)
        or not number.text.isdigit()
        or number.likeness >= _COUNT
        or not real
        or any(pattern.strip("0") == _pattern(number.text).strip("0") for pattern in real)
    ]


def _without_mentions(kept: Sequence[FilledRecord], key: str) -> Iterator[FilledRecord]:
    """Without rows that are about another record of the list: `Refund for A-1` beside `A-1`."""
    whole = {one.facts[key].text for one in kept if one.facts[key].whole}
    for one in kept:
        fact = one.facts[key]
        if fact.whole or not (fact.column and fact.label) or fact.text not in whole:
            yield one


def _is_count(fact: Fact) -> bool:
    return bool(fact.column) and not fact.whole and fact.text.isdigit()


def _with_heading(view: PageView, one: FilledRecord, fields: Sequence[FieldSpec]) -> FilledRecord:
    """A record without a date of its own gets the one of the heading above it."""
    for field in fields:
        dated = field.kind == "date" and field.concept in {"order_date", "invoice_date", ""}
        if (
            dated
            and one.facts
            and field.name not in one.facts
            and (fact := heading_date(view, one.record))
        ):
            return with_fact(one, field.name, fact, _HEADING_SCORE)
    return one


def _share(one: FilledRecord, fields: Sequence[FieldSpec]) -> float:
    """How complete and plain a record is."""
    return sum(min(1.0, one.scores.get(field.name, 0.0)) for field in fields) / len(fields)


def _crowding(one: FilledRecord) -> int:
    """In how many places the record says a differing thing under the name of a chosen fact."""
    most = 1
    for chosen in one.facts.values():
        if chosen.kind not in {Kind.IDENTIFIER, Kind.DATE}:
            continue
        alike = {
            fact.text
            for fact in one.record.facts
            if fact.kind is chosen.kind and fact.column == chosen.column
            and fold(fact.label) == fold(chosen.label)
            and _same_strength(fact, chosen)
        }  # fmt: skip
        most = max(most, len(alike))
    return most


def _same_strength(fact: Fact, chosen: Fact) -> bool:
    if isinstance(fact.value, Identifier) and isinstance(chosen.value, Identifier):
        return fact.value.likeness >= chosen.value.likeness and _pattern(fact.text) == _pattern(
            chosen.text
        )
    return True


def _pattern(text: str) -> str:
    return "".join(
        "0" if character.isdigit() else "a" if character.isalpha() else character
        for character in text
    )


def _fill(
    record: Record,
    slots: dict[FactPlace, Fact],
    fields: Sequence[FieldSpec],
    chosen: dict[str, list[FactPlace]],
    lenient: bool,
) -> FilledRecord:
    facts: dict[str, Fact] = {}
    scores: dict[str, float] = {}
    for field in fields:
        if field.kind == "url" and (linked := _linked(record)):
            facts[field.name], scores[field.name] = linked, _LINKED
            continue
        places = chosen.get(field.name, [])
        for slot in places:
            if slot[COLUMN] != places[0][COLUMN]:
                continue  # what is empty in its column isn't what stands in the one beside
            # An amount says its currency as well.
            shared = field.kind == "currency" or slots.get(slot) not in facts.values()
            if slot in slots and shared:
                facts[field.name] = slots[slot]
                scores[field.name] = fit(field, slots[slot], lenient=lenient)
                break
    return FilledRecord(record, facts, scores)


def _without(one: FilledRecord, names: Collection[str]) -> FilledRecord:
    """A record without the values of which nothing tells the column that is meant."""
    facts = {name: fact for name, fact in one.facts.items() if name not in names}
    return replace(one, facts=facts)


def _linked(record: Record) -> Fact | None:
    """The record's own link, as a fact: its first one."""
    for node in record.nodes:
        for below in node.walk():
            if below.url and below.role == "link":
                return Fact(Kind.TEXT, below.name or below.text, "", None, below, whole=True)
    return None


def with_fact(filled: FilledRecord, name: str, fact: Fact, score: float) -> FilledRecord:
    """A record with one more field filled."""
    return replace(
        filled, facts={**filled.facts, name: fact}, scores={**filled.scores, name: score}
    )
