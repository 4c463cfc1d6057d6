"""Whatever is sent to whichever route.

Never a 5xx, never an answer that OpenAPI doesn't know, and no secret that a text tells is kept.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from skyvern_dagster.deployment.deployment import Deployment, ServeOptions, deployment
from skyvern_dagster.runs.instance_home import prepare_home
from tests.api.served import make_key
from tests.conftest import FROM_OUTSIDE
from tests.office import ROOT

EXAMPLES = int(os.environ.get("API_EXAMPLES", "4"))
"""For each of about seventy operations; ``make any-request`` sends at least 5,000 requests."""

MINIMUM = 5000 if EXAMPLES >= 90 else 50 * EXAMPLES

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deployment, str]]:
    """A deployment without a daemon: what is asked for waits, and no browser is started."""
    home = tmp_path_factory.mktemp("waiting") / "home"
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(FROM_OUTSIDE)]:
            environment.delenv(name)
        environment.setenv("DAGSTER_HOME", str(home))
        environment.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "api")]))
        environment.setenv("SKYVERN_API_MAX_CONCURRENT_RUNS", "20")
        environment.setenv("SKYVERN_API_RATE_LIMIT", "")
        environment.setenv("SKYVERN_WEBHOOK_ALLOW_PRIVATE", "true")
        key = make_key(prepare_home())
        options = ServeOptions(port=0, dagster_port=0, workflows=ROOT / "workflows", daemon=False)
        with deployment(options) as up:
            yield up, key


def test_any_request(waiting: tuple[Deployment, str]) -> None:
    up, key = waiting
    schema = schemathesis.openapi.from_url(f"{up.url}/openapi.json")
    problems: list[str] = []
    count = 0

    def check(operation: Any) -> None:
        @given(operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def send(case: Any) -> None:
            nonlocal count
            count += 1
            case.call_and_validate(
                base_url=up.url, headers={"x-api-key": key}, checks=CHECKS, timeout=60
            )

        try:
            send()
        except (FailureGroup, Failure) as failure:
            problems.append(f"{operation.label}: {failure} {getattr(failure, 'exceptions', '')}")

    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        check(result.ok())
    assert not problems, "\n\n".join(problems)
    assert count >= MINIMUM, f"only {count} requests were sent"


NOTED = """\
title: Take a note
workflow_definition:
  parameters:
  - {parameter_type: workflow, key: website_url, workflow_parameter_type: string}
  - {parameter_type: workflow, key: note, workflow_parameter_type: string, default_value: none}
  - {parameter_type: workflow, key: more, workflow_parameter_type: json, default_value: "{}"}
  blocks:
  - {block_type: task, label: look, url: website_url, navigation_goal: "{{ note }} {{ more }}"}
"""
KEPT = {"yaml_definition", "json_definition", "totp_identifier", "organization_name"}
"""Definitions are kept as they were written (``validate`` tells what stands in them); the others
are names that are compared or shown as they are."""


def test_no_secret_that_a_text_tells_is_kept(waiting: tuple[Deployment, str]) -> None:
    """Each text of each body that OpenAPI knows, one after the other."""
    up, _ = waiting
    home = Path(os.environ["DAGSTER_HOME"])
    key = make_key(home, "o_5150")
    document = httpx2.get(f"{up.url}/openapi.json").json()
    told: dict[str, str] = {}
    taken: set[str] = set()
    with httpx2.Client(base_url=up.url, headers={"x-api-key": key}, timeout=60) as client:
        ids = one_of_each(client)
        for path, method, body in bodies(document):
            for field in texts_of(body["schema"], document):
                if field[0] in KEPT:
                    continue
                secret = f"Zebra-{len(told)}-Kazoo"
                told[secret] = f"{method} {path} {'.'.join(field)}"
                sent = with_text(body["example"], field, secret, ids)
                answer = client.request(method, path.format_map(ids), json=sent)
                taken |= {told[secret]} if answer.is_success else set()
                if run_id := started(answer):
                    client.post(f"/v1/runs/{run_id}/cancel")
    assert len(told) > 60
    assert len(taken) > 40, taken
    assert {each for each in told.values() if each.endswith("prompt")} <= taken
    lying = kept_in(home, told)
    assert not lying, "\n".join(map(str, lying))


def one_of_each(client: httpx2.Client) -> dict[str, str]:
    """Something of every kind that a path can name."""
    made = client.post("/v1/workflows", json={"yaml_definition": NOTED}).json()
    wpid = made["workflow_permanent_id"]
    given = {"parameters": {"website_url": "https://shop.example"}}
    run = client.post("/v1/run/workflows", json={"workflow_id": wpid, **given}).json()["run_id"]
    timed = {"cron_expression": "0 6 1 1 *", "timezone": "UTC", **given}
    schedule = client.post(f"/v1/workflows/{wpid}/schedules", json=timed).json()["schedule"]
    value = {"username": "dana", "password": "kept-sealed"}
    stored = {"name": "Shop", "credential_type": "password", "credential": value}
    credential = client.post("/v1/credentials", json=stored).json()["credential_id"]
    task = client.post("/api/v1/tasks", json={"url": "https://shop.example"}).json()["task_id"]
    return {
        "workflow_permanent_id": wpid,
        "workflow_id": wpid,
        "agent_id": wpid,
        "workflow_schedule_id": schedule["workflow_schedule_id"],
        "credential_id": credential,
        "run_id": run,
        "workflow_run_id": run,
        "task_id": task,
        "profile_id": "bp_1",  # none: a run's browser would have to make one
    }


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method, and the schema and an example of its JSON body."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                for schema in choices(content["schema"], document):
                    example = content.get("example") or schema["examples"][0]
                    yield path, method.upper(), {"schema": schema, "example": example}


def choices(schema: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    """What a schema may be, references followed."""
    if "$ref" in schema:
        return choices(
            document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document
        )
    if "anyOf" in schema or "oneOf" in schema:
        among = schema.get("anyOf") or schema["oneOf"]
        return [each for one in among for each in choices(one, document)]
    return [] if schema.get("type") == "null" else [schema]


def texts_of(schema: dict[str, Any], document: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Where texts may stand in a body; ``*`` is a name of the sender's own."""
    for found in choices(schema, document):
        if "enum" in found or "const" in found:
            continue
        if found.get("type") in ("string", None) and "properties" not in found:
            yield ()
        for name, value in found.get("properties", {}).items():
            yield from ((name, *rest) for rest in texts_of(value, document))
        if isinstance(more := found.get("additionalProperties"), dict):
            yield from (("*", *rest) for rest in texts_of(more, document))


def with_text(
    example: dict[str, Any], field: tuple[str, ...], secret: str, ids: dict[str, str]
) -> dict[str, Any]:
    """The example of a body with a text at a place that tells a secret."""
    text = f"Log in with the password {secret}."
    body = {**example, **{name: ids[name] for name in ids if name in example}}
    if field[0].endswith("_url") or field[0] == "url":
        text = f"https://dana:{secret}@shop.example/x"
    if field[0] == "proxy_location":
        text = f"http://dana:{secret}@proxy.example:8080"
    match field:
        case (("parameters" | "data") as name, "*"):
            given = {"website_url": "https://shop.example", "note": text, "more": {"a": [text]}}
            return {**body, name: given}
        case (name,):
            return {**body, name: text}
        case (name, "*"):
            return {**body, name: {"note": text}}
        case (name, *_, last):
            return {**body, name: {**example.get(name, {}), last: text}}
    raise AssertionError(field)


def started(answer: httpx2.Response) -> str | None:
    """The run that was started."""
    told = answer.json() if answer.is_success and answer.content else None
    if not isinstance(told, dict):
        return None
    return next(
        (told[name] for name in ("run_id", "task_id", "workflow_run_id") if name in told), None
    )


def kept_in(home: Path, told: dict[str, str]) -> list[tuple[str, str]]:
    """Which of the secrets lie where."""
    found = []
    for file in home.rglob("*"):
        if not file.is_file():
            continue
        content = file.read_bytes()
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                content += b"".join(archive.read(name) for name in archive.namelist())
        found += [
            (where, str(file.relative_to(home)))
            for secret, where in told.items()
            if secret.encode() in content
        ]
    return found
