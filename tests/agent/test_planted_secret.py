"""A secret that a run typed, on a site that shows it again, is looked for in all that was kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.credentials.redaction import forms
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from tests.agent.bait_site import BaitSite
from tests.agent.errand import PASSWORD, Errand
from tests.agent.errand_models import decide, with_model


def log_in(request: ChatRequest) -> dict[str, Any]:
    return decide(
        {"type": "input_text", "ref": request.ref("User name"), "text": "bob"},
        {"type": "input_text", "ref": request.ref("Password", "textbox"),
         "text": "secret://login/password"},
        {"type": "click", "ref": request.ref("Log in", "button")},
    )  # fmt: skip


def run(errand: Errand, server: ModelServer) -> TaskResult:
    goal = Goal(
        navigation_goal="Log in and read what the account says",
        payload={"login": errand.vault.payload("login")},
    )
    return with_model(errand, server, "/", goal, variables={}, hand_on="state", max_steps=6)


@pytest.fixture
def echo(errand: Errand) -> Iterator[BaitSite]:
    with BaitSite(echoes=True) as running:
        errand.site_url = running.url
        yield running


def test_a_secret_stands_in_no_file_prompt_log_or_recording(
    errand: Errand, echo: BaitSite, tmp_path: Path
) -> None:
    told = decide({"type": "complete", "shows": "My account"})
    with ModelServer([log_in, told]) as server:
        first = run(errand, server)
        second = run(errand, server)
        assert server.calls == 2
    assert (first.status, second.status) == ("completed", "completed"), second.failure_reason
    assert [step.planner for step in second.steps] == ["replay", "replay"]
    assert echo.logins == [PASSWORD, PASSWORD]
    # It was there to be seen: the page showed it.
    assert "*****" in server.requests[1].texts[-1]

    kept = dict(_kept(tmp_path / "artifacts"))
    assert [name for name in kept if name.endswith("127.0.0.1.yaml")]
    assert len([name for name in kept if ".zip!" in name]) > 5
    har = next(content for name, content in kept.items() if name.endswith("session.har"))
    assert b"password=*****" in har
    secrets = [form.encode() for form in forms(PASSWORD)]
    assert [name for name, content in kept.items() if any(s in content for s in secrets)] == []
    texts = [request.serialized for request in server.requests] + errand.lines
    texts += [repr(first), repr(second)]
    assert [text[:80] for text in texts if PASSWORD in text] == []


def _kept(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, and what is inside archives, by name."""
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        yield str(path), content
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield f"{path}!{name}", archive.read(name)
