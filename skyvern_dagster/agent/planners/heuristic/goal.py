"""What a task wants, read from its goal's words, its payload and its schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.heuristic.credentials import Credentials, find_credentials
from skyvern_dagster.agent.planners.heuristic.phrases import named_after
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.date_window import (
    DateWindow,
    date_window,
    newest_only,
)
from skyvern_dagster.reading.schema import DataSpec, read_schema
from skyvern_dagster.reading.wanted_item import WantedItem, wanted_item
from skyvern_dagster.reading.words import fold, fold_in_place

_LIST_PAGES = (
    "orders", "invoices", "documents", "subscriptions", "payments", "shipments", "returns",
    "quotes", "messages", "addresses", "profile", "settings", "products", "contact", "help",
    "cart", "account",
)  # fmt: skip


@dataclass(frozen=True)
class Intent:
    """A task's goal, taken apart.

    Attributes:
        instructions: The goal without its ``complete when`` and ``terminate if`` sentences.
        terminates_if: Those that say when to give up.
        target: Name of the page concept to find (``page.orders``), or empty.
        target_words: The page in the goal's own words.
        item: The one record that the task is about, where it is about one.
        record_id: The number that names it, or empty.
        clicks: Labels that the goal says to click, in order.
        search: What the goal says to search for.
        newest: How many of the newest records are wanted, if not all.
        as_shown: Whether the list is to be read as the page shows it, its filters as they are: an
            earlier block may have set them.
    """

    instructions: str
    terminates_if: str
    credentials: Credentials | None
    logs_in: bool
    downloads: bool
    extracts: bool
    fills: bool
    data: DataSpec
    window: DateWindow
    target: str
    target_words: str
    item: WantedItem
    record_id: str
    clicks: tuple[str, ...]
    search: str
    newest: int | None
    as_shown: bool


def read_goal(goal: Goal) -> Intent:
    """Takes a goal apart."""
    doing, terminates = _endings(goal.navigation_goal)
    reading, reading_terminates = _endings(goal.data_extraction_goal)
    everything = f"{doing} {reading}".strip()
    credentials = find_credentials(goal.payload)
    data = read_schema(goal.data_schema)
    item = wanted_item(everything, goal.payload, goal.today)
    extracts = bool(goal.data_extraction_goal or goal.data_schema is not None)
    downloads = goal.complete_on_download or _means(doing, "goal.download")
    clicks = tuple(named_after("click", doing))
    listed = extracts and data.records is not None
    window = date_window(everything, goal.payload, goal.today, periods=listed)
    return Intent(
        instructions=doing,
        terminates_if=f"{terminates} {reading_terminates}".strip(),
        credentials=credentials,
        logs_in=_means(doing, "goal.log_in")
        or (credentials is not None and not doing and not extracts),
        downloads=downloads,
        extracts=extracts or (not downloads and not clicks and _means(doing, "goal.extract")),
        fills=_means(doing, "goal.fill") or (_means(doing, "goal.change") and bool(goal.payload)),
        data=data,
        window=window,
        target=_target(doing, reading, data),
        target_words=_target_words(doing),
        item=item,
        record_id=item.identifier,
        clicks=clicks,
        search=next(iter(named_after("search", doing)), ""),
        newest=newest_only(everything),
        as_shown=_means(everything, "goal.as_shown") or not (doing or window),
    )


def _endings(text: str) -> tuple[str, str]:
    """The instructions without the clauses on endings, and the clauses on termination."""
    doing, terminates = [], []
    for sentence in re.split(r"(?<=[.!?;])\s+|\n+", _numbered().sub(r"\1 ", text.strip())):
        rest, ending = _without(sentence, "goal.terminate")
        terminates.append(ending)
        doing.append(_without(rest, "goal.complete")[0])
    return _joined(doing), _joined(terminates)


@cache
def _numbered() -> re.Pattern[str]:
    """`no.` before a number, whose point ends no sentence."""
    listed = "|".join(sorted(word_list("items")["number_words"], key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])({listed})\.\s*(?=#?\d)", re.IGNORECASE)


def _without(sentence: str, name: str) -> tuple[str, str]:
    """A sentence without the clause that begins with a word for ending, and that clause."""
    plain = fold_in_place(sentence)
    match = concept(name).terms.search(plain)
    if match is None or concept(name).exclusions.search(plain):
        return sentence, ""
    if concept("word.condition").terms.match(plain.lstrip()):
        return "", sentence
    return sentence[: match.start()], sentence[match.start() :]


def _joined(parts: list[str]) -> str:
    return " ".join(part.strip() for part in parts if part.strip())


def _means(text: str, name: str) -> bool:
    return bool(concept(name).terms.search(fold(text)))


def _target(doing: str, reading: str, data: DataSpec) -> str:
    for text in (doing, reading):
        page = _mentioned_page(text)
        if page:
            return page
    wanted = {field.concept for one in data.lists for field in one.wanted}
    if "order_id" in wanted or "order_date" in wanted:
        return "page.orders"
    return "page.invoices" if "invoice_number" in wanted or "invoice_date" in wanted else ""


def _mentioned_page(text: str) -> str:
    """The page concept that the text names first, places after a verb of going preferred."""
    for place in named_after("go", text):
        page = _pages_in(place)
        named = [pair for pair in page if pair[1] != "page.account"]
        if named:
            return min(named)[1]
    page = _pages_in(text)
    last_choice = {"page.account", "page.contact", "page.help"}
    listed = [pair for pair in page if pair[1] not in last_choice]
    return min(listed or page, default=(0, ""))[1]


def _pages_in(text: str) -> list[tuple[int, str]]:
    """The pages that a text names, with where."""
    plain = fold(text)
    patterns = ((f"page.{name}", concept(f"page.{name}").terms) for name in _LIST_PAGES)
    return [(match.start(), name) for name, terms in patterns if (match := terms.search(plain))]


def _target_words(doing: str) -> str:
    places = named_after("go", doing)
    return places[0] if places else ""
