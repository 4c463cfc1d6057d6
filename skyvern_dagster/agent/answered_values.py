"""What a page answers to a form, held against what was put into it.

A confirmation that names another guest, day or amount than was typed tells that something else was
booked, whatever was sent. A page needn't repeat anything; what it repeats has to be the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from itertools import chain

from skyvern_dagster.agent.confirmed_values import confirmed_otherwise, written_to
from skyvern_dagster.agent.entered_days import day_as_hinted, split_days
from skyvern_dagster.agent.greeted_persons import greeted_otherwise, named_otherwise
from skyvern_dagster.agent.hidden_values import hidden_otherwise, is_hidden, is_hidden_in
from skyvern_dagster.agent.other_choices import chosen_otherwise
from skyvern_dagster.agent.proof_text import folded, plain_text
from skyvern_dagster.agent.sent_values import MeantValue
from skyvern_dagster.agent.swapped_values import reversed_texts
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.reading.amounts import currency_named, find_amounts
from skyvern_dagster.reading.cells import TABLE_ROLES
from skyvern_dagster.reading.concepts import NEARLY_ONLY, concept, concepts, word_list
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.facts import Fact, Kind, facts_of, pieces_of
from skyvern_dagster.reading.field_values import same_value, times_in
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record
from skyvern_dagster.reading.tables import read_table
from skyvern_dagster.reading.words import fold, stems, words

_LONGEST = 60
"""Characters of a value in a message: enough to know it by."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SENTENCES = re.compile(r"[^.!?\n]+(?:[.,]\d+[^.!?\n]*)*[.!?]?")
"""A point between digits ends no sentence."""
_NAMED = 3
"""Letters and digits of a first name."""
_TELLING = 4
"""Letters and digits by which a row of a list is known to be the one that was sent."""


@dataclass(frozen=True)
class AnswerPage:
    """The page that came after a form was sent.

    Attributes:
        entered: What was sent, by the fields' labels.
        before: What was shown before that, as :func:`proof_text` gives it.
        today: The day of the run: pages say when something was received.
    """

    entered: Sequence[MeantValue]
    observation: Observation
    before: str
    today: date

    def contradiction(self) -> str:
        """What the page says of a field that isn't what it was given; in words, or empty."""
        return next(
            chain(
                self._labelled(),
                self._reversed(),
                self._in_lines(),
                self._in_rows(),
                self._in_sentences(),
            ),
            "",
        )

    @cached_property
    def _entered(self) -> tuple[MeantValue, ...]:
        """What was entered; a day that its field's label tells how to read as that day alone."""
        days = ((one, day_as_hinted(one)) for one in self.entered)
        own = tuple(replace(one, texts=(str(day),)) if day else one for one, day in days)
        return (*own, *split_days(self.entered))

    @cached_property
    def _view(self) -> PageView:
        return PageView(self.observation)

    @cached_property
    def _text(self) -> str:
        return plain_text(self.observation)

    @cached_property
    def _facts(self) -> tuple[Fact, ...]:
        """What stands behind labels, outside lists, and wasn't there before."""
        main = next((node for node in self._view.nodes if node.role == "main"), self._view.root)
        outside = [node for node in main.walk() if node.role in TABLE_ROLES and _is_list(node)]
        inside = {id(below) for table in outside for below in table.walk()}
        return tuple(
            fact
            for fact in facts_of(pieces_of(self._view, [main]), self.today)
            if fact.kind is Kind.TEXT and fact.label and id(fact.node) not in inside
            and folded(f"{fact.label} {fact.text}") not in self.before
            and folded(f"{fact.label}: {fact.text}") not in self.before
        )  # fmt: skip

    def _reversed(self) -> Iterator[str]:
        """Two texts behind labels of the page's own, the other way round than they were given."""
        called = [one.label for one in self._entered]
        own = [one for one in self._facts if not any(_is_called(one.label, it) for it in called)]
        for text, one in reversed_texts([fact.text for fact in own], self._entered):
            yield _told(text, one)

    def _labelled(self) -> Iterator[str]:
        """Values behind labels: a field's own label with another value, and never with its own."""
        facts = self._facts
        for one in self._entered:
            shown = [
                fact.text
                for fact in facts
                if _is_called(fact.label, one.label) and not self._stood_beside(one, fact)
            ]
            if len(shown) == 1 and self._is_anothers(one, shown[0]):
                yield _told(shown[0], one)
            if shown and not self._is_shown(one) and not any(_agrees(one, text) for text in shown):
                yield _told(shown[0], one)

    def _stood_beside(self, one: MeantValue, fact: Fact) -> bool:
        """Whether another field of the same name held a value before, and holds it still."""
        is_other = one.was is not None and not same_value(one.was, fact.text)
        return is_other and folded(f'"{fact.label}" ="{fact.text}"') in self.before

    def _is_anothers(self, one: MeantValue, shown: str) -> bool:
        """Whether what stands behind a field's label was given to another field: two swapped."""
        others = [other for other in self._entered if other.label != one.label]
        text = _letters(shown)
        return not _agrees(one, shown) and any(
            len(text) >= _NAMED and text in map(_letters, other.texts) for other in others
        )

    def _in_lines(self) -> Iterator[str]:
        """The same where several labels stand in one text: ``Name: Ada Guests: 4``."""
        said = [text for text in self._view.paragraphs if ":" in text]
        for one in self._entered:
            label = re.escape(" ".join(one.label.rstrip(":* ").split()))
            behind = re.compile(rf"(?<!\w){label}\s*:\s*(.{{1,60}}?)(?=\s[^\W\d]\w*:|$)")
            shown = [
                found[1].strip(" .,;")
                for text in said
                if label and (found := behind.search(text)) and folded(found[0]) not in self.before
            ]
            if shown and not self._is_shown(one) and not any(_agrees(one, text) for text in shown):
                yield _told(shown[0], one)

    def _is_shown(self, one: MeantValue) -> bool:
        """Whether the page shows a value, wherever: short ones stand somewhere by chance."""
        long = [text for text in one.texts if len(_letters(text)) >= _TELLING]
        return any(folded(text) in self._text for text in long)

    def _in_rows(self) -> Iterator[str]:
        """Other values in the rows of a list that are about what was sent."""
        tables = [node for node in self._view.nodes if node.role in TABLE_ROLES and _is_list(node)]
        for table in tables:
            rows = [_by_column(one) for one in read_table(self._view, table, self.today).records]
            own = [row for row in rows if any(self._tells(row, one) for one in self._entered)]
            if len(rows) == 1 and folded(" ".join(rows[0].values())) not in self.before:
                own = rows  # of an order with one article, no row says whose it is
            wrong = [told for row in own if (told := self._differs(row))]
            if own and len(wrong) == len(own):
                yield wrong[0]

    def _tells(self, row: dict[str, str], one: MeantValue) -> bool:
        return any(
            _is_called(column, one.label) and len(_letters(text)) >= _TELLING and _agrees(one, text)
            for column, text in row.items()
        )

    def _differs(self, row: dict[str, str]) -> str:
        for one in self._entered:
            for column, text in row.items():
                if text and _is_called(column, one.label) and not _agrees(one, text):
                    return _told(text, one)
        return ""

    def _in_sentences(self) -> Iterator[str]:
        done = concept("message.success")
        said_now = [one for one in self._view.paragraphs if folded(one) not in self.before]
        headings = (*said_now, *self._view.main_headings)
        headed = any(done.mentioned(one) or _thanks().match(fold(one)) for one in headings)
        for said in dict.fromkeys(self._view.paragraphs):
            if done.mentioned(said) and folded(said) not in self.before:
                yield from (_told(*other) for other in written_to(said, self._entered))
            if folded(said) not in self.before:
                about = [one for one in self._entered if _is_about(said, one.label)]
                yield from (_told(*it) for it in hidden_otherwise(said, self._entered, about))
                greeted = greeted_otherwise(said, self._entered, self.before)
                yield from (_told(*other) for other in greeted)
            for sentence in _SENTENCES.findall(said):
                if folded(sentence) not in self.before:
                    yield from self._counts(sentence)
                    yield from self._altered(sentence)
                    if headed or done.mentioned(sentence):
                        others = chosen_otherwise(sentence, said_now, self._entered)
                        yield from (_told(*other) for other in others)
                    if headed and len(find_dates(sentence, self.today)) > 1:
                        yield from self._days(sentence)
                    if done.mentioned(sentence) or (headed and self._is_named_in(sentence)):
                        yield from self._days(sentence)
                        yield from self._times(sentence)
                        yield from self._amounts(sentence)
                        yield from self._otherwise(sentence)
                        text = self._text
                        persons = named_otherwise(sentence, self._entered, self.before, text)
                        yield from (_told(*other) for other in persons)

    def _is_named_in(self, sentence: str) -> bool:
        """Whether a sentence repeats something that was sent: it sums up."""
        days = _days_of(sentence)
        return any(
            days & _days_of(text)
            or (
                len(_letters(text)) >= _NAMED
                and re.search(rf"(?<!\w){re.escape(folded(text))}(?!\w)", folded(sentence))
            )
            for one in self._entered
            for text in one.texts
        )

    def _counts(self, sentence: str) -> Iterator[str]:
        """``2 guests``, where a field `Guests` was given 4."""
        for one in self._entered:
            if not one.texts[0].isdigit() or len(words(one.label)) != 1:
                continue
            found = re.search(rf"\b(\d+)\s+{re.escape(fold(one.label))}\b", fold(sentence))
            shown = rf"\b{re.escape(fold(one.label))}\W+{re.escape(fold(one.texts[0]))}(?!\w)"
            if found and not _agrees(one, found[1]) and not re.search(shown, fold(sentence)):
                yield _told(found[1], one)

    def _otherwise(self, sentence: str) -> Iterator[str]:
        text = self._view.page_text
        found = confirmed_otherwise(sentence, self._entered, text, self.today)
        yield from (_told(*other) for other in found)

    @cached_property
    def _says_more(self) -> bool:
        """Whether something was done besides a change: then the change is another one."""
        said = (one for one in self._view.paragraphs if folded(one) not in self.before)
        changed = concept("message.changed")
        return any(
            concept("message.success").mentioned(one) and not changed.mentioned(one) for one in said
        )

    def _altered(self, sentence: str) -> Iterator[str]:
        """``Your quantity was reduced to 3``, where another one was given."""
        changed = concept("message.changed").term(sentence)
        into = fold(sentence).partition(changed)[2].split() if changed else []
        told = bool(into) and into[0] in word_list("persons")["to_what"]
        told = told or (bool(changed) and self._says_more)
        if told or concept("message.altered").mentioned(sentence):
            for one in self._entered:
                if _is_about(sentence, one.label) and not _agrees(one, sentence):
                    yield _told(sentence.strip(), one)

    def _days(self, sentence: str) -> Iterator[str]:
        """The days of the sentence, where it says as many as fields were given."""
        dated = [(one, _days_of(one.texts[0])) for one in self._entered]
        dated = [(one, days) for one, days in dated if days]
        said = [one for one in find_dates(sentence, self.today) if not one.yearless]
        if not dated or len(dated) != len(said):
            return
        everywhere = _days_of(self.observation.root.full_text)
        given = frozenset(day for _, days in dated for day in days)
        others = [one for one in said if self.today not in one.days and not one.days & given]
        for one, days in dated:
            if others and not days & everywhere:
                yield _told(sentence[others[0].start : others[0].end], one)

    def _times(self, sentence: str) -> Iterator[str]:
        """The only time of the sentence, where one field was given a time."""
        timed = [one for one in self._entered if times_in(one.texts[0])]
        said = times_in(sentence)
        if len(timed) == 1 and len(said) == 1 and not said & times_in(" ".join(timed[0].texts)):
            hour, minute = next(iter(said))
            yield _told(f"{hour:02}:{minute:02}", timed[0])

    def _amounts(self, sentence: str) -> Iterator[str]:
        """The only sum of money in the sentence, where one field was given a sum."""
        paid = [one for one in self._entered if _is_sum(one)]
        said = find_amounts(sentence)
        if len(paid) != 1 or len(said) != 1:
            return
        asked, shown = currency_named(paid[0].texts[0]), currency_named(said[0].text)
        if asked and shown and asked != shown:
            yield _told(said[0].text, paid[0])
        if _agrees(paid[0], said[0].text):
            return
        if not any(_agrees(paid[0], each.text) for each in find_amounts(self._view.page_text)):
            yield _told(said[0].text, paid[0])


@cache
def _thanks() -> re.Pattern[str]:
    return concept("message.thanks").terms


def _is_list(table: Node) -> bool:
    """Whether a table has a row of headers: others hold a label and its value in each row."""
    return any(
        row.role == "row" and sum(cell.role == "columnheader" for cell in row.children) > 1
        for row in table.walk()
    )


def _by_column(record: Record) -> dict[str, str]:
    return {
        cell.column: " ".join(cell.node.full_text.split())
        for cell in record.row or ()
        if cell.column
    }


def _is_called(label: str, field: str) -> bool:
    """Whether a page calls a value as it calls a field: by the same words, or meaning the same."""
    if not label or not field:
        return False
    if stems(label) == stems(field):
        return True
    return any(
        one.score(label) >= NEARLY_ONLY and one.score(field) >= NEARLY_ONLY
        for one in concepts("form.")
    )


def _is_about(sentence: str, field: str) -> bool:
    """Whether a sentence mentions a field, in whatever language."""
    meant = (one for one in concepts("form.") if one.score(field) >= NEARLY_ONLY)
    return bool(stems(field)) and (
        stems(field) <= stems(sentence) or any(one.mentioned(sentence) for one in meant)
    )


def _agrees(one: MeantValue, shown: str) -> bool:
    if fold(shown) == fold(one.label):
        return True  # a field in a table is called so, and says nothing of what it holds
    if is_hidden(shown):
        return any(is_hidden_in(text, shown) for text in one.texts)
    return any(_is_same(text, shown) for text in one.texts)


def _is_same(text: str, shown: str) -> bool:
    """Whether what is shown is a value, also in another form, or among other words."""
    if same_value(text, shown) or _days_of(text) & _days_of(shown):
        return True
    if not any(character.isalpha() for character in text):
        numbers = [*_NUMBER.findall(shown), shown, *(each.text for each in find_amounts(shown))]
        return any(same_value(text, number) for number in numbers)
    own, other = _letters(text), _letters(shown)
    return own in other or (other in own and bool(other))


def _is_sum(one: MeantValue) -> bool:
    text = one.texts[0]
    return bool(re.fullmatch(r"\D{0,4}\d[\d.,' ]*[.,]\d{2}\D{0,4}", text)) or (
        text.isdigit() and bool(concept("field.total").score(one.label) >= NEARLY_ONLY)
    )


def _days_of(text: str) -> frozenset[date]:
    found = find_dates(text, date.max)
    return frozenset(day for one in found for day in one.days)


def _letters(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())


def _told(shown: str, one: MeantValue) -> str:
    return (
        f'the page says "{shown[:_LONGEST]}" where "{one.label}" was given '
        f'"{one.texts[0][:_LONGEST]}"'
    )
