"""What pages write to their console, and the errors that nobody caught."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, ConsoleMessage, WebError

_MOST_LINES = 2_000
"""Of a run's console; a page that logs in a loop fills it. Arbitrary."""
_LONGEST = 1_000
"""Characters of a line: a message with a stack trace's beginning. Arbitrary."""


class ConsoleLog:
    """Listens to every page of a context; :meth:`take` gives what has come since the last time."""

    def __init__(self, context: BrowserContext) -> None:
        self._lines: list[str] = []
        self._dropped = 0
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)

    def take(self) -> str:
        """The lines so far, oldest first, and none of them again; empty when there are none."""
        lines, dropped = self._lines, self._dropped
        self._lines, self._dropped = [], 0
        if dropped:
            lines.append(f"({dropped} more lines left out)")
        return "\n".join([*lines, ""]) if lines else ""

    def _on_console(self, message: ConsoleMessage) -> None:
        place = message.location
        where = f" ({place['url']}:{place['lineNumber']})" if place.get("url") else ""
        self._add(message.type, f"{message.text}{where}")

    def _on_error(self, error: WebError) -> None:
        self._add("uncaught", str(error.error))

    def _add(self, kind: str, text: str) -> None:
        if len(self._lines) >= _MOST_LINES:
            self._dropped += 1
            return
        at = datetime.now(UTC).strftime("%H:%M:%S.%f")[:-3]
        line = " ".join(text.split())
        if len(line) > _LONGEST:
            # Between words: half a secret is one that nobody recognizes.
            line = f"{line[:_LONGEST].rpartition(' ')[0]} …"
        self._lines.append(f"{at} {kind}: {line}")
