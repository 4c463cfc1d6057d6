"""Answers JavaScript dialogs, which would otherwise freeze their page, and remembers them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Dialog


class Dialogs:
    """Accepts alerts, confirmations and leaving a page; dismisses prompts.

    Args:
        context: The context whose dialogs to answer.

    Attributes:
        refuses: Whether a question is to be answered with no.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.messages: list[str] = []
        self.refuses: Callable[[str], bool] = lambda _: False
        self._seen = 0
        self._tasks: set[asyncio.Task[None]] = set()
        context.on("dialog", self._on_dialog)

    def take_unseen(self) -> tuple[str, ...]:
        """Messages since the last call."""
        unseen, self._seen = self.messages[self._seen :], len(self.messages)
        return tuple(unseen)

    def _on_dialog(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self.messages.append(dialog.message)
        refused = dialog.type == "confirm" and self.refuses(dialog.message)
        task = asyncio.ensure_future(_answer(dialog, refused=refused))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _answer(dialog: Dialog, *, refused: bool) -> None:
    from playwright.async_api import Error

    # The page may go away with its dialog.
    with contextlib.suppress(Error):
        if refused or dialog.type == "prompt":
            await dialog.dismiss()
        else:
            await dialog.accept()
