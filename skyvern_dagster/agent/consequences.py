"""What nobody may do unasked: pay, order, delete, send, cancel, change a login, grant access.

The words are data (``vocabulary/consequences.yaml`` of the keyless planner): ``consequence.pay`` is
how controls and addresses say it, ``asked.pay`` how goals ask for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, unquote

from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.browser.page_request import PageRequest
from skyvern_dagster.reading.concepts import Concept, concept, concepts, word_list
from skyvern_dagster.reading.text_lengths import LINE
from skyvern_dagster.reading.words import fold, name_words

_LABEL = 0.5
"""A label that is little more than the word: "Yes, delete everything", not "Invoices to pay"."""

_PART = 0.9
"""A part of an address is such a word: ``/delete-account``, not ``/deleted-items``."""

_DECIDING = re.compile(r"_?(action|do|op|operation|cmd|command|method|task|submit|event)", re.I)
_WORDS_BEFORE = 5
"""Of a sentence, before a word that it may deny: "please do not under any circumstances"."""
_SENTENCE = re.compile(r"[.;:!?,]| and | then | und | et | y | e | en ")
_DONE_BY_LINK = ("cancel", "delete")
"""What sites let a mere link do, against all advice."""

_BUTTON_TYPES = ("submit", "button", "image", "reset", "hidden")
_DIALOGS = ("dialog", "alertdialog", "form")


@dataclass(frozen=True)
class Consequence:
    """Something that a plan was about to do.

    Attributes:
        kind: The concept's name without its prefix: ``pay``, ``delete``, ...
        words: Where it said so.
    """

    kind: str
    words: str

    def __str__(self) -> str:
        return (
            f'"{self.words}" would {_DOES[self.kind]}, which the goal doesn\'t ask for; if it is '
            f"meant, say so in the goal ({_SAID[self.kind]})"
        )


_DOES = {
    "pay": "pay or buy",
    "order": "place an order",
    "delete": "delete something",
    "send": "send something to others",
    "cancel": "cancel a subscription or contract",
    "login": "change a password or an e-mail address",
    "access": "grant access to somebody",
    "program": "download a program",
}
_SAID = {
    "pay": '"pay ..." or "buy ..."',
    "order": '"order ..."',
    "delete": '"delete ..."',
    "send": '"send ..." or "submit ..."',
    "cancel": '"cancel ..."',
    "login": '"change the password ..."',
    "access": '"authorize ..." or "invite ..."',
    "program": '"download the installer ..."',
}


class Unasked:
    """Knows what a goal asks for, and finds what it doesn't.

    Args:
        goal: Of the task.
    """

    def __init__(self, goal: Goal) -> None:
        told = f"{goal.navigation_goal} . {goal.data_extraction_goal}"
        self._fills_cart = concept("asked.cart").mentioned(told)
        self._kinds = tuple(
            each
            for each in _kinds()
            if not (_asks(concept(f"asked.{each.name}"), told) or _begins(each.name, told))
        )

    def of_click(self, ref: str, observation: Observation) -> Consequence | None:
        """What clicking an element would do, by what it and the dialog around it say."""
        path = _path_to(observation.root, ref)
        if not path:
            return None
        node = path[-1]
        label = node.name or node.full_text or node.title or node.value
        consequence = self.of_link(label, node.url or "")
        if consequence is not None and self._only_fills_cart(label, observation):
            return None
        if consequence is not None or not _is_button(node):
            return consequence
        if concept("consequence.submit").score(label) >= 1 and _has_room(path[:-1]):
            return next(
                (Consequence(each.name, label) for each in self._kinds if each.name == "send"), None
            )
        around = next((each for each in reversed(path[:-1]) if each.role in _DIALOGS), None)
        headed = "" if around is None else _heading(around)
        # "OK" in a dialog that asks whether to delete.
        return self.of_label(headed) if concept("consequence.confirm").score(label) >= 1 else None

    def _only_fills_cart(self, label: str, observation: Observation) -> bool:
        """Whether a bare "Buy" is how a shop calls what the goal asks for.

        Only where no other button speaks of the cart, and a link to it does: beside both, "Buy" is
        the way past it.
        """
        if not self._fills_cart or concept("cart.bare_buy").score(label) < 1:
            return False
        cart = concept("asked.cart")
        named = [one for one in observation.root.walk() if one.ref and cart.mentioned(one.name)]
        return any(one.role == "link" for one in named) and not any(map(_is_button, named))

    def of_link(self, label: str, url: str) -> Consequence | None:
        """What following a link would do, by what it is called and where it leads."""
        consequence = self.of_label(label)
        if consequence is None and url:
            consequence = self._of_address(url, sends=False)
        return consequence

    def of_label(self, label: str) -> Consequence | None:
        """What a control that reads so would do."""
        if not label or len(label) > LINE:
            return None
        return next(
            (
                Consequence(each.name, " ".join(label.split()))
                for each in self._kinds
                if each.says.score(label) >= _LABEL
            ),
            None,
        )

    def of_request(self, request: PageRequest) -> Consequence | None:
        """What a request would do, by its method, its address and the fields that decide."""
        if request.method == "DELETE":
            return self._of_word("delete", request.url)
        if not (request.sends or request.is_page):
            return None
        consequence = self._of_address(request.url, sends=request.sends)
        return consequence or self._of_fields(request.body)

    @property
    def programs(self) -> bool:
        """Whether programs may be downloaded."""
        return all(each.name != "program" for each in self._kinds)

    def _of_address(self, url: str, *, sends: bool) -> Consequence | None:
        """What an address does; one that is only asked for may be a page about it (``/buy``)."""
        address = parse_url(url)
        if address is None:
            return None
        for part in unquote(address.path).split("/"):
            consequence = self._of_word(part.partition(".")[0], url)
            acts = consequence is not None and (sends or consequence.kind in _DONE_BY_LINK)
            if acts or (consequence is not None and len(name_words(part)) > 1):
                return consequence
        return self._of_fields(address.href.partition("?")[2].partition("#")[0])

    def _of_fields(self, fields: str) -> Consequence | None:
        for name, value in parse_qsl(fields[:10_000]):
            if _DECIDING.fullmatch(name):
                consequence = self._of_word(value, value)
                if consequence is not None:
                    return consequence
        return None

    def _of_word(self, part: str, where: str) -> Consequence | None:
        said = " ".join(name_words(part.replace("-", " ")))
        for each in self._kinds:
            if said and each.says.score(said) >= _PART:
                return Consequence(each.name, where.partition("?")[0][:100])
        return None


@dataclass(frozen=True)
class _Kind:
    name: str
    says: Concept


@cache
def _kinds() -> tuple[_Kind, ...]:
    prefix = "consequence."
    kinds = (_Kind(each.name.removeprefix(prefix), each) for each in concepts(prefix))
    return tuple(each for each in kinds if each.name in _DOES)


def _asks(asked: Concept, goal: str) -> bool:
    """Whether a text asks for it, somewhere where it doesn't say "don't"."""
    plain = fold(goal)
    return any(
        not _denied(plain[: match.start()])
        for match in asked.terms.finditer(asked.exclusions.sub(" ", plain))
    )


def _begins(kind: str, goal: str) -> bool:
    """Whether a sentence begins with a word that only then asks for it: "Order 3 lamps"."""
    return any(
        each.terms.match(sentence.strip()) is not None
        and not each.exclusions.match(sentence.strip())
        for each in concepts(f"asked_first.{kind}")
        for sentence in _SENTENCE.split(fold(goal))
    )


def _denied(before: str) -> bool:
    words = _SENTENCE.split(before)[-1].split()[-_WORDS_BEFORE:]
    return any(each in word_list("negations") for each in words)


def _path_to(root: Node, ref: str) -> tuple[Node, ...]:
    """The node with a ref, after those around it."""
    if root.ref == ref:
        return (root,)
    for child in root.children:
        below = _path_to(child, ref)
        if below:
            return (root, *below)
    return ()


def _is_button(node: Node) -> bool:
    return node.role == "button" or node.tag == "button" or node.input_type in ("submit", "button")


def _has_room(path: tuple[Node, ...]) -> bool:
    """Whether the nearest part of the page that has fields has one for a text of several lines."""
    for around in reversed(path):
        fields = [each for each in around.walk() if each.tag in ("input", "textarea")]
        if any(each.input_type not in _BUTTON_TYPES for each in fields):
            return any(each.tag == "textarea" for each in fields)
    return False


def _heading(around: Node) -> str:
    headed = next((node.name for node in around.walk() if node.role == "heading"), "")
    return around.name or headed
