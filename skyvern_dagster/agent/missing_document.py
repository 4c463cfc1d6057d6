"""What stands in a file in the place of a document: that there is none, or not yet; a login."""

from __future__ import annotations

import re

from skyvern_dagster.reading.amounts import find_amounts
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.words import clip

_LONGEST = 600
"""Characters of a file that only says that there is nothing, with a site's name and address. What
is longer, or names a sum, is a document that may say so of an article."""
_FAILING = ("message.transient", "message.forbidden", "message.refused")
_LONGEST_FAILURE = 200
"""Characters of a file that only says that something failed; letters that refuse are longer."""
_PASSWORD = re.compile(rb"<input\b[^<>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)
_SAYING = (
    "doc.none",
    "doc.unavailable",
    "doc.preparing",
    "message.session_expired",
    "message.not_found",
)
_SENTENCE = re.compile(r"[^.!?\n]+")
_QUOTED = 80
"""Characters of a sentence in a message."""


def missing_document(content: bytes, text: str) -> str:
    """What a file is in the document's place, as the rest of a sentence; empty where it's one.

    Args:
        content: The file's bytes.
        text: What a person reads in them.
    """
    is_page = content.lstrip()[:1] == b"<"
    if is_page and _PASSWORD.search(content):
        return "it is a page that asks to log in"
    if is_page and not text.strip():
        return "it is a page without a word"
    is_prose = is_page or content.startswith((b"%PDF-", b"PK"))
    return said_missing(text) if is_prose else ""


def said_missing(text: str) -> str:
    """What a short text says in a document's place, as the rest of a sentence; empty otherwise."""
    if len(text) > _LONGEST or find_amounts(text):
        return ""
    names = (*_SAYING, *_FAILING) if len(text) <= _LONGEST_FAILURE else _SAYING
    for sentence in _SENTENCE.findall(text):
        if any(concept(name).mentioned(sentence) for name in names):
            return f'it says "{clip(sentence.strip(), _QUOTED)}"'
    return ""
