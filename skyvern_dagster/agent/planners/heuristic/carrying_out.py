"""Doing what a goal's own verb says, where a form or a button of the page says it, too.

No list of verbs: a goal is carried out by a form, or by a button beside what the goal names, if
every word of it is accounted for there.
"""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.clauses import forbids
from skyvern_dagster.agent.planners.heuristic.field_entry import PayloadValue
from skyvern_dagster.agent.planners.heuristic.field_matching import match_fields
from skyvern_dagster.agent.planners.heuristic.form_answer import after_sending
from skyvern_dagster.agent.planners.heuristic.form_filling import fill_form
from skyvern_dagster.agent.planners.heuristic.form_sending import submit_button
from skyvern_dagster.agent.planners.heuristic.form_subject import is_of_any_form, unaccounted_word
from skyvern_dagster.agent.planners.heuristic.given_values import given_values
from skyvern_dagster.agent.planners.heuristic.goal_words import Held, payload_names, requests_of
from skyvern_dagster.agent.planners.heuristic.instructions import clauses_of, is_done_anyway
from skyvern_dagster.agent.planners.heuristic.named_part import NamedPart
from skyvern_dagster.agent.planners.heuristic.navigation import MOST_NAVIGATIONS
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, Situation, click, unsure
from skyvern_dagster.agent.planners.heuristic.told_values import ELSEWHERE, with_told_values
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.acts import (
    acts_of,
    is_kin_of_any,
    linking_words,
    words_beside,
)
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.own_part import is_one_of_several
from skyvern_dagster.reading.words import fold, words

_CONTENT = frozenset({"", "main", "form", "region", "article"})
_DANGER = "nav.danger"


def carry_out(situation: Situation) -> Plan | None:
    """The next step of doing what a goal's verb says; ``None`` where nothing here does it."""
    # What is told of a form itself (`fill it in and cancel`) is in clauses, not in single words.
    if not _is_plain(situation) or is_of_any_form(requests_of(situation)):
        return None
    told = with_told_values(situation)
    if told.memory.done(Purpose.SUBMIT) and (plan := after_sending(told)):
        return plan
    pairs = list(match_fields(told, given_values(told)))
    submit = submit_button(told, [field for field, _ in pairs]) if pairs else None
    if pairs and not unaccounted_word(told, pairs, submit):
        return fill_form(told)
    if told.memory.done(Purpose.SUBMIT):
        return None
    return _press(situation) or _towards(situation) or _why_not(told, pairs, submit)


def _is_plain(situation: Situation) -> bool:
    """Whether a goal says what to do, and nothing of when or what not to."""
    intent = situation.intent
    other = intent.extracts or intent.downloads or intent.search or intent.clicks
    clauses = [one for one in clauses_of(intent.instructions) if not is_done_anyway(one)]
    return bool(clauses) and not other and not any(map(forbids, clauses))


def _why_not(
    situation: Situation, pairs: Sequence[tuple[Input, PayloadValue]], submit: Control | None
) -> Plan | None:
    word = unaccounted_word(situation, pairs, submit)
    return unsure(f'Nothing in the form on {situation.url} is "{word}"') if word else None


def _press(situation: Situation) -> Plan | None:
    """The button that does all that the goal says, in the row or card of what it names."""
    if situation.memory.purposes(Purpose.SUBMIT):
        return None
    acting = [one for one in _acting(situation) if not one.url]
    fits = [one for one in acting if not _left_beside(situation, one, acting)]
    if len(fits) != 1 or _is_beside_fields(situation, fits[0], acting):
        return None
    return click(fits[0], Purpose.SUBMIT, "does what the goal says", LIKELY)


def _is_beside_fields(situation: Situation, control: Control, alike: Sequence[Control]) -> bool:
    """Whether a control may send fields that stand around it: these are filled in first."""
    return any(
        situation.view.region(one.node) not in ELSEWHERE
        for node in _around(situation, control, alike)
        for one in situation.view.inputs_in(node)
    )


def _towards(situation: Situation) -> Plan | None:
    """The way that is called after what the goal says; of several, that beside what it names."""
    if len(situation.memory.purposes(Purpose.NAVIGATE)) >= MOST_NAVIGATIONS:
        return None
    acting = _acting(situation)
    acting = [
        one
        for one in acting
        if situation.untried(one) and (one.url or _opens(situation, one, acting))
    ]
    places = {one.url or one.ref for one in acting}
    if len(places) == 1 and not _in_list(situation, acting[0]):
        return click(acting[0], Purpose.NAVIGATE, "is called after what the goal says", LIKELY)
    fits = [
        one
        for one in acting
        if _names_record(situation, one, acting)
        and not (_is_danger(one) and _left_beside(situation, one, acting))
    ]
    if len({one.url or one.ref for one in fits}) != 1:
        return None
    return click(fits[0], Purpose.NAVIGATE, "stands beside what the goal names", LIKELY)


def _is_danger(control: Control) -> bool:
    return concept(_DANGER).mentioned(control.label)


def _opens(situation: Situation, control: Control, alike: Sequence[Control]) -> bool:
    """Whether a button brings up something first: it says so, or makes what has no values yet."""
    if control.node.input_type == "submit" or _is_beside_fields(situation, control, alike):
        return False
    popup = control.node.attributes.get("aria-haspopup") not in {None, "", "false"}
    return popup or any("create" in acts_of(word) for word in words(control.label))


def _acting(situation: Situation) -> list[Control]:
    """Controls of the page whose labels say nothing but what the goal says to do."""
    asked = requests_of(situation)
    said = [one for one in words(asked) if one not in linking_words(asked)]
    return [
        one
        for one in situation.view.controls
        if one.region in {*_CONTENT, "navigation"} and not one.node.disabled
        and (told := [w for w in words(one.label) if w not in linking_words(one.label)])
        and all(is_kin_of_any(word, said) or word in words_beside() for word in told)
        and any(is_kin_of_any(word, said[:1]) or acts_of(word) for word in told)
    ]  # fmt: skip


def _in_list(situation: Situation, control: Control) -> bool:
    view = situation.view
    return any(is_one_of_several(view, one) for one in view.ancestors(control.node))


def _part(situation: Situation, control: Control, alike: Sequence[Control]) -> Node:
    """The row, item or card of a control: the most around it that is about one thing."""
    view, best = situation.view, control.node
    for above in view.ancestors(control.node):
        if is_one_of_several(view, best):
            return best
        several = any(view.holds(above, one.node) for one in alike if one is not control)
        if several or _is_of_several(list(above.walk())):
            return best
        best = above
    return best


def _is_of_several(nodes: Sequence[Node]) -> bool:
    """Whether a part of a page is about several things: two headings, or two rows of a list."""
    for role, most in (("heading", 1), ("row", 1), ("listitem", 1), ("article", 1)):
        if sum(one.role == role for one in nodes) > most:
            return True
    return False


def _left_beside(situation: Situation, control: Control, alike: Sequence[Control]) -> list[str]:
    """The words of the goal of which neither the control, its part nor the page's head says one."""
    view, text = situation.view, requests_of(situation)
    around = _around(situation, control, alike)
    first = [one for one in view.nodes if one.role == "heading" and one.level == 1]
    inside = any(view.holds(node, one) for node in around for one in first)
    headed = () if inside else map(view.label, first)
    texts = (control.label, situation.request.observation.title, *headed)
    part, known = _named(situation, around), (*texts, *payload_names(situation))
    told = Held((), known, situation.today).left(text)
    left = Held(part.days(), known, situation.today).left(text)
    values = [one.text for one in given_values(situation)]
    wanted = [*left, *(one for one in values if fold(one) not in left)]
    if not (told or values) and is_one_of_several(view, around[-1]):
        return [control.label]  # one of them, and nothing says which
    return [one for one in wanted if not part.names(one, left)]


def _named(situation: Situation, around: tuple[Node, ...]) -> NamedPart:
    asked = requests_of(situation)
    said = words(" ".join((asked, *payload_names(situation))))
    telling = tuple(one for one in said if one not in linking_words(asked))
    return NamedPart(situation, around, telling)


def _around(situation: Situation, control: Control, alike: Sequence[Control]) -> tuple[Node, ...]:
    """The part of a control, and what leads it."""
    part = _part(situation, control, alike)
    return (*_lead(situation, control, part, alike), part)


def _lead(
    situation: Situation, control: Control, part: Node, alike: Sequence[Control]
) -> list[Node]:
    """A heading before a control, with what stands between: no other control like it."""
    view, at = situation.view, control.position
    earlier = [one.position for one in alike if one.position < at]
    headings = [
        view.position(one)
        for one in view.nodes
        if one.role == "heading" and view.position(one) < at and not view.holds(part, one)
    ]
    start = max(headings, default=at)
    if part.role in {"row", "listitem", "article"} or start < max(earlier, default=0):
        return []
    leaves = [one for one in view.nodes if not one.children or one.role == "heading"]
    return [one for one in leaves if start <= view.position(one) < at]


def _names_record(situation: Situation, control: Control, alike: Sequence[Control]) -> bool:
    """Whether the part of a control names a thing of which only the goal speaks."""
    texts = (control.label, *situation.view.main_headings[:1])
    left = Held((), texts, situation.today).left(requests_of(situation))
    part = _named(situation, _around(situation, control, alike))
    return any(part.names(one, left) for one in left)
