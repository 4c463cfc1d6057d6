"""Texts as parts of artifact keys."""

from __future__ import annotations

import re


def key_part(text: str) -> str:
    """A text as one part of a key; never empty, and never a way out of its folder."""
    return re.sub(r"[^\w.-]", "_", text).strip(".") or "_"
