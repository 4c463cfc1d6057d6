"""Filling in a form from the payload and sending it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    Decision,
    InputText,
    SelectOption,
    Wait,
)
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.changing import PLACES, is_of_subject, open_form
from skyvern_dagster.agent.planners.heuristic.field_entry import (
    PayloadValue,
    can_take,
    entry_for,
    typed_text,
)
from skyvern_dagster.agent.planners.heuristic.field_matching import (
    forms_for,
    match_fields,
    rival_fields,
)
from skyvern_dagster.agent.planners.heuristic.form_answer import SETTLING_SECONDS, after_sending
from skyvern_dagster.agent.planners.heuristic.form_gaps import (
    asks_to_tick,
    left_over,
    missing_fields,
    other_currency,
    ticked_before,
    undone_clause,
    unheld,
)
from skyvern_dagster.agent.planners.heuristic.form_sending import (
    leads_on,
    submit_button,
)
from skyvern_dagster.agent.planners.heuristic.form_subject import other_act, unaccounted_word
from skyvern_dagster.agent.planners.heuristic.given_values import (
    given_values,
    not_entered,
)
from skyvern_dagster.agent.planners.heuristic.navigation import MOST_NAVIGATIONS, go_to
from skyvern_dagster.agent.planners.heuristic.preset_choices import unasked_choice
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    SURE,
    Situation,
    act,
    give_up,
    terminate,
    unsure,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import PARTLY, concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.words import clip, stems


def fill_form(situation: Situation) -> Plan:
    """The next step in filling in and sending a form."""
    if situation.memory.done(Purpose.SUBMIT) and (plan := after_sending(situation)):
        return plan
    values = given_values(situation)
    if len(forms := forms_for(situation, values)) > 1:
        return unsure(f"{len(forms)} forms on {situation.url} take what is given")
    pairs = list(match_fields(situation, values))
    if not pairs or not _is_meant(situation, pairs[0][0]):
        return _find_form(situation)
    if rivals := rival_fields(situation, values, pairs):
        named = " and ".join(map(str, rivals))
        return unsure(f"On {situation.url}, {named} ask for the same value")
    if unknown := [pair for pair in pairs if not can_take(*pair)]:
        ready = [one for one in pairs if one not in unknown]
        return _first_others(situation, values, ready) or _not_takable(situation, *unknown[0])
    decisions = [
        decision for field, given in pairs if (decision := entry_for(situation, field, given))
    ]
    decisions.extend(_repetitions(situation, pairs))
    decisions.extend(_agreements(situation))
    submit = submit_button(situation, [field for field, _ in pairs])
    if plan := _choices_first(situation, values, pairs, decisions):
        return plan
    if plan := _unsendable(situation, values, pairs, submit, decisions):
        return plan
    if submit:
        decisions[:0] = _preset(situation, values, pairs)
        decisions.append(
            Click(
                ref=submit.ref, reasoning=f"Submit: {submit} sends the form", purpose=Purpose.SUBMIT
            )
        )
    named = ", ".join(f"{field} = {given.name}" for field, given in pairs)
    return act(
        decisions, f"Fill: {named}; then {submit or 'nothing'}", SURE if len(pairs) > 1 else LIKELY
    )


def _unsendable(
    situation: Situation,
    values: list[PayloadValue],
    pairs: list[tuple[Input, PayloadValue]],
    submit: Control | None,
    decisions: Sequence[Decision],
) -> Plan | None:
    """The end where sending this form would leave out something of what was asked for."""
    if missing := missing_fields(situation, [field for field, _ in pairs]):
        lacking = ", ".join(missing)
        reason = f"Failed to fill in the form on {situation.url} - missing information: {lacking}"
        return terminate(situation, "form_rejected", reason, LIKELY)
    if left := left_over(situation, values, [given.whole or given for _, given in pairs]):
        named = ", ".join(given.name for given in left)
        return unsure(f"No field of the form on {situation.url} takes {named}")
    if told := undone_clause(situation, submit, decisions) or other_currency(situation, pairs):
        return unsure(told)
    if told := ticked_before(situation, pairs) or unasked_choice(situation, pairs):
        return unsure(told)
    if submit is None:
        lacking = f"The form on {situation.url} has no button that sends it"
        return None if decisions else unsure(lacking)
    if not leads_on(submit.label) and (told := unheld(situation, values)):
        return unsure(f'Nothing in the form on {situation.url} is "{told}"')
    if leads_on(submit.label):
        return None
    if told := unaccounted_word(situation, pairs, submit):
        return unsure(f'Nothing in the form on {situation.url} is "{told}"')
    if told := other_act(situation, submit):
        return unsure(f'{submit} sends the form on {situation.url}, and nobody asked to "{told}"')
    return None


def _not_takable(situation: Situation, field: Input, given: PayloadValue) -> Plan:
    reason = (
        f"Failed to fill in the form on {situation.url}: {field} has nothing for "
        f"{given.name} = {clip(given.text, 60)}"
    )
    return terminate(situation, "form_rejected", reason, LIKELY)


def _first_others(
    situation: Situation, values: list[PayloadValue], ready: list[tuple[Input, PayloadValue]]
) -> Plan | None:
    """What can be filled in already, and a moment for the lists that depend on it."""
    left = not_entered(situation, values)
    decisions = [
        entry
        for field, given in ready
        if given in left and (entry := entry_for(situation, field, given))
    ]
    if decisions:
        return act(decisions, "Fill: what other fields may depend on", LIKELY)
    if situation.memory.last_was_for(Purpose.FILL):
        why = "Wait: a list may depend on what was chosen, and be on its way"
        return act([Wait(seconds=SETTLING_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why)
    return None


def _preset(
    situation: Situation, values: list[PayloadValue], pairs: list[tuple[Input, PayloadValue]]
) -> Iterator[Decision]:
    """Choices that lists stand on already: made again, so that the answer is held against them."""
    left = not_entered(situation, values)
    for field, given in pairs:
        chosen = next((one.label for one in field.node.options if one.selected), "")
        stands = field.node.tag == "select" and entry_for(situation, field, given) is None
        if stands and given in left and chosen:
            why = f"Fill: {field} takes {given.name}"
            yield SelectOption(ref=field.ref, label=chosen, reasoning=why, purpose=Purpose.FILL)


def _choices_first(
    situation: Situation,
    values: list[PayloadValue],
    pairs: list[tuple[Input, PayloadValue]],
    decisions: Sequence[Decision],
) -> Plan | None:
    """What can be filled in where something else has no field yet: a choice may bring one."""
    left = left_over(situation, values, [given.whole or given for _, given in pairs])
    chosen = any(isinstance(one, Check | SelectOption) for one in decisions)
    if not left or not chosen or situation.memory.last_was_for(Purpose.FILL):
        return None
    return act(decisions, "Fill: what may bring further fields", LIKELY)


def _is_meant(situation: Situation, field: Input) -> bool:
    """Whether a field's form is about what the goal says to change, where it says so."""
    if not concept("goal.change").mentioned(situation.intent.instructions):
        return True
    view = situation.view
    return is_of_subject(situation, view.form_of(field.node) or view.root)


def _find_form(situation: Situation) -> Plan:
    changes = concept("goal.change").mentioned(situation.intent.instructions)
    plan = open_form(situation) if changes else None
    if plan is None and len(situation.memory.purposes(Purpose.NAVIGATE)) < MOST_NAVIGATIONS:
        elsewhere = PLACES if changes else ("page.contact",)
        targets = (situation.intent.target,) if situation.intent.target else elsewhere
        plan = go_to(situation, targets, situation.intent.target_words)
    return plan or give_up(
        situation,
        "form_rejected",
        f"No form that takes the given information was found on {situation.url}",
    )


def _repetitions(
    situation: Situation, pairs: list[tuple[Input, PayloadValue]]
) -> Iterator[Decision]:
    """What fields take that want a value again."""
    taken = {field.ref for field, _ in pairs}
    for field in situation.view.inputs:
        again = concept("form.repeat").mentioned(f"{field.label} {field.hints}")
        if not again or not field.is_text or field.ref in taken or field.node.value:
            continue
        for other, given in pairs:
            if other.is_text and stems(other.label) < stems(field.label):
                why = f"Fill: {field} takes {given.name} again"
                text = typed_text(situation, field, given)
                yield InputText(ref=field.ref, text=text, reasoning=why, purpose=Purpose.FILL)


def _agreements(situation: Situation) -> Iterator[Decision]:
    boxes = [one for one in situation.view.inputs if one.node.role == "checkbox"]
    asked = len(boxes) == 1 and asks_to_tick(situation)
    for field in boxes:
        terms = field.node.required or concept("form.terms").score(field.label) >= PARTLY
        if not field.node.checked and (terms or asked):
            yield Check(
                ref=field.ref, reasoning=f"Fill: {field} has to be agreed to", purpose=Purpose.FILL
            )
