"""What a site answered to a form: success, complaints, or its next part."""

from __future__ import annotations

from skyvern_dagster.agent.answered_values import AnswerPage
from skyvern_dagster.agent.decisions import Wait
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.complaints import complaint
from skyvern_dagster.agent.planners.heuristic.field_matching import match_fields
from skyvern_dagster.agent.planners.heuristic.form_sending import (
    last_step,
    leads_on,
    said_before_sending,
    success,
)
from skyvern_dagster.agent.planners.heuristic.given_values import (
    entered_texts,
    given_values,
    has_more_fields,
    not_entered,
)
from skyvern_dagster.agent.planners.heuristic.sending_question import answer_to_question
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    Situation,
    act,
    click,
    complete,
    terminate,
    unsure,
)
from skyvern_dagster.agent.planners.heuristic.understood_answer import (
    not_understood,
    row_not_understood,
)
from skyvern_dagster.agent.proof_text import shown_first
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.agent.sent_values import MeantValue
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.words import clip, fold, name_words

_MOST_SENT = 2
"""A form that comes back after it was filled in and sent twice takes something else."""


_MOST_IN_ROW = 60
"""Characters of a value that a list shows whole; longer texts are on the record's own page."""
_LEAST_TELLING = 2
"""Values: one alone may be in another record, too."""
_MOST_PARTS = 6
"""Of a form over several pages: person, address, delivery, payment, and two more."""
SETTLING_SECONDS = 2
"""As for a click (`click_effect`)."""


def after_sending(situation: Situation) -> Plan | None:
    """What the site answered: success, complaints, or the next page of the form."""
    if plan := answer_to_question(situation):
        return plan
    if label := _pressed_in_vain(situation):
        return unsure(f'"{clip(label)}" was pressed, and nothing came of it ({situation.url})')
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
        return _taken(situation, succeeded)
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
        return _taken_into(situation, row)
    if moved and not situation.view.inputs:
        return unsure(
            f"The form was sent, and {situation.url} came, which doesn't say that it was taken"
        )
    if moved:
        return _came_back(situation)
    return _answer_to_come(situation) or _sent_in_vain(situation)


def _taken_into(situation: Situation, row: Node) -> Plan:
    """The end where a record says what was sent, if nothing else of it isn't understood."""
    said = clip(situation.view.text(row), 120)
    if word := row_not_understood(situation, row):
        return unsure(f'The form was sent, and "{word}" isn\'t understood in "{said}"')
    return complete(f'The form was sent, and what it said is listed: "{said}"', LIKELY)


def _came_back(situation: Situation) -> Plan | None:
    """The end where the form is there again: what it was sent for may have been done."""
    sent = situation.memory.done(Purpose.SUBMIT)[-1]
    if leads_on(sent.label) or has_more_fields(situation):
        return None
    values = given_values(situation)
    if not any(match_fields(situation, values)):
        return None
    return unsure(
        f"The form was sent, and {situation.url} shows it again and doesn't say what became of it"
    )


def _taken(situation: Situation, succeeded: str) -> Plan | None:
    """What comes after a form was taken: its next part, its last one, a moment, or the end.

    Args:
        situation: The page that came.
        succeeded: The text that says so; empty where the page said it before.
    """
    if has_more_fields(situation):
        return None
    if plan := _last_step(situation):
        return plan
    last = situation.memory.last_result
    settled = situation.memory.last_was_for(Purpose.SETTLE)
    if last and last.url_before == last.url_after and not settled:
        why = "Settle: what the page said may be taken back"
        wait = Wait(seconds=SETTLING_SECONDS, reasoning=why, purpose=Purpose.SETTLE)
        return act([wait], why)
    if told := not_understood(situation, said_before_sending(situation)):
        return unsure(f"The form was sent, and {situation.url} says {told}")
    said = f': "{clip(succeeded)}"' if succeeded else ", and the page said so"
    return complete(f"The form was sent{said}")


def _pressed_in_vain(situation: Situation) -> str:
    """The button of a form's last part, where pressing it changed nothing."""
    *earlier, last = situation.memory.done(Purpose.SUBMIT)
    result = last.result
    left = result.url_after not in {"", result.url_before}
    if not earlier or left or result.page_changed or result.text_appeared:
        return ""
    return last.label


def _listed(situation: Situation) -> Node | None:
    """A record of the page that came which says all that was given, and wasn't shown before."""
    values = [
        one
        for one in given_values(situation)
        if not isinstance(one.value, bool)
        and concept("form.message").score(" ".join(name_words(one.name))) < MOSTLY
    ]
    short = [fold(one.text) for one in values if len(one.text) <= _MOST_IN_ROW]
    if len(short) < _LEAST_TELLING:
        return None
    first = situation.request.first_text
    for node in situation.view.nodes:
        if node.role in RECORD_ROLES:
            said = f" {fold(' '.join(node.full_text.split()))} "
            if all(text in said for text in short) and not shown_first(first, node.full_text):
                return node
    return None


def _last_step(situation: Situation) -> Plan | None:
    """Sends a form of several parts that were all filled in: the last one only sums them up."""
    sent = situation.memory.done(Purpose.SUBMIT)
    if not leads_on(sent[-1].label) or not sent[-1].result.page_changed:
        return None
    values = [one for one in given_values(situation) if not isinstance(one.value, bool)]
    if has_more_fields(situation) or not_entered(situation, values):
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
    kind = field.is_text or field.node.input_type == "file"
    return kind and asks and not field.node.value


def _summary_differs(situation: Situation) -> str:
    """What a page that sums up says of a field that isn't what it was given."""
    entered = [
        MeantValue(one.label, "", -1, tuple(entered_texts(one.decision)))
        for one in situation.memory.done(Purpose.FILL)
        if any(entered_texts(one.decision))
    ]
    page = situation.request.observation
    return AnswerPage(entered, page, situation.request.first_text, situation.today).contradiction()


def _answer_to_come(situation: Situation) -> Plan | None:
    """A moment for the answer, and an end where it isn't understood: an order is sent once."""
    sent = situation.memory.done(Purpose.SUBMIT)[-1]
    if not sent.result.text_appeared or leads_on(sent.label):
        return None
    if situation.memory.last_was_for(Purpose.SUBMIT):
        why = "Wait: the page said something, and its answer may be yet to come"
        return act([Wait(seconds=SETTLING_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why)
    said = clip(sent.result.text_appeared[-1], 120)
    return unsure(f'The form was sent, and {situation.url} says "{said}", which tells neither way')


def _sent_in_vain(situation: Situation) -> Plan | None:
    sent = [one for one in situation.memory.done(Purpose.SUBMIT) if not leads_on(one.label)]
    if len(sent) < _MOST_SENT and len(situation.memory.done(Purpose.SUBMIT)) < _MOST_PARTS:
        return None
    return unsure(
        f"The form on {situation.url} was sent and neither success nor a complaint came back"
    )
