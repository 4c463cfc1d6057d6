"""Keeping secret values out of text and bytes that are stored or shown."""

from __future__ import annotations

import base64
import html
import json
import threading
from urllib.parse import quote, quote_plus

MASK = "*****"
_SHORTEST = 4


class Redactor:
    """Knows the secret values that were used in this process and takes them out of anything.

    Also finds a value in the forms that a browser sends or stores it in: URL-encoded, JSON- and
    HTML-escaped, base64. Values under four characters are not sought: they would blank out
    ordinary words.
    """

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._lock = threading.Lock()

    def add(self, value: str) -> None:
        """Remembers a value from now on."""
        if len(value) < _SHORTEST:
            return
        with self._lock:
            self._forms |= _forms(value)

    def text(self, text: str) -> str:
        """The text with every known value replaced by ``*****``."""
        for form in self._ordered():
            text = text.replace(form, MASK)
        return text

    def content(self, content: bytes) -> bytes:
        """The bytes with every known value replaced by a mask of the same length."""
        for form in self._ordered():
            raw = form.encode()
            if raw in content:
                content = content.replace(raw, b"*" * len(raw))
        return content

    def __bool__(self) -> bool:
        return bool(self._forms)

    def _ordered(self) -> list[str]:
        with self._lock:
            return sorted(self._forms, key=len, reverse=True)


def _forms(value: str) -> set[str]:
    forms = {
        value,
        quote(value, safe=""),
        quote_plus(value),
        html.escape(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        base64.b64encode(value.encode()).decode().rstrip("="),
    }
    return {form for form in forms if len(form) >= _SHORTEST}
