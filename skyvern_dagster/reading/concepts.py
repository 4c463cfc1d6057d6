"""Concepts: one meaning, and the words for it in the languages that we read.

The word lists are data, in ``vocabulary/*.yaml``::

    log_in:
      en: [log in, sign in]        # spaces also match "-", "_" and nothing: login, log-in
      de: [anmelden, "*anmeldung"] # * stands for the rest of a (compound) word
      symbols: ["→"]               # equal to the whole label
      not: [newsletter]            # where this occurs, the concept isn't meant
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from skyvern_dagster.errors import PlannerError
from skyvern_dagster.reading.words import fold

_MENTION, _LEADS, _SHARE, _MOST = 0.35, 0.1, 0.6, 0.95
"""See the scale below: a mention, a text that begins with it, the share of its letters, and the
most that a text has which says something else, too."""

# How plainly a text has to mean a concept. A score is 0.35 for a mention, 0.6 times the share of
# the text's letters that the term has (fillers such as "your" aside), 0.1 more where the text
# begins with it, and 1 where it says nothing else. So each is a share of a label's letters:
LOOSELY = 0.4
"""A twelfth of it, or any text that begins with the term: a sentence about it."""
PARTLY = 0.5
"""A quarter, or a twelfth at its beginning: a heading that says something else, too."""
FAIRLY = 0.55
"""A third, or a sixth at its beginning: for a link whose page is looked at afterwards."""
MOSTLY = 0.6
"""Two fifths, or a quarter at its beginning (``Invoice for order 10432``): the usual demand, for
clicks that can be taken back."""
PLAINLY = 0.7
"""Three fifths, or two fifths at its beginning: where a wrong one costs a page turn or a step."""
CLEARLY = 0.75
"""Two thirds, or half at its beginning: where a wrong one ends the search for the right one."""
NEARLY_ONLY = 0.8
"""Three quarters: names of fields, which are all there is in a good schema."""
ALMOST_ONLY = 0.9
"""All but a twelfth: symbols and single words."""

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Ten times as quick, where PyYAML was built with it."""

_NEVER = re.compile(r"(?!)")


_LETTERS = re.compile(r"[^\W\d_]")

_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
"""Kana and Han: Japanese and Chinese put nothing between words, so that a term has no edges."""


@dataclass(frozen=True, eq=False)
class Concept:
    """One meaning that a label, a heading or a message can have.

    A task uses a few of the hundreds that there are: patterns are made when they are first used.
    """

    name: str
    listed_terms: tuple[str, ...]
    listed_exclusions: tuple[str, ...]
    symbols: frozenset[str]

    @cached_property
    def terms(self) -> re.Pattern[str]:
        """Finds the words that mean it."""
        return _alternatives(self.listed_terms)

    @cached_property
    def exclusions(self) -> re.Pattern[str]:
        """Finds the words beside which it isn't meant."""
        return _alternatives(self.listed_exclusions)

    def score(self, text: str) -> float:
        """How far the text means this and nothing else: 0 not at all, 1 exactly.

        A label that is the term alone scores 1, a sentence that mentions it about 0.4.
        """
        return _score(self, text)

    def mentioned(self, text: str) -> bool:
        """Whether the text mentions it at all."""
        return bool(self.term(text))

    def term(self, text: str) -> str:
        """The words of the text that mean this, or an empty text."""
        plain = fold(text)
        if plain in self.symbols:
            return plain
        if self.exclusions.search(plain):
            return ""
        match = self.terms.search(plain)
        return match.group() if match else ""


@lru_cache(maxsize=65536)
def _score(meaning: Concept, text: str) -> float:
    plain = fold(text)
    if plain in meaning.symbols:
        return 1.0
    if not plain or meaning.exclusions.search(plain):
        return 0.0
    matches = list(meaning.terms.finditer(plain))
    if not matches:
        return 0.0
    share = sum(_weight(match.group()) for match in matches) / max(1, _weight(plain))
    if share >= 1:
        return 1.0
    leads = _LEADS if matches[0].start() == 0 else 0.0
    return min(_MOST, _MENTION + leads + _SHARE * share)


def concept(name: str) -> Concept:
    """The concept of this name.

    Raises:
        PlannerError: No word list defines it.
    """
    try:
        return _concepts()[name]
    except KeyError:
        message = f"no word list in reading/vocabulary defines the concept {name!r}; add it there"
        raise PlannerError(message) from None


@cache
def concepts(prefix: str) -> tuple[Concept, ...]:
    """All concepts whose name begins so, for instance ``field.``."""
    return tuple(meaning for name, meaning in _concepts().items() if name.startswith(prefix))


def compile_all() -> None:
    """Makes all patterns now, in a process whose forks shall not have to."""
    for meaning in _concepts().values():
        _ = meaning.terms, meaning.exclusions
    _fillers()


def best_concept(text: str, candidates: tuple[Concept, ...]) -> tuple[Concept | None, float]:
    """The candidate that the text means most plainly, with its score."""
    scored = [(candidate.score(text), candidate) for candidate in candidates]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return (best, score) if score > 0 else (None, 0.0)


@cache
def word_list(name: str) -> Any:
    """A word list that is no concept (month names, fillers) by its file's name."""
    source = files(__package__).joinpath("vocabulary", f"{name}.yaml")
    # Everything is a text: "no" is a word here, not a truth value.
    return yaml.load(source.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506


@cache
def _concepts() -> dict[str, Concept]:
    names = (
        "navigation",
        "login",
        "documents",
        "fields",
        "meanings",
        "obstacles",
        "messages",
        "paging",
        "forms",
        "goals",
        "consequences",
    )
    compiled: dict[str, Concept] = {}
    for file in names:
        for name, entry in word_list(file).items():
            compiled[name] = _compiled(name, entry)
    return compiled


def _compiled(name: str, entry: dict[str, list[str]]) -> Concept:
    languages = (listed for key, listed in entry.items() if key not in {"not", "symbols"})
    return Concept(
        name=name,
        listed_terms=tuple(term for listed in languages for term in listed),
        listed_exclusions=tuple(entry.get("not", [])),
        symbols=frozenset(fold(symbol) for symbol in entry.get("symbols", [])),
    )


def _alternatives(terms: Sequence[str]) -> re.Pattern[str]:
    if not terms:
        return _NEVER
    longest_first = sorted(terms, key=len, reverse=True)
    spaced = [_term_pattern(term) for term in longest_first if not _UNSPACED.search(term)]
    unspaced = [_term_pattern(term) for term in longest_first if _UNSPACED.search(term)]
    inner = rf"(?<![^\W_])(?:{'|'.join(spaced)})(?![^\W_])" if spaced else ""
    return re.compile("|".join(filter(None, (inner, *unspaced))))


def _term_pattern(term: str) -> str:
    parts = re.findall(r"[\w*]+", fold(str(term)))
    pattern = r"[\W_]*".join(part.replace("*", r"[^\W_]*") for part in parts)
    return pattern.replace(r"[\W_]*[^\W_]*", r"[\W_]+[^\W_]+")


@cache
def _fillers() -> re.Pattern[str]:
    return _alternatives(word_list("fillers"))


def _weight(text: str) -> int:
    return max(1, len(_LETTERS.findall(_fillers().sub(" ", text))))
