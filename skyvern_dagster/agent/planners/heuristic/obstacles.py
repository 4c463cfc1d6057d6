"""What has to be out of the way first: error pages, waiting, robots' gates, banners, dialogs."""

from __future__ import annotations

import re
from http import HTTPStatus

from skyvern_dagster.addresses.http_status import is_server_error
from skyvern_dagster.agent.decisions import Goto, Press, Wait
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.form_sending import is_to_come
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    Situation,
    act,
    click,
    terminate,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import MOSTLY, PARTLY, concept
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.words import clip, fold

_BADGE_WIDTH, _BADGE_HEIGHT = 100, 60
"""CSS pixels: below boxes to tick, of which reCAPTCHA's is 304 by 78 and Turnstile's 300 by 65."""
_LOADING = 50
"""Characters: "Please wait, your orders are being loaded ..."."""
_MOST_CONSENTS = 3
"""In a task: two hosts' banners, and one that comes again."""
_MOST_SAME = 2
"""Clicks at one control: the first may have come before the page listened."""
_BANNER_CONTROLS = 12
"""Answers, links to policies and switches for purposes; a part with more is the page."""
_COVERED = 2
"""One covered control may be a sticky head's doing."""
_CHECKING_SECONDS = 5
"""For pages that let a browser pass by themselves. Arbitrary."""
_LOADING_SECONDS = 3
"""See `_MAX_WAITS`."""
_SKIPS = 0.95
"""An offer to skip closes as well as a word for closing; where both stand, closing comes first."""

_MAX_RETRIES = 2
"""In a row. Navigation has tried three times by itself before; two more looks are some ten
seconds, in which a restarting server comes back."""


_MAX_WAITS = 3
"""In a row, three seconds each: what hasn't loaded after nine seconds rarely does."""


_MAX_DISMISSALS = 6
"""In a task: three pop-ups (newsletter, app, country), each of which may need a
second try."""


_SMALL_PAGE = 1500
"""Characters of a page that can be nothing but an error or a refusal: a screen of text. Longer
ones have content that mentions one. Half and twice as many do as well on the page tests."""


_MAX_BANNER = 2500
"""Characters of a consent banner with its list of purposes folded open; above that it is the
page around it. Half and twice as many do as well on the page tests."""


_CLEARING = frozenset({Purpose.CONSENT, Purpose.DISMISS, Purpose.WAIT, Purpose.RETRY})


_DIALOGS = frozenset({"dialog", "alertdialog"})


def clear_the_way(situation: Situation) -> Plan | None:
    """The plan that deals with an obstacle, or ``None`` when nothing is in the way."""
    return (
        _robot_gate(situation)
        or _error_page(situation)
        or _forbidden(situation)
        or _loading(situation)
        or _consent(situation)
        or _ended_session(situation)
        or _dialog(situation)
        or _cover(situation)
    )


def _error_page(situation: Situation) -> Plan | None:
    problem = error_of(situation)
    if not problem:
        return None
    if (
        len(situation.memory.purposes(Purpose.RETRY)) >= _MAX_RETRIES + 1
        or situation.memory.in_a_row(Purpose.RETRY) >= _MAX_RETRIES
    ):
        reason = f"{situation.url} keeps answering with an error: {problem}"
        return terminate(situation, "site_error", reason, LIKELY)
    why = f"Retry: the page answered with an error ({problem}); opening it again"
    return act(
        [
            Wait(seconds=2, reasoning=why, purpose=Purpose.RETRY),
            Goto(url=situation.url, reasoning=why, purpose=Purpose.RETRY),
        ],
        why,
    )


def error_of(situation: Situation) -> str:
    """What a page that is only a (passing) error says; empty for any other page."""
    status = situation.request.observation.http_status
    view = situation.view
    if passes(status):
        return f"HTTP {status} {clip(view.page_text, 80)}".strip()
    if len(view.page_text) > _SMALL_PAGE or view.inputs:
        return ""
    for heading in view.main_headings:
        if concept("message.transient").score(heading) >= PARTLY or re.match(
            r"^\W*5\d\d\b", heading
        ):
            return clip(heading)
    return ""


def passes(status: int | None) -> bool:
    """Whether an HTTP status is an error that may be gone in a moment."""
    return status is not None and (
        is_server_error(status) or status == HTTPStatus.TOO_MANY_REQUESTS
    )


def _robot_gate(situation: Situation) -> Plan | None:
    text = captcha(situation.view)
    if not text:
        return None
    if situation.memory.in_a_row(Purpose.WAIT) < 1 and not situation.view.inputs:
        why = f'Wait: the page may let a browser pass by itself ("{clip(text)}")'
        return act(
            [Wait(seconds=_CHECKING_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why, FAIR
        )
    reason = f'The site asks for proof that a human is there ("{clip(text)}")'
    return terminate(situation, "captcha", reason)


def captcha(view: PageView) -> str:
    """The words of a captcha that stands in the way, or an empty text."""
    mentioned = concept("obstacle.captcha")
    for node in view.nodes:
        if (
            node.role == "iframe"
            and mentioned.mentioned(f"{node.name} {node.title}")
            and not _is_badge(node)
        ):
            return node.name or node.title
    texts = (*view.main_headings, *(field.label for field in view.inputs), *view.messages)
    return next((text for text in texts if mentioned.score(text) >= PARTLY), "")


def _is_badge(node: Node) -> bool:
    """The mark of an invisible check, at the page's corner: nothing to solve."""
    return node.box is not None and (
        node.box.width < _BADGE_WIDTH or node.box.height < _BADGE_HEIGHT
    )


def _forbidden(situation: Situation) -> Plan | None:
    status = situation.request.observation.http_status
    view = situation.view
    if view.inputs or len(view.page_text) > _SMALL_PAGE:
        return None
    told = next(
        (line for line in view.main_headings if concept("message.forbidden").score(line) >= MOSTLY),
        "",
    )
    if not told and status != HTTPStatus.FORBIDDEN:
        return None
    reason = f'The site refuses access to {situation.url} ("{clip(told or view.page_text)}")'
    return terminate(situation, "blocked", reason, LIKELY)


def _loading(situation: Situation) -> Plan | None:
    if situation.memory.in_a_row(Purpose.WAIT) >= _MAX_WAITS or _needs_no_more(situation):
        return None
    text = _loading_text(situation.view)
    if not text:
        return None
    why = f'Wait: the page is still loading ("{clip(text, 40)}")'
    return act([Wait(seconds=_LOADING_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why)


def _needs_no_more(situation: Situation) -> bool:
    """Whether what the goal says to click is there, or was clicked: some pages "load" for ever."""
    intent, done = situation.intent, len(situation.memory.done(Purpose.CLICK))
    if not intent.clicks or intent.extracts or intent.downloads or intent.fills:
        return False
    labels = {fold(one.label) for one in situation.view.controls}
    return done >= len(intent.clicks) or fold(intent.clicks[done]) in labels


def _loading_text(view: PageView) -> str:
    mentioned = concept("obstacle.loading")
    for node in view.nodes:
        text = view.text(node) or node.name
        if node.role == "progressbar" and (not text or mentioned.mentioned(text)):
            return text or "progress bar"
        if node.children or not 0 < len(text) <= _LOADING or view.is_only_spoken(node):
            continue
        announced = node.role in {"status", "alert"} or re.search(r"(\.\.\.|…)\s*$", text)
        if announced and mentioned.score(text) >= PARTLY:
            return text
    return ""


def _consent(situation: Situation) -> Plan | None:
    if len(situation.memory.purposes(Purpose.CONSENT)) >= _MOST_CONSENTS:
        return None
    banner = consent_banner(situation.view)
    if banner is None:
        return None
    control = _way_out(situation.view, banner, "obstacle.reject") or _way_out(
        situation.view, banner, "obstacle.accept"
    )
    if control is None or situation.memory.tried(control, situation.url) >= _MOST_SAME:
        return None
    if any(fold(one) == fold(control.label) for one in situation.intent.clicks):
        return None  # It is the task itself.
    return click(control, Purpose.CONSENT, "settles the cookie banner")


def consent_banner(view: PageView) -> Node | None:
    """The smallest part of the page that asks for consent and has a button to answer."""
    best: Node | None = None
    for node in view.nodes:
        if node is view.root or not node.children or len(view.text(node)) > _MAX_BANNER:
            continue
        if not concept("obstacle.consent").mentioned(f"{node.name} {view.text(node)}"):
            continue
        answers = _way_out(view, node, "obstacle.reject") or _way_out(view, node, "obstacle.accept")
        small = len(view.controls_in(node)) <= _BANNER_CONTROLS and not any(
            one.is_password for one in view.inputs_in(node)
        )
        if answers and small:
            best = node
    return best


def _way_out(view: PageView, container: Node, name: str) -> Control | None:
    scored = [
        (concept(name).score(control.label), control) for control in view.controls_in(container)
    ]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if score >= MOSTLY else None


def dialogs(view: PageView) -> list[Node]:
    """The dialogs on the page, the topmost (last) one first."""
    nodes = [node for node in view.nodes if node.role in _DIALOGS or node.tag == "dialog"]
    outer = [node for node in nodes if not any(above in nodes for above in view.ancestors(node))]
    return [node for node in reversed(outer) if view.text(node) or view.controls_in(node)]


def _ended_session(situation: Situation) -> Plan | None:
    """The end where a dialog says that the session is over: closing it brings nothing back."""
    if situation.intent.credentials:
        return None
    ended = concept("message.session_expired")
    for node in dialogs(situation.view):
        text = situation.view.text(node)
        if (said := ended.term(text)) and not is_to_come(text, said):
            reason = f'The session has ended: {situation.url} says "{clip(text, 120)}"'
            return terminate(situation, "session_expired", reason)
    return None


def _dialog(situation: Situation) -> Plan | None:
    if len(situation.memory.purposes(Purpose.DISMISS)) >= _MAX_DISMISSALS:
        return None
    for node in dialogs(situation.view):
        if not is_wanted(situation, node) and (plan := _dismiss(situation, node)):
            return plan
    return None


def _dismiss(situation: Situation, node: Node) -> Plan | None:
    control = _agreeing(situation.view, node) or _closing(situation.view, node)
    topic = clip(situation.view.label(node) or situation.view.text(node), 40)
    if control and situation.memory.tried(control, situation.url) < _MOST_SAME:
        return click(control, Purpose.DISMISS, f'closes what lies over the page ("{topic}")')
    # An earlier dialog of the same page may have been closed by it.
    last = situation.memory.last
    if last is None or not isinstance(last.decision, Press):
        why = f'Dismiss: "{topic}" lies over the page and has no button to close it'
        return act([Press(key="Escape", reasoning=why, purpose=Purpose.DISMISS)], why, FAIR)
    return None


def _agreeing(view: PageView, node: Node) -> Control | None:
    """The answer that lets visitors in where a dialog asks for age, country or language."""
    if not concept("obstacle.gate").mentioned(view.text(node)):
        return None
    return _way_out(view, node, "obstacle.accept")


def _closing(view: PageView, node: Node) -> Control | None:
    candidates = [
        (
            max(
                concept("obstacle.close").score(one.label),
                _SKIPS * concept("login.skip").score(one.label),
            ),
            one,
        )
        for one in view.controls_in(node)
    ]
    score, best = max(candidates, key=lambda pair: pair[0], default=(0.0, None))
    return best if best and score >= MOSTLY else None


def is_wanted(situation: Situation, node: Node) -> bool:
    """Whether a dialog serves the goal: a login form, the documents of a record, a form to fill."""
    view, intent = situation.view, situation.intent
    text = f"{node.name} {view.text(node)}"
    if any(field.is_password for field in view.inputs_in(node)):
        return True
    promotes = concept("obstacle.promotion").mentioned(text)
    if promotes and not (intent.downloads and concept("doc.invoice").mentioned(text)):
        return False
    if any(concept("login.one_time_code").mentioned(text) for _ in view.inputs_in(node)):
        return True
    # What a click has opened may have asked for its content, which was waited for.
    done = [one for _, one in situation.memory.actions if not isinstance(one.decision, Wait)]
    return bool(
        done
        and done[-1].result.ok
        and done[-1].result.page_changed
        and done[-1].decision.purpose not in _CLEARING
    )


def _cover(situation: Situation) -> Plan | None:
    """Something without a role that lies over most of the page."""
    view = situation.view
    shown = [one for one in view.controls if one.node.in_viewport and one.node.box]
    covered = [one for one in shown if one.node.covered]
    if len(covered) < _COVERED or len(covered) * 2 < len(shown):
        return None
    if len(situation.memory.purposes(Purpose.DISMISS)) >= _MAX_DISMISSALS or dialogs(view):
        return None
    container = _uncovered_part(view, [one for one in shown if not one.node.covered])
    if container is None or is_wanted(situation, container):
        return None
    return _dismiss(situation, container)


def _uncovered_part(view: PageView, free: list[Control]) -> Node | None:
    """The outermost box with a way to close it and nothing covered in it."""
    closing = [one for one in free if concept("obstacle.close").score(one.label) >= MOSTLY]
    for control in closing or free[:1]:
        container: Node = control.node
        for above in view.ancestors(control.node):
            if above is view.root or any(one.node.covered for one in view.controls_in(above)):
                return container
            container = above
    return None
