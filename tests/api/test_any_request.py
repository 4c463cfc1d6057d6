"""Whatever is sent to whichever route: never a 5xx, never an answer that OpenAPI doesn't know."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

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

EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))
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
