"""What a request over REST can make of secrets of the server and of other organizations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from skyvern_dagster.demo.accounts import ACCOUNTS
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.organizations.grants import GrantStore
from skyvern_dagster.organizations.server_secret import SECRET_FILE, ServerSecret
from tests.api.served import FINAL, INVOICES_ID, PLANTED, Served, make_key
from tests.api.test_secrets import files_with
from tests.loopback import Answering, LoopbackSite, bound
from tests.office import wait_until

VALUES = tuple(value for name, value in PLANTED.items() if not name.endswith("USERNAME"))
STORED = "Quokka-Stored-34"
PAYLOAD = "Quokka-Payload-35"

LOGIN = (
    "<!doctype html><html lang=en><title>Log in</title><h1>Log in</h1><form method=post "
    "action=/login><label>Username <input name=username autocomplete=username></label><label>"
    "Password <input type=password name=password autocomplete=current-password></label>"
    "<button>Log in</button></form>"
)


class Lure:
    """A login page of an attacker, under a name of its own; remembers what was sent to it."""

    def __init__(self) -> None:
        self.got: list[dict[str, list[str]]] = []

    def __enter__(self) -> Lure:
        self._site = LoopbackSite(bound(_LurePage, self))
        self.url = f"http://localhost:{self._site.port}/"
        self.by_address = f"http://127.0.0.1:{self._site.port}/"
        return self

    def __exit__(self, *_: object) -> None:
        self._site.stop()


class _LurePage(Answering):
    site: Lure

    def get(self) -> None:
        self.page(LOGIN)

    def post(self) -> None:
        self.site.got.append(self.form())
        self.page("<h1>Welcome back</h1><a href=/out>Log out</a>")


@dataclass(frozen=True)
class Guest:
    """Another organization than the one whose key is the operator's own."""

    client: httpx2.Client
    organization_id: str

    def start(self, definition: str, parameters: dict[str, Any]) -> str:
        made = self.client.post("/v1/workflows", json={"yaml_definition": definition})
        assert made.is_success, made.text
        wpid = made.json()["workflow_permanent_id"]
        started = self.client.post(
            "/v1/run/workflows", json={"workflow_id": wpid, "parameters": parameters}
        )
        assert started.is_success, started.text
        return str(started.json()["run_id"])

    def ended(self, run_id: str) -> dict[str, Any]:
        def is_over() -> bool:
            return self.client.get(f"/v1/runs/{run_id}").json()["status"] in FINAL

        wait_until(is_over, seconds=120, every=0.3)
        return dict(self.client.get(f"/v1/runs/{run_id}").json())


@pytest.fixture(scope="module")
def guest(served: Served) -> Iterator[Guest]:
    organization_id = new_id("o")
    headers = {"x-api-key": make_key(served.home, organization_id)}
    with httpx2.Client(base_url=served.up.url, headers=headers, timeout=60) as client:
        yield Guest(client, organization_id)


@pytest.fixture(scope="module")
def lure() -> Iterator[Lure]:
    with Lure() as site:
        yield site


@pytest.fixture(scope="module")
def foreign(served: Served) -> dict[str, str]:
    """Names of the first organization's secrets: a stored credential, and a task's password."""
    value = {"username": "quokka", "password": STORED}
    made = served.post(
        "/v1/credentials",
        json={"name": "Mine", "credential_type": "password", "credential": value},
    )
    task = served.post(
        "/api/v1/tasks",
        json={
            "url": served.demo.shop_url,
            "navigation_goal": "Open the page about contact",
            "navigation_payload": {"password": PAYLOAD},
            "proxy_location": "RESIDENTIAL",
        },
    )["task_id"]
    return {"credential": made["credential_id"], "task": task}


def grants(served: Served) -> GrantStore:
    return GrantStore(served.store, ServerSecret.load(served.home / SECRET_FILE))


def log_in(parameter: str, key: str = "login") -> str:
    """A workflow that logs in where its parameter says."""
    return f"""\
title: Log in
workflow_definition:
  parameters:
  - {{parameter_type: workflow, key: website_url, workflow_parameter_type: string}}
  - {parameter}
  blocks:
  - block_type: task
    label: log_in
    url: website_url
    navigation_goal: Log in with the login. Complete when you are logged in.
    parameter_keys: [{key}]
    max_steps_per_run: 6
"""


def mail(host: str, password: str) -> str:
    """A workflow that sends a mail with these names of secrets."""
    return f"""\
title: Mail
workflow_definition:
  parameters:
  - {{parameter_type: aws_secret, key: h, aws_key: "{host}"}}
  - {{parameter_type: aws_secret, key: p, aws_key: "SMTP_PORT"}}
  - {{parameter_type: aws_secret, key: w, aws_key: "{password}"}}
  blocks:
  - block_type: send_email
    label: send
    smtp_host_secret_parameter_key: h
    smtp_port_secret_parameter_key: p
    smtp_username_secret_parameter_key: w
    smtp_password_secret_parameter_key: w
    sender: a@shop.example
    recipients: [b@shop.example]
    subject: Hello
    max_retries: 0
"""


def chosen(name: str) -> tuple[str, dict[str, str]]:
    """A credential whose name is a parameter's value."""
    parameter = "{parameter_type: workflow, key: login, workflow_parameter_type: credential_id}"
    return log_in(parameter), {"login": name}


def attacks(foreign: dict[str, str]) -> dict[str, tuple[str, dict[str, str]]]:
    """Every way in which a definition or a parameter can name a secret, with names of others."""
    run_secret = f"run-secret/{foreign['task']}/payload_secret_1"
    sealed = f"runs/{foreign['task']}/secrets"
    secret = "{{parameter_type: aws_secret, key: login, aws_key: {}}}"
    named = "{{parameter_type: credential, key: login, credential_id: {}}}"
    return {
        "environment in a mail's server": (mail("PLANTED_SECRET", "SMTP_PASSWORD"), {}),
        "environment in a mail's password": (mail("SMTP_HOST", "PLANTED_SECRET"), {}),
        "environment in a task": (log_in(secret.format("PLANTED_SECRET")), {}),
        "a login's variable": (log_in(secret.format("SKYVERN_CREDENTIAL_OPERATORS_PASSWORD")), {}),
        "a task's secret": (log_in(secret.format(run_secret)), {}),
        "a task's secret in a mail": (mail(run_secret, run_secret), {}),
        "a task's sealed record": (log_in(secret.format(sealed)), {}),
        "the operator's login by key": (
            log_in("{parameter_type: credential, key: OPERATORS}", "OPERATORS"), {},
        ),
        "the operator's login by id": (log_in(named.format("operators")), {}),
        "the workflow folder's login": (log_in(named.format("credentials")), {}),
        "a stored login by id": (log_in(named.format(foreign["credential"])), {}),
        "a stored login as a secret": (log_in(secret.format(foreign["credential"])), {}),
        "the operator's login by parameter": chosen("OPERATORS"),
        "a stored login by parameter": chosen(foreign["credential"]),
        "a task's secret by parameter": chosen(run_secret),
        "a reference as a parameter": (
            log_in("{parameter_type: workflow, key: password, workflow_parameter_type: string}",
                   "password"),
            {"password": "secret://credentials/password"},
        ),
    }  # fmt: skip


ONE_OF_A_KIND = (
    "environment in a mail's server", "environment in a task", "a task's secret",
    "a task's sealed record", "the operator's login by key", "a stored login by id",
    "the operator's login by parameter", "a stored login by parameter",
    "a reference as a parameter",
)  # fmt: skip
"""A mail or a task, a key or an id: the others name the same in another place."""

OPERATORS_KEY = ("environment in a mail's server", "the operator's login by parameter")
"""What is tried with the key of the default organization, too: it has been granted nothing."""


@pytest.mark.parametrize(
    "first", [True, pytest.param(False, marks=pytest.mark.long)], ids=["one of a kind", "others"]
)
def test_no_secret_of_others_can_be_named(
    served: Served, guest: Guest, lure: Lure, foreign: dict[str, str], first: bool
) -> None:
    """By a guest, and by the organization of the operator's own key: neither was granted any."""
    owner = Guest(served.client, DEFAULT_ORGANIZATION_ID)
    started = [
        (who, name, who.start(definition, self_given(definition, lure, parameters)))
        for who in (guest, owner)
        for name, (definition, parameters) in attacks(foreign).items()
        if (name in ONE_OF_A_KIND) is first and (who is guest or name in OPERATORS_KEY)
    ]
    for who, name, run_id in started:
        answer = who.ended(run_id)
        assert answer["status"] != "completed" or name == "a reference as a parameter", name
        for value in (*VALUES, STORED, PAYLOAD):
            assert value not in json.dumps(answer), name
    sent = json.dumps(lure.got)
    for value in (*VALUES, STORED, PAYLOAD, ACCOUNTS["plain"].password):
        assert value not in sent
        assert files_with(served.home, value.encode()) == []


def self_given(definition: str, lure: Lure, parameters: dict[str, str]) -> dict[str, str]:
    return {**parameters, **({"website_url": lure.url} if "website_url" in definition else {})}


def test_a_refusal_says_what_to_do_and_not_what_is_there(guest: Guest, lure: Lure) -> None:
    """The same words for a name that the server knows and one that it doesn't."""
    reasons = []
    for name in ("OPERATORS", "NOBODY_HAS"):
        parameter = f"{{parameter_type: credential, key: {name}}}"
        run_id = guest.start(log_in(parameter, name), {"website_url": lure.url})
        reasons.append(str(guest.ended(run_id)["failure_reason"]).replace(name, "NAME"))
    assert reasons[0] == reasons[1]
    assert "skyvern-dagster grants add --organization" in reasons[0]


def test_a_grant_is_for_its_hosts(served: Served, guest: Guest, lure: Lure) -> None:
    """Typed at the host of the grant, and not where the guest would like it."""
    name = "operators"
    grants(served).add(guest.organization_id, "credential", "OPERATORS", ("127.0.0.1",))
    grants(served).add(guest.organization_id, "credential", "HOSTLESS", ())
    definition = log_in(f"{{parameter_type: credential, key: login, credential_id: {name}}}")
    hostless = log_in("{parameter_type: credential, key: login, credential_id: hostless}")
    widened = definition.replace("credential_id:", "allowed_hosts: [localhost], credential_id:")
    before = len(lure.got)
    runs = [guest.start(each, {"website_url": lure.url}) for each in (definition, widened)]
    bare = guest.start(hostless, {"website_url": lure.by_address})
    for run_id in runs:
        assert guest.ended(run_id)["status"] != "completed"
    told = guest.ended(bare)
    assert told["status"] == "failed"
    assert "names no hosts" in told["failure_reason"]
    assert not [form for form in lure.got[before:] if PLANTED_LOGIN in json.dumps(form)]

    allowed = guest.ended(guest.start(definition, {"website_url": lure.by_address}))
    assert allowed["status"] == "completed", allowed["failure_reason"]
    assert lure.got[-1]["password"] == [PLANTED_LOGIN]
    assert files_with(served.home, PLANTED_LOGIN.encode()) == []

    grants(served).revoke(guest.organization_id, "credential", "OPERATORS")
    refused = guest.ended(guest.start(definition, {"website_url": lure.by_address}))
    assert refused["status"] == "failed"


PLANTED_LOGIN = PLANTED["SKYVERN_CREDENTIAL_OPERATORS_PASSWORD"]


def test_a_mail_password_goes_to_its_own_server(served: Served, guest: Guest) -> None:
    """Granted server names can be combined as the guest likes; the password follows its hosts."""
    store = grants(served)
    store.add(guest.organization_id, "secret", "SMTP_HOST", ())
    store.add(guest.organization_id, "secret", "SMTP_PORT", ())
    store.add(guest.organization_id, "secret", "PLANTED_SECRET", ("mail.operator.example",))
    ended = guest.ended(guest.start(mail("SMTP_HOST", "PLANTED_SECRET"), {}))
    assert ended["status"] == "failed"
    assert "was not sent: the server is none of its hosts" in ended["failure_reason"]
    assert PLANTED["PLANTED_SECRET"] not in json.dumps(ended)
    for name in ("SMTP_HOST", "SMTP_PORT", "PLANTED_SECRET"):
        store.revoke(guest.organization_id, "secret", name)


def test_the_folders_workflow_doesnt_log_in_elsewhere(served: Served, lure: Lure) -> None:
    """The operator's file, with an address that came over REST."""
    parameters = {"website_url": lure.url, "invoice_retrieval_start_date": "2024-04-15"}
    run_id = served.post(
        "/v1/run/workflows", json={"workflow_id": INVOICES_ID, "parameters": parameters}
    )["run_id"]
    assert served.wait(run_id)["status"] != "completed"
    assert ACCOUNTS["plain"].password not in json.dumps(lure.got)


def test_a_new_version_of_the_folders_workflow_is_nobodys_file(served: Served, lure: Lure) -> None:
    """Who may store a version of it doesn't inherit its trust."""
    definition = log_in("{parameter_type: aws_secret, key: login, aws_key: PLANTED_SECRET}")
    changed = served.client.put(f"/api/v1/workflows/{INVOICES_ID}", content=definition.encode())
    assert changed.is_success, changed.text
    run_id = served.post(
        "/v1/run/workflows",
        json={"workflow_id": INVOICES_ID, "parameters": {"website_url": lure.by_address}},
    )["run_id"]
    ended = served.wait(run_id)
    assert ended["status"] == "failed"
    assert "grants add" in ended["failure_reason"]
    # Back to the file, for the other tests of this deployment.
    from skyvern_dagster.deployment.deployment import import_workflows
    from tests.office import ROOT

    import_workflows(served.store, ROOT / "workflows")


@pytest.mark.parametrize("tag", ["skyvern/organization_id", "dagster-k8s/config", "dagster/user"])
def test_tags_that_the_operator_alone_may_set(guest: Guest, tag: str) -> None:
    definition = mail("A", "B") + f'dagster:\n  run_tags: {{"{tag}": "x"}}\n'
    response = guest.client.post("/v1/workflows", json={"yaml_definition": definition})
    assert response.status_code == 422
    assert "for files of the operator" in response.text


def test_objects_of_other_runs_in_the_bucket(served: Served, guest: Guest) -> None:
    """A file parameter that names what somebody else has uploaded isn't read."""
    bucket = served.demo.bucket
    definition = f"""\
title: Send a file
workflow_definition:
  parameters:
  - {{parameter_type: workflow, key: file, workflow_parameter_type: file_url}}
  blocks:
  - block_type: task
    label: give
    url: {served.demo.shop_url}/contact
    navigation_goal: Upload the file
    parameter_keys: [file]
    max_steps_per_run: 4
"""
    run_id = guest.start(definition, {"file": f"s3://{bucket}/local/wr_1/x_invoice.pdf"})
    assert guest.ended(run_id)["status"] != "completed"
