"""Whether a word says that what another one asks for was done: `Archived` for `Archive`."""

from __future__ import annotations

from skyvern_dagster.reading.concepts import word_list

GOING_ON = ("ing", "ung")
"""Endings of words that name a doing, and not that it is done."""
_LEAST_STEM = 3
"""Letters: `add`, `set`, `pay`; two stand in too many words."""
_LONG = 6
"""Letters of a word that may lose two at its end: `speichern`, `gespeichert`."""


def is_done_by(word: str, said: str) -> bool:
    """Whether a word says that what another one asks for was done, by its shape in any language."""
    if said == word_list("items")["participles"].get(word):
        return True
    noun = word.removesuffix("ung")
    if noun != word and len(noun) >= _LONG - 1 and noun in said:
        return said != word  # `gekündigt` for `Kündigung`
    stem = word[:-2] if len(word) >= _LONG else word[:-1] if word.endswith("e") else word
    return (
        len(stem) >= _LEAST_STEM
        and stem in said
        and len(said) > len(stem)
        and said != word
        and not said.endswith(GOING_ON)
        and not said.startswith(tuple(word_list("items")["denials"]["prefixes"]))
    )
