"""Keeping secret values out of text and bytes that are stored or shown."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote_plus

MASK = "*****"
_SHORTEST = 4
"""PINs have four characters; what is shorter stands on every page by chance."""

_LONG_NUMBER = 8
"""A row of eight digits stands in a hundred million ids ten times by chance, one of four in each
hundredth."""
_SHORTEST_BARE = 8
"""Letters and digits alone say little where they are few."""

_SAFE = ("", "!'()*", ";,/?:@&=+$!'()*#", "/", "!$&'()*+,;=:@/?|^`{}[]")
"""What encoders leave as it is: all but letters, digits and ``-._~``; ``encodeURIComponent``;
``encodeURI``; Python's ``quote``; browsers in paths and queries."""


class Redactor:
    """Knows the secret values that were used in this process and takes them out of anything.

    Also finds a value in the forms that a browser sends or stores it in: URL-encoded, escaped for
    JSON or HTML (also one in the other), base64 of anything that holds it, hexadecimal, backwards.
    Values under four characters are not sought: they would blank out ordinary words. Numbers of
    less than eight digits (a PIN, a code, a port) are sought where no other digit stands beside
    them: ids and sizes are full of such digits.
    """

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._numbers: set[str] = set()
        self._bare: set[str] = set()
        self._lock = threading.Lock()

    def add(self, value: str) -> None:
        """Remembers a value from now on."""
        if len(value) < _SHORTEST:
            return
        with self._lock:
            if _is_short_number(value):
                self._numbers.add(value)
            else:
                self._forms |= forms(value)
            bare = _bare(value)
            if len(bare) >= _SHORTEST_BARE:
                self._bare.add(bare)

    def finds(self, text: str) -> bool:
        """Whether a text holds a value in any form, also letter by letter with signs between."""
        return any(
            self.text(each) != each or any(bare in _bare(each) for bare in tuple(self._bare))
            for each in dict.fromkeys((text, unquote_plus(text)))
        )

    def text(self, text: str) -> str:
        """The text with every known value replaced by ``*****``."""
        before = None
        while text != before:  # a mask can complete a value that ends in asterisks
            before = text
            for form in self._ordered():
                text = text.replace(form, MASK)
        number = self._number_pattern()
        return text if number is None else re.sub(number, MASK, text)

    def content(self, content: bytes) -> bytes:
        """The bytes with every known value replaced by a mask of the same length."""
        before = None
        while content != before:
            before = content
            for form in self._ordered():
                raw = form.encode(errors="surrogatepass")
                if raw in content:
                    content = content.replace(raw, b"*" * len(raw))
        number = self._number_pattern()
        if number is None:
            return content
        return re.sub(number.encode(), lambda match: b"*" * len(match.group()), content)

    def value(self, value: Any) -> Any:
        """A JSON document with every text in it redacted; keys stay."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.value(item) for key, item in value.items()}
            case list() | tuple():
                return [self.value(item) for item in value]
            case _:
                return value

    def __bool__(self) -> bool:
        return bool(self._forms or self._numbers)

    def _number_pattern(self) -> str | None:
        with self._lock:
            numbers = "|".join(sorted(self._numbers, key=len, reverse=True))
        return f"(?<![0-9])(?:{numbers})(?![0-9])" if numbers else None

    def _ordered(self) -> list[str]:
        with self._lock:
            return sorted(self._forms, key=len, reverse=True)


def _is_short_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < _LONG_NUMBER


def forms(value: str) -> frozenset[str]:
    """The ways in which a value may stand in what is stored or shown."""
    written = {value} | {encode(value) for encode in (*_URL, *_JSON, *_HTML)}
    # Once more: a request's JSON body inside a trace's JSON, an address inside a page.
    written |= {encode(form) for form in list(written) for encode in (*_JSON, *_HTML)}
    raw = value.encode(errors="surrogatepass")
    written |= _base64(raw) | {raw.hex(), raw.hex().upper(), value[::-1]}
    return frozenset(form for form in written if len(form) >= _SHORTEST and set(form) != {"*"})


def _bare(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def _percent(safe: str, *, lower: bool = False) -> Callable[[str], str]:
    def encode(value: str) -> str:
        encoded = quote(value, safe=safe, errors="surrogatepass")
        if lower:
            return re.sub("%[0-9A-F]{2}", lambda match: match.group().lower(), encoded)
        return encoded

    return encode


def _plus(value: str) -> str:
    return _percent(" ")(value).replace(" ", "+")


def _form_data(value: str) -> str:
    return _percent("* ")(value).replace("~", "%7E").replace(" ", "+")


def _json_text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _json_ascii(value: str) -> str:
    return json.dumps(value)[1:-1]


def _json_for_scripts(escaped: str) -> Callable[[str], str]:
    def encode(value: str) -> str:
        text = _json_ascii(value)
        for character in escaped:
            text = text.replace(character, f"\\u{ord(character):04x}")
        return text

    return encode


def _html_text(value: str) -> str:
    return html.escape(value, quote=False).replace("\xa0", "&nbsp;")


def _html_attribute(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("\xa0", "&nbsp;")


def _html_numeric(value: str) -> str:
    return html.escape(value, quote=False).replace('"', "&#34;").replace("'", "&#39;")


_JSON = (
    _json_text,
    _json_ascii,
    _json_for_scripts("<>&"),
    _json_for_scripts("<>&'"),
    lambda value: value.replace("/", "\\/"),
)
_HTML = (html.escape, _html_text, _html_attribute, _html_numeric)
_URL = (
    *(_percent(safe, lower=lower) for safe in _SAFE for lower in (False, True)),
    _plus,
    _form_data,
)


def _base64(raw: bytes) -> set[str]:
    """What doesn't depend on what stands around the value, at each of three offsets."""
    encodings = set()
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + raw).decode()
        first, end = -(-offset * 8 // 6), (offset + len(raw)) * 8 // 6
        encodings |= {encoded[first:end], encoded[first:end].replace("+", "-").replace("/", "_")}
    return encodings
