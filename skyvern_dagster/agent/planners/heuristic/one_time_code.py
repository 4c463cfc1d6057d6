"""Entering the one-time code of a second factor."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Click, Decision, SolveTotp
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.login_answer import site_says
from skyvern_dagster.agent.planners.heuristic.situation import Situation, act, terminate
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import PARTLY, concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.words import clip, fold

_VERIFIES = 0.9
"""A button that begins with such a word is the code's own; below one that says nothing else."""

_MOST_CODES = 2
"""A code may run out while it is typed; a second one that is refused is wrong, and a third may lock
the account."""


def enter_code(situation: Situation, fields: tuple[Input, ...]) -> Plan:
    """Types the current code, or says why that can't be done."""
    asked = next(
        (line for line in situation.view.lines if concept("login.one_time_code").mentioned(line)),
        "a one-time code",
    )
    has_code = situation.goal.has_totp or (
        situation.intent.credentials is not None and situation.intent.credentials.has_totp
    )
    if not has_code:
        reason = f'The site asks for a code ("{clip(asked)}"), and the task has no source of codes'
        return terminate(situation, "one_time_code", reason)
    entered = [
        one
        for one in situation.memory.purposes(Purpose.ONE_TIME_CODE)
        if one.decision.type == "solve_totp"
    ]
    if len(entered) >= _MOST_CODES:
        problem = entered[-1].result.error or site_says(situation) or asked
        reason = f"The one-time code was not accepted: {clip(problem, 120)}"
        return terminate(situation, "one_time_code", reason)
    why = f"One-time code: {fields[0]} asks for it"
    decisions: list[Decision] = [
        SolveTotp(ref=fields[0].ref, reasoning=why, purpose=Purpose.ONE_TIME_CODE)
    ]
    if submit := _code_submit(situation, fields):
        decisions.append(
            Click(
                ref=submit.ref,
                reasoning=f"One-time code: {submit} sends it",
                purpose=Purpose.ONE_TIME_CODE,
            )
        )
    return act(decisions, why)


def _code_submit(situation: Situation, fields: tuple[Input, ...]) -> Control | None:
    view = situation.view
    words = ("login.submit", "form.submit")
    for above in view.ancestors(fields[-1].node):
        scored = [
            (max(concept(name).score(one.label) for name in words), one)
            for one in view.controls_in(above)
            if one.position > fields[-1].position and not concept("login.skip").mentioned(one.label)
        ]
        verifying = [
            (_VERIFIES, one)
            for _, one in scored
            if fold(one.label).startswith(
                ("verif", "bestat", "confirm", "prufen", "check", "valid")
            )
        ]
        score, best = max(verifying + scored, key=lambda pair: pair[0], default=(0.0, None))
        if best and score >= PARTLY:
            return best
    return None
