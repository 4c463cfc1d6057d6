"""Whether the clicks that a goal spells out have done what they should."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

from skyvern_dagster.agent.completion_proof import disproved
from skyvern_dagster.agent.decisions import Wait
from skyvern_dagster.agent.planner import PastAction, Plan
from skyvern_dagster.agent.planners.heuristic.complaints import (
    busy_control,
    complaint,
    new_texts,
    open_question,
)
from skyvern_dagster.agent.planners.heuristic.form_sending import denies, is_to_come, says_done
from skyvern_dagster.agent.planners.heuristic.instructions import clauses_of
from skyvern_dagster.agent.planners.heuristic.situation import Situation, act, unsure
from skyvern_dagster.agent.planners.heuristic.understood_answer import texts_not_understood
from skyvern_dagster.agent.proof_text import plain_text, shown_first, shows
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.participles import GOING_ON, is_done_by
from skyvern_dagster.reading.words import QUOTED, clip, fold, stems, words

_MOST_WAITS = 3
"""Ten seconds for what a click has begun."""
_SETTLING_SECONDS = 2
"""For what takes an answer back: a request that was taken to have worked, and hasn't."""
_SENTENCES = re.compile(r"[^.!?\n]+[.!?]?")
_FEW_WORDS = 3
"""A heading, and no sentence that might say why not."""
_SHOWING = ("paging.more", "paging.next", "paging.previous", "paging.everything", "nav.details")
"""What controls are called that bring up something, and do nothing else."""
_SAYING = frozenset({Purpose.CLICK, Purpose.NAVIGATE, Purpose.WAIT})
"""What a page answers to."""
_CARD = 2
"""The level of headings of a page's parts; the first is its own."""


def doubt_after_clicks(situation: Situation, label: str) -> Plan | None:
    """What speaks against the last click having done what it should; ``None`` if nothing."""
    if situation.memory.last_click_did_nothing and not _is_said(situation, label):
        # Said to be done, it would be believed.
        return unsure(f'"{label}" was clicked, and {situation.url} shows no effect of it')
    if busy := busy_control(situation):
        return _wait(situation, f'the page works on it ("{clip(busy, 40)}")') or unsure(
            f'"{label}" was clicked, and {situation.url} still says "{busy}"'
        )
    if told := complaint(situation) or _about_another(situation):
        return unsure(f'"{label}" was clicked, and {situation.url} says "{told}"')
    if asked := open_question(situation):
        return unsure(f'"{label}" was clicked, and {situation.url} asks "{asked}"')
    if _is_the_same_page(situation):
        return unsure(f'"{label}" was clicked, and {situation.url} shows what was there before')
    return (
        awaited_text(situation)
        or _unclear_page(situation, label)
        or _unclear_answer(situation, label)
    )


def _unclear_page(situation: Situation, label: str) -> Plan | None:
    """No plan where a page that came with a button says something that isn't understood."""
    clicked = _clicked(situation)
    if clicked is None or clicked.result.url_before == clicked.result.url_after:
        return None
    first, view = situation.request.first_text, situation.view
    told = [one for one in view.messages if not shown_first(first, one)]
    if clicked.target.startswith("button "):
        told += [one for one in view.paragraphs if not shown_first(first, one) and says_done(one)]
    why = texts_not_understood(situation, told)
    return unsure(f'"{label}" was clicked, and {situation.url} says {why}') if why else None


def awaited_text(situation: Situation) -> Plan | None:
    """Waits for the text that the goal says to wait for; no plan where it doesn't come."""
    for clause in clauses_of(situation.intent.instructions):
        wanted = QUOTED.search(clause) if concept("goal.wait").mentioned(clause) else None
        if wanted and not shows(situation.request.observation, wanted[1]):
            return _wait(situation, f'"{wanted[1]}" to show') or unsure(
                f'{situation.url} doesn\'t show "{wanted[1]}"'
            )
    return None


def _wait(situation: Situation, what: str) -> Plan | None:
    if situation.memory.in_a_row(Purpose.WAIT) >= _MOST_WAITS:
        return None
    why = f"Wait: {what}"
    return act([Wait(seconds=3, reasoning=why, purpose=Purpose.WAIT)], why)


def _is_the_same_page(situation: Situation) -> bool:
    """Whether another address shows nothing that the task didn't begin with."""
    clicked = _clicked(situation)
    left = clicked is not None and clicked.result.url_before != clicked.result.url_after
    now = plain_text(situation.request.observation)
    return left and bool(now) and now in situation.request.first_pages.plain


def _unclear_answer(situation: Situation, label: str) -> Plan | None:
    """No plan where a button's page answers with something else than that it was done."""
    clicked = _clicked(situation)
    if clicked is None or clicked.result.url_before != clicked.result.url_after:
        return None
    if clicked.result.new_tab or _shows_its_own(situation, clicked.label) or _shows_more(label):
        return None
    told = tuple(_answers(situation))
    said = _is_said(situation, label)
    if told and not said:
        return _wait(situation, f'"{clip(told[0], 60)}" may not be all') or unsure(
            f'"{label}" was clicked, and {situation.url} says "{clip(told[0], 100)}": '
            "that doesn't say that it was done"
        )
    labels = [one.label for one in situation.view.controls if one.label]
    if told and (why := texts_not_understood(situation, (_without(labels, one) for one in told))):
        return unsure(f'"{label}" was clicked, and {situation.url} says {why}')
    if said and not situation.memory.in_a_row(Purpose.WAIT):
        why = "Wait: what the page said may be taken back"
        wait = Wait(seconds=_SETTLING_SECONDS, reasoning=why, purpose=Purpose.WAIT)
        return act([wait], why)
    return None


def _about_another(situation: Situation) -> str:
    """What came up with a click about another record than the goal's, or heads the page now."""
    seen, goal = situation.request.observation, situation.goal
    first = situation.request.first_text
    headed = (one for one in situation.view.main_headings if not shown_first(first, one))
    answers = tuple(_answers(situation))
    told = (one for one in (*answers, *headed) if disproved(one, seen, goal))
    return next(chain(told, filter(partial(_names_another, situation), answers)), "")


def _names_another(situation: Situation, text: str) -> bool:
    """Whether a text is about another thing of the page than the one that the goal names."""
    view, goal = situation.view, stems(situation.intent.instructions)
    names = {stems(view.text(one)) for one in map(_name_of, view.nodes) if one} - {frozenset()}
    own = {one for one in names if one <= goal}
    said = stems(text)
    if not own or any(one <= said for one in own):
        return False
    return any(one <= said for one in names - own)


def _name_of(node: Node) -> Node | None:
    """What a thing of a list is called by: a card's heading, a row's first cell."""
    if node.role == "heading":
        return node if (node.level or _CARD) >= _CARD else None
    return node.children[0] if node.role == "row" and node.children else None


def _is_said(situation: Situation, label: str) -> bool:
    """Whether what came up with a click says that it was done."""
    clause = next((one for one in clauses_of(situation.intent.instructions) if label in one), "")
    labels = [one.label for one in situation.view.controls if one.label]
    return any(
        _says(each, label, clause)
        for text in _answers(situation)
        for each in _SENTENCES.findall(_without(labels, text))
    )


def _without(labels: Sequence[str], text: str) -> str:
    """A text without what controls in it are called, which stand behind what is said there."""
    for label in labels:
        found = list(re.finditer(rf"(?<!\w){re.escape(label)}(?!\w)", text))
        text = f"{text[: found[-1].start()]}{text[found[-1].end() :]}" if found else text
    return text.strip()


def _clicked(situation: Situation) -> PastAction | None:
    """The latest click that the goal spells out, or that led where it says to go."""
    clicks = situation.memory.done(Purpose.CLICK) or situation.memory.done(Purpose.NAVIGATE)
    return next(reversed(clicks), None)


def _answers(situation: Situation) -> Iterator[str]:
    """What came up with the click and since, where the page before it is known."""
    first = situation.request.first_text
    for _, action in situation.memory.actions:
        if action.decision.purpose in _SAYING:
            yield from (one for one in action.result.text_appeared if not shown_first(first, one))
    if {step.url for step in situation.memory.steps} == {situation.url}:
        yield from new_texts(situation)


def _shows_its_own(situation: Situation, label: str) -> bool:
    """Whether what was clicked is a tab or opens a part of the page: that part is no answer."""
    return any(
        one.node.role == "tab" or one.node.selected or one.node.pressed or one.node.expanded
        for one in situation.view.controls
        if fold(one.label) == fold(label)
    )


def _shows_more(label: str) -> bool:
    """Whether a control is called after what it shows: that comes up, and nothing says "done"."""
    return any(concept(name).mentioned(label) for name in _SHOWING)


def _says(sentence: str, label: str, clause: str) -> bool:
    """Whether a sentence says that what a button is called was done: `Archived` for `Archive`.

    Args:
        clause: What the goal says of the button.
    """
    if denies(sentence) or concept("message.unfinished").mentioned(sentence):
        return False
    told = words(sentence)
    is_name = len(told) <= _FEW_WORDS or set(told) <= set(words(clause))
    goes_on = any(word.endswith(GOING_ON) for word in told)  # `Saving` may yet fail
    if is_name and sentence[-1:] not in ".!?" and not goes_on and stems(label) & stems(sentence):
        return True  # `orders shown`: what is named is there
    return says_done(sentence) or any(
        is_done_by(word, said) and not is_to_come(sentence, said)
        for word in words(label)
        for said in told
    )
