"""The question that a page asks before it does what a form was sent for."""

from __future__ import annotations

from skyvern_dagster.agent.asked_otherwise import asked_otherwise
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.complaints import open_question
from skyvern_dagster.agent.planners.heuristic.obstacles import dialogs
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, Situation, click, unsure
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.words import clip, stems, words


def answer_to_question(situation: Situation) -> Plan | None:
    """Agrees to what the button that was pressed says, or leaves a question that isn't that.

    What agrees has no word that neither the button nor the goal has: `Yes, switch to yearly`
    answers another question.
    """
    last = situation.memory.last_result
    if last is not None and (other := _otherwise(situation, last.dialog)):
        return unsure(f'The page asked "{clip(last.dialog, 120)}", and {other} wasn\'t given')
    asked = open_question(situation)
    if not asked or not situation.memory.last_was_for(Purpose.SUBMIT):
        return None
    view = situation.view
    node = next((one for one in dialogs(view) if view.text(one)), None)
    if node is None or view.inputs_in(node):
        return None
    if other := _otherwise(situation, view.text(node)):
        return unsure(f'The page asks "{asked}", and {other} wasn\'t given')
    pressed = situation.memory.done(Purpose.SUBMIT)[-1].label
    known = stems(f"{pressed} {situation.intent.instructions}")
    agreeing = [one for one in view.controls_in(node) if _agrees(one, known)]
    if len(agreeing) == 1 and concept("message.really").mentioned(view.text(node)):
        return click(agreeing[0], Purpose.SUBMIT, "answers the question about it", LIKELY)
    return unsure(f'Sending the form was answered with a question: "{asked}"')


def _otherwise(situation: Situation, question: str) -> str:
    return asked_otherwise(question, situation.goal, situation.request.first_text)


def _agrees(button: Control, known: frozenset[str]) -> bool:
    said = words(button.label)
    truths = word_list("truths")
    if not said or said[0] in truths["no"] or concept("obstacle.close").score(button.label) == 1:
        return False
    plain = any(
        concept(name).score(button.label) == 1 for name in ("obstacle.accept", "form.submit")
    )
    rest = stems(" ".join(word for word in said if word not in truths["yes"]))
    return plain or (bool(rest & known or said[0] in truths["yes"]) and rest <= known)
