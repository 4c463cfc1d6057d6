"""What would be left undone or unsaid if a form were sent as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skyvern_dagster.agent.decisions import Check, Decision
from skyvern_dagster.agent.planners.heuristic.field_entry import PayloadValue, names_box
from skyvern_dagster.agent.planners.heuristic.field_matching import match_fields
from skyvern_dagster.agent.planners.heuristic.form_sending import submit_button
from skyvern_dagster.agent.planners.heuristic.given_values import not_entered
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.amounts import currency_named
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.words import clip, fold, stems, words

_NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?(?![\w/-])")
_DECIMALS = re.compile(r"\d[.,]\d{2}(?!\d)")


def undone_clause(
    situation: Situation, submit: Control | None, decisions: Sequence[Decision]
) -> str:
    """What the goal asks for besides filling in that sending this form would leave undone."""
    if submit is None or concept("form.next").score(submit.label) >= MOSTLY:
        return ""
    done = [one.decision for one in situation.memory.done(Purpose.FILL)]
    if asks_to_tick(situation) and not any(isinstance(one, Check) for one in (*decisions, *done)):
        return f"It isn't clear what is to be ticked on {situation.url}"
    draft = concept("message.unfinished").term(situation.intent.instructions)
    if draft and not stems(draft) & stems(submit.label):
        return f'No button of the form on {situation.url} does it "{draft}"'
    return ""


def ticked_before(situation: Situation, pairs: Sequence[tuple[Input, PayloadValue]]) -> str:
    """A box that the page has ticked and the task hasn't asked for, which makes more of it.

    One that repeats what is sent, or one beside those of its group that were asked for.
    """
    asked = {field.ref for field, _ in pairs}
    groups = {field.group for field, given in pairs if names_box(field, given)}
    said = situation.intent.instructions
    for one in situation.view.inputs:
        if one.node.role != "checkbox" or not one.node.checked or one.ref in asked:
            continue
        recurs = concept("form.recurring").term(one.label)
        if (recurs and recurs not in fold(said)) or (one.group and one.group in groups):
            return f"{one} of the form on {situation.url} is ticked, and nobody asked for it"
    return ""


def asks_to_tick(situation: Situation) -> bool:
    """Whether the goal says to accept or agree to something."""
    return concept("verb.accept").mentioned(situation.intent.instructions)


def missing_fields(situation: Situation, filled: list[Input]) -> list[str]:
    """Fields that have to be filled in, and of which nothing is given."""
    refs = {field.ref for field in filled}
    near = {situation.view.region(field.node) for field in filled}
    return [
        clip(field.label or field.hints, 40)
        for field in situation.view.inputs
        if field.node.required and field.ref not in refs and not field.node.value
        and field.node.role not in {"checkbox", "radio"}
        and not field.node.options and situation.view.region(field.node) in near
    ]  # fmt: skip


def left_over(
    situation: Situation, values: list[PayloadValue], matched: list[PayloadValue]
) -> list[PayloadValue]:
    """Values that no field takes, here or on an earlier page; none where a further page comes."""
    fields = [field for field, _ in match_fields(situation, values)]
    button = submit_button(situation, fields) if fields else None
    if button is None or concept("form.next").score(button.label) >= MOSTLY:
        return []
    unticked = [one for one in values if isinstance(one.value, bool)]
    return [one for one in (*not_entered(situation, values), *unticked) if one not in matched]


def unheld(situation: Situation, values: list[PayloadValue]) -> str:
    """A day, an amount or a number of the goal's words that sending this form would not hand over.

    What the goal says besides the payload has to be in a field already, or on the page: a form that
    holds another day books that one.
    """
    said = situation.intent.instructions
    held = [one.node.value for one in situation.view.inputs if one.node.value]
    held += [given.text for given in values]
    shown = situation.view.page_text
    today = situation.today
    days = find_dates(said, today)
    rest = "".join(
        " " if any(one.start <= at < one.end for one in days) else letter
        for at, letter in enumerate(said)
    )
    of_fields = [day for text in held for day in find_dates(text, today)]
    known = of_fields or find_dates(shown, today)
    for one in days:
        if not any(_is_same_day(one, other) for other in known):
            return said[one.start : one.end]
    for match in _NUMBER.finditer(rest):
        number = match.group()
        if any(same_value(number, text) or number in words(text) for text in held):
            continue
        told = _DECIMALS.search(number) and not any(map(_DECIMALS.search, held))
        if not (told and number in shown):
            return number
    return ""


def other_currency(situation: Situation, pairs: Sequence[tuple[Input, PayloadValue]]) -> str:
    """A field that takes an amount in another currency than the one that was given, or empty.

    The field's name says it, or a list beside it that stands on one and isn't set.
    """
    set_ = {field.ref for field, _ in pairs}
    chosen = [
        option.label
        for one in situation.view.inputs
        for option in one.node.options
        if option.selected and one.ref not in set_
    ]
    beside = next(filter(None, map(currency_named, chosen)), "")
    for field, given in pairs:
        meant = currency_named(given.text)
        held = currency_named(field.label) or (beside if field.is_text else "")
        if meant and held and meant != held:
            return f"{field} takes {held}, and {given.name} is {given.text}"
    return ""


def _is_same_day(wanted: DateMention, held: DateMention) -> bool:
    """Whether two days are one; a year that the goal leaves out may be any."""
    if wanted.yearless or held.yearless:
        of_year = {(day.month, day.day) for day in wanted.days}
        return any((day.month, day.day) in of_year for day in held.days)
    return bool(wanted.days & held.days)
