"""The messages of one request: fixed text first, then what changes per task, per step, per page."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from skyvern_dagster.addresses.http_status import is_error
from skyvern_dagster.agent.decisions import Find
from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.planners.llm.history import history_lines, last_memory
from skyvern_dagster.agent.planners.llm.templates import fenced, prompt
from skyvern_dagster.browser.page_outline import PageOutline, page_outline, words_of
from skyvern_dagster.llm.messages import Message

NEXT = "What next? Answer in JSON."

_PLAIN = ("", "en", "en-US")
"""Languages of pages that say nothing more than the task's locale does."""


class Conversation:
    """What a model is told about one step.

    Args:
        request: What the planner may look at.
        max_page_tokens: Budget of the page's text.
    """

    def __init__(self, request: PlanRequest, max_page_tokens: int) -> None:
        self._request = request
        self.page: PageOutline = page_outline(
            request.observation,
            _words(request),
            max_page_tokens,
            all_rows=bool(request.goal.data_extraction_goal),
        )

    def planning(
        self, image: bytes | None = None, *, labelled: bool = False
    ) -> tuple[Message, ...]:
        """To decide on the next step.

        Args:
            image: A picture of the page.
            labelled: Whether refs are drawn on it.
        """
        page = self._page(self.page.text, NEXT, labelled=labelled, pictured=image is not None)
        return self._messages("system", page, image)

    def reading(self, text: str, question: str) -> tuple[Message, ...]:
        """To read data out of a part of the page."""
        return (
            Message("system", prompt("extract")),
            self._task(),
            Message("user", self._page(text, question)),
        )

    def verifying(self) -> tuple[Message, ...]:
        """To check whether the goal is reached."""
        return self._messages("verify", self._page(self.page.text, "Is the goal reached?"), None)

    def _messages(self, system: str, page: str, image: bytes | None) -> tuple[Message, ...]:
        lines, left_out = history_lines(self._request.history)
        done = prompt("history", lines=[fenced(line) for line in lines], left_out=left_out)
        return (
            Message("system", prompt(system)),
            self._task(),
            Message("user", self._request.redact(done)),
            Message("user", page, image),
        )

    def _task(self) -> Message:
        goal = self._request.goal
        text = prompt(
            "task",
            goal=goal,
            time_zone=goal.time_zone or _time_zone(),
            locale=self._request.locale,
            schema=_schema_text(goal),
            payload=json.dumps(goal.payload, ensure_ascii=False, default=str)
            if goal.payload
            else "",
        )
        return Message("user", self._request.redact(text))

    def _page(
        self, text: str, question: str, *, labelled: bool = False, pictured: bool = False
    ) -> str:
        seen = self._request.observation
        tabs = [f"{tab.index} {tab.title or tab.url}" for tab in seen.tabs]
        shown = prompt(
            "page",
            url=fenced(seen.url),
            title=fenced(seen.title).replace('"', "'"),
            lang=fenced(seen.lang).replace('"', "'") if seen.lang not in _PLAIN else "",
            status=seen.http_status if seen.http_status and is_error(seen.http_status) else None,
            dialogs=[fenced(each) for each in seen.dialogs],
            text=fenced(text),
            tabs=fenced(", ".join(tabs)) if len(tabs) > 1 else "",
            labelled=labelled,
            pictured=pictured,
            memory=fenced(last_memory(self._request.history)),
            steps_left=self._request.steps_left,
            question=question,
        )
        return self._request.redact(shown)


def _schema_text(goal: Goal) -> str:
    schema = goal.data_schema
    if not schema:
        return ""
    return schema if isinstance(schema, str) else json.dumps(schema, ensure_ascii=False)


def _time_zone() -> str:
    """This machine's, as its distance from UTC: names of zones are ambiguous."""
    return datetime.now().astimezone().strftime("UTC%z")


def _words(request: PlanRequest) -> frozenset[str]:
    goal = request.goal
    texts = [goal.navigation_goal, goal.data_extraction_goal, *_leaves(goal.payload)]
    found = [
        action.decision.text
        for step in request.history[-3:]
        for action in step.actions
        if isinstance(action.decision, Find)
    ]
    exact = {text for text in _leaves(goal.payload) if len(text) > 1 and "://" not in text}
    return words_of(texts) | exact | set(found)


def _leaves(value: Any) -> list[str]:
    match value:
        case dict():
            return [leaf for item in value.values() for leaf in _leaves(item)]
        case list() | tuple():
            return [leaf for item in value for leaf in _leaves(item)]
        case str() | int() | float():
            return [str(value)]
        case _:
            return []
