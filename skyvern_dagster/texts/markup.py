"""Text out of markup, in one pass: whoever writes a page or a message writes its tags, too."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

TAG = re.compile(r"<[^<>]*>")
"""A tag ends before the next one begins: a text of beginnings is gone over once."""


_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/td|/li|/h[1-6])\b[^<>]*>", re.I)


def plain_text(text: str, without: tuple[str, ...] = ("script", "style")) -> str:
    """The text of a message in HTML, a line for each of its paragraphs, cells and the like.

    Args:
        without: Names of elements whose contents nobody sees.

    Example:
        >>> plain_text("<p>A &amp; <b>B</b></p>C").splitlines()
        [' A &  B ', 'C']
    """
    return unescape(TAG.sub(" ", _BREAK.sub("\n", without_elements(text, without))))


def without_elements(text: str, names: tuple[str, ...] = ("script", "style")) -> str:
    """The text with a space in the place of each element of these names, contents included.

    One that doesn't end goes as far as the text does, as in browsers.

    Example:
        >>> without_elements("A<style>p > b {}</style>B")
        'A B'
    """
    kept, begin, inside = [], 0, ""
    for tag in _tag_of(names).finditer(text):
        closes, name = tag[1] == "/", tag[2].lower()
        if not inside and not closes:
            kept.append(text[begin : tag.start()])
            inside = name
        elif inside == name and closes:
            begin, inside = tag.end(), ""
    return " ".join([*kept, "" if inside else text[begin:]])


@cache
def _tag_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"<(/?)({'|'.join(names)})\b[^<>]*>", re.I)
