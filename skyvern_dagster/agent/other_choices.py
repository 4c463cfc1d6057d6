"""What else could have been chosen, where one of several was: options, radio buttons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.sent_values import MeantValue
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.words import BRACKETED, words

_TELLING = 3
"""Letters: `Pro` is a name, numbers are counted in many places."""


def other_choices(node: Node, observation: Observation) -> tuple[str, ...]:
    """The labels of the other options of a list, or of the other buttons of a group."""
    if node.options:
        return tuple(one.label for one in node.options)
    name = node.attributes.get("name", "")
    if node.role != "radio" or not name:
        return ()
    group = (one for one in observation.root.walk() if one.role == "radio")
    return tuple(one.name for one in group if one.attributes.get("name", "") == name)


def chosen_otherwise(
    sentence: str, said: Sequence[str], entered: Sequence[MeantValue]
) -> Iterator[tuple[str, MeantValue]]:
    """Another choice that a sentence names, where none names the one that was made.

    Args:
        sentence: One that says that something was done, or sums it up.
        said: All that the page says and didn't say before.
        entered: What was sent.
    """
    known = [f" {' '.join(words(text))} " for text in said]
    own = f" {' '.join(words(sentence))} "
    truths = word_list("truths")
    for one in entered:
        mine = {_plain(text) for text in one.texts}
        if any(text and f" {text} " in each for text in mine for each in known):
            continue
        for other in one.others:
            text = _plain(other)
            told = sum(map(str.isalpha, text)) >= _TELLING and text not in mine
            untelling = text in truths["yes"] or text in truths["no"]
            if told and not untelling and f" {text} " in own:
                yield other, one


def _plain(label: str) -> str:
    return " ".join(words(BRACKETED.sub(" ", label)))
