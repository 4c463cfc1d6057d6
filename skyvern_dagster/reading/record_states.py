"""Of which state records are, where their list says it of each: paid, open, cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from skyvern_dagster.reading.concepts import Concept, concepts, word_list
from skyvern_dagster.reading.words import fold

_PREFIX = "state."


@cache
def _states() -> tuple[Concept, ...]:
    return concepts(_PREFIX)


def states_said(texts: Iterable[str]) -> frozenset[str]:
    """The states that some texts of a record are, each by itself or behind a label."""
    parts = (part for text in texts for part in (text, text.rpartition(":")[2]))
    return frozenset(
        one.name.removeprefix(_PREFIX)
        for part in parts
        for one in _states()
        if part.strip() and one.terms.fullmatch(fold(part))
    )


def state_named(text: str) -> tuple[str, str]:
    """The one state that a text names, and the words for it; empty where it names none, or more.

    The longest words count: ``not paid`` isn't ``paid``.
    """
    plain = fold(text)
    found = [(match.group(), one) for one in _states() for match in one.terms.finditer(plain)]
    longest = max((len(term) for term, _ in found), default=0)
    named = {one.name.removeprefix(_PREFIX): term for term, one in found if len(term) == longest}
    return next(iter(named.items())) if len(named) == 1 else ("", "")


def unclear_state(wanted: str, rows: Sequence[frozenset[str]]) -> bool:
    """Whether a record may be in a state without its list saying so: it says none, or two.

    Args:
        wanted: A state that was asked for.
        rows: Of each record, the states that the list says.
    """
    overlaps = word_list("state_overlaps")
    others = set(overlaps["at_once"][wanted])
    if not any(wanted in said for said in rows):
        others |= set(overlaps["untold"].get(wanted, ()))
    return any(len(said) != 1 or bool(said & others) for said in rows)
