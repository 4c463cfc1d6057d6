"""The button that sends a form, and what a page answers to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from skyvern_dagster.agent.planners.heuristic.given_values import given_values
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.proof_text import folded, shown_first
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.acts import is_kin
from skyvern_dagster.reading.concepts import MOSTLY, concept, word_list
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.named_periods import without_days
from skyvern_dagster.reading.participles import is_done_by
from skyvern_dagster.reading.text_lengths import MESSAGE
from skyvern_dagster.reading.words import ALIKE, fold, overlap, stems, words

_NATIVE = 0.2
"""A button of type ``submit`` sends, whatever it is called; alone it isn't enough (`_SENDS`)."""

_SENTENCES = re.compile(r"[^.!?\n]+[.!?]?")
_NUMBERED = re.compile(r"\bno(?:\.\s*|\s+)#?(?=\S*\d)\S+", re.IGNORECASE)
"""`No` before a number or a code, which denies nothing."""
_COUNTED = re.compile(r"\s*(\d+)\s*(?:/|[a-z]{1,3})\s*(\d+)\b")
_LEAST_VERB = 6
"""Letters: a shorter verb stands in words of other roots (`add` in `address`)."""
_SAYING = frozenset({Purpose.SUBMIT, Purpose.SETTLE})
"""What a page answers to."""
_CONTENT = frozenset({"", "main", "form", "region"})
"""Where the buttons of a form are; heads, menus and feet are about the site."""
_MOST_NAMED = 3
"""Words behind thanks: whom they are for."""
_LABEL = 3
"""Words: what has more beside thanks is a sentence, and may take them back."""
_SENDS = 0.4
"""A mention of sending at the beginning of a label, or one anywhere on a native submit button."""


def submit_button(situation: Situation, filled: list[Input]) -> Control | None:
    """The button that sends what was filled in; the one that the goal names, of several."""
    view = situation.view
    for named in situation.intent.clicks:
        alike = [one for one in view.controls if overlap(named, one.label) >= ALIKE]
        if len(alike) == 1:
            return alike[0]
    last = max(filled, key=lambda field: field.position)
    first = min(field.position for field in filled)
    for above in view.ancestors(last.node):
        buttons = [
            one
            for one in view.controls_in(above)
            if one.position > first and one.node.role == "button"
        ]
        scored = [(_sends(one), one) for one in buttons]
        score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        if best and score >= _SENDS:
            sending = [one for own, one in scored if own >= _SENDS]
            return _asked_for(situation, buttons) or _called_so(situation, sending) or best
        if above.tag == "form" and len(buttons) == 1:
            return buttons[0]
    return None


def last_step(situation: Situation) -> Control | None:
    """The button that sends what was filled in on earlier pages, where no field is left."""
    buttons = [
        one
        for one in situation.view.controls
        if one.node.role == "button" and one.region in _CONTENT
        and _sends(one) >= _SENDS and situation.untried(one)
        and concept("paging.search").score(one.label) < MOSTLY
    ]  # fmt: skip
    sending = [one for one in buttons if not leads_on(one.label)] or buttons
    return sending[0] if len(sending) == 1 else None


def leads_on(label: str) -> bool:
    """Whether a button is called after the next part of a form, and not after sending it."""
    return concept("form.next").score(label) >= MOSTLY


def _sends(button: Control) -> float:
    native = _NATIVE if button.node.input_type == "submit" else 0.0
    return concept("form.submit").score(button.label) + native


def _asked_for(situation: Situation, buttons: list[Control]) -> Control | None:
    """The one of several buttons that the goal's words name: `save as a draft`, `publish`."""
    said = stems(situation.intent.instructions)
    named = [(len(own), one) for one in buttons if (own := stems(one.label)) and own <= said]
    most = max((count for count, _ in named), default=0)
    best = [one for count, one in named if count == most]
    return best[0] if most and len(best) == 1 else None


def _called_so(situation: Situation, buttons: list[Control]) -> Control | None:
    """The only one that is called after sending, where the goal says so and others may save."""
    verb = concept("verb.send")
    if not verb.mentioned(situation.intent.instructions):
        return None
    named = [one for one in buttons if verb.mentioned(one.label)]
    return named[0] if len(named) == 1 else None


def answers(situation: Situation) -> Iterator[str]:
    """What the page says after a form was sent, the likeliest places first."""
    # What a page said at first may be gone by now, and still be what it said.
    for _, action in situation.memory.actions:
        if action.decision.purpose in _SAYING:
            yield from action.result.text_appeared
    yield from situation.view.messages
    yield from situation.view.main_headings
    yield from (line for line in situation.view.paragraphs if len(line) < MESSAGE)


def success(situation: Situation) -> str:
    """The text that says that the form was taken; empty where none does, or one takes it back."""
    first, earlier = situation.request.first_text, said_before_sending(situation)
    texts = [
        text
        for text in answers(situation)
        if not shown_first(first, text) and folded(text) not in earlier
    ]
    asides = [text for text in texts if _is_aside(situation, text)]
    texts = [text for text in texts if text not in asides]
    if any(concept("message.unfinished").mentioned(text) or _is_early_step(text) for text in texts):
        return ""
    if any(_takes_back(sentence) for text in texts for sentence in _sentences(text)):
        return ""
    announced = [text for text in texts if _is_announced(situation, text)]
    said = [(text, sentence) for text in texts for sentence in _sentences(text)]
    plain = next(
        (
            text
            for text, sentence in said
            if says_so(sentence)
            or (text in announced and _says_announced(sentence))
            or _says_pressed(situation, sentence)
        ),
        "",
    )
    return plain or ("" if asides else _thanks(situation, said))


def _sentences(text: str) -> list[str]:
    """The sentences of a text; the point of `no. C-99` ends none."""
    return _SENTENCES.findall(_NUMBERED.sub(" ", text))


def _is_aside(situation: Situation, text: str) -> bool:
    """Whether a text is about something else than what was sent: `Cookie preferences saved`."""
    about = situation.intent.instructions + situation.request.first_text
    return any(
        (said := concept(name).term(text)) and said not in fold(about)
        for name in ("message.aside", "message.aside_thanks")
    )


def _thanks(situation: Situation, said: list[tuple[str, str]]) -> str:
    """Thanks alone, where nothing else is said that may take them back."""
    thanking = next((text for text, sentence in said if only_thanks(sentence)), "")
    given = [folded(one.text) for one in given_values(situation)]
    other = (
        sentence
        for _, sentence in said
        if len(words(sentence)) > _LABEL
        and not concept("message.promise").mentioned(sentence)
        and not only_thanks(sentence)
        and not any(one and one in folded(sentence) for one in given)
    )
    return "" if next(other, "") else thanking


def _takes_back(sentence: str) -> bool:
    """Whether a sentence says that something was not done: `No order has been placed`."""
    named = (concept(f"message.{name}").term(sentence) for name in ("success", "announced"))
    done = next(filter(None, named), "")
    if not done or not denies(sentence.strip()) or is_to_come(sentence, done):
        return False
    return not concept("word.condition").mentioned(sentence)


def said_before_sending(situation: Situation) -> frozenset[str]:
    """What came up while the form was filled in: that is no answer to its being sent."""
    before, since = set[str](), set[str]()
    for _, action in situation.memory.actions:
        said = {folded(text) for text in action.result.text_appeared}
        if action.decision.purpose in _SAYING:
            since |= said
        else:
            before |= said
    return frozenset(before - since)


def _is_announced(situation: Situation, text: str) -> bool:
    """Whether a text is a status line, or a heading that ends so: `Order 4711 created`."""
    ends = fold(text).strip(" .!").endswith(concept("message.announced").term(text) or "\n")
    return text in situation.view.messages or (ends and text in situation.view.main_headings)


def _says_pressed(situation: Situation, sentence: str) -> bool:
    """Whether a sentence says that what was pressed was done: `Dune was renewed` for `Renew`."""
    if sentence.endswith("?") or concept("message.refused").mentioned(sentence):
        return False
    pressed = {word for one in situation.memory.done(Purpose.SUBMIT) for word in words(one.label)}
    return not denies(sentence) and any(
        _is_past(word, said) and not is_to_come(sentence, said)
        for word in pressed
        for said in words(sentence)
    )


def _is_past(word: str, said: str) -> bool:
    return is_done_by(word, said) and (is_kin(word, said) or len(word) >= _LEAST_VERB)


def _says_announced(sentence: str) -> bool:
    said = concept("message.announced").term(sentence)
    refused = sentence.endswith("?") or concept("message.refused").mentioned(sentence)
    return bool(said) and not (refused or denies(sentence) or is_to_come(sentence, said))


def says_done(sentence: str) -> bool:
    """Whether a sentence says that something was done: `thanks` does only by itself."""
    return says_so(sentence) or only_thanks(sentence)


def says_so(sentence: str) -> bool:
    """Whether a sentence says in so many words that something was done."""
    if sentence.endswith("?") or concept("message.refused").mentioned(sentence):
        return False
    said = concept("message.success").term(sentence)
    return bool(said) and not (denies(sentence) or is_to_come(sentence, said))


def only_thanks(sentence: str) -> bool:
    """Whether a sentence says thanks and nothing else, but whom they are for."""
    if sentence.endswith("?") or concept("message.refused").mentioned(sentence):
        return False
    thanks = concept("message.thanks").terms.match(fold(sentence))
    rest = words(fold(sentence)[thanks.end() :]) if thanks else ()
    return (
        thanks is not None
        and len(rest) <= _MOST_NAMED
        and not (rest and concept("word.relation").mentioned(rest[0]))
    )


def is_to_come(sentence: str, done: str) -> bool:
    """Whether a sentence says that what its words for done tell is yet to happen, or may happen."""
    before = fold(sentence).partition(done)[0]
    future = bool(concept("message.future").terms.search(before))
    return future or concept("message.condition").mentioned(_without_limits(sentence))


def _without_limits(sentence: str) -> str:
    """A sentence without its days and the words before them: `until 5 July` sets no condition."""
    rest, end = "", 0
    for one in find_dates(sentence, date.max):
        rest += sentence[end : one.start].rstrip().rpartition(" ")[0]
        end = one.end
    return rest + sentence[end:]


def denies(sentence: str) -> bool:
    """Whether a sentence says that something is not so."""
    said = re.findall(r"[^\W_]+(?:'[^\W_]+)?", _NUMBERED.sub(" ", fold(without_days(sentence))))
    negations = set(word_list("negations"))
    return any(word in negations or word.partition("'")[2] in negations for word in said)


def _is_early_step(text: str) -> bool:
    """Whether a text counts the parts of a form, and this isn't the last one."""
    step = concept("form.step").terms.search(fold(text))
    counted = _COUNTED.match(fold(text)[step.end() :]) if step else None
    return counted is not None and int(counted[1]) < int(counted[2])
