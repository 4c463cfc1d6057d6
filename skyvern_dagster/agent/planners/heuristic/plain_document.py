"""Which of one record's documents of a kind is meant: the one that is called so, and nothing else.

Beside `Invoice`, a `Corrected invoice` is another one; of `Interim invoice` and `Final invoice` it
isn't known which one a goal means that says `the invoice`.
"""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.planners.heuristic.documents import Document, DocumentKind
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.reading.acts import linking_words
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.words import clip, fold, stem, stems, words

_PLAIN = ("doc.get", "doc.save", "nav.details", "doc.area")
"""Concepts of words that say how a document is had, and not which it is."""
_SEVERAL = 2
"""Documents: one alone is the one that is meant."""
_LEAST_TELLING = 3
"""Letters: two are a language, or a file's sign."""


def meant_of_record(
    situation: Situation, candidates: Sequence[Document], kind: DocumentKind
) -> tuple[list[Document], str]:
    """The documents of one record that the goal may mean.

    Returns:
        Those that are meant, and, where it can't be known, what they are called.
    """
    named = [one for one in candidates if _is_named(one, kind)]
    if len({one.control.url or one.control.ref for one in named}) < _SEVERAL or kind.anything:
        return list(candidates), ""
    told = {id(one): _telling(one.control.label, kind) for one in named}
    common = frozenset.intersection(*told.values())
    own = {key: found - common for key, found in told.items()}
    said = _said(situation)
    asked = [one for one in named if own[id(one)] and own[id(one)] <= said]
    plain = [one for one in named if not own[id(one)]]
    meant = asked or plain
    if meant:
        return [one for one in candidates if one in meant or one not in named], ""
    if len(set(own.values())) > 1:
        return [], " and ".join(f'"{clip(one.control.label, 40)}"' for one in named)
    return list(candidates), ""


def _is_named(one: Document, kind: DocumentKind) -> bool:
    return kind.is_named(one.control.label)


def _said(situation: Situation) -> frozenset[str]:
    values = " ".join(str(value) for _, value in flat_items(situation.goal.payload))
    return stems(f"{situation.intent.instructions} {values}")


def _telling(label: str, kind: DocumentKind) -> frozenset[str]:
    """Stems of a label's words that say which document of a kind it is."""
    plain = fold(label)
    for name in _PLAIN:
        plain = concept(name).terms.sub(" ", plain)
    items = word_list("items")
    known = _kind_words(kind) | linking_words(label) | frozenset(items["formats"])
    known |= frozenset(items["data_formats"]) | frozenset(items["number_words"])
    return frozenset(
        stem(word)
        for word in words(plain)
        if len(word) >= _LEAST_TELLING
        and word not in known
        and stem(word) not in known
        and not any(map(str.isdigit, word))
    )


def _kind_words(kind: DocumentKind) -> frozenset[str]:
    """The words that a kind is called by, but for compounds: `Teilrechnung` is one of its own."""
    if kind.wording:
        return frozenset(words(kind.wording)) | stems(kind.wording)
    terms = (term for term in concept(kind.concept).listed_terms if "*" not in term)
    return frozenset(word for term in terms for word in words(term))
