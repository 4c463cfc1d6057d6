"""What a goal's verb and a page's word for it have in common: `Kündige` and `Kündigung`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.confirmation_words import is_of_one_stem
from skyvern_dagster.reading.words import stem, words

LEAST_NOUN = 4
"""Letters of a noun that a compound begins with (`Vertragsnummer`)."""
_LEAST_ROOT = 3
"""Letters: `pay`, `add`; two stand in too many words."""


def is_kin(one: str, other: str) -> bool:
    """Whether two folded words are forms of one, or say one act."""
    return (
        one == other
        or stem(one) == stem(other)
        or bool(acts_of(one) & acts_of(other))
        or bool(_roots(one) & _roots(other))
        or is_of_one_stem(one, other)
    )


def is_kin_of_any(word: str, others: Iterable[str]) -> bool:
    """Whether a word is a form of one of some others, or says the act of one."""
    return any(is_kin(word, other) for other in others)


@cache
def acts_of(word: str) -> frozenset[str]:
    """The acts that a word says; most say none that is listed."""
    listed = word_list("requests")["acts"]
    return frozenset(name for name, said in listed.items() if word in said)


def binding_acts(text: str) -> frozenset[str]:
    """The acts of a text that cost, destroy or bind."""
    binding = frozenset(word_list("requests")["binding"])
    return binding & frozenset(act for word in words(text) for act in acts_of(word))


def linking_words(text: str) -> frozenset[str]:
    """Words of a goal that name nothing: they link what the others say, in its language."""
    listed = word_list("requests")
    found = (*links_of(text), *listed["given"], *listed["filling"])
    return frozenset((*found, *map(stem, found)))


def links_of(text: str) -> frozenset[str]:
    """The words that link others in the language of a text; in several where it may be of each."""
    return _links_of(frozenset(words(text)))


@lru_cache(maxsize=1024)
def _links_of(said: frozenset[str]) -> frozenset[str]:
    by_language = [frozenset(one) for one in word_list("requests")["links"].values()]
    most = max(len(said & one) for one in by_language)
    return frozenset(word for one in by_language if len(said & one) == most for word in one)


@cache
def words_beside() -> frozenset[str]:
    """What stands beside a verb on a button and tells nothing: `now`."""
    return frozenset(word_list("requests")["beside"])


@cache
def _roots(word: str) -> frozenset[str]:
    found = {word}
    for ending in word_list("requests")["endings"]:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_ROOT:
            found.add(word.removesuffix(ending))
    return frozenset(one for one in found if len(one) >= _LEAST_ROOT)
