"""The examples of docs/webhooks.md, executed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from fastapi.testclient import TestClient

from skyvern_dagster.webhooks.signature import IDEMPOTENCY_HEADER, signed_headers
from tests.office import ROOT

KEY = "the-api-key"
BODY = '{"status":"completed","title":"Überweisung"}'.encode()
PAGE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")


def example(language: str, first_line: str = "") -> str:
    found = re.findall(rf"```{language}\n({re.escape(first_line)}.*?)```", PAGE, re.DOTALL)
    assert len(found) == 1, f"{language} {first_line}: {len(found)} examples"
    return str(found[0])


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(code, "docs/webhooks.md", "exec"), names)
    return names


def headers(age: int = 0) -> dict[str, str]:
    return {
        **signed_headers(KEY, BODY, timestamp=int(time.time()) - age),
        IDEMPOTENCY_HEADER: "letter-1",
    }


def check(is_genuine: Callable[[str, bytes, dict[str, str]], bool]) -> None:
    """What every verifier must do."""
    assert is_genuine(KEY, BODY, headers())
    assert not is_genuine(KEY, BODY.replace(b"completed", b"complete!"), headers())
    assert not is_genuine("another-key", BODY, headers())
    assert not is_genuine(KEY, BODY, headers(age=400))
    assert not is_genuine(KEY, BODY, {**headers(), "x-skyvern-signature": "v0="})


@pytest.mark.parametrize("which", ["plain", "slack_sdk"])
def test_verifiers(which: str) -> None:
    check(run(example("python", f"# verifier: {which}\n"))["is_genuine"])


def test_receiver(monkeypatch: pytest.MonkeyPatch) -> None:
    made = run(example("python", "# receiver: FastAPI\n"))
    client = TestClient(made["app"])

    def is_genuine(key: str, body: bytes, given: dict[str, str]) -> bool:
        monkeypatch.setenv("SKYVERN_API_KEY", key)
        return client.post("/skyvern", content=body, headers=given).status_code == 200

    check(is_genuine)
    assert made["taken"] == {"letter-1"}


def test_sensor() -> None:
    defs = run(example("python", "# definitions: sensor\n"))["defs"]
    assert isinstance(defs, dg.Definitions)
    sensor = defs.resolve_sensor_def("skyvern_webhooks")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_node(tmp_path: Path) -> None:
    script = tmp_path / "verify.js"
    script.write_text(
        example("javascript")
        + "const [key, body, headers] = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        + "console.log(isGenuine(key, Buffer.from(body, 'base64'), headers));",
        encoding="utf-8",
    )

    def is_genuine(key: str, body: bytes, given: dict[str, str]) -> bool:
        import base64

        asked = json.dumps([key, base64.b64encode(body).decode(), given])
        done = subprocess.run(
            ["node", str(script)], input=asked, capture_output=True, text=True, check=True
        )
        return done.stdout.strip() == "true"

    check(is_genuine)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
def test_shell(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_bytes(BODY)
    given = headers()
    done = subprocess.run(
        ["bash", "-ec", example("bash")],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "KEY": KEY, "TIMESTAMP": given["x-skyvern-timestamp"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"v0={done.stdout.strip()}" == given["x-skyvern-signature"]


def test_every_setting_is_one_that_is_read() -> None:
    """A variable that the page names and nobody reads would be a promise not kept."""
    source = (ROOT / "skyvern_dagster" / "webhooks" / "settings.py").read_text(encoding="utf-8")
    named = set(re.findall(r"SKYVERN_WEBHOOK_[A-Z_]+", PAGE))
    assert named == set(re.findall(r"SKYVERN_WEBHOOK_[A-Z_]+", source))
