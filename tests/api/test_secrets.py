"""Passwords that come over REST: used on the page, and found nowhere afterwards."""

from __future__ import annotations

import zipfile
from pathlib import Path

from skyvern_dagster.credentials.payload_secrets import without_secrets
from skyvern_dagster.demo.accounts import ACCOUNTS
from tests.api.served import Served


def test_a_login_with_the_payload_leaves_no_password_behind(served: Served) -> None:
    task_id = served.post(
        "/api/v1/tasks",
        json={
            "url": served.demo.shop_url,
            "navigation_goal": "Log in to the website with the username and the password",
            "navigation_payload": {
                "username": ACCOUNTS["plain"].username,
                "password": ACCOUNTS["plain"].password,
            },
            "proxy_location": "RESIDENTIAL",
        },
        headers={"x-max-steps-override": "12"},
    )["task_id"]
    ended = served.wait(task_id)
    assert ended["status"] == "completed", ended["failure_reason"]
    assert ended["max_steps_per_run"] == 12
    typed = [each["action_type"] for each in served.get(f"/api/v1/tasks/{task_id}/actions")]
    assert "input_text" in typed
    assert ended["request"]["navigation_payload"] == {
        "username": ACCOUNTS["plain"].username,
        "password": "secret://payload_secret_1",
    }
    assert files_with(served.home, ACCOUNTS["plain"].username.encode())  # it looks where they lie
    assert files_with(served.home, ACCOUNTS["plain"].password.encode()) == []


def files_with(folder: Path, secret: bytes) -> list[str]:
    """Files that hold some bytes, archives looked into."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                content += b"".join(archive.read(name) for name in archive.namelist())
        if secret in content:
            found.append(str(path.relative_to(folder)))
    return found


def test_what_is_taken_for_a_secret() -> None:
    found: dict[str, str] = {}
    facts = {
        "name": "Chris",
        "Password": "one-one",
        "login": {"pin": 4711, "user": "me"},
        "cards": [{"card_number": "4111", "holder": "Chris"}],
        "compass": "north",
        "password": "",
        "api_key": None,
    }
    shown = without_secrets(facts, found)
    assert sorted(found.values()) == ["4111", "4711", "one-one"]
    assert shown["name"] == "Chris"
    assert shown["compass"] == "north"
    assert shown["login"]["user"] == "me"
    assert shown["login"]["pin"].startswith("secret://payload_secret_")
    assert facts["Password"] == "one-one"


def test_a_stored_credential_is_never_answered(served: Served) -> None:
    value = {"username": "me@shop.example", "password": "correct-horse-battery"}
    made = served.post(
        "/v1/credentials",
        json={"name": "Shop", "credential_type": "password", "credential": value},
    )
    path = f"/v1/credentials/{made['credential_id']}"
    again = served.get(path)
    assert again == made
    assert made["credential"]["username"] == "me@shop.example"
    changed = served.post(
        f"{path}/update",
        json={
            "name": "Other",
            "credential_type": "secret",
            "credential": {"secret_value": "s3kr1t"},
        },
    )
    assert (changed["name"], changed["credential_type"]) == ("Other", "secret")
    listed = served.get("/v1/credentials", params={"credential_type": "secret"})
    assert made["credential_id"] in [each["credential_id"] for each in listed]
    passwords = served.get("/v1/credentials", params={"credential_type": "password"})
    assert made["credential_id"] not in [each["credential_id"] for each in passwords]
    for answer in (made, again, changed, listed):
        assert "correct-horse-battery" not in str(answer)
        assert "s3kr1t" not in str(answer)
    assert files_with(served.home, b"correct-horse-battery") == []
    assert served.post(f"{path}/delete") is None
    assert served.client.get(path).status_code == 404
    wrong = served.client.post(
        "/v1/credentials",
        json={"name": "x", "credential_type": "credit_card", "credential": value},
    )
    assert wrong.status_code == 422
