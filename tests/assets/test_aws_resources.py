"""dagster-aws's resources in the place of ours, over HTTP: documents to S3, secrets from AWS."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import boto3
import dagster as dg
import pytest
from dagster_aws.s3 import S3Resource
from dagster_aws.secretsmanager import SecretsManagerResource
from moto.server import ThreadedMotoServer

from skyvern_dagster import (
    BrowserResource,
    asset_resources,
    build_assets,
    load_workflow,
)
from skyvern_dagster.demo.s3_server import S3_ACCESS_KEY_ID, S3_REGION, S3_SECRET_ACCESS_KEY
from skyvern_dagster.execution import tags
from tests.office import INVOICES, QUIET, Office

KEYS: Any = {"aws_access_key_id": S3_ACCESS_KEY_ID, "aws_secret_access_key": S3_SECRET_ACCESS_KEY}


@pytest.fixture(scope="module")
def vault() -> Iterator[str]:
    """The address of a secrets manager."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


def test_a_materialization(
    office: Office, vault: str, clean_environment: pytest.MonkeyPatch
) -> None:
    client = boto3.client("secretsmanager", endpoint_url=vault, region_name=S3_REGION, **KEYS)
    for name, value in office.demo.environment().items():
        if name.startswith("SMTP_"):
            client.create_secret(Name=name, SecretString=value or " ")
        if name.startswith(("SMTP_", "AWS_")):
            clean_environment.delenv(name)  # from here on, only the resources know
    resources = {
        **asset_resources(),
        "browser": BrowserResource(trace=False),
        "s3": S3Resource(endpoint_url=office.demo.s3.endpoint_url, region_name=S3_REGION, **KEYS),
        "secrets": SecretsManagerResource(endpoint_url=vault, region_name=S3_REGION, **KEYS),
    }

    done = dg.materialize(
        [build_assets(load_workflow(INVOICES), parameters=office.parameters(2))[0]],
        instance=office.instance,
        resources=resources,
        run_config=QUIET,
    )

    assert done.success
    run_id = office.instance.get_runs()[0].tags[tags.WORKFLOW_RUN_ID]
    office.assert_delivered(run_id, 2)
