"""The parameter kinds whose values lie in a password manager.

The deployment may keep such a credential elsewhere, under the parameter's own key.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field

from skyvern_dagster.credentials.vault_item import VaultItem
from skyvern_dagster.workflow.parameter import BaseParameter


class _VaultParameter(BaseParameter):
    totp_identifier: str | None = Field(
        default=None,
        description="Whom pushed one-time codes are for, in blocks that log in with it and say "
        "nothing else.",
    )

    @property
    @abstractmethod
    def item(self) -> VaultItem:
        """Where it lies."""

    def item_for(self, given: Mapping[str, Any]) -> VaultItem:  # noqa: ARG002 - of a login
        """Where it lies, in a run with these parameters."""
        return self.item


class _BitwardenParameter(_VaultParameter):
    inert_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "bitwarden_client_id_aws_secret_key", "bitwarden_client_secret_aws_secret_key",
            "bitwarden_master_password_aws_secret_key",
        }
    )  # fmt: skip


class BitwardenLoginCredentialParameter(_BitwardenParameter):
    """A login in Bitwarden: the item of an id, or that of a collection that belongs to a page."""

    parameter_type: Literal["bitwarden_login_credential"]
    url_parameter_key: str | None = Field(
        default=None, description="Key of the parameter with the address that the login is for."
    )
    bitwarden_collection_id: str | None = Field(default=None, description="Where it lies.")
    bitwarden_item_id: str | None = Field(default=None, description="Which one it is.")

    @property
    def item(self) -> VaultItem:
        """See the base class."""
        collection, item = self.bitwarden_collection_id or "", self.bitwarden_item_id or ""
        return VaultItem("bitwarden", collection, item)

    def item_for(self, given: Mapping[str, Any]) -> VaultItem:
        """See the base class."""
        url = given.get(self.url_parameter_key or "")
        is_searched = url and not self.item.item
        return replace(self.item, query={"url": str(url)}) if is_searched else self.item


class BitwardenSensitiveInformationParameter(_BitwardenParameter):
    """Fields of an identity in Bitwarden."""

    parameter_type: Literal["bitwarden_sensitive_information"]
    bitwarden_collection_id: str = Field(description="Where it lies.")
    bitwarden_identity_key: str = Field(description="What its name holds.")
    bitwarden_identity_fields: list[str] = Field(description="Which of its fields are wanted.")

    @property
    def item(self) -> VaultItem:
        """See the base class."""
        fields = ",".join(self.bitwarden_identity_fields)
        query = {"named": self.bitwarden_identity_key, "fields": fields}
        return VaultItem("bitwarden", self.bitwarden_collection_id, query=query)


class BitwardenCreditCardDataParameter(_BitwardenParameter):
    """A credit card that lies in a Bitwarden collection (docs/contract.md#parameters)."""

    parameter_type: Literal["bitwarden_credit_card_data"]
    bitwarden_collection_id: str = Field(description="Where it lies.")
    bitwarden_item_id: str = Field(description="Which one it is.")

    @property
    def item(self) -> VaultItem:
        """See the base class."""
        return VaultItem("bitwarden", self.bitwarden_collection_id, self.bitwarden_item_id)


class OnePasswordParameter(_VaultParameter):
    """A login or a card in 1Password."""

    parameter_type: Literal["onepassword"]
    vault_id: str = Field(description="Where it lies.")
    item_id: str = Field(description="Which one it is.")
    totp_field_name: str | None = Field(
        default=None, description="Field with the TOTP secret; else its one-time password."
    )

    @property
    def item(self) -> VaultItem:
        """See the base class."""
        query = {"totp": self.totp_field_name} if self.totp_field_name else {}
        return VaultItem("op", self.vault_id, self.item_id, query)


class AzureVaultCredentialParameter(_VaultParameter):
    """A login in Azure Key Vault."""

    parameter_type: Literal["azure_vault_credential"]
    vault_name: str = Field(description="Where it lies.")
    username_key: str = Field(description="Name of the secret with the user name.")
    password_key: str = Field(description="Name of the secret with the password.")
    totp_secret_key: str | None = Field(
        default=None, description="Name of the secret with the TOTP secret."
    )

    @property
    def item(self) -> VaultItem:
        """See the base class."""
        names = filter(None, (self.username_key, self.password_key, self.totp_secret_key))
        return VaultItem("azure", self.vault_name, ",".join(names))


class AzureSecretParameter(BaseParameter):
    """A single value in Azure Key Vault."""

    parameter_type: Literal["azure_secret"]
    azure_key: str = Field(description="Name of the secret.")
    vault_name: str | None = Field(
        default=None, description="Where it lies; else it is looked for by its name alone."
    )

    @property
    def secret_name(self) -> str:
        """Its name in the sources."""
        if not self.vault_name:
            return self.azure_key
        return str(VaultItem("azure", self.vault_name, self.azure_key))


VaultParameter = (
    BitwardenLoginCredentialParameter
    | BitwardenSensitiveInformationParameter
    | BitwardenCreditCardDataParameter
    | OnePasswordParameter
    | AzureVaultCredentialParameter
)
"""Credentials that Skyvern takes from a password manager."""
