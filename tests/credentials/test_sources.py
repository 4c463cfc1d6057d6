"""Where secrets come from."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from skyvern_dagster.credentials.sources import (
    AwsSecretsManagerSource,
    ChainSource,
    EnvironmentSource,
    Secret,
)
from skyvern_dagster.demo.s3_server import (
    S3_ACCESS_KEY_ID,
    S3_REGION,
    S3_SECRET_ACCESS_KEY,
    S3Server,
)
from skyvern_dagster.errors import SecretError


def test_a_login_from_the_environment() -> None:
    source = EnvironmentSource(
        {
            "SKYVERN_CREDENTIAL_MY_SHOP_2_USERNAME": "ada",
            "SKYVERN_CREDENTIAL_MY_SHOP_2_PASSWORD": "hunter22",
            "SKYVERN_CREDENTIAL_MY_SHOP_2_TOTP_SECRET": "",
        }
    )
    for key in ("my_shop_2", "MY_SHOP_2", "my-shop.2"):
        found = source.credential(key)
        assert found is not None
        assert (found.username, found.password, found.totp_secret) == ("ada", "hunter22", None)
    assert source.credential("other") is None


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"USERNAME": "ada"}, "PASSWORD"),
        ({"USERNAME": "ada", "PASSWORD": ""}, "PASSWORD"),
        ({"PASSWORD": "hunter22"}, "USERNAME"),
        ({"PASSWORD": "hunter22", "USERNAME": ""}, "USERNAME"),
    ],
)
def test_half_a_login(variables: dict[str, str], missing: str) -> None:
    environment = {f"SKYVERN_CREDENTIAL_SHOP_{name}": value for name, value in variables.items()}
    with pytest.raises(SecretError) as caught:
        EnvironmentSource(environment).credential("shop")
    assert str(caught.value) == (
        f"credential 'shop' is incomplete: set SKYVERN_CREDENTIAL_SHOP_{missing} in the environment"
    )


def test_an_empty_login_is_none() -> None:
    environment = {f"SKYVERN_CREDENTIAL_SHOP_{name}": "" for name in ("USERNAME", "PASSWORD")}
    assert EnvironmentSource(environment).credential("shop") is None


def test_an_empty_value_is_a_value() -> None:
    assert EnvironmentSource({"SMTP_USERNAME": ""}).secret("SMTP_USERNAME") == Secret("")
    assert EnvironmentSource({}).secret("SMTP_USERNAME") is None


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    source = EnvironmentSource()
    monkeypatch.setenv("SKYVERN_TEST_SECRET", "later")
    assert source.secret("SKYVERN_TEST_SECRET") == Secret("later")


def test_sources_are_asked_in_order() -> None:
    first = EnvironmentSource(
        {"A": "1", "SKYVERN_CREDENTIAL_X_USERNAME": "a", "SKYVERN_CREDENTIAL_X_PASSWORD": "b"}
    )
    second = EnvironmentSource(
        {
            "A": "2",
            "B": "",
            "SKYVERN_CREDENTIAL_Y_USERNAME": "c",
            "SKYVERN_CREDENTIAL_Y_PASSWORD": "d",
            "SKYVERN_CREDENTIAL_X_USERNAME": "broken",
        }
    )
    chain = ChainSource(first, second)
    assert [chain.secret(name) for name in "ABC"] == [Secret("1"), Secret(""), None]
    found = [chain.credential(key) for key in "xyz"]
    assert [each and each.username for each in found] == ["a", "c", None]


def secrets_manager(endpoint: str) -> Any:
    return boto3.client(
        "secretsmanager",
        endpoint_url=endpoint,
        region_name=S3_REGION,
        aws_access_key_id=S3_ACCESS_KEY_ID,
        aws_secret_access_key=S3_SECRET_ACCESS_KEY,
        config=Config(retries={"max_attempts": 0}),
    )


@pytest.fixture(scope="module")
def aws() -> Iterator[S3Server]:
    """moto's server answers for all of AWS."""
    server = S3Server()
    server.start()
    yield server
    server.stop()
    server.delete_bucket()


def test_aws_secrets_manager(aws: S3Server) -> None:
    client = secrets_manager(aws.endpoint_url)
    client.create_secret(Name="smtp/password", SecretString="hunter22")
    client.create_secret(Name="binary", SecretBinary=b"\x00")
    client.create_secret(Name="deleted", SecretString="swordfish")
    client.delete_secret(SecretId="deleted", RecoveryWindowInDays=7)
    asked = []

    def make() -> Any:
        asked.append(1)
        return secrets_manager(aws.endpoint_url)

    source = AwsSecretsManagerSource(make)
    assert asked == []
    assert source.secret("smtp/password") == Secret("hunter22")
    assert source.secret("nowhere") is None
    assert source.secret("binary") is None
    assert source.credential("smtp/password") is None
    assert asked == [1]
    with pytest.raises(SecretError, match="AWS Secrets Manager refused 'deleted'") as caught:
        source.secret("deleted")
    assert "swordfish" not in "".join(traceback.format_exception(caught.value))


def test_the_environment_hides_aws(aws: S3Server) -> None:
    client = secrets_manager(aws.endpoint_url)
    client.create_secret(Name="BOTH", SecretString="aws")
    client.create_secret(Name="ONLY_AWS", SecretString="aws")
    chain = ChainSource(
        EnvironmentSource({"BOTH": "environment"}), AwsSecretsManagerSource(lambda: client)
    )
    assert chain.secret("BOTH") == Secret("environment")
    assert chain.secret("ONLY_AWS") == Secret("aws")
    assert chain.describe(name="X") == (
        "X in the environment, or a secret named X in AWS Secrets Manager"
    )
    assert "AWS" not in chain.describe(credential="x")


def test_aws_that_cannot_be_asked(aws: S3Server) -> None:
    source = AwsSecretsManagerSource(lambda: secrets_manager("http://127.0.0.1:9"))
    with pytest.raises(SecretError, match="can't be asked for 'x': Could not connect"):
        source.secret("x")


@pytest.mark.parametrize("region", [None, S3_REGION])
def test_without_aws_there_are_just_no_secrets(
    monkeypatch: pytest.MonkeyPatch, region: str | None
) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    session = boto3.Session()
    source = AwsSecretsManagerSource(lambda: session.client("secretsmanager", region_name=region))
    assert source.secret("x") is None
