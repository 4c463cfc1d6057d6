"""The button that sends a form, and what a page answers to it."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.proof_text import shown_first
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.text_lengths import MESSAGE
from skyvern_dagster.reading.words import ALIKE, overlap, stems

_NATIVE = 0.2
"""A button of type ``submit`` sends, whatever it is called; alone it isn't enough (`_SENDS`)."""

_SENDS = 0.4
"""A mention of sending at the beginning of a label, or one anywhere on a native submit button."""


def submit_button(situation: Situation, filled: list[Input]) -> Control | None:
    """The button that sends what was filled in; the one that the goal names, of several."""
    view = situation.view
    for named in situation.intent.clicks:
        alike = [one for one in view.controls if overlap(named, one.label) >= ALIKE]
        if len(alike) == 1:
            return alike[0]
    last = max(filled, key=lambda field: field.position)
    first = min(field.position for field in filled)
    for above in view.ancestors(last.node):
        buttons = [
            one
            for one in view.controls_in(above)
            if one.position > first and one.node.role == "button"
        ]
        scored = [(_sends(one), one) for one in buttons]
        score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        if best and score >= _SENDS:
            return _asked_for(situation, buttons) or best
        if above.tag == "form" and len(buttons) == 1:
            return buttons[0]
    return None


def _sends(button: Control) -> float:
    native = _NATIVE if button.node.input_type == "submit" else 0.0
    return concept("form.submit").score(button.label) + native


def _asked_for(situation: Situation, buttons: list[Control]) -> Control | None:
    """The one of several buttons that the goal's words name: `save as a draft`, `publish`."""
    said = stems(situation.intent.instructions)
    named = [(len(own), one) for one in buttons if (own := stems(one.label)) and own <= said]
    most = max((count for count, _ in named), default=0)
    best = [one for count, one in named if count == most]
    return best[0] if most and len(best) == 1 else None


def answers(situation: Situation) -> Iterator[str]:
    """What the page says after a form was sent, the likeliest places first."""
    last = situation.memory.last_result
    yield from last.text_appeared if last else ()
    yield from situation.view.messages
    yield from situation.view.main_headings
    yield from (line for line in situation.view.paragraphs if len(line) < MESSAGE)


def is_success(situation: Situation, text: str) -> bool:
    """Whether a text says that the form was taken; what was there before it was sent doesn't."""
    if not concept("message.success").mentioned(text) or concept("message.refused").mentioned(text):
        return False
    return not shown_first(situation.request.first_text, text)
