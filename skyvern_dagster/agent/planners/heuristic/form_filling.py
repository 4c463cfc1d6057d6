"""Filling in a form from the payload, sending it, and telling success from refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    Decision,
    InputText,
    SelectOption,
    UploadFile,
    Wait,
)
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.complaints import complaint
from skyvern_dagster.agent.planners.heuristic.form_sending import submit_button, success
from skyvern_dagster.agent.planners.heuristic.navigation import MOST_NAVIGATIONS, go_to
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    SURE,
    Situation,
    act,
    complete,
    give_up,
    terminate,
    unsure,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.amounts import number_value
from skyvern_dagster.reading.concepts import MOSTLY, PARTLY, concept, concepts, word_list
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.date_format import DAY_TYPES, day_as_field_writes
from skyvern_dagster.reading.dates import find_dates, parse_date
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.words import clip, fold, name_words, overlap, stems

_MOST_SENT = 2
"""A form that comes back after it was filled in and sent twice takes something else."""
_SAME_CHOICE = 0.8
"""A radio button's label that is the value with hardly a word more: all of the value's words, and
no more than two words in five of the label are others."""
_OTHER_CHOICE = 0.3
"""Below what a field needs (`_MIN_MATCH`): the group's name fits, this button's doesn't."""
_HINT = 0.9
"""What pages call a field inside (its name, its id) counts a little less than what people read."""

_MIN_MATCH = 0.5
"""Half: all words of a fact's name in a label of any length (`overlap`), or a plain concept for
both. 0.4 and 0.65 do as well on the page tests."""


_SETTLING_SECONDS = 2
"""As for a click (`click_effect`)."""
_YES = frozenset({"true", "yes", "ja", "oui", "si", "sim", "on", "1"})
_NO = frozenset({"false", "no", "nein", "non", "nao", "nee", "off", "0"})
_BOXES = frozenset({"checkbox", "switch"})
_DRAWN = frozenset({"listbox", "combobox"})
_LONGEST_DATE = 30
"""Characters: `Wednesday, 25 September 2024` has 28; a longer text is about something else, too."""
_BESIDE = re.compile(r"\([^()]*\)|[-+]?\s?[€$£]?\s?\d+[.,]\d{2}\s?(?:€|[A-Z]{3}\b)?")
"""Brackets and prices."""
_BRACKETS = re.compile(r"\([^()]*[^\W\d_]{4,}[^()]*\)")
"""Those that hold words; currencies have three letters."""
_ANY_DAY = date(2000, 1, 1)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class PayloadValue:
    """One value of the payload with its name."""

    name: str
    value: Any

    @property
    def text(self) -> str:
        """What is typed."""
        return str(self.value)


def fill_form(situation: Situation) -> Plan:
    """The next step in filling in and sending a form."""
    if situation.memory.done(Purpose.SUBMIT) and (plan := _after_sending(situation)):
        return plan
    values = _given_values(situation)
    if len(forms := _forms_for(situation, values)) > 1:
        return unsure(f"{len(forms)} forms on {situation.url} take what is given")
    pairs = list(match_fields(situation, values))
    if not pairs:
        return _find_form(situation)
    if unknown := [pair for pair in pairs if not _can_take(*pair)]:
        field, given = unknown[0]
        reason = (
            f"Failed to fill in the form on {situation.url}: {field} has nothing for "
            f"{given.name} = {clip(given.text, 60)}"
        )
        return terminate(situation, "form_rejected", reason, LIKELY)
    decisions = [
        decision for field, given in pairs if (decision := _entry(situation, field, given))
    ]
    decisions.extend(_repetitions(situation, pairs))
    decisions.extend(_agreements(situation))
    missing = _missing(situation, [field for field, _ in pairs])
    if missing:
        lacking = ", ".join(missing)
        reason = f"Failed to fill in the form on {situation.url} - missing information: {lacking}"
        return terminate(situation, "form_rejected", reason, LIKELY)
    if left := _left_over(situation, values, [given for _, given in pairs]):
        named = ", ".join(given.name for given in left)
        return unsure(f"No field of the form on {situation.url} takes {named}")
    submit = submit_button(situation, [field for field, _ in pairs])
    if told := _undone_clause(situation, submit, decisions):
        return unsure(told)
    if submit is None and not decisions:
        return unsure(f"The form on {situation.url} has no button that sends it")
    if submit:
        decisions.append(
            Click(
                ref=submit.ref, reasoning=f"Submit: {submit} sends the form", purpose=Purpose.SUBMIT
            )
        )
    named = ", ".join(f"{field} = {given.name}" for field, given in pairs)
    return act(
        decisions, f"Fill: {named}; then {submit or 'nothing'}", SURE if len(pairs) > 1 else LIKELY
    )


def _given_values(situation: Situation) -> list[PayloadValue]:
    return [
        PayloadValue(path.rpartition(".")[2], value)
        for path, value in flat_items(situation.goal.payload)
        if value not in (None, "")
    ]


def _find_form(situation: Situation) -> Plan:
    plan = None
    if len(situation.memory.purposes(Purpose.NAVIGATE)) < MOST_NAVIGATIONS:
        targets = (situation.intent.target,) if situation.intent.target else ("page.contact",)
        plan = go_to(situation, targets, situation.intent.target_words)
    return plan or give_up(
        situation,
        "form_rejected",
        f"No form that takes the given information was found on {situation.url}",
    )


def match_fields(
    situation: Situation, values: list[PayloadValue]
) -> Iterator[tuple[Input, PayloadValue]]:
    """Pairs each field with the payload value that it asks for, the plainest pairs first."""
    fields = _of_one_form(situation, values)
    pairs = [
        (score, field, given)
        for field in fields
        for given in values
        if (score := _match(field, given)) and _is_of_group(field, given, fields)
    ]
    used_fields: set[str] = set()
    used_values: set[str] = set()
    for score, field, given in sorted(pairs, key=lambda pair: pair[0], reverse=True):
        if (
            score < _MIN_MATCH
            or field.ref in used_fields
            or (given.name in used_values and field.node.role != "checkbox")
        ):
            continue
        used_fields.add(field.ref)
        used_values.add(given.name)
        yield field, given


def _of_one_form(situation: Situation, values: list[PayloadValue]) -> list[Input]:
    """The fields of the form that takes most of what is given: others are for something else."""
    return next(iter(_forms_for(situation, values)), [])


def _forms_for(situation: Situation, values: list[PayloadValue]) -> list[list[Input]]:
    """The fields of each form that takes as much as any of what is given.

    Of these, only those that the goal's words tell from the others, where they do.
    """
    view = situation.view
    forms: dict[int, tuple[Node, list[Input]]] = {}
    for field in view.inputs:
        if view.region(field.node) not in {"banner", "search", "contentinfo"}:
            form = next((one for one in view.ancestors(field.node) if one.tag == "form"), view.root)
            forms.setdefault(id(form), (form, []))[1].append(field)

    def taken(fields: list[Input]) -> int:
        return sum(any(_match(field, given) >= _MIN_MATCH for field in fields) for given in values)

    most = max((taken(fields) for _, fields in forms.values()), default=0)
    best = [one for one in forms.values() if taken(one[1]) == most]
    if len(best) == 1 or not most:
        return [fields for _, fields in best[:1]]
    said = stems(situation.intent.instructions)
    told = [said & stems(f"{_heading_of(situation, form)} {view.text(form)}") for form, _ in best]
    common = frozenset.intersection(*told)
    named = [fields for (_, fields), own in zip(best, told, strict=True) if own - common]
    return named or [fields for _, fields in best]


def _heading_of(situation: Situation, form: Node) -> str:
    """The heading that stands nearest above a form."""
    view = situation.view
    above = [
        one
        for one in view.nodes
        if one.role == "heading" and view.position(one) < view.position(form)
    ]
    return view.label(above[-1]) if above else ""


def _is_of_group(field: Input, given: PayloadValue, fields: list[Input]) -> bool:
    """Whether a value is for this one of several fields of one name, going by their groups.

    ``shipping_city`` isn't the city of a billing address; a bare ``city`` is of neither.
    """
    alike = [one for one in fields if fold(one.label) == fold(field.label)]
    groups = [stems(one.group) for one in alike]
    if len(set(groups)) == 1 or field.node.role == "radio":
        return True
    telling = stems(field.group) - frozenset.intersection(*groups)
    return bool(telling & stems(" ".join(name_words(given.name))))


def _match(field: Input, given: PayloadValue) -> float:
    spoken = " ".join(name_words(given.name))
    label = f"{field.label}"
    score = max(overlap(spoken, label), _HINT * overlap(spoken, field.hints))
    for one in concepts("form."):
        meant = one.score(spoken)
        if meant >= MOSTLY:
            score = max(score, meant * max(one.score(label), _HINT * one.score(field.hints)))
    if field.node.role == "radio":
        return _radio_match(field, given, score)
    return 0.0 if _is_part(spoken, label) else score


def _is_part(spoken: str, label: str) -> bool:
    """Whether a field takes a part of a value: a first name isn't the whole one."""
    whole = concept("form.full_name").score(spoken) >= MOSTLY
    parts = (concept("form.first_name"), concept("form.last_name"))
    return whole and any(
        one.score(label) > max(one.score(spoken), concept("form.full_name").score(label))
        for one in parts
    )


def _radio_match(field: Input, given: PayloadValue, score: float) -> float:
    """A radio button is meant when its own label is the value."""
    asked = overlap(" ".join(name_words(given.name)), field.group) >= _MIN_MATCH
    if isinstance(given.value, bool):
        words_for = _YES if given.value else _NO
        return _SAME_CHOICE if asked and fold(field.label) in words_for else 0.0
    same = fold(field.label) == fold(given.text) or overlap(given.text, field.label) >= _SAME_CHOICE
    return _SAME_CHOICE if same else min(score, _OTHER_CHOICE)


def _can_take(field: Input, given: PayloadValue) -> bool:
    """Whether a field has a place for a value: another option isn't put in its place."""
    if field.node.role in _BOXES:
        # `Don't send me news` is ticked for the opposite of `news`.
        opposite = _denies(field.label) is not _denies(" ".join(name_words(given.name)))
        return _truth(given) is not None and not opposite
    if field.node.input_type in DAY_TYPES and any(
        one.ambiguous for one in find_dates(given.text, _ANY_DAY)
    ):
        return False
    listed = field.node.options and field.node.tag == "select"
    return not listed or bool(_option(field, given))


def _denies(text: str) -> bool:
    return bool(set(fold(text).split()) & set(word_list("negations")))


def _entry(situation: Situation, field: Input, given: PayloadValue) -> Decision | None:
    why = f"Fill: {field} takes {given.name}"
    node = field.node
    if node.role in _BOXES:
        checked = bool(_truth(given))
        return Check(ref=field.ref, checked=checked, reasoning=why, purpose=Purpose.FILL)
    if node.role == "radio":
        return Check(ref=field.ref, reasoning=why, purpose=Purpose.FILL)
    option = _option(field, given) if node.options else ""
    listed = node.role in _DRAWN or node.attributes.get("aria-autocomplete") == "list"
    if option or (listed and not _shows_no_option(situation, field)):
        label = option or given.text
        return SelectOption(ref=field.ref, label=label, reasoning=why, purpose=Purpose.FILL)
    if node.input_type == "file":
        return UploadFile(ref=field.ref, path=given.text, reasoning=why, purpose=Purpose.FILL)
    if node.value and fold(node.value) == fold(given.text):
        return None
    return InputText(
        ref=field.ref, text=_typed(situation, field, given), reasoning=why, purpose=Purpose.FILL
    )


def _shows_no_option(situation: Situation, field: Input) -> bool:
    """Whether a field that may suggest something had nothing to suggest: it takes any text."""
    return field.is_text and any(
        isinstance(action.decision, SelectOption)
        and action.decision.ref == field.ref
        and not action.result.ok
        for _, action in situation.memory.actions
    )


def _truth(given: PayloadValue) -> bool | None:
    """Whether a box is to be ticked; ``None`` where the value says neither."""
    if isinstance(given.value, bool):
        return given.value
    said = fold(given.text)
    return True if said in _YES else False if said in _NO else None


def _option(field: Input, given: PayloadValue) -> str:
    """The label of the option that is meant; empty where none is, or several are."""
    wanted = fold(given.text)
    same = [one for one in field.node.options if fold(one.label) == wanted]
    if len(same) > 1:
        return ""
    for option in field.node.options:
        if wanted in {fold(option.label), fold(option.value)}:
            return option.label
    labels = [one.label for one in field.node.options]
    alike = [one for one in labels if _says_the_same(field, given, one)]
    # What stands in brackets tells Frankfurt (Oder) from another one.
    rivals = [one for one in labels if stems(given.text) <= stems(one)]
    told = any(_BRACKETS.search(one) for one in alike)
    return alike[0] if len(alike) == 1 and not (told and len(rivals) > 1) else ""


def _says_the_same(field: Input, given: PayloadValue, option: str) -> bool:
    """Whether an option and a value differ only by what the field is called, a price, brackets.

    `Express (+5.00)` is `Express`; `Pro Plus` isn't `Pro`, and `Austria` isn't `Austria-Hungary`.
    """
    one, other = (stems(_BESIDE.sub(" ", text)) for text in (option, given.text))
    named = stems(f"{field.label} {field.hints} {' '.join(name_words(given.name))}")
    return bool(one & other) and one ^ other <= named


def _typed(situation: Situation, field: Input, given: PayloadValue) -> str:
    """The text as the field wants it: dates and amounts in its own format."""
    node = field.node
    if node.input_type == "number" and (number := number_value(given.text)) is not None:
        return str(number)
    dated = "date" in f"{given.name} {node.input_type}" or node.input_type == "month"
    dated = dated or _ISO_DAY.fullmatch(given.text) is not None
    day = (
        parse_date(given.text, situation.today)
        if len(given.text) <= _LONGEST_DATE and dated
        else None
    )
    if day is None:
        return given.text
    return day_as_field_writes(day, node, field.label, situation.lang)


def _repetitions(
    situation: Situation, pairs: list[tuple[Input, PayloadValue]]
) -> Iterator[Decision]:
    """What fields take that want a value again."""
    taken = {field.ref for field, _ in pairs}
    for field in situation.view.inputs:
        again = concept("form.repeat").mentioned(f"{field.label} {field.hints}")
        if not again or not field.is_text or field.ref in taken or field.node.value:
            continue
        for other, given in pairs:
            if other.is_text and stems(other.label) < stems(field.label):
                why = f"Fill: {field} takes {given.name} again"
                text = _typed(situation, field, given)
                yield InputText(ref=field.ref, text=text, reasoning=why, purpose=Purpose.FILL)


def _agreements(situation: Situation) -> Iterator[Decision]:
    boxes = [one for one in situation.view.inputs if one.node.role == "checkbox"]
    asked = len(boxes) == 1 and _asks_to_tick(situation)
    for field in boxes:
        terms = field.node.required or concept("form.terms").score(field.label) >= PARTLY
        if not field.node.checked and (terms or asked):
            yield Check(
                ref=field.ref, reasoning=f"Fill: {field} has to be agreed to", purpose=Purpose.FILL
            )


def _undone_clause(
    situation: Situation, submit: Control | None, decisions: Sequence[Decision]
) -> str:
    """What the goal asks for besides filling in that sending this form would leave undone."""
    if submit is None or concept("form.next").score(submit.label) >= MOSTLY:
        return ""
    done = [one.decision for one in situation.memory.done(Purpose.FILL)]
    if _asks_to_tick(situation) and not any(isinstance(one, Check) for one in (*decisions, *done)):
        return f"It isn't clear what is to be ticked on {situation.url}"
    draft = concept("message.unfinished").term(situation.intent.instructions)
    if draft and not stems(draft) & stems(submit.label):
        return f'No button of the form on {situation.url} does it "{draft}"'
    return ""


def _asks_to_tick(situation: Situation) -> bool:
    return concept("verb.accept").mentioned(situation.intent.instructions)


def _missing(situation: Situation, filled: list[Input]) -> list[str]:
    refs = {field.ref for field in filled}
    near = {situation.view.region(field.node) for field in filled}
    return [
        clip(field.label or field.hints, 40)
        for field in situation.view.inputs
        if field.node.required and field.ref not in refs and not field.node.value
        and field.node.role not in {"checkbox", "radio"}
        and not field.node.options and situation.view.region(field.node) in near
    ]  # fmt: skip


def _left_over(
    situation: Situation, values: list[PayloadValue], matched: list[PayloadValue]
) -> list[PayloadValue]:
    """Values that no field takes, here or on an earlier page; none where a further page comes."""
    fields = [field for field, _ in match_fields(situation, values)]
    button = submit_button(situation, fields) if fields else None
    if button is None or concept("form.next").score(button.label) >= MOSTLY:
        return []
    unticked = [one for one in values if isinstance(one.value, bool)]
    return [one for one in (*_not_entered(situation, values), *unticked) if one not in matched]


def _not_entered(situation: Situation, values: list[PayloadValue]) -> list[PayloadValue]:
    """Values that no field was given so far."""
    given = {
        fold(text)
        for action in situation.memory.done(Purpose.FILL)
        for text in _entered(action.decision)
    }
    return [
        one
        for one in values
        if not isinstance(one.value, bool) and not _is_among(one, given) and "://" not in one.text
    ]


def _is_among(one: PayloadValue, given: set[str]) -> bool:
    """Whether a value was entered, in whatever form the field wanted it."""
    return fold(one.text) in given or any(same_value(one.text, text) for text in given)


def _entered(decision: Decision) -> Iterator[str]:
    match decision:
        case InputText(text=text):
            yield text
        case SelectOption():
            yield from (decision.label or "", decision.value or "")
        case _:
            return


def _after_sending(situation: Situation) -> Plan | None:
    """What the site answered: success, complaints, or the next page of the form."""
    last = situation.memory.last_result
    invalid = [field for field in situation.view.inputs if field.node.invalid]
    succeeded = success(situation)
    told = next(
        (
            text
            for text in (last.text_appeared if last else ())
            if concept("message.invalid").mentioned(text)
        ),
        "",
    ) or complaint(situation)
    settled = situation.memory.last_was_for(Purpose.SETTLE)
    if (succeeded or settled) and not invalid and not told:
        if _has_more_fields(situation):
            return None
        if last and last.url_before == last.url_after and not settled:
            why = "Settle: what the page said may be taken back"
            wait = Wait(seconds=_SETTLING_SECONDS, reasoning=why, purpose=Purpose.SETTLE)
            return act([wait], why)
        said = f': "{clip(succeeded)}"' if succeeded else ", and the page said so"
        return complete(f"The form was sent{said}")
    if invalid or told:
        names = ", ".join(field.label or field.hints for field in invalid)
        reason = (
            f"Failed to pass the form on {situation.url}: {clip(told) or f'not accepted: {names}'}"
        )
        return terminate(situation, "form_rejected", reason, LIKELY)
    moved = last is not None and last.url_before != last.url_after
    if moved and not situation.view.inputs:
        return unsure(
            f"The form was sent, and {situation.url} came, which doesn't say that it was taken"
        )
    return None if moved else _sent_in_vain(situation)


def _has_more_fields(situation: Situation) -> bool:
    """Whether the page has fields for values that were not entered yet: its next part came."""
    values = _given_values(situation)
    left = _not_entered(situation, values)
    return any(given in left for _, given in match_fields(situation, values))


def _sent_in_vain(situation: Situation) -> Plan | None:
    if len(situation.memory.done(Purpose.SUBMIT)) < _MOST_SENT:
        return None
    return unsure(
        f"The form on {situation.url} was sent and neither success nor a complaint came back"
    )
