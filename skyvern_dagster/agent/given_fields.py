"""What a task gives for the fields of a form, held against what a plan puts into them.

A model may mix up two fields, make a value up, or forget one: what was sent then looks like any
other success. Only what is plain is refused: a field whose name fits one given value and no other,
and a text that can't be that value in another form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    Decision,
    InputText,
    SelectOption,
    TypeKeys,
    UploadFile,
)
from skyvern_dagster.agent.entered_value import (
    SAME_END,
    ends_alike,
    entered_texts,
    holds_words,
    is_day,
    is_day_of,
    is_number,
    is_transliterated,
)
from skyvern_dagster.agent.field_form import form_or_dialog, is_search, only_steps
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.targets import label_of
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.field_fit import field_fit, takes_part_only
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.words import fold, name_words, stems, words

_SURE = 0.85
"""The name's words and hardly another: `Phone (optional)` for `phone` has 0.75 by its words alone,
and 1 by what both mean."""
_AHEAD = 0.1
"""By how much the best name has to fit better than the next, so that a field is for one value."""
_MOST_TOLD = 60
"""Characters of a value in a message."""
_LITERAL = (
    "form.first_name", "form.last_name", "form.full_name", "form.email", "form.phone",
    "form.company", "form.street", "form.postal_code", "form.iban",
)  # fmt: skip
"""What nobody translates or abbreviates: another text in such a field is another value."""
_MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.\w+")
_NUMBERS = ("form.phone", "form.postal_code", "form.iban")
"""Fields for numbers that one has or hasn't."""
_DIGITS = 4
"""Digits of a number that somebody made up: fewer stand in any text."""
_NAMED = re.compile(r"([^\W\d_]{2,})\s*[:=]?\s*[\"“„«]([^\"“”„«»]{1,200})[\"”“»]")
"""A value in a goal behind its name: `the subject "Lunch"`."""
_LEAST_OPTION = 3
"""Letters of an option that a goal may mention."""
_BARE = Node("radiogroup")


@dataclass(frozen=True)
class _Given:
    name: str
    value: Any

    @property
    def text(self) -> str:
        return str(self.value)


@dataclass
class GivenFields:
    """The values of one task's payload, and the pages' fields.

    Args:
        goal: What the task asks for.
    """

    goal: Goal
    _values: tuple[_Given, ...] = field(init=False)
    _seen: str = field(init=False)
    _touched: set[str] = field(default_factory=set)
    _entered: list[str] = field(default_factory=list)
    _to_send: frozenset[tuple[str, str]] = frozenset()
    _sent: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        told = (self.goal.navigation_goal, self.goal.instructions, self.goal.data_extraction_goal)
        given = list(flat_items(self.goal.payload))
        self._seen = fold(" ".join((*told, *(str(value) for _, value in given))))
        named = [(path.rpartition(".")[2], value) for path, value in given]
        named += _NAMED.findall(self.goal.navigation_goal)
        self._values = tuple(
            _Given(name, value)
            for name, value in named
            if value not in (None, "") and not references_in(str(value)) and "://" not in str(value)
        )

    def see(self, observation: Observation) -> None:
        """Remembers a page: what it shows may be typed elsewhere."""
        self._seen += f" {fold(observation.root.full_text)}"

    def note(self, decision: Decision, observation: Observation) -> None:
        """Remembers what was put into a field."""
        if isinstance(decision, InputText | SelectOption | Check | TypeKeys | UploadFile):
            self._touched.add(decision.ref or "")
            self._entered += entered_texts(decision)
            label = label_of(decision.ref, observation) if decision.ref else ""
            self._to_send |= {(label, one) for one in entered_texts(decision)}

    def note_sent(self) -> None:
        """Remembers that what was entered was sent."""
        self._sent, self._to_send = self._to_send or self._sent, frozenset()

    def is_same_again(self) -> bool:
        """Whether what was entered since something was sent is what was sent then, or nothing."""
        return bool(self._sent) and self._to_send <= self._sent

    def left_on(self, observation: Observation) -> str:
        """A field of the page after something was sent for a value that was entered nowhere."""
        for one in PageView(observation).inputs:
            wanted = self._for_field(one)
            if wanted is not None and not self._is_entered(wanted) and _lacks(one.node, wanted):
                return f'"{one.label}" still waits for "{wanted.text[:_MOST_TOLD]}" ({wanted.name})'
        return ""

    def refusal(self, decision: Decision, observation: Observation) -> str | None:
        """Why a value doesn't belong into a field, in words for the planner."""
        if not isinstance(decision, InputText | TypeKeys | SelectOption | Check | Click):
            return None
        view = PageView(observation)
        place = next((one for one in view.inputs if one.ref == decision.ref), None)
        if place is not None and place.node.role == "radio":
            return self._other_button(place, view)
        if isinstance(decision, Click):
            return None
        wanted = self._for_field(place) if place is not None else None
        if isinstance(decision, Check):
            return _unticked(decision, place, wanted)
        text = next(iter(entered_texts(decision)), "")
        if not text or references_in(text):
            return None
        if place is not None and isinstance(decision, SelectOption):
            return self._other_option(text, place, wanted)
        if place is not None and wanted is not None and self._is_another(text, place, wanted):
            return _told(place, wanted, text)
        return self._misplaced(text, place, wanted, view) or self._made_up(text, place)

    def left_out(
        self, sender: str | None, observation: Observation, beside: Sequence[str] = ()
    ) -> str:
        """A field of the form about to be sent that is empty although the task gives its value.

        Args:
            sender: The button that may send it.
            observation: The page as it is.
            beside: How the form's buttons read that do send it, where this one doesn't.
        """
        view = PageView(observation)
        if sender and (is_search(sender, observation) or only_steps(sender, view, beside)):
            return ""
        form = form_or_dialog(sender, view)
        if form is None and not self._touched:
            return ""  # nothing of what the page has was filled in: it opens one
        for one in view.inputs:
            wanted = self._for_field(one) if form_or_dialog(one.ref, view) is form else None
            if wanted is None or one.ref in self._touched or self._is_entered(wanted):
                continue
            if _lacks(one.node, wanted):
                return f'"{one.label}" is without "{wanted.text[:_MOST_TOLD]}" ({wanted.name})'
        return self._unchosen(view, form)

    def forget_fields(self) -> None:
        """Another page has come: its fields are others."""
        self._touched.clear()

    def _for_field(self, place: Input) -> _Given | None:
        """The value that a field is surely for."""
        if place.is_password or place.node.role == "radio":
            return None
        scored = sorted(
            ((_fit(one.name, place), at) for at, one in enumerate(self._values)),
            reverse=True,
        )
        if not scored or scored[0][0] < _SURE:
            return None
        if len(scored) > 1 and scored[0][0] - scored[1][0] < _AHEAD:
            return None
        return self._values[scored[0][1]]

    def _is_another(self, text: str, place: Input, wanted: _Given) -> bool:
        """Whether a text can't be the value that a field is for."""
        if isinstance(wanted.value, bool):
            return False
        if is_day(wanted.text) and is_day(text):
            return not is_day_of(text, wanted.text, place)
        if is_day(wanted.text) or same_value(wanted.text, text) or holds_words(text, wanted.text):
            return False  # a part of a day has a field of its own
        if ends_alike(text, wanted.text) or is_transliterated(text, wanted.text):
            return False
        if any(same_value(one.text, text) for one in self._values):
            return True
        kinds = [concept(name) for name in _LITERAL]
        literal = any(one.score(" ".join(name_words(wanted.name))) >= MOSTLY for one in kinds)
        return literal or all(map(is_number, (text, wanted.text)))

    def _other_button(self, place: Input, view: PageView) -> str | None:
        """A radio button beside the one whose label is the value that its group asks for."""
        for given in self._values:
            if field_fit(given.name, replace(place, label=place.group, node=_BARE)) < _SURE:
                continue
            group = [one for one in view.inputs if one.group == place.group]
            meant = next((one for one in group if same_value(given.text, one.label)), None)
            if meant is not None and not same_value(given.text, place.label):
                return f'"{place.group}" is to be "{meant.label}" ({given.name})'
        return None

    def _unchosen(self, view: PageView, form: Node | None) -> str:
        """A group of radio buttons of which none is chosen, although the task says which."""
        radios = [one for one in view.inputs if one.node.role == "radio" and one.group]
        taken = {one.group for one in radios if one.node.checked or one.ref in self._touched}
        for one in radios:
            if one.group in taken or form_or_dialog(one.ref, view) is not form:
                continue
            for given in self._values:
                fits = field_fit(given.name, replace(one, label=one.group, node=_BARE)) >= _SURE
                if fits and same_value(given.text, one.label):
                    return f'"{one.group}" is without "{one.label}" ({given.name})'
        return ""

    def _other_option(self, text: str, place: Input, wanted: _Given | None) -> str | None:
        """An option is another where the list has the one that is given, or it is half of it."""
        options = [one for each in place.node.options for one in (each.label, each.value)]
        said = [one.label for one in place.node.options if _mentions(self.goal, one.label)]
        if len(said) == 1 and not _mentions(self.goal, text) and wanted is None:
            return f'the goal says "{said[0]}", not "{text[:_MOST_TOLD]}"'
        chosen = {text, *(o.label for o in place.node.options if text in (o.label, o.value))}
        if any(same_value(one.text, each) for one in self._values for each in chosen):
            if wanted is None or any(same_value(wanted.text, each) for each in chosen):
                return None
            return _told(place, wanted, text) if _among(wanted.text, options) else None
        listed = [one for one in self._values if _among(one.text, options)]
        if wanted is not None and wanted in listed:
            return _told(place, wanted, text)
        if len(listed) == 1 and listed[0].text.isalpha() and not _mentions(self.goal, text):
            return _told(place, listed[0], text)
        if wanted is None or options or isinstance(wanted.value, bool):
            return None
        shared = set(words(text)) & set(words(wanted.text))
        own = set(words(wanted.text)) - shared
        return _told(place, wanted, text) if shared and own and set(words(text)) - shared else None

    def _misplaced(
        self, text: str, place: Input | None, wanted: _Given | None, view: PageView
    ) -> str | None:
        """A given value in a field that isn't for it, where the page has one that is."""
        if place is None or wanted is not None or place.node.role == "searchbox":
            return None
        named = [one for one in self._values if same_value(one.text, text)]
        if len(named) != 1 or field_fit(named[0].name, place) > 0:
            return None
        form = form_or_dialog(place.ref, view)
        better = [
            one
            for one in view.inputs
            if self._for_field(one) is named[0] and form_or_dialog(one.ref, view) is form
        ]
        if not better:
            return None
        return f'"{text[:_MOST_TOLD]}" ({named[0].name}) belongs into "{better[0].label}"'

    def _made_up(self, text: str, place: Input | None) -> str | None:
        """An address, or the number of a thing, that neither the task nor any page has.

        Only in fields for what nobody reckons or writes in another form: amounts, days and times
        may be sums, or another way to write what the task says.
        """
        if any(same_value(one.text, text) for one in self._values):
            return None
        for mail in _MAIL.findall(text):
            if fold(mail) not in self._seen:
                return _unknown(mail)
        digits = re.sub(r"\D", "", text)
        is_literal = place is not None and any(
            concept(kind).score(place.label) >= MOSTLY for kind in _NUMBERS
        )
        if not is_literal or len(digits) < _DIGITS:
            return None
        plain = re.sub(r"\D", "", re.sub(r"(?<=\d)[^\w]+(?=\d)", "", self._seen))
        # The beginning of a telephone number depends on who dials.
        return None if digits.lstrip("0")[-SAME_END:] in plain else _unknown(text)

    def _is_entered(self, given: _Given) -> bool:
        wanted = set(words(given.text))
        return any(
            same_value(given.text, one) or wanted <= set(words(one)) for one in self._entered
        )


def _fit(name: str, place: Input) -> float:
    if takes_part_only(name, place):
        return 0.0
    beside = stems(" ".join(name_words(name))) - stems(place.label)
    # `billing_city` is for the field `City` of the billing address.
    if place.group and beside and beside <= stems(place.group):
        return max(field_fit(name, place), field_fit(" ".join(name_words(place.label)), place))
    return field_fit(name, place)


def _told(place: Input, wanted: _Given, text: str) -> str:
    return (
        f'"{place.label}" is to get "{wanted.text[:_MOST_TOLD]}" ({wanted.name}), '
        f'not "{text[:_MOST_TOLD]}"'
    )


def _unknown(text: str) -> str:
    told = text[:_MOST_TOLD]
    return f'"{told}" stands neither in the task nor on a page; leave out what is unknown'


def _unticked(decision: Check, place: Input | None, wanted: _Given | None) -> str | None:
    if place is None or wanted is None or not isinstance(wanted.value, bool):
        return None
    if place.node.role not in ("checkbox", "switch") or decision.checked is wanted.value:
        return None
    return (
        f'"{place.label}" is to be {"ticked" if wanted.value else "left unticked"} ({wanted.name})'
    )


def _lacks(node: Node, wanted: _Given) -> bool:
    """Whether a field holds nothing of what it is for."""
    if isinstance(wanted.value, bool):
        return node.role in ("checkbox", "switch") and node.checked is False and wanted.value
    if node.options:
        chosen = next((one for one in node.options if one.selected), None)
        others = [one.label for one in node.options]
        held = chosen is not None and same_value(wanted.text, chosen.label)
        return not held and _among(wanted.text, others)
    if node.role not in ("textbox", "spinbutton", "combobox") or not node.tag:
        return False
    # A form may come filled in: with today, with one piece.
    held = same_value(wanted.text, node.value) or holds_words(node.value, wanted.text)
    return not node.value or not held


def _among(text: str, options: list[str]) -> bool:
    return any(fold(one) == fold(text) for one in options)


def _mentions(goal: Goal, text: str) -> bool:
    plain = re.escape(fold(text))
    said = re.search(rf"(?<![^\W_]){plain}(?![^\W_])", fold(goal.navigation_goal))
    return len(plain) >= _LEAST_OPTION and said is not None
