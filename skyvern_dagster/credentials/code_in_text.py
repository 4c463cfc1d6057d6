"""Finding a one-time code in an e-mail or a text message."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from skyvern_dagster.texts.markup import plain_text

_OF_DIGITS = {6: 2.0, 8: 1.0, 5: 1.0, 4: 0.5, 7: 0.5}
"""How usual codes of so many digits are: six is nearly everybody's, four and seven are mostly other
numbers. See `_ENOUGH`."""
_YEAR_DIGITS, _YEARS = 4, range(1900, 2100)
"""Four digits that are a year are hardly ever a code."""
_OF_YEAR = 1.5
"""Off for a year: more than it has by its digits, less than a word right beside it adds."""
_AFTERWARDS = 0.8
"""A word behind a code is nearly as good as one before it: the next sentence may begin with it."""
_OWN_LINE = 3.0
"""A line of its own says about as much as a word beside it."""
_BESIDE, _FURTHER = 5.0, 3.0
"""For a word right beside the code, and how much less it is at `_NEAR` characters."""

LONGEST_BARE_CODE = 10
"""Up to so many characters, a pushed text is the code itself (docs/contract.md#pushed-codes)."""

_NEAR = 60
"""Characters between a code and the word that names it, at most."""

_ENOUGH = 4
"""Six digits have 2, a word for a code beside them adds 2 to 5, a line of their own 3. So six
digits need one of both, and four digits (0.5) on a line of their own aren't enough."""

_DIGITS = r"\d{4,8}"
_GROUPS = r"\d{3}[ -]\d{3,4}|\d{2}[ -]\d{2}[ -]\d{2}|\d(?: \d){3,7}"
_MIXED = (
    r"(?=[A-Z0-9]*\d)[A-Z0-9]{5,8}|[A-Z]{1,3}-\d{4,8}"
    r"|(?=[A-Z0-9-]*\d)[A-Z0-9]{3,4}-[A-Z0-9]{3,4}"
)
# Only what is written in Latin letters has spaces around its words.
_CANDIDATE = re.compile(
    rf"(?<![A-Za-z0-9_.,/@+#=&%*-])(?<!\d:)(?:{_GROUPS}|{_DIGITS}|{_MIXED})(?![A-Za-z0-9_@%=&/-])"
)
_NOT_AFTER = re.compile(r"[.,:]\d|\s?(?:[€$£¥]|(?:eur|usd|gbp|chf|min|minut\w*|stund\w*|days?)\b)")
_NOT_BEFORE = re.compile(r"(?:[€$£¥]|\b(?:eur|usd|gbp|chf)|\d[.:/-])\s?$")
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}|\+?\d[\d ()/-]{10,}\d")
_WIDE = str.maketrans({"，": ", ", "：": ": ", "．": ". ", "。": ". "})
_WORD = re.compile(r"\S+")
_WEB = re.compile(r"\bwww\.\S")


def code_in(content: str) -> str:
    """The code that a pushed text is or holds; empty where none can be found.

    Args:
        content: A code by itself, a text message, or an e-mail (plain or HTML) in any of the
            languages of ``code_words.yaml``.
    """
    bare = content.strip()
    if len(bare) <= LONGEST_BARE_CODE:
        return _joined(bare)
    text = _plain(bare)
    best = max(_candidates(text), key=lambda candidate: candidate.score, default=None)
    return best.code if best is not None and best.score >= _ENOUGH else ""


@dataclass(frozen=True)
class _Candidate:
    code: str
    score: float


def _candidates(text: str) -> Iterator[_Candidate]:
    folded = _folded(text)
    for match in _CANDIDATE.finditer(text):
        score = _score(text, folded, match)
        if score > 0:
            yield _Candidate(_joined(match.group()), score)


def _score(text: str, folded: str, match: re.Match[str]) -> float:
    start, end = match.span()
    before, after = folded[max(0, start - _NEAR) : start], folded[end : end + _NEAR]
    if _NOT_AFTER.match(folded[end:]) or _NOT_BEFORE.search(folded[:start]):
        return 0
    others = re.search(rf"(?:{_words('others')})\W{{0,3}}(?:\w{{1,6}}\W{{1,3}})?$", before)
    if others and not re.search(rf"(?:{_words('names')})\W{{0,4}}$", before):
        return 0
    digits = sum(character.isdigit() for character in match.group())
    score = _OF_DIGITS.get(digits, 0.0)
    score += any(character.isalpha() for character in match.group())
    if digits == _YEAR_DIGITS and int(re.sub(r"\D", "", match.group())) in _YEARS:
        score -= _OF_YEAR
    score += max(
        _closeness(before[::-1], reverse=True), _closeness(after, reverse=False) * _AFTERWARDS
    )
    line = text[text.rfind("\n", 0, start) + 1 : (text + "\n").find("\n", end)]
    return score + (_OWN_LINE if line.strip() == match.group() else 0.0)


def _closeness(part: str, *, reverse: bool) -> float:
    """Up to 5 for a word for a code right beside, less for one further off."""
    word = _named(reverse).search(part)
    return 0.0 if word is None else _BESIDE - _FURTHER * word.start() / _NEAR


@functools.cache
def _named(reverse: bool) -> re.Pattern[str]:
    if not reverse:
        return re.compile(_words("names"))
    reversed_words = "|".join(re.escape(word[::-1]) for word in _vocabulary()["names"])
    return re.compile(reversed_words)


@functools.cache
def _words(name: str) -> str:
    return "|".join(re.escape(word) for word in _vocabulary()[name])


@functools.cache
def _vocabulary() -> dict[str, list[str]]:
    import yaml

    file = resources.files("skyvern_dagster.credentials").joinpath("code_words.yaml")
    lists = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        name: sorted({_folded(word) for line in lines for word in line}, key=len, reverse=True)
        for name, lines in lists.items()
    }


def _plain(content: str) -> str:
    """A message without markup, addresses, dates and phone numbers, line by line."""
    text = content.translate(_WIDE)
    if re.search(r"<(?:html|body|div|p|td|br|span|table)\b", text, re.I):
        text = plain_text(_without_comments(text), ("style", "script", "head", "title"))
    text = unicodedata.normalize("NFKC", text)
    return _DATE.sub(" ", _WORD.sub(_without_address, text))


def _without_address(word: re.Match[str]) -> str:
    """A word, if it is no address; word by word, since some have a hundred thousand characters."""
    before, mark, after = word[0].partition("://")
    at = word[0].find("@", 1)
    if (mark and before and after) or (at > 0 and "." in word[0][at + 2 : -1]):
        return " "
    web = _WEB.search(word[0])
    return word[0] if web is None else f"{word[0][: web.start()]} "


def _without_comments(text: str) -> str:
    """Without HTML's comments; what begins like one and doesn't end is text."""
    kept, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        kept.append(text[at:begin])
        at = end + 3
    return " ".join([*kept, text[at:]])


def _folded(text: str) -> str:
    """In lower case without accents, of the same length."""
    return "".join(
        (unicodedata.normalize("NFD", character)[0].lower() or character)[0] for character in text
    )


def _joined(code: str) -> str:
    """Digits that were shown in groups, as a field takes them."""
    return re.sub(r"[\s-]", "", code) if re.fullmatch(r"[\d\s-]+", code) else code
