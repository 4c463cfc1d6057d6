"""The text that bytes are which don't say their encoding."""

from __future__ import annotations

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""What a text in UTF-16 begins with."""


def decoded(content: bytes) -> str:
    """A text in UTF-8 or UTF-16; in Windows' own encoding, where it is neither."""
    if content.startswith(_UTF_16):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
