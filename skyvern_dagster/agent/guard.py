"""What a plan may not do, whatever a text on a page said to whoever made it.

A planner that reads pages can be talked into things by them. Its decisions pass here before they
are carried out: secrets go into the fields that are made for them, forms send to the task's sites,
and nothing happens unasked. What a page makes of a decision passes
:class:`~skyvern_dagster.agent.request_guard.RequestGuard`.
"""

from __future__ import annotations

from skyvern_dagster.agent.consequences import Unasked
from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    ClickAt,
    Decision,
    Download,
    Drag,
    Goto,
    InputText,
    Press,
    SelectOption,
    SolveTotp,
    TypeKeys,
    UploadFile,
)
from skyvern_dagster.agent.foreign_record import OwnRecord
from skyvern_dagster.agent.named_choice import NamedChoice
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.request_guard import RequestGuard
from skyvern_dagster.browser.form import FormFacts, form_around
from skyvern_dagster.browser.navigation import absolute
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.browser.points import spot_at
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.credentials.reference import SecretReference, references_in

_LINE_TYPES = ("", "text", "tel", "number", "password")
_NAME_TYPES = ("", "text", "email", "tel", "number")
_SENDING_KEYS = ("Enter", "NumpadEnter", " ", "Space")


class Guard:
    """Checks decisions of one task.

    Args:
        goal: What it asks for.
        requests: Holds its requests.

    Attributes:
        requests: The same.
    """

    def __init__(self, goal: Goal, requests: RequestGuard) -> None:
        self._unasked = Unasked(goal)
        self._own = OwnRecord(goal)
        self._named = NamedChoice(goal)
        self.requests = requests

    async def refusal(
        self, decision: Decision, observation: Observation, session: BrowserSession
    ) -> str | None:
        """Why a decision is not carried out, in words for the planner; ``None`` if it may be."""
        match decision:
            case InputText() | SolveTotp():
                return await self._typing(decision, observation, session)
            case TypeKeys():
                return await self._keys(decision, observation, session)
            case ClickAt():
                return await self._spot(decision, observation, session)
            case SelectOption() if other := self._other_choice(decision):
                return other
            case SelectOption() | Check() | UploadFile():
                form = await form_around(session, decision.ref)
                return self.requests.destination_refusal(form.destinations, secret=False)
            case Goto() | Download(ref=None):
                url = absolute(observation.url, decision.url or "")
                return self.requests.leaving_refusal(url, by_link=False)
            case Click() | Download():
                return await self._click(decision.ref or "", observation, session)
            case Press(key=key) if key.rpartition("+")[2] in _SENDING_KEYS:
                return await self._press(decision.ref, observation, session)
            case Drag():
                return self._consequence(decision.to_ref, observation)
            case _:
                return None

    def _other_choice(self, decision: SelectOption) -> str | None:
        given = (*decision.labels, decision.label or decision.value or "")
        refused = (self._own.other_value(one) for one in given)
        return next(filter(None, refused), None)

    async def _typing(
        self, decision: InputText | SolveTotp, observation: Observation, session: BrowserSession
    ) -> str | None:
        node = observation.find(decision.ref)
        form = await form_around(session, decision.ref)
        reference = SecretReference("code", "totp")
        text, secret, enters = str(reference), True, False
        if isinstance(decision, InputText):
            text, enters = decision.text, decision.press_enter
            secret = any(each.field != "username" for each in references_in(text))
        refused = _field_refusal(text, node, form) or self._own.other_value(text)
        refused = refused or self.requests.destination_refusal(form.destinations, secret=secret)
        return refused or (self._sending(form) if enters else None)

    async def _keys(
        self, decision: TypeKeys, observation: Observation, session: BrowserSession
    ) -> str | None:
        """As if the text was put into the field that has the focus."""
        ref = decision.ref or _focused(observation)
        if ref is None:
            return "there is nothing that takes keys: give the ref of a field"
        typed = InputText(ref=ref, text=decision.text, press_enter=decision.press_enter)
        return await self._typing(typed, observation, session)

    async def _spot(
        self, decision: ClickAt, observation: Observation, session: BrowserSession
    ) -> str | None:
        """As if what lies there was clicked by its ref."""
        spot = await spot_at(session, decision.x, decision.y)
        if spot is None:
            return None
        consequence = self._unasked.of_label(spot.label)
        if consequence is not None:
            return str(consequence)
        return await self._click(spot.ref, observation, session) if spot.ref else None

    async def _click(
        self, ref: str, observation: Observation, session: BrowserSession
    ) -> str | None:
        foreign = self._own.refusal(ref, observation) or self._named.refusal(ref, observation)
        if foreign:
            return foreign
        node = observation.find(ref)
        if node is not None and node.url:
            refused = self.requests.leaving_refusal(node.url, by_link=True)
            if refused is not None:
                return refused
        refused = self._consequence(ref, observation)
        if refused is not None or node is None or node.tag not in ("button", "input"):
            return refused
        form = await form_around(session, ref)
        return (
            self.requests.destination_refusal(form.destinations, secret=False)
            if form.submits and form.destinations
            else None
        )

    async def _press(
        self, ref: str | None, observation: Observation, session: BrowserSession
    ) -> str | None:
        ref = ref or _focused(observation)
        if ref is None:
            return None
        refused = self._consequence(ref, observation)
        return refused or self._sending(await form_around(session, ref))

    def _sending(self, form: FormFacts) -> str | None:
        """Enter presses the form's first button."""
        consequence = self._unasked.of_label(form.submitters[0]) if form.submitters else None
        return None if consequence is None else str(consequence)

    def _consequence(self, ref: str, observation: Observation) -> str | None:
        consequence = self._unasked.of_click(ref, observation)
        return None if consequence is None else str(consequence)


def _focused(observation: Observation) -> str | None:
    """The ref of what gets the next key."""
    active = (node.ref for node in observation.root.walk() if node.active and node.ref)
    return next(active, None)


def _field_refusal(text: str, node: Node | None, form: FormFacts) -> str | None:
    for reference in references_in(text):
        if text.strip() != str(reference) and reference.field != "username":
            return f"{reference} can only be typed alone, not as part of another text"
        if node is None:
            return f"{reference} was not typed: the field is not on the page any more"
        if not _is_made_for(node, reference):
            return f'{reference} belongs into a field for it, not into {node.role} "{node.name}"'
        if reference.field == "password" and not form.seen:
            return f'{reference} was not typed: the field "{node.name}" is hidden from people'
    return None


def _is_made_for(node: Node, reference: SecretReference) -> bool:
    """By the field's type: what a page writes beside it (names, autocomplete) is only words."""
    match reference.field:
        case "password":
            return node.tag == "input" and node.input_type == "password"
        case "username":
            return node.tag == "input" and node.input_type in _NAME_TYPES
        case _:
            return node.tag == "input" and node.input_type in _LINE_TYPES
