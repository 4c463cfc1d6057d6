"""What a task wants, read from its goal's words, its payload and its schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.heuristic.concepts import concept, concepts
from skyvern_dagster.agent.planners.heuristic.credentials import Credentials, find_credentials
from skyvern_dagster.agent.planners.heuristic.filters import (
    DateWindow,
    date_window,
    flat_items,
    newest_only,
)
from skyvern_dagster.agent.planners.heuristic.schema import DataSpec, read_schema
from skyvern_dagster.agent.planners.heuristic.words import fold, name_words

_GOTO = re.compile(
    r"\b(?:go to|navigate to|open|visit|find|locate|switch to|gehe? (?:zu[rm]?|auf)|offne|navigiere (?:zu[rm]?)?|"
    r"va (?:sur|a)|allez (?:sur|a)|ouvre|ouvrez|ve a|ir a|abre|vai (?:a|alla|su)|apri|ga naar|open de|va para|abra)\s+"
    r"(?:the |your |my |die |der |das |den |la |le |les |el |los |il |lo |de |het |o |a )?"
    r"(?P<what>[^.,;:\n]{2,60}?)(?=\s+(?:and|und|et|y|e|en|then|where|so|to|page|section|in order)\b|[.,;:\n]|$)"
)
_CLICK = re.compile(
    r"\b(?:click|press|tap|hit|klicke?|cliquez?|clique|pulsa|haz clic|clicca|klik|clicar)\s+(?:on |auf |sur |en |su |op |em )?"
    r"(?:the |den |die |das |le |la |el |il |de |het |o |a )?(?:button |link |tab |schaltflache |bouton |boton )?"
    r"(?P<what>[\"'“”„‘«][^\"'“”‘’»]{1,60}[\"'“”’»]|[^.,;:\n]{2,40}?)"
    r"(?=\s+(?:and|und|et|y|e|en|then|button|link|tab|menu|to|in order)\b|[.,;:\n]|$)",
    re.IGNORECASE,
)
_SEARCH = re.compile(
    r"\b(?:search for|look up|look for|suche? nach|recherchez?|cherchez?|busca|cerca|zoek naar|zoek|pesquise|procure)\s+"
    r"(?P<what>[\"'“”„‘«][^\"'“”‘’»]{1,80}[\"'“”’»]|[^.,;:\n]{2,60}?)(?=\s+(?:and|und|et|y|e|en|then|in the|on the)\b|[.,;:\n]|$)",
    re.IGNORECASE,
)
_LIST_PAGES = (
    "orders", "invoices", "documents", "subscriptions", "payments", "shipments", "returns", "quotes",
    "messages", "addresses", "profile", "settings", "products", "contact", "help", "cart", "account",
)  # fmt: skip
_RECORD_KEYS = ("order_id", "invoice_number", "tracking_number")


@dataclass(frozen=True)
class Intent:
    """A task's goal, taken apart.

    Attributes:
        instructions: The goal without its ``complete when`` and ``terminate if`` sentences.
        completes_when: Those that say when the goal is reached.
        terminates_if: Those that say when to give up.
        target: Name of the page concept to find (``page.orders``), or empty.
        target_words: The page in the goal's own words.
        record_id: Identifier of the one record that the task is about, or empty.
        clicks: Labels that the goal says to click, in order.
        search: What the goal says to search for.
        newest: How many of the newest records are wanted, if not all.
    """

    instructions: str
    completes_when: str
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
    record_id: str
    clicks: tuple[str, ...]
    search: str
    newest: int | None


def read_goal(goal: Goal) -> Intent:
    """Takes a goal apart."""
    doing, completes, terminates = _endings(goal.navigation_goal)
    reading, _, reading_terminates = _endings(goal.data_extraction_goal)
    everything = f"{doing} {reading}".strip()
    credentials = find_credentials(goal.payload)
    data = read_schema(goal.data_schema, reading)
    record_id = _record_id(goal.payload, everything)
    extracts = bool(goal.data_extraction_goal or goal.data_schema is not None)
    downloads = goal.complete_on_download or _means(doing, "goal.download")
    clicks = tuple(_unquoted(match["what"]) for match in _CLICK.finditer(_plain(doing)))
    return Intent(
        instructions=doing,
        completes_when=completes,
        terminates_if=f"{terminates} {reading_terminates}".strip(),
        credentials=credentials,
        logs_in=_means(doing, "goal.log_in"),
        downloads=downloads,
        extracts=extracts or (not downloads and not clicks and _means(doing, "goal.extract")),
        fills=_means(doing, "goal.fill"),
        data=data,
        window=date_window(everything, goal.payload, goal.today),
        target=_target(doing, reading, data),
        target_words=_target_words(doing),
        record_id=record_id,
        clicks=clicks,
        search=next((_unquoted(match["what"]) for match in _SEARCH.finditer(_plain(doing))), ""),
        newest=newest_only(everything),
    )


def _endings(text: str) -> tuple[str, str, str]:
    """The instructions, the sentences on completion, and those on termination."""
    parts: dict[str, list[str]] = {"": [], "complete": [], "terminate": []}
    for sentence in re.split(r"(?<=[.!?;])\s+|\n+", text.strip()):
        plain = fold(sentence)
        if concept("goal.terminate").mentioned(plain):
            parts["terminate"].append(sentence)
        elif concept("goal.complete").mentioned(plain):
            parts["complete"].append(sentence)
        else:
            parts[""].append(sentence)
    return " ".join(parts[""]), " ".join(parts["complete"]), " ".join(parts["terminate"])


def _means(text: str, name: str) -> bool:
    return bool(concept(name).terms.search(fold(text)))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip()).replace("ö", "o").replace("ß", "ss")


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'“”„‘’«»").strip()


def _target(doing: str, reading: str, data: DataSpec) -> str:
    for text in (doing, reading):
        found = _mentioned_page(text)
        if found:
            return found
    wanted = {field.concept for one in data.lists for field in one.wanted}
    if "order_id" in wanted or "order_date" in wanted:
        return "page.orders"
    return "page.invoices" if "invoice_number" in wanted or "invoice_date" in wanted else ""


def _mentioned_page(text: str) -> str:
    """The page concept that the text names first, places after a verb of going preferred."""
    plain = fold(text)
    for match in _GOTO.finditer(plain):
        scored = [(one.terms.search(match["what"]), one.name) for one in _pages()]
        named = [
            (found.start(), name) for found, name in scored if found and name != "page.account"
        ]
        if named:
            return min(named)[1]
    found = [(match.start(), one.name) for one in _pages() if (match := one.terms.search(plain))]
    listed = [
        pair for pair in found if pair[1] not in {"page.account", "page.contact", "page.help"}
    ]
    return min(listed or found, default=(0, ""))[1]


def _pages():  # type: ignore[no-untyped-def]
    order = {f"page.{name}": place for place, name in enumerate(_LIST_PAGES)}
    return sorted(
        (one for one in concepts("page.") if one.name in order), key=lambda one: order[one.name]
    )


def _target_words(doing: str) -> str:
    match = _GOTO.search(_plain(doing).lower())
    if not match:
        return ""
    return re.sub(r"\b(page|section|site|tab|seite|pagina|website|web)\b", "", match["what"]).strip(
        " \"'“”"
    )


def _record_id(payload: Mapping[str, Any], text: str) -> str:
    """The identifier of the one record in question: the payload's, else one quoted in the goal."""
    best: tuple[float, str] = (0.0, "")
    for path, value in flat_items(payload):
        if isinstance(value, bool) or not isinstance(value, str | int) or "://" in str(value):
            continue
        score = _record_key_score(path.rsplit(".", 1)[-1], path)
        if score > best[0] and str(value).strip():
            best = (score, str(value).strip())
    if best[1]:
        return best[1]
    match = re.search(
        r"(?:order|invoice|bestellung|rechnung|commande|facture|pedido|factura|ordine|bestelling)\s*(?:number|no\.?|nr\.?|id|#|n°|numero)?\s*[:#]?\s*([A-Za-z]{0,5}[-]?\d[\w-]{2,})",
        text,
        re.IGNORECASE,
    )
    return match.group(1) if match else ""


def _record_key_score(name: str, path: str) -> float:
    words = " ".join(name_words(name))
    best = max((concept(f"field.{key}").score(words) for key in _RECORD_KEYS), default=0.0)
    if words in {"id", "number", "reference"}:
        best = max(best, 0.5)
    if words in {"current value", "value", "item", "current item"} or path.endswith(
        (".current_value", "current_value")
    ):
        best = max(best, 0.45)
    if any(
        word in words for word in ("date", "customer", "account", "user", "postal", "zip", "phone")
    ):
        return 0.0
    return best if best >= 0.45 else 0.0
