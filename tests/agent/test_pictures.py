"""No picture shows a secret: not in the field, not where the page shows it again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from skyvern_dagster.agent.decisions import Complete, Decision, InputText, Terminate
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.browser.actions import input_text
from skyvern_dagster.browser.navigation import goto
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretVault
from tests.agent.errand import Errand


def _vault(secret: str) -> SecretVault:
    values = {f"SKYVERN_CREDENTIAL_LOGIN_{name}": secret for name in ("USERNAME", "PASSWORD")}
    declarations = SecretDeclarations(credentials={"login": ()})
    return SecretVault(
        declarations, SecretAccess.of_operator(EnvironmentSource(values)), Redactor()
    )


def _picture(errand: Errand, secret: str, field: str, label: str = "Code") -> bytes:
    def fill(request: PlanRequest) -> list[Decision]:
        boxes = [n for n in request.observation.root.walk() if n.role == "textbox"]
        ref = next(str(node.ref) for node in boxes if node.name == label)
        return [InputText(ref=ref, text=f"secret://login/{field}")]

    own = replace(errand, vault=_vault(secret))
    result = own.script("/shown_secret", [fill, [Complete()]])
    assert result.status == "completed", result.failure_reason
    return errand.store.read(f"{_folder(result)}/steps/000/screenshot.jpg")


def _folder(result: TaskResult) -> str:
    return str(result.screenshot).partition("/steps/")[0]


@pytest.mark.parametrize("label", ["Code", "Digit 1"])
def test_a_picture_is_the_same_whatever_the_secret(errand: Errand, label: str) -> None:
    secrets = ("7391", "2468") if label == "Digit 1" else ("open-sesame", "WWWWWWWWWWW")
    one, other = (_picture(errand, secret, "password", label) for secret in secrets)
    assert one == other
    # What is no secret is to be seen, in the same fields.
    one, other = (_picture(errand, name, "username", label) for name in secrets)
    assert one != other


def test_frames_of_a_video_show_dots(errand: Errand, tmp_path: Path) -> None:
    runtime = errand.tasks._runtime

    async def typed(*, secret: bool) -> object:
        session = await BrowserSession.open(runtime, downloads_dir=tmp_path)
        await goto(session, f"{errand.site_url}/shown_secret")
        page = await session.observe()
        ref = next(str(node.ref) for node in page.root.walk() if node.name == "Code" and node.ref)
        assert (await input_text(session, ref, "open-sesame", secret=secret)).ok
        drawn = "getComputedStyle(code).webkitTextSecurity + ' ' + code.value"
        shown = await session.page.evaluate(drawn)
        await session.close()
        return shown

    assert runtime.run(typed(secret=True)) == "disc open-sesame"
    assert runtime.run(typed(secret=False)) == "none open-sesame"


def test_requests_are_kept_as_har_with_the_trace(errand: Errand) -> None:
    result = errand.script("/form", [[Complete()]])
    har = json.loads(errand.store.read(f"{_folder(result)}/session.har"))["log"]
    assert har["version"] == "1.2"
    first = har["entries"][0]
    assert first["request"]["url"] == f"{errand.site_url}/form"
    assert (first["request"]["method"], first["response"]["status"]) == ("GET", 200)
    assert first["time"] > 0
    quiet = errand.script("/form", [[Complete()]], trace="off", block_key="quiet")
    assert not errand.store.exists(f"{_folder(quiet)}/session.har")


def test_traces_of_what_did_not_complete_only(errand: Errand) -> None:
    kept: dict[str, tuple[bool, bool]] = {}
    for name, end in (("done", Complete()), ("given up", Terminate(reason="nothing is there"))):
        result = errand.script("/form", [[end]], trace="retain-on-failure", block_key=name)
        has_trace = result.trace is not None and errand.store.exists(result.trace)
        kept[name] = (has_trace, errand.store.exists(f"{_folder(result)}/session.har"))
    assert kept == {"done": (False, False), "given up": (True, True)}
