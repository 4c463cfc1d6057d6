"""What a data schema asks for, read generously: JSON Schema, Skyvern's loose types, or examples."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from skyvern_dagster.reading.concepts import (
    Concept,
    best_concept,
    concept,
    concepts,
    word_list,
)
from skyvern_dagster.reading.words import fold, name_words

_FIRST_WORDS = 6
"""Of a description: what the field is comes first, then how to write it."""

_SCALARS = {"string", "number", "integer", "boolean", "url", "date", "null"}


_MIN_CONCEPT = 0.6
"""Two fifths of a field's name (`concepts.MOSTLY`): `order_reference_number` is an order's. 0.45
and 0.75 do as well on the page tests."""


_MIN_OF_KIND = 0.4
"""A mention is enough where the last word already says of which kind the value is: among dates,
`placed_on_date` can only be one. At 0.55 loose schemas are no longer understood."""


_ENDS = {
    "url": {"url", "urls", "link", "links", "href", "uri"},
    "email": {"email", "emails", "mail"},
    "date": {"date", "dates", "day"},
    "identifier": {"id", "ids", "number", "numbers", "nr", "no"},
    "amount": {"total", "amount", "price", "cost", "sum"},
}


@dataclass(frozen=True)
class FieldSpec:
    """One value that is asked for.

    Attributes:
        name: Key in the result.
        description: What the schema says about it.
        type: The schema's word for its type, lower case.
        concept: Name of the field concept that it means (``order_date``), or empty.
        kind: Kind of value: identifier, date, amount, number, url, email, phone, currency,
            boolean or text.
        choices: Its allowed values, where the schema lists them.
    """

    name: str
    description: str
    type: str
    concept: str
    kind: str
    choices: tuple[str, ...] = ()

    @property
    def wants_number(self) -> bool:
        """Whether the value has to be a number rather than a text."""
        return self.type in {"number", "integer", "float", "int", "decimal"}


@dataclass(frozen=True)
class ListSpec:
    """A list that is asked for: of records (``fields``), or of single values (``item``)."""

    name: str
    description: str
    fields: tuple[FieldSpec, ...]
    item: FieldSpec | None

    @property
    def is_records(self) -> bool:
        """Whether it is filled from repeated records of the page."""
        return bool(self.fields) or (
            self.item is not None and self.item.kind not in {"email", "url"}
        )

    @property
    def wanted(self) -> tuple[FieldSpec, ...]:
        """The fields that each record gives."""
        return self.fields or ((self.item,) if self.item else ())


@dataclass(frozen=True)
class DataSpec:
    """Everything that is asked for.

    Attributes:
        lists: The lists, in order.
        scalars: The single values.
        groups: Objects of single values, by name.
        bare: Whether the result is the list itself, not an object that holds it.
    """

    lists: tuple[ListSpec, ...] = ()
    scalars: tuple[FieldSpec, ...] = ()
    groups: tuple[tuple[str, tuple[FieldSpec, ...]], ...] = ()
    bare: bool = False

    @property
    def records(self) -> ListSpec | None:
        """The list that the page's records fill."""
        return max(
            (one for one in self.lists if one.is_records),
            key=lambda one: len(one.fields),
            default=None,
        )


def read_schema(schema: Any) -> DataSpec:
    """Reads a schema; anything that can't be read asks for nothing."""
    loose = _parsed(schema)
    if isinstance(loose, list):
        return DataSpec(
            lists=(_list_spec("items", {"items": loose[0] if loose else {}}),), bare=True
        )
    if not isinstance(loose, Mapping):
        return DataSpec()
    if _type(loose) == "array" or (
        "items" in loose and "properties" not in loose and "type" in loose
    ):
        return DataSpec(lists=(_list_spec("items", loose),), bare=True)
    return _object_spec(_properties(loose))


def _parsed(schema: Any) -> Any:
    if not isinstance(schema, str):
        return schema
    try:
        return json.loads(schema)
    except ValueError:
        return None


def _properties(loose: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = loose.get("properties")
    if isinstance(properties, Mapping):
        return properties
    if _type(loose) == "object":
        return {}
    return {str(name): value for name, value in loose.items() if not str(name).startswith("$")}


def _object_spec(properties: Mapping[str, Any]) -> DataSpec:
    lists, scalars, groups = [], [], []
    for name, entry in properties.items():
        loose = _entry(entry)
        kind = _type(loose)
        if kind == "array" or "items" in loose:
            lists.append(_list_spec(name, loose))
        elif kind == "object" or "properties" in loose:
            inner = _properties(loose)
            groups.append(
                (name, tuple(_field(key, _entry(value), name) for key, value in inner.items()))
            )
        else:
            scalars.append(_field(name, loose))
    return DataSpec(tuple(lists), tuple(scalars), tuple(groups))


def _entry(entry: Any) -> Mapping[str, Any]:
    """A property as a mapping: ``"string"`` and example values are accepted for a schema."""
    if isinstance(entry, Mapping):
        return entry
    if isinstance(entry, list):
        return {"type": "array", "items": entry[0] if entry else {}}
    if isinstance(entry, str):
        return (
            {"type": entry}
            if entry.lower() in _SCALARS
            else {"type": "string", "description": entry}
        )
    return {"type": "string"}


def _type(loose: Mapping[str, Any]) -> str:
    kind = loose.get("type", "")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "")
    return str(kind).lower()


def _list_spec(name: str, loose: Mapping[str, Any]) -> ListSpec:
    description = f"{loose.get('description') or ''} {loose.get('title') or ''}".strip()
    items = _entry(loose.get("items", {}))
    if "properties" in items or _type(items) == "object" or ("type" not in items and items):
        fields = [_field(key, _entry(value), name) for key, value in _properties(items).items()]
        return ListSpec(name, description, tuple(fields), None)
    item = _field(
        name, {**items, "description": f"{description} {items.get('description') or ''}".strip()}
    )
    return ListSpec(name, description, (), item)


def _field(name: str, loose: Mapping[str, Any], owner: str = "") -> FieldSpec:
    description = str(loose.get("description") or loose.get("title") or "")
    written_type = f"{_type(loose)} {loose.get('format') or ''}".strip().lower()
    meaning = _field_concept(name, owner, description)
    choices = tuple(str(choice) for choice in loose.get("enum", ()) if choice is not None)
    # What may only be one of some words is a text, whatever it is about.
    kind = "text" if choices else _kind(name, meaning, written_type)
    return FieldSpec(name, description, _type(loose), meaning, kind, choices)


def _field_concept(name: str, owner: str, description: str) -> str:
    """The concept that a field's name means; a bare ``id`` or ``date`` is that of its owner."""
    spoken = " ".join(name_words(name))
    owned = _singular(" ".join(name_words(owner)))
    if spoken in {"id", "number", "no", "date", "reference", "ref", "code"} and owned:
        about = _owner_concept(owned or description, spoken)
        if about:
            return about
    fitting = _fitting_concepts(spoken)
    singular = re.sub(r"s$", "", spoken)
    described = " ".join(fold(description).split()[:_FIRST_WORDS])
    enough = _MIN_CONCEPT if len(fitting) == len(concepts("field.")) else _MIN_OF_KIND
    for text in (spoken, singular, described):
        meant, score = best_concept(text, fitting)
        if meant is not None and score >= enough:
            return meant.name.removeprefix("field.")
    return ""


def _fitting_concepts(spoken: str) -> tuple[Concept, ...]:
    """The concepts that a name can mean, going by its last word: ``history url`` is an url."""
    last = spoken.rpartition(" ")[2]
    kind = next((kind for kind, ends in _ENDS.items() if last in ends), "")
    meanings = concepts("field.")
    if not kind:
        return meanings
    kinds = _kinds()
    return tuple(one for one in meanings if kinds.get(one.name.removeprefix("field.")) == kind)


def _owner_concept(owned: str, spoken: str) -> str:
    is_date = spoken == "date"
    if concept("page.invoices").mentioned(owned):
        return "invoice_date" if is_date else "invoice_number"
    if concept("page.orders").mentioned(owned):
        return "order_date" if is_date else "order_id"
    return ""


def _singular(text: str) -> str:
    return re.sub(r"\b(list|ids|id|found|results|data)\b", "", text).strip()


@cache
def _kinds() -> dict[str, str]:
    return {name: kind for kind, names in word_list("kinds").items() for name in names}


def _kind(name: str, meaning: str, written_type: str) -> str:
    for mark, kind in (
        ("date", "date"),
        ("url", "url"),
        ("uri", "url"),
        ("email", "email"),
        ("bool", "boolean"),
    ):
        if mark in written_type:
            return kind
    if meaning:
        return _kinds().get(meaning, "text")
    if written_type.split(" ")[0] in {"number", "integer", "float", "int", "decimal"}:
        return "number"
    last = name_words(name)[-1:] or ("",)
    if last[0] in {"id", "ids", "number", "no", "nr", "code", "reference", "ref"}:
        return "identifier"
    return (
        "date" if last[0] in {"date", "day", "on", "at"} and len(name_words(name)) > 1 else "text"
    )


def same_kind(concept_name: str, kind: str) -> bool:
    """Whether a field concept holds values of the kind of a field."""
    kinds = {
        "identifier": {"identifier"},
        "date": {"date"},
        "amount": {"amount", "number"},
        "number": {"amount", "number"},
    }
    return _kinds().get(concept_name, "text") in kinds.get(kind, {kind})
