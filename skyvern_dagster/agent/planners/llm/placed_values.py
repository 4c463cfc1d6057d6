"""Values that stand on the page, but not where the data says: another row, another column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.reading.cells import Cell
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record, RecordSet
from skyvern_dagster.reading.records import record_sets
from skyvern_dagster.reading.wanted_item import wanted_item
from skyvern_dagster.reading.words import fold, name_words, overlap

_SURE = 0.85
"""A column's name is a field's: the same words, and hardly another."""
_SEVERAL = 2
"""Values of which a row is told by: one may stand in many."""
_SHORT = 3
"""Letters of a text that may stand in others by chance."""
_MOST_RECORDS = 300
"""A bound on the work: each item is held against each record."""
_ANY_DAY = date(2000, 1, 1)

Value = str | int | float


def misplaced(data: Any, request: PlanRequest) -> str:
    """A sentence on the first value that stands elsewhere than the data says; empty: none."""
    view = PageView(request.observation)
    sets = shaped_sets(view, request.goal.today)
    items = items_of(data)
    told = (_of_items(items, one, sets) for one in sets) if items else iter(())
    told_one = _of_one(data, request, sets) if isinstance(data, dict) and not items else ""
    whole = Record(view, (view.root,), request.goal.today)
    labelled = _columns(data, whole.cells) if isinstance(data, dict) and not items else ""
    return next(filter(None, told), "") or told_one or labelled


def shaped_sets(view: PageView, today: date) -> list[RecordSet]:
    """The tables and lists of a page, of several records each."""
    return [
        one
        for one in record_sets(view, today)
        if one.shape in ("table", "list") and _SEVERAL <= len(one.records) <= _MOST_RECORDS
    ]


def items_of(data: Any) -> list[dict[str, Any]]:
    """The objects of all lists in some data."""
    return list(_items(data))


def whole_rows(item: dict[str, Any], listed: RecordSet) -> list[Record]:
    """The records that hold all values of an item, of which there have to be several."""
    values = list(_values(item))
    return _whole(values, listed) if len(values) >= _SEVERAL else []


def _of_items(items: Sequence[dict[str, Any]], listed: RecordSet, sets: Sequence[RecordSet]) -> str:
    """Items whose values stand in different rows, in other columns, or more often than rows do."""
    for item in items:
        values = list(_values(item))
        if len(values) < _SEVERAL:
            continue
        whole = _whole(values, listed)
        if not any(_whole(values, each) for each in sets) and (told := _mixed(values, listed)):
            return told
        if whole and items.count(item) > len(whole):
            return f"{item} stands there {len(whole)} times, and was read {items.count(item)} times"
        if len(whole) == 1 and (told := _columns(item, whole[0].cells)):
            return told
    return ""


def _whole(values: Sequence[Value], listed: RecordSet) -> list[Record]:
    """The records that hold all of some values."""
    return [one for one in listed.records if all(_holds(one, each) for each in values)]


def _mixed(values: Sequence[Value], listed: RecordSet) -> str:
    """Values of two rows: one that tells a row from all others, and one that only others have."""
    found = {
        each: [one for one in listed.records if _holds(one, each)] for each in dict.fromkeys(values)
    }
    telling = [(value, rows[0]) for value, rows in found.items() if len(rows) == 1]
    for value, row in telling:
        for other, rows in found.items():
            if rows and row not in rows:
                return f"{str(value)[:80]!r} and {str(other)[:80]!r} stand in different rows"
    return ""


def _of_one(data: dict[str, Any], request: PlanRequest, sets: Sequence[RecordSet]) -> str:
    """A value of another record than the one that the task is about."""
    goal = request.goal
    told = f"{goal.navigation_goal} {goal.data_extraction_goal}"
    wanted = wanted_item(told, goal.payload, goal.today).identifier
    for listed in sets if wanted else ():
        own = [one for one in listed.records if mentions_identifier(_text(one), wanted)]
        others = [one for one in listed.records if one not in own]
        if len(own) != 1:
            continue
        for value in _values(data):
            elsewhere = not _holds(own[0], value) and any(_holds(one, value) for one in others)
            if elsewhere and not _stands_beside(value, listed, request):
                return f"{str(value)[:80]!r} stands in another row than that of {wanted}"
        if told_column := _columns(data, own[0].cells):
            return told_column
    return ""


def _stands_beside(value: Value, listed: RecordSet, request: PlanRequest) -> bool:
    """Whether a value is shown outside of the list, too."""
    view = PageView(request.observation)
    inside = {id(node) for node in listed.container.walk()}
    texts = (view.text(one) for one in view.nodes if not one.children and id(one) not in inside)
    return any(_is_in(value, text) for text in texts)


def _columns(item: dict[str, Any], cells: Sequence[Cell]) -> str:
    """A value under another field's name, where its own name is plain."""
    named = {key: _cells_of(key, cells) for key in item}
    for key, value in item.items():
        own = named[key]
        if not own or not isinstance(value, Value) or isinstance(value, bool) or value == "":
            continue
        if any(_is_in(value, one.text) for one in own):
            continue
        places = [one for one in cells if one.label and one not in own]
        place = next((one for one in places if _is_same(value, one.text)), None)
        keys = [other for other in item if other != key and place in named[other]]
        if place is not None and (keys or not isinstance(value, str)):
            return f"{key}: {str(value)[:80]!r} stands under {place.label!r}"
    return ""


def _cells_of(key: str, cells: Sequence[Cell]) -> list[Cell]:
    spoken = " ".join(name_words(key))
    return [one for one in cells if one.label and overlap(spoken, one.label) >= _SURE]


def _items(data: Any) -> Iterator[dict[str, Any]]:
    """The objects of all lists in some data."""
    match data:
        case dict():
            for each in data.values():
                yield from _items(each)
        case list():
            yield from (each for each in data if isinstance(each, dict))


def _values(item: dict[str, Any]) -> Iterator[Value]:
    for value in item.values():
        if isinstance(value, bool) or not isinstance(value, Value):
            continue
        if not isinstance(value, str) or len(value.strip()) >= _SHORT:
            yield value


def _text(record: Record) -> str:
    return " ".join(cell.text for cell in record.cells)


def _holds(record: Record, value: Value) -> bool:
    return any(_is_in(value, cell.text) for cell in record.cells)


def _is_same(value: Value, text: str) -> bool:
    return bool(text) and same_value(f"{value}", text)


def _is_in(value: Value, text: str) -> bool:
    """Whether a text shows a value, in whatever form, alone or among others."""
    if _is_same(value, text) or (isinstance(value, str) and _is_word_in(value, text)):
        return True
    if isinstance(value, str) and (days := _days(value)):
        return bool(days & _days(text))
    parts = re.findall(r"[-−–+]?[^\s\d]?\d[\d.,'’\u00a0\u202f]*", text)
    return any(same_value(f"{value}", one.rstrip(".,")) for one in parts)


def _is_word_in(value: str, text: str) -> bool:
    """Whether a text has another in it, figures not as a part of a longer number."""
    plain, shown = fold(value), fold(text)
    if not plain.isdigit():
        return plain in shown
    return bool(re.search(rf"(?<![^\W_])(?<!\d[.,]){plain}(?![^\W_]|[.,]\d)", shown))


def _days(text: str) -> set[Any]:
    found = find_dates(text, _ANY_DAY)
    return {day for one in found for day in (one.day_first, one.month_first) if day is not None}
