"""Which parts of a goal the planner doesn't know how to do: it leaves such a goal to others."""

from __future__ import annotations

from functools import cache

from skyvern_dagster.agent.planners.heuristic.instructions import clauses_of, instructions_of
from skyvern_dagster.agent.planners.heuristic.phrases import named_after
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.words import fold

_VERBS = ("click", "go", "search", "download")
_KINDS = ("goal.log_in", "goal.download", "goal.extract", "goal.fill", "goal.wait")
"""Waiting is done anyway: what the next clause is about must be there before it is done."""


@cache
def unclear_clause(instructions: str) -> str:
    """The first clause of a goal that isn't understood, or an empty text.

    Args:
        instructions: The goal without its clauses on endings.
    """
    for clause in clauses_of(instructions):
        if not _is_understood(clause):
            return clause
    return ""


def _is_understood(clause: str) -> bool:
    if not any(character.isalpha() for character in clause):
        return True
    if any(concept(kind).terms.search(fold(clause)) for kind in _KINDS):
        return True
    return bool(instructions_of(clause)) or any(named_after(verb, clause) for verb in _VERBS)
