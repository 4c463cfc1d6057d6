"""Whether a form is what the goal asks for: every word of the goal is accounted for there.

A form in which the fields fit may still be for something else: `Book a table on the terrace` isn't
done by a form that says nothing of a terrace, nor `Inscris-moi au cours de boxe` by one for yoga.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.planners.heuristic.field_entry import PayloadValue
from skyvern_dagster.agent.planners.heuristic.given_values import entered_texts, given_values
from skyvern_dagster.agent.planners.heuristic.goal_words import Held, payload_names, requests_of
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.acts import binding_acts, is_kin_of_any, linking_words, words_beside
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.confirmation_words import field_words
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.unspaced import UNSPACED
from skyvern_dagster.reading.words import clip, stem, words

_ON_THE_WAY = frozenset({Purpose.NAVIGATE, Purpose.CLICK})


def unaccounted_word(
    situation: Situation, pairs: Sequence[tuple[Input, PayloadValue]], submit: Control | None
) -> str:
    """The first word of a goal that a form says nothing of; empty where it accounts for all."""
    text = requests_of(situation)
    if not pairs or is_of_any_form(text):
        return ""
    form = situation.view.form_of(pairs[0][0].node) or situation.view.root
    values = [given.text for _, given in pairs]
    values += [one.text for one in given_values(situation)]
    texts = [*_of_form(situation, form, [field for field, _ in pairs]), *_of_task(situation)]
    if submit is not None:
        texts.append(submit.label)
    if other := _other_subject(situation, form, text):
        return other
    return next(iter(Held(tuple(values), tuple(texts), situation.today).left(text)), "")


def _other_subject(situation: Situation, form: Node, text: str) -> str:
    """A word of a form's own heading that makes it one for something else; empty where none does.

    Below `City race`, a form that is headed `Volunteers` isn't the race's.
    """
    view = situation.view
    heading = view.heading_above(form)
    if not heading or heading in view.main_headings:
        return ""
    values = " ".join(one.text for one in given_values(situation))
    known = linking_words(heading) | words_beside() | field_words()
    said = [one for one in words(f"{text} {values}") if one not in linking_words(text)]
    told = [one for one in words(heading) if one not in known and stem(one) not in known]
    other = [one for one in told if not one.isdigit() and not is_kin_of_any(one, said)]
    return clip(text, 60) if len(other) == len(told) and other else ""


def other_act(situation: Situation, submit: Control | None) -> str:
    """What a button says that costs, destroys or binds, and the goal doesn't; or empty."""
    if submit is None or is_of_any_form(requests_of(situation)):
        return ""
    return next(iter(binding_acts(submit.label) - binding_acts(requests_of(situation))), "")


def is_of_any_form(text: str) -> bool:
    """Whether a goal speaks of the form itself, or of what is saved: what it is for is told there.

    In languages that put nothing between words, others tell what isn't understood.
    """
    form = set(word_list("requests")["forms"]) & set(words(text))
    return bool(form or UNSPACED.search(text) or concept("goal.change").mentioned(text))


def _of_form(situation: Situation, form: Node, filled: Sequence[Input]) -> Iterator[str]:
    """What a form is called, and what its fields say that are filled in or stand on a choice."""
    view = situation.view
    yield from (*view.main_headings, view.heading_above(form), form.name)
    for one in filled:
        yield from (one.label, one.group)
    for field in view.inputs_in(form):
        yield from (one.label for one in field.node.options if one.selected and one.value)
        if field.node.role in {"radio", "checkbox"} and field.node.checked:
            yield from (field.label, field.group)


def _of_task(situation: Situation) -> Iterator[str]:
    """What was clicked and filled in on the way, the site's name, and names of what is given."""
    view = situation.view
    yield from payload_names(situation)
    yield from (view.text(node) for node in view.nodes if node.role == "banner")
    for _, action in situation.memory.actions:
        if action.decision.purpose in _ON_THE_WAY:
            yield action.label
        if action.decision.purpose is Purpose.FILL:
            yield from (action.label, *entered_texts(action.decision))
