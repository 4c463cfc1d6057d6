"""Single values of a page: its address, its e-mail addresses, labelled values, headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from skyvern_dagster.agent.planners.heuristic.concepts import concept, concepts
from skyvern_dagster.agent.planners.heuristic.date_mention import DateMention, DayOrder
from skyvern_dagster.agent.planners.heuristic.day_order import day_order
from skyvern_dagster.agent.planners.heuristic.facts import Fact, facts_of, pieces_of
from skyvern_dagster.agent.planners.heuristic.fitting import fit
from skyvern_dagster.agent.planners.heuristic.page import PageView
from skyvern_dagster.agent.planners.heuristic.schema import FieldSpec, ListSpec
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.planners.heuristic.values import value_of
from skyvern_dagster.agent.planners.heuristic.words import fold, name_words
from skyvern_dagster.browser.observation import Node

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


_MIN_FIT = 0.75


def fill_scalars(situation: Situation, wanted: ListSpec | None, items: list[Any]) -> Any:
    """The whole result: the records in their list, and the single values beside it."""
    spec = situation.intent.data
    if spec.bare:
        return items
    data: dict[str, Any] = {}
    for one in spec.lists:
        data[one.name] = (
            items
            if one is wanted or (wanted and one.name == wanted.name)
            else _other_list(situation, one)
        )
    facts = _page_facts(situation)
    for field in spec.scalars:
        data[field.name] = _scalar(situation, field, facts, items)
    for name, fields in spec.groups:
        data[name] = {field.name: _scalar(situation, field, facts, items) for field in fields}
    return data


def _other_list(situation: Situation, one: ListSpec) -> list[Any]:
    kinds = {field.kind for field in one.wanted} | {field.concept for field in one.wanted}
    if "email" in kinds:
        found = emails(situation.view)
        return [{one.fields[0].name: email} for email in found] if one.fields else list(found)
    if "url" in kinds and not one.fields:
        return list(
            dict.fromkeys(
                control.url for control in situation.view.controls if control.url.startswith("http")
            )
        )
    return []


def emails(view: PageView) -> tuple[str, ...]:
    """The addresses that the page gives to write to; not the one of who is logged in."""
    linked = [
        control.url.removeprefix("mailto:").partition("?")[0]
        for control in view.controls
        if control.url.startswith("mailto:")
    ]
    written = []
    for node in view.nodes:
        if node.children or not (text := view.text(node)) or "@" not in text:
            continue
        around = " ".join(view.text(above) for above in list(view.ancestors(node))[:1])
        if concept("login.greeting").mentioned(around[:200]) or _is_account_menu(view, node):
            continue
        written.extend(_EMAIL.findall(text))
    return tuple(dict.fromkeys(address.rstrip(".") for address in (*linked, *written) if address))


def _is_account_menu(view: PageView, node: Node) -> bool:
    """Whether an address stands by itself in the page's head, naming the user."""
    region = view.region(node)
    return region in {"banner", "navigation"} and not any(
        above.url for above in (node, *view.ancestors(node))
    )


def _page_facts(situation: Situation) -> list[Fact]:
    view = situation.view
    main = next((node for node in view.nodes if node.role == "main"), view.root)
    return facts_of(pieces_of(view, [main]), situation.today)


def _scalar(situation: Situation, field: FieldSpec, facts: Sequence[Fact], items: list[Any]) -> Any:
    if field.concept == "scratchpad":
        return None
    if field.kind == "url":
        return _address(situation, field)
    if field.kind == "email":
        return next(iter(emails(situation.view)), None)
    if _is_count(field):
        return len(items)
    order = _order(situation, facts)
    scored = [(fit(field, fact), fact) for fact in facts if fact.labels]
    score, fact = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if fact is not None and score >= _MIN_FIT:
        return value_of(fact, field, order, situation.today)
    return _from_headings(situation, field)


def _is_count(field: FieldSpec) -> bool:
    spoken = " ".join(name_words(field.name))
    return field.wants_number and bool(
        re.match(
            r"(number of|count|total|num) (orders|invoices|records|items|results)|.* count$", spoken
        )
    )


def _order(situation: Situation, facts: Sequence[Fact]) -> DayOrder:
    mentions = [fact.value for fact in facts if isinstance(fact.value, DateMention)]
    return day_order(mentions, situation.lang, situation.view.page_text, situation.today)


def _address(situation: Situation, field: FieldSpec) -> str | None:
    """This page's address, unless the field names another page that is linked from here."""
    spoken = " ".join(name_words(field.name))
    target = situation.intent.target
    if target and concept(target).mentioned(f"{spoken} {fold(field.description)}"):
        return situation.url
    for one in concepts("page."):
        if one.name != target and one.score(spoken.replace(" url", "").replace(" link", "")) >= 0.8:
            linked = [
                control.url
                for control in situation.view.controls
                if control.url and one.score(control.label) >= 0.7
            ]
            if linked:
                return linked[0]
    return situation.url


def _from_headings(situation: Situation, field: FieldSpec) -> str | None:
    words = set(name_words(field.name))
    if words & {"title", "heading", "headline", "headings"}:
        titles = situation.view.main_headings
        return titles[1] if len(titles) > 1 and "page" not in words else titles[0]
    return None
