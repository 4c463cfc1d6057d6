"""Live sessions, kept for whoever goes on from the state that they handed on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skyvern_dagster.browser.runtime import BrowserRuntime
    from skyvern_dagster.browser.session import BrowserSession


class SessionPool:
    """A cache: a state whose session isn't here any more is restored into a new one.

    Args:
        runtime: Whose sessions these are.
        capacity: How many to keep; the one that waits longest is closed first.
    """

    def __init__(self, runtime: BrowserRuntime, capacity: int = 8) -> None:
        self._runtime = runtime
        self._capacity = capacity
        self._guard = threading.Lock()
        self._sessions: OrderedDict[str, BrowserSession] = OrderedDict()

    def put(self, state_key: str, session: BrowserSession) -> None:
        """Keeps a session under the key of the state it has just handed on."""
        with self._guard:
            surplus = [self._sessions.pop(state_key)] if state_key in self._sessions else []
            self._sessions[state_key] = session
            while len(self._sessions) > self._capacity:
                surplus.append(self._sessions.popitem(last=False)[1])
        self._close(surplus)

    def take(self, state_key: str) -> BrowserSession | None:
        """Hands over the session that left this state; only the first who asks gets it."""
        with self._guard:
            session = self._sessions.pop(state_key, None)
        return session if session is not None and session.is_usable else None

    def close_all(self) -> None:
        """Closes what is left."""
        with self._guard:
            sessions = list(self._sessions.values())
            self._sessions.clear()
        self._close(sessions)

    def _close(self, sessions: list[BrowserSession]) -> None:
        for session in sessions:
            if session.is_usable:
                self._runtime.run(session.close())
