"""What a plan may not do, whatever a text on a page said to whoever made it.

A planner that reads pages can be talked into things by them. Its decisions pass here before they
are carried out: secrets go into the fields that are made for them, and the browser stays on the
sites that the task is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from skyvern_dagster.agent.decisions import Click, Decision, Download, Goto, InputText
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.credentials.reference import SecretReference, references_in
from skyvern_dagster.credentials.site import host_of, is_within, same_site

_HOST = re.compile(r"(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])", re.IGNORECASE)
_CODE_FIELDS = ("", "text", "tel", "number", "password")


class Guard:
    """Checks decisions of one task.

    Args:
        home_url: Where the task began.
        goal: Names further sites, in its texts or its payload.
        allowed_hosts: Hosts that the workflow's credentials may be used on.
    """

    def __init__(self, home_url: str, goal: Goal, allowed_hosts: Iterable[str] = ()) -> None:
        self._home = home_url
        told = [goal.navigation_goal, goal.data_extraction_goal, *_texts(goal.payload)]
        named = {host.lower() for text in told for host in _HOST.findall(text)}
        named |= {host_of(text) for text in told if "://" in text} - {""}
        self._hosts = frozenset(allowed_hosts) | named

    def refusal(self, decision: Decision, observation: Observation) -> str | None:
        """Why a decision is not carried out, in words for the planner; ``None`` if it may be."""
        match decision:
            case InputText():
                return _typing_refusal(decision, observation.find(decision.ref))
            case Goto() | Download(ref=None):
                return self._leaving_refusal(decision.url or "")
            case Click():
                node = observation.find(decision.ref)
                return self._leaving_refusal(node.url) if node is not None and node.url else None
            case _:
                return None

    def _leaving_refusal(self, url: str) -> str | None:
        host = host_of(url)
        if not host or same_site(url, self._home):
            return None
        if any(is_within(host, allowed) for allowed in self._hosts):
            return None
        return (
            f"{host} is not the site where the task began ({host_of(self._home)}); name it in the "
            "goal, the parameters or a credential's allowed_hosts if the task needs it"
        )


def shows(observation: Observation, text: str) -> bool:
    """Whether a page shows a text, white space and capitals aside."""
    wanted = _folded(text)
    page = _folded(f"{observation.title} {observation.root.full_text}")
    return bool(wanted) and wanted in page


def _typing_refusal(decision: InputText, node: Node | None) -> str | None:
    for reference in references_in(decision.text):
        if reference.field == "username":
            continue
        if decision.text.strip() != str(reference):
            return f"{reference} can only be typed alone, not as part of another text"
        if node is not None and not _is_made_for(node, reference):
            return f'{reference} belongs into a field for it, not into {node.role} "{node.name}"'
    return None


def _is_made_for(node: Node, reference: SecretReference) -> bool:
    if reference.field == "totp":
        return node.input_type in _CODE_FIELDS and node.tag != "textarea"
    if reference.field == "password":
        return node.input_type == "password" or "password" in node.attributes.get(
            "autocomplete", ""
        )
    return node.tag != "textarea"


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
        case _:
            return


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
