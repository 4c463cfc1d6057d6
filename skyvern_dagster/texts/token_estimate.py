"""About how many tokens a text is, by its scripts and without a tokenizer."""

from __future__ import annotations

import math
import re

_ASCII = 1 / 4
"""Tokens per character: English text and markup come to 3.5 to 4.5 characters a token."""
_ALPHABETS = 1 / 2
"""Accented Latin, Greek, Cyrillic, Hebrew, Arabic: 2 to 3 characters a token in the tokenizers of
2024 and later, 1 to 2 in older ones."""
_SYLLABLES = 1.0
"""Chinese, Japanese, Korean, Thai, the scripts of India, emoji: about a token a character."""

_LETTERS_OF_ALPHABETS = re.compile("[\u0080-\u08ff\u1e00-\u206f]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")


def estimated_tokens(text: str) -> int:
    """About how many tokens a text is: close enough for a budget, and the same for every model."""
    return math.ceil(token_weight(text))


def token_weight(text: str) -> float:
    """What a piece of a text adds to the tokens of the whole."""
    if text.isascii():
        return len(text) * _ASCII
    foreign = len(_NOT_ASCII.findall(text))
    alphabetic = len(_LETTERS_OF_ALPHABETS.findall(text))
    return (
        (len(text) - foreign) * _ASCII
        + alphabetic * _ALPHABETS
        + (foreign - alphabetic) * _SYLLABLES
    )


def least_tokens(text: str) -> int:
    """What a text has in any tokenizer: a server that counts fewer has not read all of it."""
    # English prose stays under five characters a token; two Chinese characters are one at best.
    foreign = 0 if text.isascii() else len(_NOT_ASCII.findall(text))
    return int((len(text) - foreign) / 5 + foreign / 4)
