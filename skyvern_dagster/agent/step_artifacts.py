"""Keeping what the agent saw and did: a folder of artifacts per step."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from skyvern_dagster.agent.planner import PastAction, Plan
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.task import TaskRequest
from skyvern_dagster.agent.trace import redact_trace
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.errors import ArtifactError


class StepArtifacts:
    """Writes the artifacts of one task, with secrets taken out.

    They are for people, and never decide about the task: one that can't be written is a line in
    the log.

    Args:
        store: Where artifacts go.
        redactor: Knows the secrets that were typed.
        request: The task, for its folder.
        log: Is told what couldn't be kept.
    """

    def __init__(
        self,
        store: ArtifactStore,
        redactor: Redactor,
        request: TaskRequest,
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._redactor = redactor
        self._log = log
        self._keys = request.keys
        self.last_screenshot: str | None = None

    def screenshot(self, order: int, image: bytes) -> str | None:
        """Stores the page as step ``order`` left it (JPEG); gives its key, once it is stored."""
        key = self._kept(self._keys.step(order).screenshot, image)
        self.last_screenshot = key or self.last_screenshot
        return key

    def redact(self, text: str) -> str:
        """A text without the secrets that were typed."""
        return self._redactor.text(text)

    def clean(self, summary: StepSummary) -> StepSummary:
        """The summary without secrets: a form sent by GET puts them into addresses."""
        return StepSummary.model_validate(self._redactor.value(summary.model_dump(mode="json")))

    def step(
        self,
        summary: StepSummary,
        observation: Observation,
        plan: Plan,
        actions: Sequence[PastAction],
    ) -> None:
        """Stores what was seen, decided and done."""
        keys = self._keys.step(summary.order)
        seen = f"url: {observation.url}\ntitle: {observation.title}\n\n{observation.text}\n"
        self._kept(keys.observation, self._redactor.text(seen).encode(errors="replace"))
        record = {
            **summary.model_dump(mode="json"),
            "reasoning": plan.reasoning,
            "judgement": plan.judgement,
            "memory": plan.memory,
            "confidence": plan.confidence,
            "decisions": [
                {
                    **action.decision.model_dump(mode="json"),
                    "target": action.target,
                    "result": _result(action.result),
                }
                for action in actions
            ],
        }
        self._kept_json(keys.summary, self._redactor.value(record))

    def fetched(self, summary: StepSummary) -> None:
        """Stores a step for which nothing was looked at or planned."""
        self._kept_json(self._keys.step(summary.order).summary, summary.model_dump(mode="json"))

    def trace(self, path: Path) -> str | None:
        """Stores Playwright's trace, without secrets; gives its key, once it is stored.

        Raises:
            OSError: The trace can't be read.
        """
        redact_trace(path, self._redactor.content)
        return self._kept_file(self._keys.trace, path)

    def console(self, text: str) -> None:
        """Stores what pages wrote to their console, if anything."""
        if text:
            self._kept(self._keys.console, self._redactor.text(text).encode(errors="replace"))

    def har(self, document: dict[str, Any] | None) -> None:
        """Stores what pages requested, if anything."""
        if document is not None:
            self._kept_json(self._keys.har, self._redactor.value(document))

    @property
    def trace_key(self) -> str:
        """Where Playwright's trace of the task is, once it has been cleaned."""
        return self._keys.trace

    @property
    def recording_key(self) -> str:
        """Where the video of the task is, once it has been made."""
        return self._keys.recording

    def video(self, path: Path) -> str | None:
        """Stores the video of the task; gives its key, once it is stored.

        Raises:
            OSError: The video can't be read.
        """
        return self._kept_file(self._keys.recording, path)

    def _kept_file(self, key: str, path: Path) -> str | None:
        try:
            return self._store.write_file(key, path)
        except ArtifactError as error:
            self._log(f"not kept: {error}")
            return None

    def _kept(self, key: str, content: bytes) -> str | None:
        try:
            return self._store.write(key, content)
        except ArtifactError as error:
            self._log(f"not kept: {error}")
            return None

    def _kept_json(self, key: str, value: Any) -> None:
        self._kept(key, json.dumps(value, ensure_ascii=False, indent=2).encode())


def _result(result: ActionResult) -> dict[str, object]:
    shown = {
        "ok": result.ok,
        "message": result.message,
        "url_after": result.url_after,
        "new_tab": result.new_tab,
        "dialog": result.dialog,
        "text_appeared": list(result.text_appeared),
        "downloads": [file.filename for file in result.downloads],
        "error": result.error,
    }
    return {key: value for key, value in shown.items() if value or key == "ok"}
