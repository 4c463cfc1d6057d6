"""Which part of a goal narrows the records that it wants, in a way that isn't understood.

The planner chooses records by days and takes the newest. `The unpaid orders`, `invoices of Miller`,
`orders over 50 EUR` are restrictions that it can't apply: all records would be a wrong answer to
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from skyvern_dagster.agent.planners.heuristic.instructions import sequence_of
from skyvern_dagster.agent.planners.heuristic.phrases import named_after
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.reading.concepts import concept, concepts, word_list
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.month_mentions import months_in
from skyvern_dagster.reading.named_periods import named_periods
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.ordinals import numbers_in_words
from skyvern_dagster.reading.record_states import states_said
from skyvern_dagster.reading.unspaced import unknown_rest
from skyvern_dagster.reading.wanted_item import described
from skyvern_dagster.reading.words import (
    QUOTED,
    fold,
    fold_in_place,
    name_words,
    stem,
    stems,
    words,
)

_RECORD_PAGES = (
    "page.orders", "page.invoices", "page.bookings", "page.documents", "page.payments",
    "page.subscriptions", "page.shipments", "page.returns", "page.quotes", "page.messages",
    "page.products", "doc.invoice", "doc.other",
)  # fmt: skip
_CLAUSE = re.compile(r"[.;:!?](?:\s|$)|,\s|\n|\s[-–]\s")
_WORD = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*")
_OWN = "'s"
"""As in `yesterday's invoice`."""
_MOST_BEFORE = 2
"""Words before a record's name: `most expensive orders`; further ones belong to something else."""


def unclear_restriction(situation: Situation, section: str = "") -> str:
    """The words that narrow which records are wanted, or an empty text where all are meant.

    What the page itself is headed, or has chosen in its filters, is in force already.

    Args:
        situation: The page and the goal.
        section: The heading of the part of it that is read.
    """
    goal, intent = situation.goal, situation.intent
    text = goal.data_extraction_goal
    explained = plain_words() | _of_schema(goal.data_schema) | _shown(situation) | stems(section)
    for path, value in flat_items(goal.payload):
        explained |= stems(" ".join(name_words(path))) | stems(str(value))
    if sequence_of(intent.instructions) or intent.search or intent.clicks:
        explained |= stems(intent.instructions)
    spans = list(_of_days(text, goal.today)) if intent.window or intent.newest else []
    if intent.window:
        spans += ((one.start, one.end) for one in named_periods(text, goal.today))
    for clause in _clauses(text, spans):
        told = unknown_rest(clause)
        if told := told or _unclear_in(clause, frozenset(explained), dated=bool(intent.window)):
            return told
    return ""


def tells_apart(heading: str) -> bool:
    """Whether a heading says more of records than what all of them are called: `Past orders`."""
    return bool(stems(heading) - _nouns())


def only_names(text: str) -> bool:
    """Whether words only call records what they are: `orders with status`."""
    status = stems(" ".join(concept("field.status").listed_terms))
    return not stems(text) - _nouns() - plain_words() - status


def unclear_choice(situation: Situation) -> str:
    """The words of a goal that narrow which document it wants, in a way that isn't understood.

    What says which record it is, or stands on one of the pages on the way, is understood.
    """
    intent = situation.intent
    text = intent.instructions
    explained = _explained_choice(situation)
    spans = [*_of_days(text, situation.today), *described(text, intent.item)]
    if intent.item.month or intent.item.span:
        spans += ((one.start, one.end) for one in named_periods(text, situation.today))
    lists, every = word_list("restrictions"), words(text)
    last = [word for word in every if word in lists["last"]]
    if last and (places := [word for word in every if word in lists["places"]]):
        return " ".join((*last, *places))
    plain = f" {' '.join(every)} "
    if counted := [one for one in lists["counted_back"] if f" {one} " in plain]:
        return " ".join(counted)
    if beside := _beside_number(every, intent.item.identifier):
        return beside
    for clause in _clauses(text, spans):
        if not concept("goal.download").terms.search(fold(clause)):
            continue
        said = [fold(match.group()) for match in _WORD.finditer(clause)]
        if several := [word for word in said if word in lists["several"] or _is_count(word)]:
            return " ".join(several)
        if excluding := [word for word in said if word in lists["excluding"]]:
            return " ".join(excluding)
        if told := unknown_rest(clause) or _unclear_in(clause, explained):
            return told
    return ""


def _explained_choice(situation: Situation) -> frozenset[str]:
    """Stems of what a choice may say: of the pages on the way, the payload, and the record."""
    view, item = situation.view, situation.intent.item
    explained = plain_words() | _untelling() | _shown(situation)
    explained |= stems(f"{situation.request.observation.title} {view.page_text} {view.url}")
    explained |= stems(" ".join((situation.request.first_text, *_on_the_way(situation))))
    explained |= stems(" ".join((*item.numbers, *word_list("items")["number_words"])))
    for path, value in flat_items(situation.goal.payload):
        explained |= stems(" ".join(name_words(path))) | stems(str(value))
    if item.amount is not None:
        explained |= stems(" ".join(concept("field.total").listed_terms))
    return explained


def _beside_number(said: Sequence[str], number: str) -> str:
    """Words that say that a record is meant which stands before or behind the one of a number."""
    parts = words(number)
    limits = frozenset(word_list("items")["limits"])
    for at in range(1, len(said) if parts else 0):
        if tuple(said[at : at + len(parts)]) == parts and said[at - 1] in limits:
            return " ".join((said[at - 1], number))
    return ""


def _on_the_way(situation: Situation) -> Iterator[str]:
    """What led here: titles of pages, and what was clicked on them."""
    for step, action in situation.memory.actions:
        yield from (step.title, action.label, action.target)


def _is_count(word: str) -> bool:
    return word in numbers_in_words()


@cache
def _untelling() -> frozenset[str]:
    """Stems of words that say that a document is wanted, of what form, and what to do for it."""
    names = (
        "goal.download", "verb.download", "doc.get", "doc.area", "goal.newest", "limit.newest",
        "verb.click", "verb.go", "verb.choose", "verb.search", "nav.details",
    )  # fmt: skip
    terms = [term for name in names for term in concept(name).listed_terms]
    items, places = word_list("items"), word_list("restrictions")["whereabouts"]
    listed = (*items["formats"], *items["oldest"], *places)
    return frozenset(stem(word) for term in (*terms, *listed) for word in words(term))


def missing_place(situation: Situation) -> str:
    """Words of the place that the goal says to go to, of which the page says nothing."""
    said = " ".join(named_after("go", situation.intent.instructions))
    if not said:
        return ""
    view = situation.view
    shown = f"{situation.request.observation.title} {view.page_text} {view.url}"
    known = plain_words() | _nouns() | stems(shown) | _page_words()
    for path, value in flat_items(situation.goal.payload):
        known |= stems(" ".join(name_words(path))) | stems(str(value))
    return " ".join(word for word in words(said) if stem(word) not in known and word not in known)


def unclear_period(situation: Situation) -> str:
    """The month that a goal asks about, where the page has several or another one."""
    wanted = months_in(situation.goal.data_extraction_goal)
    if not wanted:
        return ""
    view = situation.view
    headed = {month for text in view.headings for month in months_in(text)}
    if headed == wanted or (not headed and wanted <= months_in(view.page_text)):
        return ""
    year, month = min(wanted)
    return f"{year}-{month:02}"


def _clauses(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The clauses of a goal, without what is understood of them."""
    plain = "".join(
        " " if any(start <= place < end for start, end in spans) else character
        for place, character in enumerate(text)
    )
    yield from filter(str.strip, _CLAUSE.split(plain))


def _unclear_in(clause: str, explained: frozenset[str], *, dated: bool = True) -> str:
    """The words of a clause that narrow which records it wants, in a way that isn't understood.

    Args:
        dated: Whether its days are understood, where it has any: `orders since Easter`.
    """
    for quoted in QUOTED.findall(clause):
        if not stems(quoted) <= explained:
            return str(quoted)
    said = [match.group() for match in _WORD.finditer(clause)]
    known = [_is_known(word, explained) for word in said]
    lists = word_list("restrictions")
    nouns = [place for place, word in enumerate(said) if stem(fold(word)) in _nouns()]
    for place, word in enumerate(said):
        if fold(word) in lists["excluding"] and fold(word) not in explained:
            return " ".join(said[place:])
        if not dated and fold(word) in _dating() and place - 1 in nouns:
            return " ".join(said[place - 1 :])
        if nouns and not known[place] and any(each.isdigit() for each in word):
            return word
    for place in nouns:
        before = list(_before(said, known, place))
        if before:
            return " ".join((*before, said[place]))
        if told := _behind(said, known, place) or _state_behind(said, place, explained):
            return told
    return ""


def _state_behind(said: Sequence[str], place: int, explained: frozenset[str]) -> str:
    """A state right behind a record's name, as in `factures impayées`."""
    following = said[place + 1 : place + 2]
    if not states_said(following) or stems(" ".join(following)) <= explained:
        return ""
    return " ".join(said[place : place + 2])


def _before(said: Sequence[str], known: Sequence[bool], place: int) -> Iterator[str]:
    """Words that aren't known right before a record's name."""
    first = place
    while first > 0 and place - first < _MOST_BEFORE and not known[first - 1]:
        first -= 1
    yield from said[first:place]


def _behind(said: Sequence[str], known: Sequence[bool], place: int) -> str:
    """A restriction that begins behind a record's name, where a word of it isn't known."""
    relative = word_list("restrictions")["relative"]
    rest = range(place + 1, len(said))
    begins = next((at for at in rest if not known[at] or fold(said[at]) in relative), None)
    if begins is None or fold(said[begins]) not in relative:
        return ""
    if all(known[at] for at in range(begins, len(said))):
        return ""
    return " ".join(said[place:])


def _is_known(word: str, explained: frozenset[str]) -> bool:
    plain = fold(word)
    parts = re.findall(r"[^\W_]+", plain)
    known = explained | _nouns() | _page_words()
    return all(part in known or stem(part) in known for part in parts)


@cache
def _dating() -> frozenset[str]:
    """Words behind a record's name that say of which days it is."""
    other = word_list("restrictions")["limits_of_other_meaning"]
    return frozenset(word_list("items")["limits"]) - frozenset(other)


@cache
def plain_words() -> frozenset[str]:
    """Words that narrow nothing, with their stems."""
    listed = word_list("restrictions")["plain"]
    return frozenset(listed) | frozenset(stem(word) for word in listed)


@cache
def _nouns() -> frozenset[str]:
    """Stems of what records are called."""
    terms = [term for name in _RECORD_PAGES for term in concept(name).listed_terms]
    single = [
        fold(term) for term in (*terms, *word_list("items")["record_words"]) if " " not in term
    ]
    return frozenset(stem(term) for term in single if "*" not in term) - {"all", "list"}


@cache
def _page_words() -> frozenset[str]:
    """Stems of the words of what pages are called (``order history``)."""
    terms = [term for name in _RECORD_PAGES for term in concept(name).listed_terms]
    return frozenset(stem(word) for term in terms for word in words(term)) - _states()


@cache
def _states() -> frozenset[str]:
    """Words that tell records of one kind apart, also where a page is called so."""
    states = [
        term for name in ("value.status", "paging.archive", "paging.current")
        for term in concept(name).listed_terms
    ]  # fmt: skip
    return (
        frozenset(stem(word) for term in states for word in words(term)) - _nouns() - plain_words()
    )


def _of_schema(schema: object) -> frozenset[str]:
    """Stems of everything that a schema says: the names of fields and what they hold."""
    found: set[str] = set()
    pending = [schema]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            for key, value in one.items():
                found |= stems(" ".join(name_words(str(key))))
                pending.append(value)
        elif isinstance(one, list):
            pending += one
        elif isinstance(one, str):
            found |= stems(one)
    return frozenset(found)


def _shown(situation: Situation) -> frozenset[str]:
    """Stems of what the page says that it shows: its headings, what is chosen in it."""
    view = situation.view
    chosen = [
        one.label
        for one in view.controls
        if one.node.selected or one.node.pressed
        or one.node.attributes.get("aria-current") not in {None, "", "false"}
    ]  # fmt: skip
    chosen += [
        option.label for one in view.inputs for option in one.node.options if option.selected
    ]
    return stems(" ".join((*view.main_headings, *chosen)))


def _of_days(text: str, today: date) -> Iterator[tuple[int, int]]:
    """Where a goal says which days, or how many of the newest, it wants."""
    plain = fold_in_place(text)
    for one in find_dates(text, today):
        own = plain.startswith(_OWN, one.end)
        yield one.start, one.end + (len(_OWN) if own else 0)
    names = ("goal.after", "goal.before", "goal.newest", "paging.relative")
    for meaning in (*map(concept, names), *concepts("limit.")):
        yield from (match.span() for match in meaning.terms.finditer(plain))
    yield from (match.span() for match in _lengths().finditer(plain))
    yield from (match.span() for match in _limits().finditer(plain))


@cache
def _lengths() -> re.Pattern[str]:
    """Years, lengths of time, and how many of the newest: ``30 days``, ``latest 3``."""
    units = {name for listed in word_list("calendar")["units"].values() for name in listed}
    newest = concept("limit.newest").terms.pattern
    return re.compile(
        rf"\b(?:\d+\s+)?(?:{'|'.join(sorted(units, key=len, reverse=True))})\b|\b20\d\d\b"
        rf"|{newest}\s+(?:\d{{1,3}}|{'|'.join(numbers_in_words())})\b"
    )


@cache
def _limits() -> re.Pattern[str]:
    """Words that make a range of days: ``between``."""
    words_for = sorted(word_list("items")["limits"], key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, words_for))})(?![^\W_])")
