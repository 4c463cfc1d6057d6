"""The planner: what is in the way first, then the login, then what the goal asks for."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan, PlanRequest
from skyvern_dagster.agent.planners.heuristic.carrying_out import carry_out
from skyvern_dagster.agent.planners.heuristic.clauses import unclear_clause
from skyvern_dagster.agent.planners.heuristic.click_effect import doubt_after_clicks
from skyvern_dagster.agent.planners.heuristic.complaints import (
    complaint,
    complaint_of_page,
    new_texts,
)
from skyvern_dagster.agent.planners.heuristic.downloading import download
from skyvern_dagster.agent.planners.heuristic.extraction import extract_page
from skyvern_dagster.agent.planners.heuristic.form_filling import fill_form
from skyvern_dagster.agent.planners.heuristic.form_subject import is_of_any_form
from skyvern_dagster.agent.planners.heuristic.goal import Intent
from skyvern_dagster.agent.planners.heuristic.goal_words import requests_of
from skyvern_dagster.agent.planners.heuristic.instruction_following import follow_instructions
from skyvern_dagster.agent.planners.heuristic.instructions import clauses_of, sequence_of
from skyvern_dagster.agent.planners.heuristic.listing import read_list
from skyvern_dagster.agent.planners.heuristic.login import asks_to_log_in, log_in
from skyvern_dagster.agent.planners.heuristic.login_signs import logged_in
from skyvern_dagster.agent.planners.heuristic.named_click import press_named
from skyvern_dagster.agent.planners.heuristic.navigation import MOST_NAVIGATIONS, go_to
from skyvern_dagster.agent.planners.heuristic.obstacles import clear_the_way
from skyvern_dagster.agent.planners.heuristic.phrases import named_after
from skyvern_dagster.agent.planners.heuristic.restrictions import missing_place
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
from skyvern_dagster.agent.planners.heuristic.told_values import with_told_values
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import FAIRLY, concept
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.words import ALIKE, QUOTED, clip, fold, overlap, stems

_MOST_NAVIGATIONS = 8
"""Where getting to a page is the whole task: two more than on the way to do something there."""
_WORKING_SECONDS = 3
"""See `_MOST_WAITS`."""

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
        Purpose.INSTRUCTION,
    }
)
_ENTRIES = frozenset(
    {Purpose.FILL, Purpose.SUBMIT, Purpose.INSTRUCTION, Purpose.DATE_RANGE, Purpose.LOG_IN}
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
    return (
        clear_the_way(situation)
        or _field_not_taken(situation)
        or _login_phase(situation)
        or _main_phase(situation)
    )


def _field_not_taken(situation: Situation) -> Plan | None:
    """The end where a field doesn't hold what was put into it: such a form isn't sent."""
    last = situation.memory.last
    if last is None or last.result.cause != "not_taken" or last.decision.purpose not in _ENTRIES:
        return None
    if last.decision.purpose is Purpose.DATE_RANGE and situation.intent.extracts:
        # Rows are chosen by their own days, too.
        return None
    reason = f"A field on {situation.url} doesn't take its value: {clip(last.result.error, 200)}"
    return terminate(situation, "form_rejected", reason, LIKELY)


def _login_phase(situation: Situation) -> Plan | None:
    """Logs in where the goal says so, or where the site asks for it on the way."""
    intent = situation.intent
    if intent.logs_in and not _was_inside(situation):
        if plan := log_in(situation):
            return plan
        if _has_more_to_do(situation):
            return None
        return _not_understood(situation) or logged_in(situation)
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
        return _not_understood(situation) or download(situation)
    if intent.search and not situation.memory.done(Purpose.SEARCH):
        return search(situation, intent.search)
    if sequence_of(intent.instructions) and _is_said(situation):
        if plan := follow_instructions(situation):
            return plan
    elif _fills_first(intent) and situation.goal.payload:
        return _filling(situation)
    elif intent.clicks and (plan := _clicks(situation)):
        return plan
    if intent.extracts:
        return _extraction(situation)
    if intent.fills and situation.goal.payload:
        return _filling(situation)
    if unclear := _not_understood(situation):
        return carry_out(situation) or unclear
    return _navigation(situation)


def _filling(situation: Situation) -> Plan:
    """The next step in a form; a goal with a verb of its own is carried out as that."""
    unclear = _not_understood(situation)
    if not unclear and is_of_any_form(requests_of(situation)):
        return fill_form(situation)
    plan = carry_out(situation)
    return plan or unclear or fill_form(with_told_values(situation))


def _is_said(situation: Situation) -> bool:
    """Whether the goal's own words say all facts that are given: none is left over for a form."""
    said = fold(situation.intent.instructions)
    return all(fold(str(value)) in said for _, value in flat_items(situation.goal.payload))


def _fills_first(intent: Intent) -> bool:
    """Whether a form is to be filled in before anything is clicked: the click then sends it."""
    if not intent.fills or intent.extracts:
        return False
    for clause in clauses_of(intent.instructions):
        if any(concept(name).terms.search(fold(clause)) for name in ("goal.fill", "goal.change")):
            return True
        if named_after("click", clause):
            return False
    return False


def _not_understood(situation: Situation) -> Plan | None:
    """No plan where a part of the goal isn't understood: the rest may not be what is meant."""
    intent = situation.intent
    also = {"goal.extract"} if intent.extracts else set()
    if intent.downloads:
        also.add("goal.download")
    if intent.fills and situation.goal.payload:
        also |= {"goal.fill", "goal.change", "verb.accept", "verb.send"}
    unclear = unclear_clause(intent.instructions, frozenset(also))
    if not unclear:
        return None
    # What comes before a click may be what makes it right.
    return unsure(f'It isn\'t clear how to do this part of the goal: "{clip(unclear, 120)}"')


def _clicks(situation: Situation) -> Plan | None:
    """The clicks that the goal spells out, one a step, with the way to the first one."""
    done = len(situation.memory.done(Purpose.CLICK))
    labels = situation.intent.clicks
    if plan := _not_understood(situation):
        return plan
    if done >= len(labels):
        if plan := doubt_after_clicks(situation, labels[-1]):
            return plan
        return (
            None
            if situation.intent.extracts or situation.intent.fills
            else complete(f"Clicked {', '.join(labels)}", LIKELY)
        )
    if plan := press_named(situation, labels[done]):
        return plan
    if situation.intent.target or situation.intent.target_words:
        targets = (situation.intent.target,) if situation.intent.target else ()
        if len(situation.memory.purposes(Purpose.NAVIGATE)) < MOST_NAVIGATIONS and (
            plan := go_to(situation, targets, situation.intent.target_words)
        ):
            return plan
    return give_up(
        situation,
        "page_not_found",
        f'Nothing called "{labels[done]}" could be found on {situation.url}',
    )


def _extraction(situation: Situation) -> Plan:
    if plan := _not_understood(situation):
        return plan
    wanted = situation.intent.data.records
    if wanted is not None:
        return read_list(situation, wanted)
    return extract_page(situation)


def _navigation(situation: Situation) -> Plan:
    """A goal that only asks to get somewhere."""
    intent = situation.intent
    if _arrived(situation):
        if place := missing_place(situation):
            return unsure(f'Nothing on {situation.url} is called "{clip(place)}"')
        if told := complaint_of_page(situation):
            return unsure(f'{situation.url} is the page that was asked for, and says "{told}"')
        return complete(
            f"This is the page that was asked for: {clip(situation.view.main_headings[-1])}",
            LIKELY,
        )
    if plan := _searched(situation) or _named_page(situation):
        return plan
    if len(situation.memory.purposes(Purpose.NAVIGATE)) < _MOST_NAVIGATIONS and (
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


def _named_page(situation: Situation) -> Plan | None:
    """Follows what the goal calls by its name; its page may be headed otherwise."""
    named = situation.intent.target_words
    if named not in QUOTED.findall(situation.intent.instructions):
        return None
    done = [one for _, one in situation.memory.actions if one.decision.purpose is not Purpose.WAIT]
    last = done[-1] if done else None
    if last is None or not last.result.ok or fold(last.label) != fold(named):
        return press_named(situation, named)
    return doubt_after_clicks(situation, named) or complete(f'Followed "{named}"', LIKELY)


def _searched(situation: Situation) -> Plan | None:
    """The end of a search, where what the page shows now is about what was looked for."""
    wanted = situation.intent.search
    if not wanted or not situation.memory.done(Purpose.SEARCH):
        return None
    told = complaint(situation) or next(
        (one for one in new_texts(situation) if concept("message.empty").mentioned(one)), ""
    )
    if told:
        return unsure(f'"{wanted}" was searched for, and {situation.url} says "{clip(told)}"')
    found = any(stems(wanted) <= stems(one) for one in new_texts(situation))
    return complete(f'Searched for "{wanted}"', LIKELY) if found else None


def _arrived(situation: Situation) -> bool:
    intent, view = situation.intent, situation.view
    if not intent.target and not intent.target_words:
        return False
    headings = view.main_headings
    if intent.target and any(concept(intent.target).score(text) >= FAIRLY for text in headings):
        return True
    return bool(intent.target_words) and any(
        overlap(intent.target_words, text) >= ALIKE for text in headings
    )
