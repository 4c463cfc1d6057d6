"""What a task has put into fields, held against what they hold when it is about to be sent.

A page may take a value back after it was typed: a component that draws itself anew, a check when
the field is left, a combobox in which nothing was chosen. Sent like that, it would be another
order, another period, another person's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    ClickAt,
    Decision,
    InputText,
    Press,
    SelectOption,
    TypeKeys,
)
from skyvern_dagster.agent.other_choices import other_choices
from skyvern_dagster.agent.sent_values import MeantValue, carries, is_telling, lost_values
from skyvern_dagster.agent.targets import label_of
from skyvern_dagster.browser.field_content import FieldContent, field_content, left_field
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.browser.sendings import Sending
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.words import fold

_SENDING_TYPES = frozenset({"submit", "image", "button"})
_OPENED = frozenset({"listbox", "menu", "grid", "tree", "tooltip"})
_SETTLING_SECONDS = 1.0
"""For a page to take a choice back: a server's answer, and the drawing of it."""
_PARTING = (" ", ",", ";")
"""What a page puts behind a value that further ones may follow."""
_LONGEST = 80
"""Characters of a value in a message: enough to know it by."""


@dataclass(frozen=True)
class _Filled:
    """A field, what was asked of it, and what it held when that was done."""

    decision: InputText | SelectOption | Check
    label: str
    held: FieldContent
    hint: str = ""
    others: tuple[str, ...] = ()
    was: str | None = None

    def problem(self, now: FieldContent) -> str:
        """How a field differs from what was asked of it; empty where it doesn't."""
        match self.decision:
            case InputText(text=text) if references_in(text):
                return "" if now.filled else f'"{self.label}" is empty'
            case InputText() if now.filled and not now.text:
                return ""  # a password's field, which tells nothing of what it holds
            case InputText(text=text) if _is_listed(text, now, self.held):
                return ""
            case InputText(text=text) if not same_value(text, now.text):
                return f'"{self.label}" {_told(now.text)} instead of "{text[:_LONGEST]}"'
            case SelectOption(labels=labels) if labels and not self.held.chosen:
                return ""  # what is chosen stands beside the field, which is searched in
            case SelectOption() if (now.chosen, now.text) != (self.held.chosen, self.held.text):
                shown = ", ".join(now.chosen) or now.text
                asked = ", ".join(self.decision.labels) or self.decision.label
                return f'"{self.label}" {_told(shown)} instead of "{asked or self.decision.value}"'
            case Check(checked=checked) if now.checked is not checked:
                return f'"{self.label}" is {"" if now.checked else "not "}checked'
            case _:
                return ""

    def meant(self, held: FieldContent) -> MeantValue | None:
        """What its form is to send, going by what it held last; nothing of what isn't known."""
        where = (self.label, held.name, held.form)
        match self.decision:
            case InputText(text=text) if held.has_entry(text, same_value):
                # Sent by the name of what the page keeps its entries in.
                return MeantValue(self.label, "", held.form, (text,), must_show=is_telling(text))
            case InputText(text=text) if text and not references_in(text):
                texts = (text, *held.values)
                show = is_telling(text)
                return MeantValue(*where, texts, must_show=show, hint=self.hint, was=self.was)
            case SelectOption() if held.chosen and held.values:
                return MeantValue(*where, (*held.chosen, *held.values), others=self.others)
            case Check(checked=checked) if held.values:
                return MeantValue(*where, held.values, ticked=checked)
            case _:
                return None

    def choice(self) -> MeantValue | None:
        """What a radio button says that was chosen, which is sent under another name."""
        if isinstance(self.decision, Check) and self.decision.checked and self.others:
            where = (self.label, self.held.name, self.held.form)
            return MeantValue(*where, (self.label,), others=self.others)
        return None


@dataclass
class _Refused:
    """A field that didn't take what was asked of it, and what it held then."""

    label: str
    asked: str
    held: FieldContent
    told: bool = False


@dataclass
class FilledFields:
    """The fields of the page that a task has filled in so far, and those that took nothing.

    Attributes:
        lacking: What was sent without a value that its field didn't take, by the field's name.
        entered: What was sent, on this page and earlier ones, by the field's label and name.
    """

    lacking: dict[str, str] = field(default_factory=dict)
    entered: dict[tuple[str, str], MeantValue] = field(default_factory=dict)
    _by_ref: dict[str, _Filled] = field(default_factory=dict)
    _refused: dict[str, _Refused] = field(default_factory=dict)
    _about_to_go: list[MeantValue] = field(default_factory=list)
    _sent: bool = False

    async def refuse(
        self, decision: Decision, observation: Observation, session: BrowserSession
    ) -> None:
        """Remembers a field that didn't take a value."""
        if not isinstance(decision, InputText | SelectOption | Check):
            return
        held = await field_content(session.page, decision.ref)
        if held is not None:
            label = label_of(decision.ref, observation) or decision.ref
            self._refused[decision.ref] = _Refused(label, _asked(decision), held)

    async def note(
        self, decision: Decision, observation: Observation, session: BrowserSession
    ) -> str:
        """Remembers a field that was just filled in; gives what is wrong with it already."""
        if isinstance(decision, Click):
            await self._note_chosen(decision.ref, observation, session)
        if not isinstance(decision, InputText | SelectOption | Check):
            return ""
        self._by_ref.pop(decision.ref, None)
        self._refused.pop(decision.ref, None)
        self.lacking.pop(label_of(decision.ref, observation) or decision.ref, None)
        if isinstance(decision, InputText) and _is_passed_on(decision, observation):
            return ""
        held = await field_content(session.page, decision.ref)
        if held is None or (not held.seen and not held.filled):
            return ""  # gone, or the field that stands for it has the text
        label = label_of(decision.ref, observation) or decision.ref
        node = observation.find(decision.ref)
        hint = node.placeholder if node is not None else ""
        others = other_choices(node, observation) if node is not None else ()
        was = node.value if node is not None else None
        filled = _Filled(decision, label, held, hint, others, was)
        if problem := filled.problem(held):
            return problem
        self._by_ref[decision.ref] = filled
        self._sent = False
        return ""

    async def _note_chosen(
        self, ref: str, observation: Observation, session: BrowserSession
    ) -> None:
        """Takes an entry that was chosen after a part of it was typed for what the field is for."""
        node = observation.find(ref)
        if node is None or node.role not in ("option", "menuitem", "listitem"):
            return
        for of, filled in self._by_ref.items():
            typed = filled.decision
            if not isinstance(typed, InputText) or fold(typed.text) not in fold(node.name):
                continue
            now = await field_content(session.page, of)
            if now is not None and same_value(node.name, now.text):
                entered = typed.model_copy(update={"text": now.text})
                self._by_ref[of] = replace(filled, decision=entered, held=now)

    async def changed(self, sending: Decision, session: BrowserSession) -> str:
        """What fields no longer hold what was put into them, in a sentence; told once."""
        problems, wrong = [], list[str]()
        # A key goes into the field that has the focus, and a point may lie in what that has opened.
        read = field_content if isinstance(sending, Press | ClickAt) else left_field
        self._about_to_go.clear()
        self._sent = True
        for ref, filled in self._by_ref.items():
            now = await read(session.page, ref)
            if now is not None and (problem := filled.problem(now)):
                problems.append(problem)
                wrong.append(ref)
            elif meant := filled.meant(now or filled.held):
                self._about_to_go.append(meant)
        if isinstance(sending, InputText) and sending.press_enter:
            self._about_to_go += await self._typed_and_sent(sending, session)
        for ref in wrong:
            del self._by_ref[ref]
        problems += [told async for told in self._not_taken(session)]
        if problems:
            self._about_to_go.clear()  # The action isn't done: nothing is sent.
            self._sent = False
        chosen = filter(None, (one.choice() for one in self._by_ref.values()))
        entered = [one for one in (*self._about_to_go, *chosen) if one.ticked is None]
        self.entered |= {(one.label, one.name): one for one in entered}
        return "; ".join(problems)

    async def taken_back(self, session: BrowserSession) -> str:
        """What fields hold no longer that nothing has sent yet: a form that was sent may be empty.

        Some pages take a choice back a moment later, when their server says no.
        """
        if self._sent or not self._by_ref:
            return ""
        await asyncio.sleep(_SETTLING_SECONDS)
        held = [(one, await field_content(session.page, ref)) for ref, one in self._by_ref.items()]
        return "; ".join(told for one, now in held if now and (told := one.problem(now)))

    async def _typed_and_sent(
        self, decision: InputText, session: BrowserSession
    ) -> Sequence[MeantValue]:
        """What is to be sent of a field that is filled in and sent at once."""
        held = await field_content(session.page, decision.ref)
        if held is None:
            return ()
        filled = _Filled(decision, held.name or "the field", replace(held, values=()))
        meant = filled.meant(filled.held)
        return () if meant is None else (meant,)

    def note_sent(self, sendings: Sequence[Sending]) -> str:
        """Holds what was handed over against what was meant; gives what differs, in a sentence.

        Sent otherwise, it isn't complete, whatever the page says to it.
        """
        for one in sendings:
            one.is_meant = one.is_meant or carries(self._about_to_go, one.body)
        lost = lost_values(self._about_to_go, [one.body for one in sendings])
        self.lacking |= lost
        return "; ".join(lost.values())

    async def _not_taken(self, session: BrowserSession) -> AsyncIterator[str]:
        """Fields that still hold what they held when they took nothing: told once, then noted."""
        for ref, refused in self._refused.items():
            if await field_content(session.page, ref) != refused.held:
                continue  # filled in by another way, or gone
            problem = f'"{refused.label}" did not take "{refused.asked}"'
            if refused.told:
                self.lacking[refused.label] = problem
            else:
                refused.told = True
                yield problem

    def forget(self) -> None:
        """Another page has come: its fields are others."""
        self._by_ref.clear()
        self._refused.clear()
        self._about_to_go.clear()


def _is_listed(text: str, now: FieldContent, before: FieldContent) -> bool:
    """Whether a field that takes several values took this one: as an entry, or parted from more."""
    if now.text.endswith(_PARTING):
        return same_value(text, now.text.rstrip("".join(_PARTING)))
    known = before.entries if before.filled else ()
    added = tuple(entry for entry in now.entries if entry not in known)
    return replace(now, entries=added).has_entry(text, same_value)


def _asked(decision: InputText | SelectOption | Check) -> str:
    match decision:
        case InputText(text=text):
            return text[:_LONGEST]  # a secret is its placeholder
        case SelectOption(label=label, value=value, labels=labels):
            return (", ".join(labels) or label or value or "")[:_LONGEST]
        case Check(checked=checked):
            return "a tick" if checked else "no tick"
        case _:
            assert_never(decision)


def may_send(decision: Decision, observation: Observation) -> bool:
    """Whether a decision may send what stands in the fields: a button, or the key for it."""
    match decision:
        case Press(key=key):
            return key.rpartition("+")[2] in ("Enter", "NumpadEnter")
        case ClickAt() | InputText(press_enter=True) | TypeKeys(press_enter=True):
            return True
        case Click(ref=ref):
            return _is_sender(observation.root, ref)
        case _:
            return False


def _is_sender(place: Node, ref: str) -> bool:
    """Whether a button may send; those of what a field opens (a calendar, a list) only fill in."""
    for node in place.children:
        if node.ref == ref:
            button = node.role == "button" or node.input_type in _SENDING_TYPES
            return button and not (node.name or node.text).strip().isdigit()
        if node.role not in _OPENED and _is_sender(node, ref):
            return True
    return False


def _is_passed_on(decision: InputText, observation: Observation) -> bool:
    """Whether what was typed is elsewhere by now: sent, or spread over a box for each digit."""
    node = observation.find(decision.ref)
    longest = node.attributes.get("maxlength", "") if node is not None else ""
    spread = longest.isdigit() and 0 < int(longest) < len(decision.text)
    return decision.press_enter or spread


def _told(text: str) -> str:
    return f'holds "{text[:_LONGEST]}"' if text else "is empty"
