"""Filling in a form from the payload, sending it, and telling success from refusal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.answered_values import AnswerPage
from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    Decision,
    InputText,
    SelectOption,
    Wait,
)
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.complaints import complaint
from skyvern_dagster.agent.planners.heuristic.field_entry import (
    PayloadValue,
    can_take,
    entry_for,
    typed_text,
)
from skyvern_dagster.agent.planners.heuristic.field_matching import (
    forms_for,
    match_fields,
)
from skyvern_dagster.agent.planners.heuristic.form_sending import (
    last_step,
    leads_on,
    submit_button,
    success,
)
from skyvern_dagster.agent.planners.heuristic.navigation import MOST_NAVIGATIONS, go_to
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    SURE,
    Situation,
    act,
    click,
    complete,
    give_up,
    terminate,
    unsure,
)
from skyvern_dagster.agent.proof_text import shown_first
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.agent.sent_values import MeantValue
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.concepts import MOSTLY, PARTLY, concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.words import clip, fold, name_words, stems

_MOST_SENT = 2
"""A form that comes back after it was filled in and sent twice takes something else."""


_MOST_IN_ROW = 60
"""Characters of a value that a list shows whole; longer texts are on the record's own page."""
_LEAST_TELLING = 2
"""Values: one alone may be in another record, too."""
_MOST_PARTS = 6
"""Of a form over several pages: person, address, delivery, payment, and two more."""
_SETTLING_SECONDS = 2
"""As for a click (`click_effect`)."""


def fill_form(situation: Situation) -> Plan:
    """The next step in filling in and sending a form."""
    if situation.memory.done(Purpose.SUBMIT) and (plan := _after_sending(situation)):
        return plan
    values = _given_values(situation)
    if len(forms := forms_for(situation, values)) > 1:
        return unsure(f"{len(forms)} forms on {situation.url} take what is given")
    pairs = list(match_fields(situation, values))
    if not pairs:
        return _find_form(situation)
    if unknown := [pair for pair in pairs if not can_take(*pair)]:
        ready = [one for one in pairs if one not in unknown]
        return _first_others(situation, values, ready) or _not_takable(situation, *unknown[0])
    decisions = [
        decision for field, given in pairs if (decision := entry_for(situation, field, given))
    ]
    decisions.extend(_repetitions(situation, pairs))
    decisions.extend(_agreements(situation))
    missing = _missing(situation, [field for field, _ in pairs])
    if missing:
        lacking = ", ".join(missing)
        reason = f"Failed to fill in the form on {situation.url} - missing information: {lacking}"
        return terminate(situation, "form_rejected", reason, LIKELY)
    if left := _left_over(situation, values, [given for _, given in pairs]):
        named = ", ".join(given.name for given in left)
        return unsure(f"No field of the form on {situation.url} takes {named}")
    submit = submit_button(situation, [field for field, _ in pairs])
    if told := _undone_clause(situation, submit, decisions):
        return unsure(told)
    if submit is None and not decisions:
        return unsure(f"The form on {situation.url} has no button that sends it")
    if submit:
        decisions.append(
            Click(
                ref=submit.ref, reasoning=f"Submit: {submit} sends the form", purpose=Purpose.SUBMIT
            )
        )
    named = ", ".join(f"{field} = {given.name}" for field, given in pairs)
    return act(
        decisions, f"Fill: {named}; then {submit or 'nothing'}", SURE if len(pairs) > 1 else LIKELY
    )


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
    left = _not_entered(situation, values)
    decisions = [
        entry
        for field, given in ready
        if given in left and (entry := entry_for(situation, field, given))
    ]
    if decisions:
        return act(decisions, "Fill: what other fields may depend on", LIKELY)
    if situation.memory.last_was_for(Purpose.FILL):
        why = "Wait: a list may depend on what was chosen, and be on its way"
        return act([Wait(seconds=_SETTLING_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why)
    return None


def _given_values(situation: Situation) -> list[PayloadValue]:
    return [
        PayloadValue(path.rpartition(".")[2], value)
        for path, value in flat_items(situation.goal.payload)
        if value not in (None, "")
    ]


def _find_form(situation: Situation) -> Plan:
    plan = None
    if len(situation.memory.purposes(Purpose.NAVIGATE)) < MOST_NAVIGATIONS:
        targets = (situation.intent.target,) if situation.intent.target else ("page.contact",)
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
    asked = len(boxes) == 1 and _asks_to_tick(situation)
    for field in boxes:
        terms = field.node.required or concept("form.terms").score(field.label) >= PARTLY
        if not field.node.checked and (terms or asked):
            yield Check(
                ref=field.ref, reasoning=f"Fill: {field} has to be agreed to", purpose=Purpose.FILL
            )


def _undone_clause(
    situation: Situation, submit: Control | None, decisions: Sequence[Decision]
) -> str:
    """What the goal asks for besides filling in that sending this form would leave undone."""
    if submit is None or concept("form.next").score(submit.label) >= MOSTLY:
        return ""
    done = [one.decision for one in situation.memory.done(Purpose.FILL)]
    if _asks_to_tick(situation) and not any(isinstance(one, Check) for one in (*decisions, *done)):
        return f"It isn't clear what is to be ticked on {situation.url}"
    draft = concept("message.unfinished").term(situation.intent.instructions)
    if draft and not stems(draft) & stems(submit.label):
        return f'No button of the form on {situation.url} does it "{draft}"'
    return ""


def _asks_to_tick(situation: Situation) -> bool:
    return concept("verb.accept").mentioned(situation.intent.instructions)


def _missing(situation: Situation, filled: list[Input]) -> list[str]:
    refs = {field.ref for field in filled}
    near = {situation.view.region(field.node) for field in filled}
    return [
        clip(field.label or field.hints, 40)
        for field in situation.view.inputs
        if field.node.required and field.ref not in refs and not field.node.value
        and field.node.role not in {"checkbox", "radio"}
        and not field.node.options and situation.view.region(field.node) in near
    ]  # fmt: skip


def _left_over(
    situation: Situation, values: list[PayloadValue], matched: list[PayloadValue]
) -> list[PayloadValue]:
    """Values that no field takes, here or on an earlier page; none where a further page comes."""
    fields = [field for field, _ in match_fields(situation, values)]
    button = submit_button(situation, fields) if fields else None
    if button is None or concept("form.next").score(button.label) >= MOSTLY:
        return []
    unticked = [one for one in values if isinstance(one.value, bool)]
    return [one for one in (*_not_entered(situation, values), *unticked) if one not in matched]


def _not_entered(situation: Situation, values: list[PayloadValue]) -> list[PayloadValue]:
    """Values that no field was given so far."""
    given = {
        fold(text)
        for action in situation.memory.done(Purpose.FILL)
        for text in _entered(action.decision)
    }
    return [
        one
        for one in values
        if not isinstance(one.value, bool) and not _is_among(one, given) and "://" not in one.text
    ]


def _is_among(one: PayloadValue, given: set[str]) -> bool:
    """Whether a value was entered, in whatever form the field wanted it."""
    return fold(one.text) in given or any(same_value(one.text, text) for text in given)


def _entered(decision: Decision) -> Iterator[str]:
    match decision:
        case InputText(text=text):
            yield text
        case SelectOption():
            yield from (decision.label or "", decision.value or "")
        case _:
            return


def _after_sending(situation: Situation) -> Plan | None:
    """What the site answered: success, complaints, or the next page of the form."""
    last = situation.memory.last_result
    invalid = [field for field in situation.view.inputs if field.node.invalid]
    succeeded = success(situation)
    told = next(
        (
            text
            for text in (last.text_appeared if last else ())
            if concept("message.invalid").mentioned(text)
        ),
        "",
    ) or complaint(situation)
    settled = situation.memory.last_was_for(Purpose.SETTLE)
    if (succeeded or settled) and not invalid and not told:
        if _has_more_fields(situation):
            return None
        if last and last.url_before == last.url_after and not settled:
            why = "Settle: what the page said may be taken back"
            wait = Wait(seconds=_SETTLING_SECONDS, reasoning=why, purpose=Purpose.SETTLE)
            return act([wait], why)
        said = f': "{clip(succeeded)}"' if succeeded else ", and the page said so"
        return complete(f"The form was sent{said}")
    if told and not (invalid or situation.view.inputs) and (plan := _last_step(situation)):
        return plan
    if invalid or told:
        names = ", ".join(field.label or field.hints for field in invalid)
        reason = (
            f"Failed to pass the form on {situation.url}: {clip(told) or f'not accepted: {names}'}"
        )
        return terminate(situation, "form_rejected", reason, LIKELY)
    if plan := _last_step(situation):
        return plan
    moved = last is not None and last.url_before != last.url_after
    if moved and (row := _listed(situation)):
        return complete(
            f'The form was sent, and what it said is listed: "{clip(row, 120)}"', LIKELY
        )
    if moved and not situation.view.inputs:
        return unsure(
            f"The form was sent, and {situation.url} came, which doesn't say that it was taken"
        )
    return None if moved else _answer_to_come(situation) or _sent_in_vain(situation)


def _listed(situation: Situation) -> str:
    """A record of the page that came which says all that was given, and wasn't shown before."""
    values = [
        one
        for one in _given_values(situation)
        if not isinstance(one.value, bool)
        and concept("form.message").score(" ".join(name_words(one.name))) < MOSTLY
    ]
    short = [fold(one.text) for one in values if len(one.text) <= _MOST_IN_ROW]
    if len(short) < _LEAST_TELLING:
        return ""
    first = situation.request.first_text
    for node in situation.view.nodes:
        if node.role in RECORD_ROLES:
            said = f" {fold(' '.join(node.full_text.split()))} "
            if all(text in said for text in short) and not shown_first(first, node.full_text):
                return situation.view.text(node)
    return ""


def _last_step(situation: Situation) -> Plan | None:
    """Sends a form of several parts that were all filled in: the last one only sums them up."""
    sent = situation.memory.done(Purpose.SUBMIT)
    if not leads_on(sent[-1].label) or not sent[-1].result.page_changed:
        return None
    values = [one for one in _given_values(situation) if not isinstance(one.value, bool)]
    if _has_more_fields(situation) or _not_entered(situation, values):
        return None
    if lacking := [one for one in situation.view.inputs if _lacks(one)]:
        return unsure(f"{situation.url} asks for something that isn't given: {lacking[0]}")
    if told := _summary_differs(situation):
        return unsure(f"Before the form is sent, {told} ({situation.url})")
    if button := last_step(situation):
        return click(button, Purpose.SUBMIT, "sends what was filled in", LIKELY)
    return None


def _lacks(field: Input) -> bool:
    """Whether a field has to be filled in and isn't: a code that was sent to somebody's phone."""
    asks = field.node.required or concept("login.one_time_code").mentioned(field.label)
    return field.is_text and asks and not field.node.value


def _summary_differs(situation: Situation) -> str:
    """What a page that sums up says of a field that isn't what it was given."""
    entered = [
        MeantValue(one.label, "", -1, tuple(_entered(one.decision)))
        for one in situation.memory.done(Purpose.FILL)
        if any(_entered(one.decision))
    ]
    page = situation.request.observation
    return AnswerPage(entered, page, situation.request.first_text, situation.today).contradiction()


def _has_more_fields(situation: Situation) -> bool:
    """Whether the page has fields for values that were not entered yet: its next part came."""
    values = _given_values(situation)
    left = _not_entered(situation, values)
    return any(given in left for _, given in match_fields(situation, values))


def _answer_to_come(situation: Situation) -> Plan | None:
    """A moment for the answer, and an end where it isn't understood: an order is sent once."""
    sent = situation.memory.done(Purpose.SUBMIT)[-1]
    if not sent.result.text_appeared or leads_on(sent.label):
        return None
    if situation.memory.last_was_for(Purpose.SUBMIT):
        why = "Wait: the page said something, and its answer may be yet to come"
        return act([Wait(seconds=_SETTLING_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why)
    said = clip(sent.result.text_appeared[-1], 120)
    return unsure(f'The form was sent, and {situation.url} says "{said}", which tells neither way')


def _sent_in_vain(situation: Situation) -> Plan | None:
    sent = [one for one in situation.memory.done(Purpose.SUBMIT) if not leads_on(one.label)]
    if len(sent) < _MOST_SENT and len(situation.memory.done(Purpose.SUBMIT)) < _MOST_PARTS:
        return None
    return unsure(
        f"The form on {situation.url} was sent and neither success nor a complaint came back"
    )
