"""Texts that a page shows the other way round than they were given: two that changed places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from skyvern_dagster.agent.proof_text import folded
from skyvern_dagster.agent.sent_values import MeantValue, is_telling


def reversed_texts(
    shown: Sequence[str], entered: Sequence[MeantValue]
) -> Iterator[tuple[str, MeantValue]]:
    """``From: Elm, To: Oak``, where `Sender` was given Oak, and then `Recipient` Elm.

    Args:
        shown: What stands behind labels that no field has, in order.
        entered: What was sent, in order.
    """
    told = [one for one in entered if is_telling(one.texts[0])]
    placed = [
        (place, text)
        for text in shown
        for place, one in enumerate(told)
        if folded(text) in map(folded, one.texts)
    ]
    for (place, text), (behind, _) in pairwise(placed):
        if behind < place:
            yield text, told[behind]
