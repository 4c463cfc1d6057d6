"""What a page shows of a value that it hides in part: ``AT61 •••• 9911``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.sent_values import MeantValue
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.words import fold, stems

_MASK = re.compile(r"[*•…]|\.\.\.|x{3,}", re.IGNORECASE)
"""What a page writes for a part of a value that it hides."""
_SHOWN = re.compile(
    r"(?<![^\W_])([A-Za-z]{2}\d{2}|\d{4,6})?[ -]?"
    r"(?:(?:[*•…]{2,}|\.{3,}|[xX]{3,})[ -]*)+([^\W_]{2,6})(?![^\W_])"
)
"""The beginning of an account or a card, if any, what stands for its middle, and its end."""
_LEAST_TELLING = 8
"""Letters and digits of an account, a card or a telephone number."""
_COUNTRY = 2
"""Letters with which an IBAN begins (ISO 13616)."""


def is_hidden(shown: str) -> bool:
    """Whether a text hides a part of a value."""
    return bool(_MASK.search(shown))


def is_hidden_in(text: str, shown: str) -> bool:
    """Whether what a page shows of a value, at its end or else at its beginning, is that value's.

    Telephone numbers begin in several ways.
    """
    first, *_, last = (_letters(part) for part in _MASK.split(shown))
    return _letters(text).endswith(last) if last else _letters(text).startswith(first)


def hidden_otherwise(
    sentence: str, entered: Sequence[MeantValue], about: Sequence[MeantValue]
) -> Iterator[tuple[str, MeantValue]]:
    """Values hidden in part whose end isn't that of any value that was given.

    Args:
        sentence: Of the page that came.
        entered: What was sent.
        about: The fields that the sentence names, or that it says were saved.
    """
    coded = [one for one in entered if _is_code(one.texts[0])]
    yield from _ending(sentence, coded)
    for match in _SHOWN.finditer(sentence):
        first, last = _letters(match[1] or ""), _letters(match[2])
        if any(_letters(text).endswith(last) for one in entered for text in one.texts):
            continue
        for one in coded:
            if one in about or _begins_alike(_letters(one.texts[0]), first):
                yield match.group().strip(), one


def _ending(sentence: str, coded: Sequence[MeantValue]) -> Iterator[tuple[str, MeantValue]]:
    """``card ending in 9999``, where another card was given."""
    plain = fold(sentence)
    for lead in concept("message.ending_in").terms.finditer(plain):
        digits = re.match(r"\W{0,3}(\d{3,6})(?!\w)", plain[lead.end() :])
        if digits and not any(_letters(one.texts[0]).endswith(digits[1]) for one in coded):
            about = stems(plain[: lead.start()])
            yield from ((digits[1], one) for one in coded if stems(one.label) & about)


def _begins_alike(value: str, first: str) -> bool:
    """Whether a value begins with what is shown, or both with a country and two digits."""
    ibans = first[:_COUNTRY].isalpha() and value[:_COUNTRY].isalpha() and value[2:4].isdigit()
    return bool(first) and (value.startswith(first) or ibans)


def _is_code(text: str) -> bool:
    letters = _letters(text)
    return len(letters) >= _LEAST_TELLING and sum(map(str.isdigit, letters)) * 2 > len(letters)


def _letters(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())
