"""Whether a control is the one that a goal means, of several that read alike.

A list has a `Delete` in each row. Which of them is meant stands in the goal: a name, a file's name,
`the third`, `the latest`. What a plan chose is held against the rows that it did not choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from skyvern_dagster.agent.document_text import DocumentText
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.date_window import newest_only
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.own_part import own_part, text_with_lead
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.wanted_item import wanted_item
from skyvern_dagster.reading.words import clip, fold, words

_QUOTED = re.compile(r"[\"“„«'‘]([^\"“”„«»'‘’]{2,60})[\"”“»'’]")
_NAME = re.compile(
    r"(?<![.!?:] )(?<!^)(?<![\w-])[A-ZÄÖÜÉÈÀÅØŁŠČŽ][\w-]{2,}(?:\s+[A-ZÄÖÜ][\w.&-]+)*"
)
"""Words in capitals that don't begin a sentence."""
_CODED = re.compile(r"[^\s,;:\"'()]*[^\W\d_][.@_][^\W\d_][^\s,;:\"'()]*")
"""Names of files, and addresses."""
_SHORT = 3
"""Letters of a name: shorter ones stand in rows by chance."""


class NamedChoice:
    """One task's goal, and the rows of pages.

    Args:
        goal: What the task asks for.
    """

    def __init__(self, goal: Goal) -> None:
        text = goal.navigation_goal
        self._item = wanted_item(text, goal.payload, goal.today)
        said = set(words(text))
        left_out = {*word_list("restrictions")["several"], *word_list("restrictions")["conditions"]}
        self._plain = not said & {*left_out, *word_list("negations")}
        self._names = tuple(dict.fromkeys(_names(goal)))
        self._newest = newest_only(text) == 1
        self._today = goal.today

    def refusal(self, ref: str, observation: Observation) -> str | None:
        """Why a control isn't to be used: the goal means another one of its kind."""
        node = observation.find(ref)
        if node is None or not self._plain or self._item.identifier:
            return None
        view = PageView(observation)
        alike = [one for one in view.nodes if _is_like(one, node)]
        if len(alike) <= 1:
            return None
        parts = [own_part(view, one, alike) for one in alike]
        own = next(at for at, one in enumerate(alike) if one is node)
        parent = view.parent(parts[own])
        if any(view.parent(one) is not parent for one in parts):
            return None
        texts = [text_with_lead(view, one) for one in parts]
        by_order = self._by_place(own, texts) or self._by_day(own, texts)
        return by_order or self._by_value(own, texts) or self._by_name(own, texts)

    def _by_value(self, own: int, texts: Sequence[str]) -> str | None:
        """A row without the day, month or amount that the goal names, where one other has it."""
        item = self._item
        found: list[bool] = []
        for text in texts:
            row = DocumentText(text, "")
            shown = [row.has_day(item.day) if item.day else None]
            shown += [row.has_month(*item.month) if item.month else None]
            shown += [row.has_amount(item.amount) if item.amount is not None else None]
            found.append(any(shown) and False not in shown)
        if found[own] or sum(found) != 1:
            return None
        return f'this is in the row "{clip(texts[own])}", and the goal means {item.described}'

    def _by_place(self, own: int, texts: Sequence[str]) -> str | None:
        place = self._item.place
        if not 0 < place <= len(texts) or place == own + 1:
            return None
        return f"this is number {own + 1} of the list, and the goal means number {place}"

    def _by_day(self, own: int, texts: Sequence[str]) -> str | None:
        """The newest or the oldest of a list whose rows have one day each."""
        if not (self._newest or self._item.oldest) or self._item.place:
            return None
        days = [find_dates(text, self._today) for text in texts]
        if any(len(each) != 1 for each in days):
            return None
        best = max if self._newest else min
        for reading in ("day_first", "month_first"):
            read: list[date | None] = [getattr(each[0], reading) for each in days]
            known = [one for one in read if one is not None]
            if len(known) == len(read) and read[own] == best(known):
                return None
        which = "newest" if self._newest else "oldest"
        return f'this is in the row "{clip(texts[own])}", which isn\'t the {which}'

    def _by_name(self, own: int, texts: Sequence[str]) -> str | None:
        """A row that says nothing of what the goal names, where one other row does."""
        if self._item.picks or self._newest:
            return None
        named = [[one for one in self._names if _says(text, one)] for text in texts]
        common = set(named[0]).intersection(*named)
        named = [[one for one in found if one not in common] for found in named]
        others = [at for at, found in enumerate(named) if found]
        if named[own] or len(others) != 1:
            return None
        return f'this is in the row "{clip(texts[own])}", and the goal names {named[others[0]][0]}'


def _names(goal: Goal) -> Iterator[str]:
    """What a goal names in so many words: quoted, in capitals, files, values of the payload."""
    text = goal.navigation_goal
    yield from _QUOTED.findall(text)
    yield from (one.rstrip(".") for one in _in_capitals(text))
    yield from (one.rstrip(".") for one in _CODED.findall(text))
    for _, value in flat_items(goal.payload):
        if isinstance(value, str) and not references_in(value) and "://" not in value:
            yield value


def _in_capitals(text: str) -> Iterator[str]:
    """Words in capitals; where all nouns have one, not a lone noun behind an article."""
    for match in _NAME.finditer(text):
        before = words(text[: match.start()])[-1:]
        is_noun = bool(before) and before[0] in word_list("items")["noun_articles"]
        if not is_noun or " " in match.group():
            yield match.group()


def _says(text: str, name: str) -> bool:
    plain = fold(name)
    return len(plain) >= _SHORT and bool(
        re.search(rf"(?<![^\W_]){re.escape(plain)}(?![^\W_])", fold(text))
    )


def _is_like(one: Node, node: Node) -> bool:
    """Whether two controls read alike, figures aside; what is figures only has no name."""
    if not one.ref or one.role != node.role:
        return False
    plain = _without_figures(node.name)
    return bool(plain) and _without_figures(one.name) == plain


def _without_figures(name: str) -> str:
    return re.sub(r"[\d\W_]+", " ", fold(name)).strip()
