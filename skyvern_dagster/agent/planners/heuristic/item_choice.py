"""Which of several alike documents is the one that the goal means: by what its record says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from skyvern_dagster.agent.planners.heuristic.documents import Document
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.amounts import find_amounts, find_number
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.facts import pieces_of
from skyvern_dagster.reading.identifiers import find_identifiers
from skyvern_dagster.reading.month_mentions import months_in, names_month
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.ordinals import ordinal
from skyvern_dagster.reading.own_part import own_part, siblings_alike
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_part import form_of
from skyvern_dagster.reading.wanted_item import WantedItem, described
from skyvern_dagster.reading.words import fold, stems, words

_JOINTS = re.compile(r"\b(?:and|then|und|dann|et|puis|y|luego|e|poi|en|dan)\b")
_PARTING = re.compile(r"\S\s+[-–—]\s")
_ALIKE = 0.1
"""A tenth: what one more word in a label makes, as in `any_document`."""
_NUMBER = 0.6
"""Four digits, or letters and digits (`identifiers`): what documents are numbered with."""
_UNTELLING = (
    "doc.invoice", "doc.get", "doc.area", "word.article", "word.relation", "word.joint",
    "word.place", "page.invoices", "page.orders", "page.documents", "page.account", "goal.newest",
    "goal.download", "verb.download",
)  # fmt: skip
"""Concepts of words that say that a document is wanted, not which one."""


def fitting(situation: Situation, candidates: Sequence[Document]) -> list[list[Document]]:
    """The documents that fit what the goal says, by the record that they belong to.

    Args:
        situation: Holds the goal.
        found: The page's documents, best first.

    Returns:
        One list of documents for each record that fits.
    """
    view, item = situation.view, situation.intent.item
    records = by_record(view, candidates)
    if item.place:
        return _in_place(view, records, item.place)
    if item.oldest:
        return _oldest(view, records, situation.today)
    return [
        documents
        for part, documents in records
        if _fits(_text(view, part, documents), item, situation.today)
    ]


def fits_item(view: PageView, part: Node, item: WantedItem, today: date) -> bool:
    """Whether a record says the day, the month or the amount that is wanted."""
    return _fits([piece.text for piece in pieces_of(view, [part])], item, today)


def belied(situation: Situation, candidates: Sequence[Document], chosen: Sequence[Document]) -> str:
    """A word of the goal that another record says and the chosen one doesn't; or empty.

    `Of the Savings account`, where only the Giro account has a statement of that month.
    """
    view, text = situation.view, situation.intent.instructions
    spans = list(described(text, situation.intent.item))
    rest = "".join(
        " " if any(start <= at < end for start, end in spans) else letter
        for at, letter in enumerate(text)
    )
    said = _qualifying(rest)
    own, others = set[str](), set[str]()
    for part, documents in by_record(view, candidates):
        known = stems(" ".join((*_text(view, part, documents), view.heading_above(part))))
        if any(one in chosen for one in documents):
            own |= known
        else:
            others |= known
    # Figures are days, amounts and numbers, which are held against records by themselves.
    told = (word for word in sorted(said) if not word.isdigit())
    return next((word for word in told if word in others and word not in own), "")


def told_of(situation: Situation, candidates: list[Document]) -> tuple[list[Document], str]:
    """The documents of the records that the goal's own words tell from the others.

    Returns:
        All of them where its words make no difference, and the words that the page doesn't know.
    """
    said = _qualifying(situation.intent.instructions) | _given(situation)
    if not said:
        return candidates, ""
    view = situation.view
    records = [
        (stems(" ".join((*_text(view, part, documents), view.heading_above(part)))), documents)
        for part, documents in by_record(view, candidates)
    ]
    telling = {word for word in said if any(word not in known for known, _ in records)}
    apart = {word for word in telling if any(word in known for known, _ in records)}
    fits = [documents for known, documents in records if said <= known]
    fits = fits or [documents for known, documents in records if apart and apart <= known]
    known = stems(f"{situation.request.observation.title} {view.page_text} {view.url}")
    missing = " ".join(sorted(word for word in said & telling if word not in known))
    if 0 < len(fits) < len(records):
        return [one for documents in fits for one in documents], missing
    return candidates, missing


def several_invoices(view: PageView, candidates: Sequence[Document], today: date) -> str:
    """The numbers of documents that are as good as one another, each of a record of its own."""
    best = max((one.score for one in candidates), default=0.0)
    good = [one for one in candidates if one.score >= best - _ALIKE]
    named: list[str] = []
    for part, documents in by_record(view, good):
        text = " ".join(_text(view, part, documents))
        taken = [(one.start, one.end) for one in find_dates(text, today)]
        taken += [(one.start, one.end) for one in find_amounts(text)]
        numbers = find_identifiers(text, (*taken, (0, 0)))
        telling = (one.text for one in numbers if one.likeness >= _NUMBER or _is_code(one.text))
        first = next(telling, "")
        if not first or (named and form_of(first) != form_of(named[0])):
            return ""
        named.append(first)
    return ", ".join(named) if len(set(named)) > 1 else ""


def _is_code(number: str) -> bool:
    return any(map(str.isalpha, number)) and any(map(str.isdigit, number))


def valid(view: PageView, candidates: Sequence[Document]) -> list[Document]:
    """The documents of the records that don't say that they were cancelled, in the same order."""
    void = [
        one
        for part, documents in by_record(view, candidates)
        if part.role in RECORD_ROLES
        and any(concept("doc.void").score(text) >= 1 for text in _text(view, part, documents))
        for one in documents
    ]
    return [one for one in candidates if one not in void]


def _given(situation: Situation) -> frozenset[str]:
    """Stems of what the task was given: `{"year": 2023}` chooses, too."""
    values = (str(value) for _, value in flat_items(situation.goal.payload))
    # Addresses, and what is typed to log in, are no words of a record.
    return stems(" ".join(one for one in values if "://" not in one and "@" not in one))


def of_one_number(situation: Situation, candidates: Sequence[Document]) -> str:
    """A number of the goal that several records say, where nothing else tells them apart."""
    view = situation.view
    said = _qualifying(situation.intent.instructions)
    texts = [stems(" ".join(_text(view, *one))) for one in by_record(view, candidates)]
    numbers = [word for word in said if any(each.isdigit() for each in word)]
    return next((one for one in numbers if sum(one in text for text in texts) > 1), "")


def _qualifying(instructions: str) -> frozenset[str]:
    """The words with which a goal tells one document from others: ``the invoice of Miller Ltd``."""
    verb = concept("verb.download").terms.search(fold(instructions))
    if verb is None:
        return frozenset()
    sentence = re.split(r"[.;:,](?:\s|$)", fold(instructions)[verb.end() :])[0]
    said = re.split(_JOINTS, sentence)[0]
    plain = " ".join(
        word
        for word in words(said)
        if not (ordinal(word) or any(concept(name).mentioned(word) for name in _UNTELLING))
    )
    return stems(plain)


def by_record(view: PageView, candidates: Sequence[Document]) -> list[tuple[Node, list[Document]]]:
    """Documents with the part of the page that is their record, in the order of the page."""
    nodes = [one.control.node for one in candidates]
    records: dict[int, tuple[Node, list[Document]]] = {}
    for one in sorted(candidates, key=lambda document: document.control.position):
        part = own_part(view, one.control.node, nodes)
        records.setdefault(id(part), (part, []))[1].append(one)
    for _, documents in records.values():
        documents.sort(key=lambda document: document.score, reverse=True)
    return list(records.values())


def _in_place(
    view: PageView, records: list[tuple[Node, list[Document]]], place: int
) -> list[list[Document]]:
    """The document of the n-th record, which isn't the n-th document where some have none."""
    if not records:
        return []
    rows = siblings_alike(view, records[0][0])
    if all(any(part is row for row in rows) for part, _ in records):
        wanted = rows[place - 1] if place <= len(rows) else None
        return [documents for part, documents in records if part is wanted]
    return [records[place - 1][1]] if place <= len(records) else []


def _oldest(
    view: PageView, records: list[tuple[Node, list[Document]]], today: date
) -> list[list[Document]]:
    dated = _dated(view, records, today)
    return [documents for day, documents in dated if day == min(day for day, _ in dated)]


def newest(situation: Situation, candidates: Sequence[Document]) -> list[Document]:
    """The documents of the records of the latest day; all of them where a day isn't known."""
    view = situation.view
    dated = _dated(view, by_record(view, candidates), situation.today)
    latest = max((day for day, _ in dated), default=None)
    of_latest = [one for day, documents in dated if day == latest for one in documents]
    return of_latest or list(candidates)


def beyond_reach(situation: Situation, candidates: Sequence[Document], *, oldest: bool) -> str:
    """A newer (or older) record than all that have a document, with one that is out of use."""
    view = situation.view
    records = by_record(view, candidates)
    known = [day for day, _ in _dated(view, records, situation.today)]
    if not known:
        return ""
    for row in siblings_alike(view, records[0][0]):
        days = _days([piece.text for piece in pieces_of(view, [row])], situation.today)
        if not days or any(part is row for part, _ in records):
            continue
        further = min(days) < min(known) if oldest else min(days) > max(known)
        if further and any(_is_out_of_use(node) for node in row.walk()):
            return view.text(row)
    return ""


def _is_out_of_use(node: Node) -> bool:
    off = node.disabled or node.attributes.get("aria-disabled") == "true"
    said = node.name or node.full_text
    return off and any(concept(name).mentioned(said) for name in ("doc.invoice", "doc.get"))


def _dated(
    view: PageView, records: list[tuple[Node, list[Document]]], today: date
) -> list[tuple[date, list[Document]]]:
    """Records with their days; nothing where one of them has none."""
    dated = [(_days(_text(view, part, documents), today), documents) for part, documents in records]
    known = [(min(days), documents) for days, documents in dated if days]
    return known if len(known) == len(dated) else []


def _text(view: PageView, part: Node, documents: Sequence[Document]) -> list[str]:
    """The separate texts of a record, with what its controls are called."""
    texts = [piece.text for piece in pieces_of(view, [part])]
    return texts + [one.control.label for one in documents]


def _fits(texts: list[str], item: WantedItem, today: date) -> bool:
    if item.day is not None and not any(
        _same_day(day, item.day) for text in texts for day in find_dates(text, today)
    ):
        return False
    if item.month is not None and not _has_month(texts, *item.month, today):
        return False
    if item.span is not None and not any(
        item.span[0] <= day <= item.span[1] for day in _days(texts, today)
    ):
        return False
    if item.amount is None:
        return True
    amounts = {one.value for text in texts for one in find_amounts(text)}
    # A dash between blanks parts the day from the amount as often as it is a sign.
    amounts |= {
        abs(one.value) for text in texts if _PARTING.search(text) for one in find_amounts(text)
    }
    amounts |= {value for text in texts if (value := find_number(text)) is not None}
    return item.amount in amounts


def _same_day(found: DateMention, wanted: DateMention) -> bool:
    readings = found.days
    asked = wanted.days
    if wanted.yearless or found.yearless:
        return bool({(d.month, d.day) for d in readings} & {(d.month, d.day) for d in asked})
    return bool(readings & asked)


def _has_month(texts: list[str], year: int | None, month: int, today: date) -> bool:
    months = {each for text in texts for each in months_in(text)}
    months |= {(day.year, day.month) for day in _days(texts, today)}
    if any(month == each and year in (None, of) for of, each in months):
        return True
    return any(names_month(text, month) for text in texts) if year is None else False


def _days(texts: list[str], today: date) -> list[date]:
    mentions = [one for text in texts for one in find_dates(text, today)]
    return [day for one in mentions if (day := one.day_first or one.month_first)]
