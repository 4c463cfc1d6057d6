"""Which parts of a goal the planner doesn't know how to do: it leaves such a goal to others."""

from __future__ import annotations

import re
from functools import cache

from skyvern_dagster.agent.planners.heuristic.instructions import (
    QUOTED_TEXT,
    clauses_of,
    is_done_anyway,
)
from skyvern_dagster.agent.planners.heuristic.phrases import named_after
from skyvern_dagster.reading.concepts import PLAINLY, concept, word_list
from skyvern_dagster.reading.named_periods import without_days
from skyvern_dagster.reading.unspaced import named_unspaced
from skyvern_dagster.reading.words import fold

_OF_A_LOGIN = ("login.username", "login.password", "login.one_time_code")

_VERBS = ("click", "go", "search")


@cache
def unclear_clause(instructions: str, also: frozenset[str] = frozenset()) -> str:
    """The first clause of a goal that isn't understood, or an empty text.

    Args:
        instructions: The goal without its clauses on endings.
        also: What is done besides going somewhere, clicking, searching and logging in:
            ``goal.fill`` where there is something to fill in, ``goal.extract``, ``goal.download``.
    """
    logs_in = False
    for clause in clauses_of(instructions):
        understood = _is_understood(clause, also) or (logs_in and _is_of_a_login(clause))
        if not understood or forbids(clause):
            return clause
        logs_in = concept("goal.log_in").mentioned(clause) or _is_of_a_login(clause)
    return ""


def forbids(clause: str) -> bool:
    """Whether a clause says what is not to be done, or when: nobody here knows how to heed that."""
    several = "|".join(word_list("restrictions")["several"])
    if re.search(rf"\b(?:{several})\s+{QUOTED_TEXT}", fold(clause)):
        return True  # `every "Mark as read"`: one is clicked
    said = _numbering().sub(" ", re.sub(QUOTED_TEXT, " ", fold(without_days(clause))))
    for limit in sorted(word_list("items")["limits"], key=len, reverse=True):
        said = said.replace(limit, " ")
    if named_unspaced(said, tuple(_restricting())):
        return True
    return not is_done_anyway(clause) and any(
        word in _restricting() for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", said)
    )


@cache
def _numbering() -> re.Pattern[str]:
    """`No` before a number, which denies nothing."""
    listed = "|".join(map(re.escape, word_list("items")["number_words"]))
    return re.compile(rf"(?<![^\W_])(?:{listed})\W*(?=\d)")


@cache
def _restricting() -> frozenset[str]:
    return frozenset(word_list("negations")) | frozenset(word_list("restrictions")["conditions"])


def _is_of_a_login(clause: str) -> bool:
    """Whether a clause is only the rest of one: "Log in with the username *and the password*"."""
    return any(concept(name).score(clause) >= PLAINLY for name in _OF_A_LOGIN)


def _is_understood(clause: str, also: frozenset[str]) -> bool:
    # `Save` is a word for downloading, too, and nothing that is done where nothing is downloaded.
    verbs = (*_VERBS, "download") if "goal.download" in also else _VERBS
    if is_done_anyway(clause) or any(named_after(verb, clause) for verb in verbs):
        return True
    return any(concept(kind).terms.search(fold(clause)) for kind in also)
