"""The planner: what is in the way first, then the login, then what the goal asks for."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan, PlanRequest
from skyvern_dagster.agent.planners.heuristic.clauses import unclear_clause
from skyvern_dagster.agent.planners.heuristic.downloading import download
from skyvern_dagster.agent.planners.heuristic.extraction import extract_page
from skyvern_dagster.agent.planners.heuristic.form_filling import fill_form
from skyvern_dagster.agent.planners.heuristic.instruction_following import follow_instructions
from skyvern_dagster.agent.planners.heuristic.listing import read_list
from skyvern_dagster.agent.planners.heuristic.login import asks_to_log_in, log_in
from skyvern_dagster.agent.planners.heuristic.login_signs import logged_in
from skyvern_dagster.agent.planners.heuristic.named_click import press_named
from skyvern_dagster.agent.planners.heuristic.navigation import go_to
from skyvern_dagster.agent.planners.heuristic.obstacles import clear_the_way
from skyvern_dagster.agent.planners.heuristic.searching import search
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    PLANNER,
    Situation,
    complete,
    give_up,
    situation_of,
    terminate,
    unsure,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import FAIRLY, concept
from skyvern_dagster.reading.words import clip, overlap

_INSIDE = frozenset(
    {
        Purpose.READ,
        Purpose.DETAILS,
        Purpose.DOCUMENT,
        Purpose.NEXT_PAGE,
        Purpose.FILTER,
        Purpose.DATE_RANGE,
        Purpose.CLICK,
        Purpose.FILL,
    }
)


class HeuristicPlanner:
    """Plans by rules, word lists and scores: no model, no network, the same answer every time."""

    @property
    def name(self) -> str:
        """The name that steps record."""
        return PLANNER

    async def plan(self, request: PlanRequest) -> Plan:
        """Decides what to do next from the request alone."""
        return decide(situation_of(request))


def decide(situation: Situation) -> Plan:
    """The plan for a situation."""
    return clear_the_way(situation) or _login_phase(situation) or _main_phase(situation)


def _login_phase(situation: Situation) -> Plan | None:
    """Logs in where the goal says so, or where the site asks for it on the way."""
    intent = situation.intent
    if intent.logs_in and not _was_inside(situation):
        if plan := log_in(situation):
            return plan
        return None if _has_more_to_do(situation) else logged_in(situation)
    if not asks_to_log_in(situation):
        return None
    if intent.credentials:
        return log_in(situation)
    if intent.fills and situation.goal.payload:
        return None
    return _session_ended(situation)


def _was_inside(situation: Situation) -> bool:
    """Whether the task got past the login already and went on to something else."""
    return any(action.decision.purpose in _INSIDE for _, action in situation.memory.actions)


def _has_more_to_do(situation: Situation) -> bool:
    intent = situation.intent
    elsewhere = (
        intent.target not in {"", "page.account"}
        and bool(intent.target_words)
        and not concept("goal.log_in").mentioned(intent.target_words)
    )
    return (
        intent.extracts
        or intent.downloads
        or bool(intent.clicks)
        or bool(intent.search)
        or (elsewhere and not concept("login.enter").mentioned(intent.target_words))
    )


def _session_ended(situation: Situation) -> Plan:
    view = situation.view
    told = next(
        (line for line in view.paragraphs if concept("message.session_expired").mentioned(line)), ""
    )
    said = f' ("{clip(told)}")' if told else ""
    reason = f"The site asks to log in{said} at {situation.url}, and this task has no credentials"
    return terminate(situation, "session_expired", reason)


def _main_phase(situation: Situation) -> Plan:
    intent = situation.intent
    if intent.downloads:
        return download(situation)
    if intent.search and not situation.memory.done(Purpose.SEARCH):
        return search(situation, intent.search)
    if (
        not intent.extracts
        and not situation.goal.payload
        and (plan := follow_instructions(situation))
    ):
        return plan
    if intent.clicks and (plan := _clicks(situation)):
        return plan
    if intent.extracts:
        return _extraction(situation)
    if intent.fills and situation.goal.payload:
        return fill_form(situation)
    return _navigation(situation)


def _clicks(situation: Situation) -> Plan | None:
    """The clicks that the goal spells out, one a step, with the way to the first one."""
    done = len(situation.memory.done(Purpose.CLICK))
    labels = situation.intent.clicks
    if unclear := unclear_clause(situation.intent.instructions):
        # What comes before a click may be what makes it right.
        return unsure(f'It isn\'t clear how to do this part of the goal: "{clip(unclear, 120)}"')
    if done >= len(labels):
        return (
            None
            if situation.intent.extracts or situation.intent.fills
            else complete(f"Clicked {', '.join(labels)}", LIKELY)
        )
    if plan := press_named(situation, labels[done]):
        return plan
    if situation.intent.target or situation.intent.target_words:
        targets = (situation.intent.target,) if situation.intent.target else ()
        if len(situation.memory.purposes(Purpose.NAVIGATE)) < 6 and (
            plan := go_to(situation, targets, situation.intent.target_words)
        ):
            return plan
    return give_up(
        situation,
        "page_not_found",
        f'Nothing called "{labels[done]}" could be found on {situation.url}',
    )


def _extraction(situation: Situation) -> Plan:
    wanted = situation.intent.data.records
    if wanted is not None:
        return read_list(situation, wanted)
    return extract_page(situation)


def _navigation(situation: Situation) -> Plan:
    """A goal that only asks to get somewhere."""
    intent = situation.intent
    if _arrived(situation):
        return complete(
            f"This is the page that was asked for: {clip(situation.view.main_headings[-1])}",
            LIKELY,
        )
    if len(situation.memory.purposes(Purpose.NAVIGATE)) < 8 and (
        intent.target or intent.target_words
    ):
        targets = (intent.target,) if intent.target else ()
        if plan := go_to(situation, targets, intent.target_words):
            return plan
        return give_up(
            situation,
            "page_not_found",
            f"No way to {intent.target_words or intent.target} could be found on {situation.url}",
        )
    return unsure(
        f'It isn\'t clear what to do on {situation.url} for "{clip(intent.instructions, 120)}"'
    )


def _arrived(situation: Situation) -> bool:
    intent, view = situation.intent, situation.view
    if not intent.target and not intent.target_words:
        return False
    headings = view.main_headings
    if intent.target and any(concept(intent.target).score(text) >= FAIRLY for text in headings):
        return True
    return bool(intent.target_words) and any(
        overlap(intent.target_words, text) >= 0.6 for text in headings
    )
