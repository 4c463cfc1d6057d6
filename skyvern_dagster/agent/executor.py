"""Carrying out one decision on a browser session."""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

from skyvern_dagster.agent.decisions import (
    Back,
    Check,
    Click,
    ClickAt,
    CloseTab,
    Complete,
    Decision,
    Download,
    Drag,
    Extract,
    Find,
    Forward,
    Goto,
    Hover,
    InputText,
    Press,
    Reload,
    Scroll,
    SelectOption,
    SolveTotp,
    SwitchTab,
    Terminate,
    TypeKeys,
    UploadFile,
    Wait,
)
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.request_guard import RequestGuard
from skyvern_dagster.agent.targets import label_of, row_words
from skyvern_dagster.agent.uploads import Uploads
from skyvern_dagster.browser import actions, file_actions, navigation
from skyvern_dagster.browser.field_content import letter_for_letter
from skyvern_dagster.browser.form import form_around
from skyvern_dagster.browser.frames import frame_url
from skyvern_dagster.browser.nested_controls import shown_role
from skyvern_dagster.browser.node_words import plain
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.points import click_at
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.credentials.code_source import CodeWaiter
from skyvern_dagster.credentials.reference import SecretReference, references_in
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.errors import (
    ArtifactError,
    OrganizationError,
    OutgoingError,
    SecretError,
    SkyvernDagsterError,
)
from skyvern_dagster.reading.field_values import same_value


class ActionExecutor:
    """Acts on a session for one task; the only place where a secret becomes text.

    Args:
        session: The browser session.
        vault: Resolves secret references while typing.
        home_url: Where the task began: the site that secrets belong to.
        goal: Says which credential has the one-time codes.
        codes: Waits for codes from outside, where no credential makes them.
        uploads: Files that ``upload_file`` may use.
        requests: Holds what is typed to the task's sites.
    """

    def __init__(
        self,
        session: BrowserSession,
        vault: SecretVault,
        *,
        home_url: str,
        goal: Goal,
        codes: CodeWaiter | None = None,
        uploads: Uploads | None = None,
        requests: RequestGuard,
    ) -> None:
        self._session = session
        self._vault = vault
        self._home_url = home_url
        self._goal = goal
        self._codes = codes
        self._requests = requests
        self._uploads = uploads or Uploads((), Path())

    async def act(self, decision: Decision) -> ActionResult:  # noqa: C901, PLR0912 - a case each
        """Carries out a decision; what went wrong on the page is in the result.

        Raises:
            BrowserError: The browser itself broke, or an address can't be opened at all.
        """
        session = self._session
        match decision:
            case Click():
                return await actions.click(
                    session,
                    decision.ref,
                    button=decision.button,
                    count=decision.count,
                    modifiers=decision.modifiers,
                )
            case ClickAt():
                return await click_at(session, decision.x, decision.y, count=decision.count)
            case InputText():
                return await self._type(decision)
            case TypeKeys():
                return await self._type_keys(decision)
            case SelectOption():
                return await actions.select_option(
                    session,
                    decision.ref,
                    label=decision.label,
                    value=decision.value,
                    labels=decision.labels,
                )
            case Check():
                return await actions.check(session, decision.ref, checked=decision.checked)
            case UploadFile():
                return await self._upload(decision)
            case Hover():
                return await actions.hover(session, decision.ref)
            case Drag():
                return await actions.drag(session, decision.ref, decision.to_ref)
            case Scroll():
                return await actions.scroll(session, decision.direction, ref=decision.ref)
            case Press():
                return await actions.press(
                    session, decision.key, ref=decision.ref, count=decision.count
                )
            case Goto():
                return await navigation.goto(session, decision.url)
            case Back():
                return await navigation.back(session)
            case Forward():
                return await navigation.forward(session)
            case Reload():
                return await navigation.reload(session)
            case Wait():
                return await navigation.wait(session, decision.seconds, for_text=decision.for_text)
            case SwitchTab():
                return await navigation.switch_tab(session, decision.index)
            case CloseTab():
                return await navigation.close_tab(session)
            case Download():
                return await file_actions.download(session, ref=decision.ref, url=decision.url)
            case SolveTotp():
                return await self._one_time_code(decision)
            case Find():
                return await navigation.find_text(session, decision.text)
            case Extract() | Complete() | Terminate():
                return ActionResult(ok=True, message=decision.type, url_after=session.address)
            case _:
                assert_never(decision)

    async def _type(self, decision: InputText) -> ActionResult:
        typed = await self._text_for(decision.text, decision.ref)
        if isinstance(typed, ActionResult):
            return typed
        text, secret = typed
        return await actions.input_text(
            self._session,
            decision.ref,
            text,
            press_enter=decision.press_enter,
            secret=secret,
            same=letter_for_letter if secret else same_value,
        )

    async def _type_keys(self, decision: TypeKeys) -> ActionResult:
        if decision.ref is None and references_in(decision.text):
            return _refused(self._session, SecretError("a secret is typed into a field with a ref"))
        typed = await self._text_for(decision.text, decision.ref)
        if isinstance(typed, ActionResult):
            return typed
        text, secret = typed
        return await actions.type_keys(
            self._session, text, decision.ref, press_enter=decision.press_enter, secret=secret
        )

    async def _text_for(self, text: str, ref: str | None) -> tuple[str, bool] | ActionResult:
        """What is typed in the end, and whether it is secret; the refusal where it may not be."""
        url = self._session.page.url if ref is None else await frame_url(self._session, ref)
        try:
            resolved = self._vault.type_out(text, page_url=url, home_url=self._home_url)
        except SecretError as error:
            return _refused(self._session, error)
        secret = any(each.field != "username" for each in references_in(text))
        if not secret or ref is None:
            self._requests.typed(resolved)
            return resolved, False
        stopped = await self._elsewhere(ref)
        return stopped if stopped is not None else (resolved, True)

    async def _one_time_code(self, decision: SolveTotp) -> ActionResult:
        keys = [
            key
            for key, value in self._goal.payload.items()
            if isinstance(value, dict) and value.get("totp") == str(SecretReference(key, "totp"))
        ]
        if not keys and self._codes is None:
            return ActionResult(
                ok=False, message="no one-time code", error="no source of codes is known"
            )
        url = await frame_url(self._session, decision.ref)
        try:
            if keys:
                code = self._vault.one_time_code(keys[0], page_url=url, home_url=self._home_url)
            else:
                code = await self._code_from_outside(url)
        except (SecretError, OrganizationError, OutgoingError, ArtifactError) as error:
            return _refused(self._session, error)
        stopped = await self._elsewhere(decision.ref)
        if stopped is not None:
            return stopped
        return await actions.input_text(self._session, decision.ref, code, secret=True)

    async def _elsewhere(self, ref: str) -> ActionResult | None:
        """Refuses a secret's field whose form sends to another site; else watches what it does."""
        form = await form_around(self._session, ref)
        refusal = self._requests.destination_refusal(form.destinations, secret=True)
        if refusal is not None:
            return _refused(self._session, SecretError(refusal))
        # From now on, requests are looked at for it.
        self._requests.holds_secret = True
        await self._session.obey(self._requests)
        return None

    async def _code_from_outside(self, page_url: str) -> str:
        self._vault.check_code_site(page_url=page_url, home_url=self._home_url)
        if self._codes is None:
            raise SecretError("no source of codes is known")
        code = await self._codes.next_code()
        self._vault.learn_code(code)
        return code

    async def _upload(self, decision: UploadFile) -> ActionResult:
        try:
            path = await self._uploads.path(decision.path, self._session)
        except SkyvernDagsterError as error:
            url = self._session.page.url
            return ActionResult(ok=False, message="not uploaded", url_after=url, error=str(error))
        return await actions.upload_file(self._session, decision.ref, path)


def describe(decision: Decision, observation: Observation) -> str:
    """One line for people: the decision and the element as it reads, secrets as references."""
    ref = getattr(decision, "ref", None)
    target = describe_target(ref, observation) if ref else ""
    match decision:
        case InputText() | TypeKeys():
            into = f" into {target}" if target else ""
            return f"{decision.type} {decision.text!r}{into}"
        case ClickAt():
            return f"click_at ({decision.x}, {decision.y})"
        case SelectOption():
            chosen = ", ".join(decision.labels) or decision.label or decision.value
            return f"select_option {chosen!r} in {target}"
        case Goto():
            return f"goto {decision.url}"
        case Find():
            return f"find {decision.text!r}"
        case Wait():
            what = f"for {decision.for_text!r} " if decision.for_text else ""
            return f"wait {what}up to {decision.seconds:g} s"
        case Terminate():
            return f"terminate: {decision.reason}"
        case Download() if decision.url:
            return f"download {decision.url}"
        case Press():
            return f"press {decision.key}" + (f" x{decision.count}" if decision.count > 1 else "")
        case _:
            return f"{decision.type} {target}".strip()


def describe_target(ref: str, observation: Observation) -> str:
    """How the element with this ref reads: ``link "Orders"``, ``clickable (expander) in "Tax"``."""
    node = observation.find(ref)
    if node is None:
        return f"[{ref}]"
    role, words = shown_role(node), label_of(ref, observation)
    if words := plain(words):
        return f'{role} "{words}"'
    hint, row = node.attributes.get("hint"), row_words(ref, observation)
    parts = (role, f"({hint})" if hint else "", f'in "{row}"' if row else "")
    return " ".join(part for part in parts if part)


def _refused(session: BrowserSession, error: SkyvernDagsterError) -> ActionResult:
    return ActionResult(
        ok=False, message="a secret was not typed", url_after=session.page.url, error=str(error)
    )
