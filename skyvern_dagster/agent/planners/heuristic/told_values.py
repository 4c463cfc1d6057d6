"""Values that a goal tells in its own words, each for the one field that asks for it.

`Book a table for two on 4 July at 19:30 for Jane Roe`: a day goes into the only field for days, and
so on. What fits several fields, or none, isn't told: then the goal isn't carried out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from skyvern_dagster.agent.decisions import InputText, SelectOption
from skyvern_dagster.agent.planners.heuristic.field_matching import match_fields
from skyvern_dagster.agent.planners.heuristic.given_values import entered_texts, given_values
from skyvern_dagster.agent.planners.heuristic.goal_words import WORD, Held, requests_of
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.acts import LEAST_NOUN, acts_of, is_kin, linking_words, links_of
from skyvern_dagster.reading.amounts import currency_named, find_amounts
from skyvern_dagster.reading.concepts import MOSTLY, concept, word_list
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.date_format import DAY_TYPES
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value, times_in
from skyvern_dagster.reading.mail_addresses import mail_addresses_in
from skyvern_dagster.reading.ordinals import numbers_in_words
from skyvern_dagster.reading.range_words import end_words, start_words
from skyvern_dagster.reading.words import QUOTED, fold, stems, words

ELSEWHERE = frozenset({"banner", "search", "contentinfo", "navigation"})
"""Regions whose fields are about the site."""
_RANGE = 2
"""Days: the first and the last."""
_MOST_COUNTED = 99
"""Guests, pieces: a larger number is a code or a sum."""
_COUNTS = ("form.guests", "form.quantity")


def with_told_values(situation: Situation) -> Situation:
    """The situation in which the goal gives what it tells in its own words, too."""
    told = {**_entered(situation), **_told(situation)}
    if not told:
        return situation
    payload: dict[str, Any] = {**told, **situation.goal.payload}
    goal = replace(situation.goal, payload=payload)
    return replace(situation, request=replace(situation.request, goal=goal))


def _entered(situation: Situation) -> dict[str, Any]:
    """What was entered so far and isn't given by the payload."""
    given = [one.text for one in given_values(situation)]
    entered = dict[str, Any]()
    for action in situation.memory.done(Purpose.FILL):
        for text in entered_texts(action.decision):
            known = not text or any(same_value(text, one) for one in given)
            if isinstance(action.decision, InputText | SelectOption) and not known:
                entered[_name(action.label)] = text
    return entered


def _told(situation: Situation) -> dict[str, Any]:
    """What the goal's words tell for the fields of one form; of several that take it, of none."""
    view = situation.view
    forms: dict[int, tuple[Node, list[Input]]] = {}
    for field in view.inputs:
        if view.region(field.node) not in ELSEWHERE and not field.is_password:
            form = view.form_of(field.node) or view.root
            forms.setdefault(id(form), (form, []))[1].append(field)
    found = [_Telling(situation, form, tuple(fields)).values() for form, fields in forms.values()]
    most = max(map(len, found), default=0)
    best = [one for one in found if len(one) == most]
    return dict(best[0]) if most and len(best) == 1 else {}


def _name(label: str) -> str:
    """A name that a payload may have: points would make parts of it."""
    return " ".join(label.replace(".", " ").split())


@dataclass(frozen=True)
class _Telling:
    """One goal, and the fields of one form."""

    situation: Situation
    form: Node
    fields: tuple[Input, ...]

    def values(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        ways = (self._days, self._times, self._addresses, self._sums, self._numbers,
                self._options, self._boxes, self._names)  # fmt: skip
        for way in ways:
            for field, value in way(found):
                found.setdefault(_name(field.label), _as_it_stands(field, value))
        return found

    @cached_property
    def _text(self) -> str:
        return requests_of(self.situation)

    @cached_property
    def _free(self) -> list[Input]:
        """Fields that the payload has nothing for, each of a name of its own."""
        situation = self.situation
        taken = {one.ref for one, _ in match_fields(situation, given_values(situation))}
        names = [fold(one.label) for one in self.fields if one.node.role != "radio"]
        return [
            one
            for one in self.fields
            if one.ref not in taken and one.label
            and (one.node.role == "radio" or names.count(fold(one.label)) == 1)
        ]  # fmt: skip

    def _left(self, found: Mapping[str, Any], *, by_page: bool = True) -> list[str]:
        """The words that aren't told yet."""
        view = self.situation.view
        told = (*map(str, found.values()), *(one.text for one in given_values(self.situation)))
        buttons = [one.label for one in view.controls_in(self.form) if one.node.role == "button"]
        headed = (*view.main_headings, view.heading_above(self.form), *buttons)
        texts = headed if by_page else ()
        return Held(told, texts, self.situation.today).left(self._text)

    def _open(self, found: Mapping[str, Any]) -> list[Input]:
        return [one for one in self._free if _name(one.label) not in found]

    def _days(self, _: Mapping[str, Any]) -> Iterator[tuple[Input, Any]]:
        days = find_dates(self._text, self.situation.today)
        known = [read for one in days if (read := one.day_first or one.month_first)]
        fields = [one for one in self._free if one.is_text and _is_for_days(one)]
        sure = len(known) == len(days) and not any(one.ambiguous or one.vague for one in days)
        if not sure or len(days) != len(fields) or not days:
            return
        today = self.situation.today
        dated = [
            day.replace(year=today.year) if one.yearless else day
            for one, day in zip(days, known, strict=True)
        ]
        if any(one.yearless and day < today for one, day in zip(days, dated, strict=True)):
            return
        if len(days) == _RANGE:
            first, last = (frozenset(words(f"{one.label} {one.hints}")) for one in fields)
            if not (first & start_words() and last & end_words()) or str(dated[0]) > str(dated[1]):
                return
        if len(days) <= _RANGE:
            yield from ((one, str(day)) for one, day in zip(fields, dated, strict=True))

    def _times(self, _: Mapping[str, Any]) -> Iterator[tuple[Input, Any]]:
        told = times_in(self._text)
        fields = [
            one for one in self._free
            if one.node.input_type == "time" or concept("form.time").score(one.label) >= MOSTLY
        ]  # fmt: skip
        if len(told) == len(fields) == 1:
            hour, minute = next(iter(told))
            same = [
                one.label for one in fields[0].node.options if times_in(one.label) == told
            ]  # fmt: skip
            yield fields[0], same[0] if len(same) == 1 else f"{hour:02}:{minute:02}"

    def _addresses(self, _: Mapping[str, Any]) -> Iterator[tuple[Input, Any]]:
        told = list(mail_addresses_in(self._text))
        fields = [
            one for one in self._free
            if one.is_text and concept("form.email").score(one.label) >= MOSTLY
        ]  # fmt: skip
        if len(told) == len(fields) == 1:
            yield fields[0], told[0]

    def _sums(self, _: Mapping[str, Any]) -> Iterator[tuple[Input, Any]]:
        told = [one for one in find_amounts(self._text) if one.text.strip("0123456789., ")]
        fields = [
            one for one in self._free
            if one.is_text and concept("form.amount").score(one.label) >= MOSTLY
        ]  # fmt: skip
        if len(told) == len(fields) == 1:
            named = currency_named(fields[0].label)
            yield fields[0], str(told[0].value) if named == told[0].currency else told[0].text

    def _numbers(self, found: Mapping[str, Any]) -> Iterator[tuple[Input, Any]]:
        left = self._left(found)
        tokens = [fold(match.group()) for match in WORD.finditer(self._text)]
        for at, token in enumerate(tokens):
            number = numbers_in_words().get(token)
            if token not in left or not (number or any(map(str.isdigit, token))):
                continue
            near = [one for one in tokens[max(0, at - 1) : at + 2] if one != token]
            beside = [one for one in near if one not in linking_words(self._text)]
            value = number or self._as_written(token)
            if field := self._field_of(value, beside, self._open(found)):
                yield field, value

    def _as_written(self, token: str) -> str:
        match = re.search(re.escape(token), self._text, re.IGNORECASE)
        return match.group() if match else token

    def _field_of(self, value: Any, beside: Sequence[str], free: list[Input]) -> Input | None:
        """The one field that takes a number: by its name, its options, or as the only count."""
        named = [one for one in free if one.is_text or one.node.options]
        own = [one for one in named if any(_is_called(one.label, word) for word in beside)]
        if len(own) == 1:
            return own[0]
        listed = [
            one for one in named
            if any(fold(each.label) == fold(str(value)) for each in one.node.options)
        ]  # fmt: skip
        if own or listed:
            return listed[0] if len(listed) == 1 and not own else None
        if not str(value).isdigit() or int(value) > _MOST_COUNTED:
            return None
        counts = [
            one for one in named
            if any(concept(name).score(one.label) >= MOSTLY for name in _COUNTS)
        ]  # fmt: skip
        return counts[0] if len(counts) == 1 else None

    def _options(self, found: Mapping[str, Any]) -> Iterator[tuple[Input, Any]]:
        """Choices that the goal's words say, each of one field, and of no other direction."""
        left = frozenset(self._left(found))
        meant: list[tuple[Input, str]] = []
        for field in self._open(found):
            radio = field.node.role == "radio"
            labels = [field.label] if radio else [one.label for one in field.node.options]
            said = [one for one in labels if _says_all(left, one)]
            if len(said) == 1 and self._leads_there(field, said[0]):
                meant.append((replace(field, label=field.group) if radio else field, said[0]))
        chosen = [fold(label) for _, label in meant]
        yield from (one for one in meant if chosen.count(fold(one[1])) == 1)

    def _leads_there(self, field: Input, option: str) -> bool:
        """Whether a field is of the direction that a goal says right before a choice, if any."""
        plain, directions = fold(self._text), word_list("requests")["directions"]
        at = plain.find(fold(option))
        before = words(plain[: max(at, 0)])[-1:]
        said = {name for name, listed in directions.items() if set(before) & set(listed)}
        own = {name for name, listed in directions.items() if set(words(field.label)) & set(listed)}
        return said == own

    def _boxes(self, found: Mapping[str, Any]) -> Iterator[tuple[Input, Any]]:
        left = frozenset(self._left(found))
        for field in self._open(found):
            if field.node.role in {"checkbox", "switch"} and _says_all(left, field.label):
                yield field, True

    def _names(self, found: Mapping[str, Any]) -> Iterator[tuple[Input, Any]]:
        """What is left behind a field's name, or behind what is to be made: `the customer Roe`."""
        free = [one for one in self._open(found) if one.is_text]
        named = [one for one in free if concept("form.full_name").score(one.label) >= MOSTLY]
        makes = any("create" in acts_of(word) for word in words(self._text))
        for run, before in self._runs(found):
            own = [one for one in free if before and _is_called(one.label, before)]
            of_form = before and before not in self._left(found)
            if len(own) == 1:
                yield own[0], run
            elif not own and len(named) == 1 and makes and of_form and _is_name(run):
                yield named[0], run

    def _runs(self, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Texts in quotation marks and rows of words that are left, with the word before them."""
        left, text = frozenset(self._left(found)), self._text
        quoted = [(match.start(1), match.end(1)) for match in QUOTED.finditer(text)]
        spans = list(quoted)
        for match in WORD.finditer(text):
            inside = any(start <= match.start() < end for start, end in quoted)
            if inside or not set(words(match.group())) <= left:
                continue
            if spans and spans[-1] not in quoted:
                start, end = spans[-1]
                if not text[end : match.start()].strip():
                    spans[-1] = (start, match.end())
                    continue
            spans.append(match.span())
        for start, end in spans:
            yield text[start:end], _word_before(text[:start])


def _as_it_stands(field: Input, value: Any) -> Any:
    """A value, in the field's own form where it is there already."""
    held = field.node.value if field.is_text else ""
    return held if held and same_value(str(value), held) else value


def _word_before(text: str) -> str:
    """The last word of a text, but for articles and `with the`."""
    told = [one for one in words(text) if one not in linking_words(text)]
    return told[-1] if told else ""


def _is_name(text: str) -> bool:
    return all(one[:1].isupper() for one in text.split())


def _is_for_days(field: Input) -> bool:
    said = frozenset(words(f"{field.label} {field.hints}"))
    ranged = said & (start_words() | end_words())
    return field.node.input_type in DAY_TYPES or bool(
        concept("form.day").score(field.label) >= MOSTLY or (ranged and "date" in said)
    )


def _is_called(label: str, word: str) -> bool:
    """Whether a field is called after a word: `Vertragsnummer` for `Vertrag`."""
    told = words(label)
    return any(
        is_kin(word, one) or (len(word) >= LEAST_NOUN and one.startswith(word)) for one in told
    )


def _says_all(left: frozenset[str], label: str) -> bool:
    """Whether a goal's words that are left say all of a label."""
    gone = concept("form.gone").mentioned(label)
    links = links_of(label)
    said = [one for one in words(label) if one not in links]
    return bool(said) and not gone and stems(" ".join(said)) <= stems(" ".join(left))
