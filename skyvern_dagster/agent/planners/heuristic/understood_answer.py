"""Whether all of what a page answers is understood: else it proves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skyvern_dagster.agent.planners.heuristic.given_values import entered_texts, given_values
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.proof_text import folded, plain_text, shown_first
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.agent.sent_values import is_telling
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.cells import TABLE_ROLES
from skyvern_dagster.reading.controls import CONTROL_ROLES, INPUT_ROLES
from skyvern_dagster.reading.understood import Known
from skyvern_dagster.reading.words import clip

_ASIDE = frozenset({"banner", "navigation", "contentinfo", "complementary", "search", "menu"})
"""Regions that are about the site, and about no answer."""
_SKIPPED = CONTROL_ROLES | INPUT_ROLES | {"option"}
_ONE_RECORD = 2
"""Rows: of a list with its head and one record, that record is what was sent."""
_LEADS = (Purpose.FILL, Purpose.SUBMIT, Purpose.CLICK)


def not_understood(situation: Situation, earlier: frozenset[str] = frozenset()) -> str:
    """What the page answers and isn't understood, with the word that isn't; empty if all is.

    Args:
        earlier: What came up before that was asked: that is no answer.
    """
    known = _known(situation)
    before = ""
    for text in _answer(situation):
        new = not shown_first(situation.request.first_text, text) and folded(text) not in earlier
        if new and (word := known.unknown(text, before)):
            return f'"{clip(text, 120)}", and "{clip(word, 40)}" isn\'t understood'
        before = text
    told = ((row, row_not_understood(situation, row)) for row in _own_rows(situation, known))
    return next(
        (
            f'"{clip(situation.view.text(row), 120)}", and "{clip(word, 40)}" isn\'t understood'
            for row, word in told
            if word
        ),
        "",
    )


def texts_not_understood(situation: Situation, texts: Iterable[str]) -> str:
    """The same of some texts: what came up with a click."""
    known = _known(situation)
    for text in texts:
        if word := known.unknown(text):
            return f'"{clip(text, 120)}", and "{clip(word, 40)}" isn\'t understood'
    return ""


def row_not_understood(situation: Situation, row: Node) -> str:
    """The word of a record that isn't understood; its figures are the site's own."""
    known = _known(situation)
    told = (known.unknown_word(text) for text in _blocks(situation, row))
    return next(filter(None, told), "")


def _known(situation: Situation) -> Known:
    view = situation.view
    values = [one.text for one in given_values(situation) if not isinstance(one.value, bool)]
    labels, fields = [situation.intent.instructions], list[str]()
    for _, action in situation.memory.actions:
        values += [one for one in entered_texts(action.decision) if one]
        if action.decision.purpose in _LEADS:
            labels.append(action.label)
        if action.decision.purpose is Purpose.FILL:
            fields.append(action.label)
    first, title = situation.request.first_pages, situation.request.observation.title
    # Without fields it was one of several things, and the others' names prove nothing of it.
    labels += [*(first.headings if fields else first.titles), *first.fields]
    labels += [title] * shown_first(situation.request.first_text, title)
    labels += [view.text(node) for node in view.nodes if node.role == "banner"]
    told, named = tuple(dict.fromkeys(values)), tuple(dict.fromkeys(labels))
    return Known(told, named, situation.today, tuple(fields))


def _answer(situation: Situation) -> Iterator[str]:
    """What the page says now, block by block, and what it said since and took away."""
    shown = plain_text(situation.request.observation)
    for text in _since_sending(situation):
        if folded(text) not in shown:
            yield text
    yield from _blocks(situation, situation.view.root)


def _is_list(node: Node) -> bool:
    """Whether a table holds several records: theirs are no answer, but the one that was sent."""
    return node.role in TABLE_ROLES and sum(one.role == "row" for one in node.walk()) > _ONE_RECORD


def _own_rows(situation: Situation, known: Known) -> Iterator[Node]:
    """The rows of lists that say all texts that were given."""
    given = [folded(one) for one in known.values if is_telling(one)]
    for table in filter(_is_list, situation.view.nodes if given else ()):
        for row in table.walk():
            said = folded(situation.view.text(row)) if row.role == "row" else ""
            if said and all(one in said for one in given):
                yield row


def _since_sending(situation: Situation) -> Iterator[str]:
    said: list[str] = []
    for _, action in situation.memory.actions:
        if action.decision.purpose in {Purpose.SUBMIT, Purpose.CLICK}:
            said = []
        said += action.result.text_appeared
    yield from said


def _blocks(situation: Situation, node: Node) -> Iterator[str]:
    """The texts of the page's own part: paragraphs, headings, labels and what is behind them."""
    if node.role in _ASIDE or node.role in _SKIPPED:
        return
    if _is_list(node):
        return
    text = situation.view.text(node)
    whole = not node.children or any(one.role == "text" for one in node.children)
    if whole and text and not any(one.role in _SKIPPED - {"link"} for one in node.walk()):
        yield text
        return
    for child in node.children:
        if child.role == "text":
            yield child.name or child.text
        else:
            yield from _blocks(situation, child)
