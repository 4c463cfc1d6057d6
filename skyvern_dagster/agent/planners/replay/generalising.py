"""One recording of two that worked for different records: what differs becomes a pattern.

``Invoice AKQZ`` and ``Invoice PLOM`` are ``Invoice *``; ``/uk/order/7`` and ``/ie/order/9`` are
``/*/order/{{ order_id }}``. Only what belongs to a record may differ: an element in its row, or one
whose address has its number. A link of the menu that is called otherwise was renamed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from skyvern_dagster.agent.planners.replay.recording import (
    Effect,
    Element,
    RecordedAction,
    RecordedStep,
    Recording,
)
from skyvern_dagster.agent.variables import used_in

T = TypeVar("T")
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


class _DiffersError(Exception):
    """Two recordings aren't the same way."""


def generalised(old: Recording, new: Recording) -> Recording:
    """The new recording, or one that holds for both, where both are the same way.

    Args:
        old: What was kept so far.
        new: Of a task with other values that just completed.
    """
    same_task = (old.goal, old.ends, old.bound) == (new.goal, new.ends, new.bound)
    if not same_task or old.values == new.values or not new.bound:
        return new
    try:
        steps = [_step(*each) for each in _paired(old.steps, new.steps)]
    except _DiffersError:
        return new
    return new.model_copy(update={"steps": tuple(steps)})


def _paired(old: Sequence[T], new: Sequence[T]) -> list[tuple[T, T]]:
    if len(old) != len(new):
        raise _DiffersError
    return list(zip(old, new, strict=True))


def _step(old: RecordedStep, new: RecordedStep) -> RecordedStep:
    if old.pages or new.pages:
        return _same(old, new)
    actions = [_action(*each) for each in _paired(old.actions, new.actions)]
    return new.model_copy(update={"at": _path(old.at, new.at), "actions": tuple(actions)})


def _action(old: RecordedAction, new: RecordedAction) -> RecordedAction:
    _same(
        (old.do, old.fields, old.reading, old.to is None),
        (new.do, new.fields, new.reading, new.to is None),
    )
    return new.model_copy(
        update={
            "element": _element(old.element, new.element),
            "to": _element(old.to, new.to),
            "effect": _effect(old.effect, new.effect),
        }
    )


def _element(old: Element | None, new: Element | None) -> Element | None:
    if old is None or new is None or old == new:
        return _same(old, new)
    _same(
        (old.role, old.tag, old.input_type, old.row, old.inside),
        (new.role, new.tag, new.input_type, new.row, new.inside),
    )
    url = _path(old.url, new.url)
    if not (new.row or used_in(url)):
        raise _DiffersError
    name, varies = _name(old, new)
    kept = {key: value for key, value in new.attributes.items() if old.attributes.get(key) == value}
    return new.model_copy(
        update={
            "name": name,
            "varies": varies,
            "url": url,
            "attributes": kept,
            "under": new.under if old.under == new.under else "",
            "nth": new.nth if old.among == new.among else 1,
            "among": new.among if old.among == new.among else 1,
        }
    )


def _name(old: Element, new: Element) -> tuple[str, bool]:
    """The name that both have, with ``*`` for what differs."""
    if old.name == new.name:
        return new.name, old.varies or new.varies
    if "*" in new.name:
        raise _DiffersError
    known, given = (_TOKEN.findall(name) for name in (old.name, new.name))
    if old.varies:
        head, _, tail = old.name.partition("*")
        known = [*_TOKEN.findall(head), "*", *_TOKEN.findall(tail)]
    first = _shared(known, given)
    last = min(_shared(known[::-1], given[::-1]), min(len(known), len(given)) - first)
    parts = ("".join(given[:first]), "".join(given[len(given) - last :]))
    return "*".join(parts), True


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many tokens two lists have in common from their beginning."""
    count = 0
    for mine, yours in zip(one, other, strict=False):
        if mine.casefold() != yours.casefold():
            break
        count += 1
    return count


def _path(old: str, new: str) -> str:
    if not old and not new:
        return ""
    pairs = _paired(old.split("/"), new.split("/"))
    parts = [one if one == other else "*" for one, other in pairs]
    if not any(part and part != "*" for part in parts) and old != new:
        raise _DiffersError
    return "/".join(parts)


def _effect(old: Effect, new: Effect) -> Effect:
    _same((old.new_tab, bool(old.url)), (new.new_tab, bool(new.url)))
    return Effect(
        url=_path(old.url, new.url),
        downloads=min(old.downloads, new.downloads),
        new_tab=new.new_tab,
        dialog=old.dialog or new.dialog,
        changes=old.changes and new.changes,
        says=old.says or new.says,
    )


def _same(old: T, new: T) -> T:
    if old != new:
        raise _DiffersError
    return new
