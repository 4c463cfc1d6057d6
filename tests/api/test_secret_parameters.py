"""Passwords among a workflow's parameters, and in a task's words: put away like a payload's."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.api.served import Served
from tests.api.test_secrets import files_with
from tests.loopback import Answering, LoopbackSite, bound

PASSWORD = "Zebra-Kazoo-77"
PIN = "4711"
LOGIN = (
    "<!doctype html><html lang=en><title>Log in</title><h1>Log in</h1><form method=post "
    "action=/login><label>Username <input name=username></label><label>Password <input "
    "type=password name=password></label><button>Log in</button></form>"
)
WORKFLOW = """\
title: Log in by parameters
workflow_definition:
  parameters:
  - {parameter_type: workflow, key: PORTAL, workflow_parameter_type: string}
  - {parameter_type: workflow, key: USERNAME, workflow_parameter_type: string}
  - {parameter_type: workflow, key: PASSWORD, workflow_parameter_type: string}
  - {parameter_type: workflow, key: pin, workflow_parameter_type: integer, default_value: 4711}
  - {parameter_type: workflow, key: more, workflow_parameter_type: json, default_value: "{}"}
  blocks:
  - block_type: task
    label: sign_in
    url: PORTAL
    parameter_keys: [USERNAME, PASSWORD]
    navigation_goal: Log in with the given username and password. COMPLETE when logged in.
    max_steps_per_run: 6
"""


class Portal:
    """Lets in who knows the password."""

    def __init__(self) -> None:
        self.passwords: list[str] = []

    def __enter__(self) -> Portal:
        self._site = LoopbackSite(bound(_Page, self))
        self.url = self._site.url
        return self

    def __exit__(self, *_: object) -> None:
        self._site.stop()


class _Page(Answering):
    site: Portal

    def get(self) -> None:
        self.page(LOGIN)

    def post(self) -> None:
        (password,) = self.form()["password"]
        self.site.passwords.append(password)
        welcome = "<h1>Accounts</h1><a href=/out>Log out</a>"
        self.page(welcome if password == PASSWORD else "<p role=alert>Wrong password</p>")


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with Portal() as site:
        yield site


@pytest.fixture(scope="module")
def workflow_id(served: Served) -> str:
    made = served.post("/v1/workflows", json={"yaml_definition": WORKFLOW})
    return str(made["workflow_permanent_id"])


def parameters(portal: Portal) -> dict[str, object]:
    return {
        "PORTAL": portal.url,
        "USERNAME": "dana",
        "PASSWORD": PASSWORD,
        "pin": int(PIN),
        "more": {"user": "dana", "password": PASSWORD},
    }


def test_a_run_and_its_repetition(served: Served, portal: Portal, workflow_id: str) -> None:
    first = served.post(
        "/v1/run/workflows",
        json={"workflow_id": workflow_id, "parameters": parameters(portal)},
    )["run_id"]
    ended = served.wait(first)
    assert ended["status"] == "completed", ended["failure_reason"]
    again = served.post(f"/v1/workflows/runs/{first}/retry")["workflow_run_id"]
    repeated = served.wait(again)
    assert repeated["status"] == "completed", repeated["failure_reason"]
    assert portal.passwords[-2:] == [PASSWORD, PASSWORD]
    answers = [ended, repeated, served.get(f"/v1/workflows/runs/{first}")]
    assert answers[-1]["parameters"] == {
        "PORTAL": portal.url,
        "USERNAME": "dana",
        "PASSWORD": "secret://PASSWORD",
        "pin": "secret://pin",
        "more": {"user": "dana", "password": "secret://more_secret_3"},
    }
    assert PASSWORD not in json.dumps(answers)
    assert files_with(served.home, PASSWORD.encode()) == []


def test_a_schedule(served: Served, portal: Portal, workflow_id: str) -> None:
    path = f"/v1/workflows/{workflow_id}/schedules"
    body = {
        "cron_expression": "0 6 1 1 *",
        "timezone": "UTC",
        "enabled": False,
        "parameters": parameters(portal),
    }
    made = served.post(path, json=body)["schedule"]
    assert made["parameters"]["PASSWORD"] == "secret://PASSWORD"
    one = f"{path}/{made['workflow_schedule_id']}"
    # A client that reads a schedule and sends it back changes nothing.
    changed = served.client.put(one, json={**body, "parameters": made["parameters"]})
    assert changed.is_success, changed.text
    assert changed.json()["schedule"]["parameters"] == made["parameters"]
    assert files_with(served.home, PASSWORD.encode()) == []
    assert served.client.delete(one).is_success
    assert not list(served.home.rglob(f"{made['workflow_schedule_id']}*"))


def test_a_password_in_a_tasks_words(served: Served, portal: Portal) -> None:
    """The planner without a model takes logins from the payload; the words are kept clean."""
    run_id = served.post(
        "/v1/run/tasks",
        json={
            "url": portal.url,
            "title": f"As dana with password {PASSWORD}",
            "prompt": f'Log in as dana with the password "{PASSWORD}". Complete when logged in.',
        },
        headers={"x-max-steps-override": "3"},
    )["run_id"]
    ended = served.wait(run_id)
    assert PASSWORD not in json.dumps(ended)
    assert "secret://text_secret_1" in json.dumps(ended)
    assert files_with(served.home, PASSWORD.encode()) == []


def test_a_value_that_doesnt_fit_is_not_repeated(served: Served, workflow_id: str) -> None:
    response = served.client.post(
        "/v1/run/workflows",
        json={
            "workflow_id": workflow_id,
            "parameters": {"PORTAL": "https://shop.example", "USERNAME": "a", "pin": "12-34-56-78"},
        },
    )
    assert response.status_code in (400, 422)
    assert "'pin' must be a whole number" in response.text
    assert "12-34-56-78" not in response.text.replace('"input"', "")
