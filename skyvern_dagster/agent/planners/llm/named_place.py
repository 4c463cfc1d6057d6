"""Whether a page is the one that a goal names, where it says no more: `Open the orders`.

The first page had a link of that very name. Who has neither followed it nor come to a page that
calls itself so is elsewhere, or has not begun.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.browser.navigation import absolute
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.words import fold, stems

_SENTENCE = re.compile(r"[.;:!?\n]")


def elsewhere(request: PlanRequest) -> str:
    """Why the page can't be the one that the goal names; empty where it may be."""
    wanted = _place(request.goal.navigation_goal)
    links = [one for one in request.first_pages.links if _bare(one.name) == wanted]
    if not wanted or not links or _was_followed(request, wanted):
        return ""
    seen = request.observation
    if any(_is_at(one.url, seen.url) for one in links if one.url):
        return ""
    view = PageView(seen)
    called = f"{seen.title} {' '.join(view.main_headings)} {re.sub(r'[/_-]', ' ', seen.url)}"
    leads_here = any(
        one.node.url and _bare(one.label) == wanted and absolute(seen.url, one.node.url) == seen.url
        for one in view.controls
    )
    if leads_here or wanted <= stems(called):
        return ""
    return (
        f'the link "{links[0].name}" was not followed, and {seen.url} doesn\'t say that it is that'
    )


def _is_at(target: str, url: str) -> bool:
    """Whether a page is where a link leads; one without a question leads to any answer."""
    there, here = urlsplit(target), urlsplit(url)
    if "/" not in there.fragment:
        # A place within the page, and no page of a script's own.
        there, here = there._replace(fragment=""), here._replace(fragment="")
    return there == (here if there.query else here._replace(query=""))


def _place(goal: str) -> frozenset[str]:
    """What a goal names after the word for going there; empty where it says more than that."""
    first, *_ = _SENTENCE.split(goal.strip())
    verb = concept("verb.go").term(first)
    return _bare(fold(first).replace(verb, " ", 1)) if verb else frozenset()


def _bare(text: str) -> frozenset[str]:
    plain = stems(" ".join(word_list("restrictions")["articles"]))
    return frozenset(stems(text) - plain)


def _was_followed(request: PlanRequest, wanted: frozenset[str]) -> bool:
    return any(
        action.result.ok and wanted <= stems(action.label)
        for step in request.history
        for action in step.actions
    )
