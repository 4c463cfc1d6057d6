"""Single values of a page: its address, its e-mail addresses, labelled values, headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from skyvern_dagster.reading.amounts import Amount, decimal_sign
from skyvern_dagster.reading.concepts import NEARLY_ONLY, PLAINLY, concept, concepts
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.day_order import day_order
from skyvern_dagster.reading.expected_days import is_another
from skyvern_dagster.reading.facts import Fact, Kind, facts_of, pieces_of
from skyvern_dagster.reading.fitting import fit
from skyvern_dagster.reading.mail_addresses import emails
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.schema import DataSpec, FieldSpec, ListSpec
from skyvern_dagster.reading.values import PageNotation, value_of
from skyvern_dagster.reading.words import fold, name_words, words

_MIN_FIT = 0.75
"""A single value needs its label: 0.4 for the kind and half of the label's 0.7; no unlabelled
one has more than 0.5. 0.6 and 0.9 do as well on the page tests."""


@dataclass(frozen=True)
class ScalarReader:
    """Fills a schema's single values from one page.

    Attributes:
        target: The page concept that the task looks for (``page.orders``), or empty: a field named
            after it means this page's own address.
        today: The day of the run, for relative dates.
    """

    view: PageView
    spec: DataSpec
    target: str
    today: date

    def data(self, wanted: ListSpec | None, items: list[Any]) -> Any:
        """The whole result: records in their list, and the single values beside it.

        Args:
            wanted: The list that the records fill; ``None`` where none was read.
            items: The records, as that list wants them.
        """
        if self.spec.bare:
            return items
        data: dict[str, Any] = {}
        for one in self.spec.lists:
            filled = one is wanted or (wanted is not None and one.name == wanted.name)
            data[one.name] = items if filled else self._other_list(one)
        for field in self.spec.scalars:
            data[field.name] = self._scalar(field, items)
        for name, fields in self.spec.groups:
            data[name] = {field.name: self._scalar(field, items, name) for field in fields}
        return data

    def _other_list(self, one: ListSpec) -> list[Any]:
        kinds = {field.kind for field in one.wanted} | {field.concept for field in one.wanted}
        if "email" in kinds:
            addresses = emails(self.view, one.wanted[0])
            if one.fields:
                return [{one.fields[0].name: address} for address in addresses]
            return list(addresses)
        if "url" in kinds and not one.fields:
            urls = [each.url for each in self.view.controls if each.url.startswith("http")]
            return list(dict.fromkeys(urls))
        return []

    @cached_property
    def _facts(self) -> Sequence[Fact]:
        main = next((node for node in self.view.nodes if node.role == "main"), self.view.root)
        return facts_of(pieces_of(self.view, [main]), self.today)

    def _scalar(self, field: FieldSpec, items: list[Any], owner: str = "") -> Any:
        if field.concept == "scratchpad":
            return None
        if field.kind == "url":
            return self._address(field)
        if field.kind == "email":
            return next(iter(emails(self.view, field, owner)), None)
        if _is_count(field):
            return len(items)
        scored = [(fit(field, fact), fact) for fact in self._facts if fact.labels]
        score, fact = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        if fact is not None and score >= _MIN_FIT:
            fact = _only(field, [one for other, one in scored if other == score])
            if fact is None or is_another(field, fact):
                return None
            return value_of(fact, field, self._notation(), self.today)
        return self._currency() if field.kind == "currency" else self._from_headings(field)

    def _currency(self) -> str | None:
        """The currency of all amounts of the page, where they have one."""
        shown = {one.value.currency for one in self._facts if isinstance(one.value, Amount)}
        named = {currency for currency in shown if currency}
        return named.pop() if len(named) == 1 else None

    def _notation(self) -> PageNotation:
        mentions = [fact.value for fact in self._facts if isinstance(fact.value, DateMention)]
        order = day_order(mentions, self.view.observation.lang, self.view.page_text, self.today)
        numbers = (fact.text for fact in self._facts if fact.kind is Kind.AMOUNT)
        return PageNotation(order, decimal_sign(numbers), self.view.observation.lang)

    def _address(self, field: FieldSpec) -> str | None:
        """This page's address, unless the field names another page that is linked from here."""
        spoken = " ".join(name_words(field.name))
        described = f"{spoken} {fold(field.description)}"
        if self.target and concept(self.target).mentioned(described):
            return self.view.url
        page_name = spoken.replace(" url", "").replace(" link", "")
        for one in concepts("page."):
            if one.name != self.target and one.score(page_name) >= NEARLY_ONLY:
                linked = [
                    control.url
                    for control in self.view.controls
                    if control.url and one.score(control.label) >= PLAINLY
                ]
                if linked:
                    return linked[0]
        return self.view.url

    def _from_headings(self, field: FieldSpec) -> str | None:
        words = set(name_words(field.name))
        if words & {"title", "heading", "headline", "headings"}:
            titles = self.view.main_headings
            return titles[1] if len(titles) > 1 and "page" not in words else titles[0]
        return None


def _only(field: FieldSpec, rivals: Sequence[Fact]) -> Fact | None:
    """Of facts that fit alike the one that is called just as the field; none where several differ.

    Two orders with a total each: nothing says which is meant. A total and an amount that is due
    are told apart by their names.
    """
    called = [one for one in rivals if words(one.label) == name_words(field.name)] or rivals
    return called[0] if len({one.text for one in called}) == 1 else None


def _is_count(field: FieldSpec) -> bool:
    spoken = " ".join(name_words(field.name))
    return field.wants_number and bool(
        re.match(
            r"(number of|count|total|num) (orders|invoices|records|items|results)|.* count$", spoken
        )
    )
