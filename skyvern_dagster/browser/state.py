"""What a session hands on: everything needed to go on in another context, elsewhere."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class BrowserState(BaseModel):
    """Cookies, storages and address of a session, as JSON.

    It logs its holder in wherever the session was logged in: keep it like a password.

    Attributes:
        storage: Playwright's storage state: cookies, ``localStorage`` and IndexedDB by origin.
        session_storage: ``sessionStorage`` entries by origin, of the pages that were open.
        url: Address of the current page; empty if there was none.
    """

    model_config = ConfigDict(frozen=True)

    storage: dict[str, Any] = Field(default_factory=dict)
    session_storage: dict[str, dict[str, str]] = Field(default_factory=dict)
    url: str = ""
