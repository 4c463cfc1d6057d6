"""Options that stand in the page itself: of a native select, or suggestions for a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from skyvern_dagster.browser.field_content import content_of
from skyvern_dagster.browser.target import Target
from skyvern_dagster.browser.timeouts import ACTION
from skyvern_dagster.errors import ActionError, NotTakenError

Option = tuple[str, str, bool]
"""Label, value, and whether it is disabled."""
_MOST_NAMES = 20
"""Options that a message names."""
_PARTS = re.compile(r"\s[-\u2013\u2014|:\u00b7]\s|[(),/|;]")
"""Between the parts of an option: `AT - Austria`, `Standard (3 days)`."""


async def choose_listed_options(
    target: Target, label: str | None, value: str | None, labels: Sequence[str]
) -> str:
    """Chooses of what a select, or a field with a ``<datalist>``, lists.

    Args:
        target: The select or the field.
        label: How the option reads.
        value: Its value instead.
        labels: Several options; they replace what was chosen.

    Raises:
        ActionError: There is no such option, or several that it may be.
        NotTakenError: The page shows another choice afterwards.
    """
    control = target.locator.locator("skyvern-target=control")
    try:
        wanted = [option_index(target.options, each) for each in labels] or [
            option_index(target.options, value or "", by_value=True)
            if label is None
            else option_index(target.options, label)
        ]
    except ActionError as error:
        raise ActionError(f"{target} has {error}") from error
    if len(wanted) > 1 and not target.multiple:
        raise ActionError(f"{target} takes one option only")
    names = [target.options[index][0] for index in wanted]
    told = ", ".join(f'"{name}"' for name in names)
    if target.control == "select":
        # People leave one field for the next: that is when a page takes in what the last one holds.
        await control.focus(timeout=ACTION)
        before, shown_before = (
            (await content_of(target.locator, target.ref)).chosen,
            await _shown(target, names),
        )
        await control.select_option(index=wanted, timeout=ACTION)
        chosen = (await content_of(target.locator, target.ref)).chosen
        acted = not any(before) and chosen == before and await _shown(target, names) > shown_before
        if not acted and sorted(chosen) != sorted(names):
            shown = ", ".join(f'"{each}"' for each in chosen) or "nothing"
            raise NotTakenError(f"{target} shows {shown} as chosen instead of {told}")
    else:
        await control.fill(target.options[wanted[0]][1], timeout=ACTION)
    return f"Chose {told} in {target}"


async def _shown(target: Target, names: Sequence[str]) -> int:
    """How often the page says one of these words.

    A list that does something with a choice, and is blank again, shows so elsewhere: a line for a
    filter, an entry.
    """
    page = target.locator.locator("xpath=ancestor::body")
    return sum([await page.get_by_text(name, exact=True).count() for name in names if name])


def option_index(options: Sequence[Option], wanted: str, *, by_value: bool = False) -> int:
    """The place of the one option that is meant: ``Paid`` isn't ``Unpaid``, nor ``Not paid yet``.

    Args:
        options: Label, value and whether it is disabled.
        wanted: How it reads, or begins; or a part of it, as in ``AT - Austria``.
        by_value: Whether its value is asked for.

    Raises:
        ActionError: There is none, or there are several that it may be.
    """
    wanted = wanted.strip()
    usable = [(index, name, key) for index, (name, key, off) in enumerate(options) if not off]
    ways: tuple[Callable[[str, str], bool], ...] = (
        lambda name, key: wanted == (key if by_value else name),
        lambda name, key: _plain(wanted) in (_plain(name), _plain(key)),
        lambda name, _: _is_part(wanted, name),
    )
    for way in ways:
        found = [(index, name) for index, name, key in usable if wanted and way(name, key)]
        if len({name for _, name in found}) > 1:
            raise ActionError(f'several options may be "{wanted}": {_named(found)}')
        if found:
            return found[0][0]
    listed = _named([(index, name) for index, name, _ in usable])
    raise ActionError(f'no option "{wanted}"; it has {listed or "none"}')


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_part(wanted: str, name: str) -> bool:
    """Whether it is one of an option's parts, or the words that the option begins with."""
    begins = re.match(rf"{re.escape(_plain(wanted))}(?!\w)", _plain(name))
    return bool(begins) or _plain(wanted) in map(_plain, _PARTS.split(name))


def _named(options: Sequence[tuple[int, str]]) -> str:
    return ", ".join(f'"{name}"' for _, name in options[:_MOST_NAMES])
