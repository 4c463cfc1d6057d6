"""The form that a field or a button belongs to, and whether a button sends it."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.targets import label_of
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.page import PageView

_DIALOGS = ("dialog", "alertdialog")


def form_or_dialog(ref: str | None, view: PageView) -> Node | None:
    """The form, or the dialog, that something stands in: what a field opens is apart from it."""
    node = view.observation.find(ref) if ref else None
    around = view.ancestors(node) if node is not None else ()
    return next((one for one in around if one.tag == "form" or one.role in _DIALOGS), None)


def only_steps(sender: str, view: PageView, beside: Sequence[str]) -> bool:
    """Whether a button works on a form without sending it: a sign, or one beside the sender."""
    node = view.observation.find(sender)
    if node is None or not any(map(str.isalpha, node.name or node.text)):
        return True
    form = form_or_dialog(sender, view)
    others = (one for one in view.controls if one.node.role == "button" and one.ref != sender)
    return any(one.label in beside and form_or_dialog(one.ref, view) is form for one in others)


def is_search(sender: str, observation: Observation) -> bool:
    """Whether a form is for looking something up: with some of what is known, as one likes."""
    node, label = observation.find(sender), label_of(sender, observation)
    kinds = (concept("paging.search"), concept("paging.filter"))
    is_box = node is not None and node.role == "searchbox"
    return is_box or any(one.score(label) >= MOSTLY for one in kinds)
