"""How well a fact of the page fits a field of the schema."""

from __future__ import annotations

from functools import cache

from skyvern_dagster.reading.concepts import MOSTLY, concept, concepts
from skyvern_dagster.reading.facts import Fact, Kind
from skyvern_dagster.reading.identifiers import Identifier
from skyvern_dagster.reading.record_states import states_said
from skyvern_dagster.reading.schema import FieldSpec, same_kind
from skyvern_dagster.reading.words import HALF, fold, name_words, overlap

_TEXT_LABEL = 0.5
"""A text needs a label that has all of the field's words, since any text could be it."""
_LONGEST_NUMBER = 25
"""Characters of a value with digits that may be a number; longer ones are sentences."""
_SHORTEST_CODE = 3
"""Characters of an identifier that is one by its place alone; shorter ones are counts."""
_CERTAIN, _WHOLE, _PART = 0.4, 0.3, 0.2
"""What a fact is worth before its label, which may add `_LABEL_WEIGHT`: one of the field's own kind
(a date for a date), a whole text, a part of one. The order decides; the steps are arbitrary."""
_AMOUNT_AS_NUMBER = 0.1
"""A sum of money for a number that is none (a count): only with a label that says so."""
_ANY_IDENTIFIER = 0.05
"""For an identifier of no likeness at all, and once more where it is all of its text."""
_FURTHER_LABEL = 0.9
"""The first label stands nearest; a second decides where the first says nothing."""
_GENERIC_LABEL = 0.6
"""A label such as "No." names an identifier, and not which."""

_LABEL_WEIGHT = 0.7
"""A label that names the field (1.0) has to outweigh the likeliest value without one, which has
0.5 (`_base`): 0.7 does with the poorest value (0.05) beside it. 0.5 and 0.9 do as well on the
page tests."""


_RIVAL_WEIGHT = 0.8
"""A value under another field's name counts less than one under none: from the likeliest value's
0.5 it leaves nothing where the rival is named more plainly than 0.63. 0.5 and 1.1 do as well on
the page tests."""


_STAND_IN = 0.6
"""Being lenient, the plain name of a sibling field (a bill's number for an order's) counts as
much as a text that mentions the field itself among other words (0.35 to 0.6). 0.4 and 0.8 do as
well on the page tests."""


_NEVER = frozenset(
    {
        "tracking_number",
        "customer_number",
        "sku",
        "due_date",
        "date_of_birth",
        "delivery_date",
        "payment_date",
        "value_date",
        "debit",
        "credit",
        "balance",
    }
)
"""Fields that no other may stand in for: a parcel's or a customer's number is never an order's,
the day on which something is due is never the day on which it was ordered, and what is left on an
account is never what was paid."""


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
    if lenient and not never and field.concept not in _NEVER:
        named, rival = max(named, _STAND_IN * rival), 0.0
    if fact.kind is Kind.TEXT and named < _TEXT_LABEL and not _unlabelled_text(field, fact):
        return 0.0
    penalty = _RIVAL_WEIGHT * (rival - named) if rival > named else 0.0
    return max(0.0, base + _LABEL_WEIGHT * named - penalty)


def _base(field: FieldSpec, fact: Fact) -> float:
    if field.kind == "identifier":
        return _identifier_base(fact)
    if field.kind in {"amount", "number"}:
        if fact.kind is Kind.AMOUNT:
            return _CERTAIN if field.kind == "amount" or field.concept == "" else _AMOUNT_AS_NUMBER
        return (
            _WHOLE
            if any(character.isdigit() for character in fact.text)
            and len(fact.text) < _LONGEST_NUMBER
            else 0.0
        )
    if field.kind == "text":
        return _WHOLE if fact.whole else _PART
    return _CERTAIN


def _identifier_base(fact: Fact) -> float:
    if isinstance(fact.value, Identifier):
        spare = _ANY_IDENTIFIER if fact.whole else 0.0
        return _ANY_IDENTIFIER + _CERTAIN * fact.value.likeness + spare
    text = fact.text.strip() if fact.whole else ""
    return (
        _PART
        if text
        and " " not in text
        and len(text) >= _SHORTEST_CODE
        and any(c.isdigit() for c in text)
        else 0.0
    )


def _unlabelled_text(field: FieldSpec, fact: Fact) -> bool:
    """Whether a text can stand for the field without a label: a heading or link for a title."""
    if field.concept == "description":
        return fact.node.role in {"heading", "link", "strong"}
    if field.concept == "status":
        return concept("value.status").score(fact.text) >= MOSTLY
    return False


def _named(field: FieldSpec, fact: Fact) -> float:
    best = 0.0
    for weight, label in zip((1.0, _FURTHER_LABEL), fact.labels, strict=False):
        best = max(best, weight * label_score(field, label, fact.kind))
    return best


def label_score(field: FieldSpec, label: str, kind: Kind = Kind.TEXT) -> float:
    """How plainly a label names a field: 0 not at all, 1 exactly."""
    own = concept(f"field.{field.concept}").score(label) if field.concept else 0.0
    literal = overlap(" ".join(name_words(field.name)), label)
    plain = fold(label).strip(" .:°º")
    generic = _GENERIC_LABEL if kind is Kind.IDENTIFIER and plain in _GENERIC_ID_LABELS else 0.0
    state = 1.0 if field.kind == "boolean" and _is_of_state(field.name, label) else 0.0
    return max(own, literal if literal >= HALF else 0.0, generic, state)


def _is_of_state(name: str, label: str) -> bool:
    """Whether a field that is true or false and a label are one state, in whatever language."""
    said = " ".join(name_words(name)).removeprefix("is ")
    return bool(states_said([said]) & states_said([label.strip(" .:")]))


def _rival(field: FieldSpec, fact: Fact) -> tuple[float, bool]:
    """How plainly the label names another field of this kind, and whether that never will do."""
    nearest = fact.labels[:1] if fact.label else fact.labels
    best, strongest = 0.0, ""
    for name in _of_kind(field.kind):
        if name == field.concept:
            continue
        meaning = concept(f"field.{name}")
        score = max((meaning.score(label) for label in nearest), default=0.0)
        if score > best:
            best, strongest = score, name
    return best, strongest in _NEVER


@cache
def _of_kind(kind: str) -> tuple[str, ...]:
    """The names of the fields whose values are of a kind: asked for at each value of a page."""
    names = (each.name.removeprefix("field.") for each in concepts("field."))
    return tuple(name for name in names if same_kind(name, kind))
