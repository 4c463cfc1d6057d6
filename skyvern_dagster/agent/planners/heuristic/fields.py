"""Which fact of a record fills which field, and which records of the page are meant at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from skyvern_dagster.agent.planners.heuristic.concepts import concept, concepts
from skyvern_dagster.agent.planners.heuristic.facts import Fact, Kind
from skyvern_dagster.agent.planners.heuristic.groups import heading_date
from skyvern_dagster.agent.planners.heuristic.identifiers import Identifier
from skyvern_dagster.agent.planners.heuristic.page import PageView
from skyvern_dagster.agent.planners.heuristic.records import Record, RecordSet
from skyvern_dagster.agent.planners.heuristic.schema import FieldSpec, same_kind
from skyvern_dagster.agent.planners.heuristic.words import fold, name_words, overlap

_MIN_SCORE = 0.3
_LABEL_WEIGHT = 0.7
_RIVAL_WEIGHT = 0.8
_STAND_IN = 0.6
_LONE = 0.5
_ODD = 0.4
_HEADING_SCORE = 0.5
_READABLE = 0.35
_NEVER = frozenset(
    {
        "tracking_number",
        "customer_number",
        "sku",
        "due_date",
        "date_of_birth",
        "delivery_date",
        "payment_date",
    }
)
_GENERIC_ID_LABELS = frozenset(
    {"#", "nr", "no", "id", "number", "nummer", "n", "numero", "num", "ref", "code"}
)
_FITTING: dict[str, tuple[Kind, ...]] = {
    "identifier": (Kind.IDENTIFIER, Kind.TEXT),
    "date": (Kind.DATE,),
    "amount": (Kind.AMOUNT, Kind.TEXT, Kind.IDENTIFIER),
    "number": (Kind.AMOUNT, Kind.TEXT, Kind.IDENTIFIER),
    "currency": (Kind.AMOUNT,),
    "email": (Kind.EMAIL,),
    "text": (Kind.TEXT,),
    "phone": (Kind.TEXT,),
    "boolean": (Kind.TEXT,),
    "url": (Kind.TEXT,),
}

Slot = tuple[str, str, Kind, int]


@dataclass(frozen=True)
class Filled:
    """One record with the facts that fill the fields, by field name."""

    record: Record
    facts: dict[str, Fact]
    scores: dict[str, float]


@dataclass(frozen=True)
class Reading:
    """The page's records as the fields see them.

    Attributes:
        quality: 0 to 1; how plainly the records fill the fields.
        records: Those that fill at least the key field.
    """

    records: tuple[Filled, ...]
    quality: float
    source: RecordSet
    weight: float = 0.0


def best_reading(
    view: PageView, sets: Sequence[RecordSet], fields: Sequence[FieldSpec]
) -> Reading | None:
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
) -> Reading | None:
    key = key_field(fields)
    if key is None or not source.records:
        return None
    slots = [_slots(record) for record in source.records]
    chosen = _assign(fields, slots, lenient)
    filled = [
        _with_heading(view, _fill(record, own, fields, chosen, lenient), fields)
        for record, own in zip(source.records, slots, strict=True)
    ]
    found = [one for one in filled if key.name in one.facts]
    most = max((_share(one, fields) for one in found), default=0.0)
    kept = tuple(one for one in found if _share(one, fields) >= _ODD * most)
    if not kept:
        return None
    weights = [_share(one, fields) / _crowding(one) for one in kept]
    values = Counter(one.facts[key.name].text for one in kept)
    distinct = len(values) / len(kept)
    total = (
        sum(weight * _share(one, fields) for weight, one in zip(weights, kept, strict=True))
        * distinct
        * (0.9 if source.shape == "sections" else 1.0)
    )
    quality = sum(weights) / len(kept) * distinct
    if len(kept) == 1 and quality < _LONE:
        return None
    return Reading(kept, quality, source, total)


def _with_heading(view: PageView, one: Filled, fields: Sequence[FieldSpec]) -> Filled:
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


def _share(one: Filled, fields: Sequence[FieldSpec]) -> float:
    """How complete and plain a record is."""
    return sum(min(1.0, one.scores.get(field.name, 0.0)) for field in fields) / len(fields)


def _crowding(one: Filled) -> int:
    """In how many places the record says a differing thing under the name of a chosen fact."""
    most = 1
    for chosen in one.facts.values():
        if chosen.kind not in {Kind.IDENTIFIER, Kind.DATE}:
            continue
        alike = {
            fact.text
            for fact in one.record.facts
            if fact.kind is chosen.kind and fold(fact.label) == fold(chosen.label) and fact.column == chosen.column
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


def _slots(record: Record) -> dict[Slot, Fact]:
    found: dict[Slot, Fact] = {}
    seen: Counter[tuple[str, str, Kind]] = Counter()
    for fact in record.facts:
        kind = (fold(fact.label), fold(fact.column), fact.kind)
        found[(*kind, seen[kind])] = fact
        seen[kind] += 1
    return found


def _assign(
    fields: Sequence[FieldSpec], records: list[dict[Slot, Fact]], lenient: bool
) -> dict[str, list[Slot]]:
    """For each field, the slots that fill it over all records, best first."""
    totals: dict[tuple[str, Slot], float] = defaultdict(float)
    texts: dict[Slot, set[str]] = defaultdict(set)
    for slots in records:
        for place, (slot, fact) in enumerate(slots.items()):
            texts[slot].add(fact.text)
            for field in fields:
                score = fit(field, fact, lenient=lenient)
                if score >= _MIN_SCORE:
                    totals[field.name, slot] += score - 0.01 * min(place, 10)
    ranked: dict[str, list[Slot]] = {}
    taken: set[Slot] = set()
    pairs = sorted(
        totals.items(), key=lambda pair: _slot_rank(pair, fields, texts, len(records)), reverse=True
    )
    for (name, slot), _ in pairs:
        if slot not in taken or ranked.get(name):
            ranked.setdefault(name, []).append(slot)
            if len(ranked[name]) == 1:
                taken.add(slot)
    return ranked


def _slot_rank(
    pair: tuple[tuple[str, Slot], float],
    fields: Sequence[FieldSpec],
    texts: dict[Slot, set[str]],
    records: int,
) -> float:
    (name, slot), total = pair
    kind = next(field.kind for field in fields if field.name == name)
    if kind == "identifier" and records > 1:
        return total * (len(texts[slot]) / records) ** 0.5
    return total


def _fill(
    record: Record,
    slots: dict[Slot, Fact],
    fields: Sequence[FieldSpec],
    chosen: dict[str, list[Slot]],
    lenient: bool,
) -> Filled:
    facts: dict[str, Fact] = {}
    scores: dict[str, float] = {}
    for field in fields:
        if field.kind == "url" and (linked := _linked(record)):
            facts[field.name], scores[field.name] = linked, 0.8
            continue
        for slot in chosen.get(field.name, ()):
            if slot in slots and slots[slot] not in facts.values():
                facts[field.name] = slots[slot]
                scores[field.name] = fit(field, slots[slot], lenient=lenient)
                break
    return Filled(record, facts, scores)


def _linked(record: Record) -> Fact | None:
    """The record's own link, as a fact: its first one."""
    for node in record.nodes:
        for below in node.walk():
            if below.url and below.role == "link":
                return Fact(Kind.TEXT, below.name or below.text, "", None, below, whole=True)
    return None


def fit(field: FieldSpec, fact: Fact, *, lenient: bool = False) -> float:
    """How well a fact fits a field, by its kind and by what the page calls it; 0 not at all.

    A label that names another field of the kind speaks against it; being lenient, it may do
    instead: where a site has bills and no orders, the bill's number is what can be had.
    """
    kinds = _FITTING.get(field.kind, (Kind.TEXT,))
    if fact.kind not in kinds:
        return 0.0
    named = _named(field, fact)
    rival, never = _rival(field, fact)
    base = _base(field, fact)
    if base <= 0:
        return 0.0
    if lenient and not never:
        named, rival = max(named, _STAND_IN * rival), 0.0
    if fact.kind is Kind.TEXT and named < 0.5 and not _unlabelled_text(field, fact):
        return 0.0
    penalty = _RIVAL_WEIGHT * (rival - named) if rival > named else 0.0
    return max(0.0, base + _LABEL_WEIGHT * named - penalty)


def _base(field: FieldSpec, fact: Fact) -> float:
    if field.kind == "identifier":
        return _identifier_base(fact)
    if field.kind in {"amount", "number"}:
        if fact.kind is Kind.AMOUNT:
            return 0.4 if field.kind == "amount" or field.concept == "" else 0.1
        return (
            0.3
            if any(character.isdigit() for character in fact.text) and len(fact.text) < 25
            else 0.0
        )
    if field.kind == "text":
        return 0.3 if fact.whole else 0.2
    return 0.4


def _identifier_base(fact: Fact) -> float:
    if isinstance(fact.value, Identifier):
        return 0.05 + 0.4 * fact.value.likeness + (0.05 if fact.whole else 0.0)
    text = fact.text.strip()
    return (
        0.2
        if text and " " not in text and len(text) >= 3 and any(c.isdigit() for c in text)
        else 0.0
    )


def _unlabelled_text(field: FieldSpec, fact: Fact) -> bool:
    """Whether a text can stand for the field without a label: a heading or link for a title."""
    if field.concept == "description":
        return fact.node.role in {"heading", "link", "strong"}
    if field.concept == "status":
        return concept("value.status").score(fact.text) >= 0.6
    return False


def _named(field: FieldSpec, fact: Fact) -> float:
    best = 0.0
    for weight, label in zip((1.0, 0.9), fact.labels, strict=False):
        best = max(best, weight * label_score(field, label, fact.kind))
    return best


def label_score(field: FieldSpec, label: str, kind: Kind = Kind.TEXT) -> float:
    """How plainly a label names a field: 0 not at all, 1 exactly."""
    own = concept(f"field.{field.concept}").score(label) if field.concept else 0.0
    literal = overlap(" ".join(name_words(field.name)), label)
    plain = fold(label).strip(" .:°º")
    generic = 0.6 if kind is Kind.IDENTIFIER and plain in _GENERIC_ID_LABELS else 0.0
    return max(own, literal if literal >= 0.5 else 0.0, generic)


def _rival(field: FieldSpec, fact: Fact) -> tuple[float, bool]:
    """How plainly the label names another field of this kind, and whether that never will do."""
    names = [one.name.removeprefix("field.") for one in concepts("field.")]
    nearest = fact.labels[:1] if fact.label else fact.labels
    best, strongest = 0.0, ""
    for name in names:
        if name == field.concept or not same_kind(name, field):
            continue
        score = max((concept(f"field.{name}").score(label) for label in nearest), default=0.0)
        if score > best:
            best, strongest = score, name
    return best, strongest in _NEVER


def with_fact(filled: Filled, name: str, fact: Fact, score: float) -> Filled:
    """A record with one more field filled."""
    return replace(
        filled, facts={**filled.facts, name: fact}, scores={**filled.scores, name: score}
    )
