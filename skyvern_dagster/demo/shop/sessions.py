"""Who is logged in: sessions behind a random cookie, kept in memory.

Only the shop's event loop touches them, so that no lock is needed.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field, replace

SESSION_COOKIE = "larkfield_session"


def _token() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Session:
    """One browser's session.

    Attributes:
        token: Value of the cookie.
        csrf: Token that every form of this session has to bring back.
        username: Who is logged in, if anybody.
        awaiting_code: Who has given the password but not yet the one-time code.
        next_path: Where to go once the code was right.
    """

    token: str = field(default_factory=_token)
    csrf: str = field(default_factory=_token)
    username: str | None = None
    awaiting_code: str | None = None
    next_path: str = ""

    def accepts(self, csrf_token: str) -> bool:
        """Whether a form with this token was served to this session."""
        return hmac.compare_digest(self.csrf.encode(), csrf_token.encode())


class SessionStore:
    """All sessions of one shop instance."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def get(self, token: str | None) -> Session | None:
        """The session behind a cookie, if the shop knows it."""
        return self._sessions.get(token or "")

    def open(self) -> Session:
        """Starts a session for a visitor who is not logged in."""
        return self._keep(Session())

    def await_code(self, session: Session, username: str, next_path: str) -> Session:
        """Notes that the password was right and the one-time code is still missing."""
        return self._keep(replace(session, awaiting_code=username, next_path=next_path))

    def log_in(self, session: Session, username: str) -> Session:
        """Replaces a visitor's session by a logged-in one under a new cookie."""
        self.close(session)
        return self._keep(Session(username=username))

    def close(self, session: Session) -> None:
        """Forgets a session."""
        self._sessions.pop(session.token, None)

    def _keep(self, session: Session) -> Session:
        self._sessions[session.token] = session
        return session
