"""What was put into fields, held against what a page then handed over.

A script may change, cut off or leave out a value between the field and the request: the page shows
what was typed, and the server gets something else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from skyvern_dagster.browser.sent_body import SentBody
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.words import fold

_TAGS = re.compile(r"<[^>]*>")
_SCHEME = re.compile(r"^[a-z]+://", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s()/.-]{6,}")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T[\d:.Z+-]+")
_LEAST_TELLING = 4
"""Letters and digits: fewer stand in other values by chance."""
_LONGEST = 80
"""Characters of a value in a message: enough to know it by."""
_ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True)
class MeantValue:
    """A field and what it is to hand over.

    Attributes:
        label: What people call it.
        name: By which its form would send it.
        form: Which form of the page it is in.
        texts: What may be handed over: what was asked for, and what the field held for it.
        ticked: Whether a box was to be ticked; ``None`` for other fields.
        must_show: Whether the text has to be in what is sent, whatever it is called there.
        hint: How the field says that it wants its value: its placeholder.
        others: What else could have been chosen there.
        was: What the field held before; ``None`` where that isn't known.
    """

    label: str
    name: str
    form: int
    texts: tuple[str, ...]
    ticked: bool | None = None
    must_show: bool = False
    hint: str = ""
    others: tuple[str, ...] = ()
    was: str | None = None


def lost_values(meant: Sequence[MeantValue], bodies: Sequence[SentBody]) -> dict[str, str]:
    """What was handed over otherwise than meant, by the field's label; in a sentence each.

    Requests that carry nothing of a form say nothing about its fields.
    """
    lost: dict[str, str] = {}
    names = frozenset(one.name for one in meant if one.name)
    for form in dict.fromkeys(one.form for one in meant):
        fields = [one for one in meant if one.form == form]
        sent = [body for body in bodies if carries(fields, body)]
        lost |= {one.label: told for one in fields if sent and (told := _loss(one, sent, names))}
    return lost


def carries(meant: Sequence[MeantValue], body: SentBody) -> bool:
    """Whether a request carries something of the fields: a name, or a text that tells."""
    return any(
        (one.name and name == one.name) or (one.must_show and _holds(one, value))
        for one in meant
        for name, value in body.entries
    )


def is_telling(text: str) -> bool:
    """Whether a text is sent as it stands: a number, a day or a time may get another form."""
    plain = any(character.isalpha() for character in text) and not find_dates(text, _ANY_DAY)
    return plain and len(_letters(text)) >= _LEAST_TELLING


def _loss(one: MeantValue, bodies: Sequence[SentBody], names: frozenset[str]) -> str:
    entries = [entry for body in bodies for entry in body.entries]
    named = [value for name, value in entries if one.name and name == one.name]
    if one.ticked is not None:
        return _lost_tick(one, named, bodies)
    if any(_is_same(text, value) for text in one.texts for value in named):
        return ""
    # Under the name of another field, it is in that field's place.
    elsewhere = [value for name, value in entries if name not in names]
    if one.must_show and any(_holds(one, value) for value in elsewhere):
        return ""
    if named:
        sent = f'as "{named[-1][:_LONGEST]}"' if named[-1] else "empty"
        return f'"{one.label}" was sent {sent} instead of "{one.texts[0][:_LONGEST]}"'
    return f'"{one.label}" was not sent with the others' if one.must_show else ""


def _lost_tick(one: MeantValue, named: Sequence[str], bodies: Sequence[SentBody]) -> str:
    if not one.name or not all(body.is_form for body in bodies):
        return ""
    sent = any(value in one.texts for value in named)
    return "" if sent is one.ticked else f'"{one.label}" was sent {"" if sent else "not "}ticked'


def _holds(one: MeantValue, value: str) -> bool:
    told = _letters(_plain(value))
    return any(_letters(text) in told for text in one.texts if _letters(text))


def _is_same(text: str, value: str) -> bool:
    """Whether a value is what was meant, in the form in which it is sent."""
    plain = _plain(value)
    if same_value(text, plain) or _letters(_SCHEME.sub("", text)) == _letters(plain):
        return True
    if moment := _MOMENT.fullmatch(plain):
        # The day may be another one in the zone of the server.
        return bool(find_dates(text, _ANY_DAY)) or same_value(text, moment[1])
    own = re.sub(r"\D", "", text).lstrip("0")
    return bool(_PHONE.fullmatch(text) and own and re.sub(r"\D", "", plain).endswith(own))


def _plain(value: str) -> str:
    return _SCHEME.sub("", html.unescape(_TAGS.sub(" ", value)).strip())


def _letters(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())
