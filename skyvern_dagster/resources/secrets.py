"""The sources of secrets as a Dagster resource: environment, then AWS Secrets Manager."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster.credentials.sources import (
    AwsSecretsManagerSource,
    ChainSource,
    EnvironmentSource,
    SecretSource,
)


class SecretsResource(dg.ConfigurableResource["SecretsResource"]):
    """Where secrets come from: the environment, then AWS Secrets Manager where it is installed."""

    aws_secrets_manager: bool = True

    def source(self) -> SecretSource:
        """The chain of sources."""
        environment = EnvironmentSource()
        if not self.aws_secrets_manager:
            return environment
        try:
            from dagster_aws.secretsmanager import SecretsManagerResource
        except ModuleNotFoundError:
            return environment
        return ChainSource(
            environment, AwsSecretsManagerSource(lambda: SecretsManagerResource().get_client())
        )
