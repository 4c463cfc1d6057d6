"""E-mail addresses of a page, and whose they are: one's own, or of whom one can write to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.controls import INPUT_ROLES
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.schema import FieldSpec
from skyvern_dagster.reading.text_lengths import SENTENCES
from skyvern_dagster.reading.words import name_words

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def mail_addresses_in(text: str) -> list[str]:
    """The e-mail addresses of a text."""
    return _EMAIL.findall(text)


_MOST_ABOVE = 8
"""Texts before an address that may say whose it is: the parts of a postal address, each with its
name. Arbitrary."""


class Owner(Enum):
    """Whose an address is."""

    SELF = "self"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class MailAddress:
    """An address on a page."""

    text: str
    owner: Owner


def emails(view: PageView, field: FieldSpec | None = None, owner: str = "") -> tuple[str, ...]:
    """The addresses that the page gives to write to; not the one of who is logged in.

    Args:
        view: The page.
        field: What is asked for: its name tells whose address that is.
        owner: What the schema calls the object that the field is of.
    """
    asked = _asked(field, owner)
    kept = [
        one
        for one in _addresses(view)
        if asked is Owner.UNKNOWN or one.owner in {asked, Owner.UNKNOWN}
    ]
    kept.sort(key=lambda one: asked is not Owner.UNKNOWN and one.owner is not asked)
    return tuple(dict.fromkeys(one.text for one in kept))


def _asked(field: FieldSpec | None, owner: str) -> Owner:
    if field is None:
        return Owner.UNKNOWN
    return _owner_in(" ".join((*name_words(owner), *name_words(field.name), field.description)))


def _owner_in(text: str) -> Owner:
    """Whom a text is about; who sells or helps, where it is about both: `customer service`."""
    if concept("address.theirs").mentioned(text):
        return Owner.OTHER
    return Owner.SELF if concept("address.own").mentioned(text) else Owner.UNKNOWN


def _addresses(view: PageView) -> Iterator[MailAddress]:
    """Those of links first, which are there to be written to."""
    for control in view.controls:
        if control.url.startswith("mailto:"):
            address = control.url.removeprefix("mailto:").partition("?")[0]
            if address:
                yield MailAddress(address, _owner(view, control.node))
    for node in view.nodes:
        if node.children or not (text := view.text(node)) or "@" not in text:
            continue
        around = " ".join(view.text(above) for above in list(view.ancestors(node))[:1])
        if concept("login.greeting").mentioned(around[:SENTENCES]) or _is_account_menu(view, node):
            continue
        for address in _EMAIL.findall(text):
            yield MailAddress(address.rstrip("."), _owner(view, node))


def _owner(view: PageView, node: Node) -> Owner:
    """Whose an address is, by the nearest text before it that tells, down from its heading."""
    if node.role in INPUT_ROLES:
        return Owner.SELF
    for text in _before(view, node):
        if (told := _owner_in(_EMAIL.sub(" ", text))) is not Owner.UNKNOWN:
            return told
    return Owner.UNKNOWN


def _before(view: PageView, node: Node) -> Iterator[str]:
    yield view.text(node)[:SENTENCES]
    region, at, seen = view.region(node), view.position(node) - 1, 0
    while at >= 0 and seen < _MOST_ABOVE:
        one = view.nodes[at]
        at -= 1
        if one.children and one.role != "heading":
            continue
        if view.region(one) != region:
            return
        if text := view.label(one):
            seen += 1
            yield text
        above = view.parent(one)
        if one.role == "heading" or (above is not None and above.role == "heading"):
            return


def _is_account_menu(view: PageView, node: Node) -> bool:
    """Whether an address stands by itself in the page's head, naming the user."""
    region = view.region(node)
    return region in {"banner", "navigation"} and not any(
        above.url for above in (node, *view.ancestors(node))
    )
