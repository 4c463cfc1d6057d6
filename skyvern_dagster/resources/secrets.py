"""The sources of secrets as a Dagster resource."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster.credentials.configured_sources import configured_sources
from skyvern_dagster.credentials.sources import SecretSource
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults


class SecretsResource(HiddenDefaults, dg.ConfigurableResource["SecretsResource"]):
    """Where secrets come from, the nearest first.

    The environment and secret files (``SKYVERN_SECRETS_DIR``); Bitwarden, 1Password, Azure Key
    Vault and a server of your own (``SKYVERN_SECRETS_URL``) where the environment says how they are
    asked; sources of other packages; AWS Secrets Manager where it is installed.
    """

    aws_secrets_manager: bool = True

    def source(self) -> SecretSource:
        """The chain of sources."""
        if not self.aws_secrets_manager:
            return configured_sources(None)
        try:
            from dagster_aws.secretsmanager import SecretsManagerResource
        except ModuleNotFoundError:
            return configured_sources(None)
        return configured_sources(lambda: SecretsManagerResource().get_client())
