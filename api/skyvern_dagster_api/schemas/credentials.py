"""Credentials: what comes in is never given out again."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from skyvern_dagster.addresses.site import is_host
from skyvern_dagster.organizations.credential_store import (
    CreditCardCredential,
    PasswordCredential,
    SecretCredential,
)
from skyvern_dagster.runs.timestamp import Timestamp

Text = Annotated[str, Field(min_length=1, max_length=10_000)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class PasswordValue(_Value):
    """What a login consists of (docs/contract.md#credentials)."""

    username: Text
    password: Text
    # Arbitrary: a secret has 16 to 64 characters, an otpauth address some hundred.
    totp: str | None = Field(
        default=None, max_length=1000, description="The second factor's secret."
    )
    totp_type: Literal["authenticator", "email", "text", "none"] | None = None
    totp_identifier: str | None = None


class CardValue(_Value):
    """A payment card."""

    card_number: Text
    card_cvv: Text
    card_exp_month: Text
    card_exp_year: Text
    card_brand: Text
    card_holder_name: Text


class SecretValue(_Value):
    """A single value."""

    secret_value: Text
    secret_label: str | None = None


def _host(text: str) -> str:
    if not is_host(text):
        raise ValueError("must be a host such as login.example.com, without scheme and port")
    return text


Host = Annotated[str, Field(max_length=253), AfterValidator(_host)]


class CredentialRequest(_Value):
    """``POST /v1/credentials``."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Office supplies",
                    "credential_type": "password",
                    "credential": {"username": "me@example.com", "password": "…"},
                }
            ]
        }
    )

    name: Annotated[str, Field(min_length=1, max_length=500)]
    credential_type: Literal["password", "credit_card", "secret"]
    credential: PasswordValue | CardValue | SecretValue
    allowed_hosts: Annotated[list[Host], Field(max_length=100)] | None = Field(
        default=None,
        description="Hosts that it may be typed on, those below them included; left out or empty: "
        "the site where a task begins. Our extension.",
    )

    def value(self) -> PasswordCredential | CreditCardCredential | SecretCredential | None:
        """As it is stored; ``None`` when type and fields don't fit each other."""
        given: dict[str, Any] = self.credential.model_dump(exclude_none=True)
        match self.credential_type, self.credential:
            case "password", PasswordValue():
                return PasswordCredential(**given)
            case "credit_card", CardValue():
                return CreditCardCredential(**given)
            case "secret", SecretValue():
                return SecretCredential(**given)
            case _:
                return None


class ShownValue(BaseModel):
    """Enough of a credential to know it again, and nothing to use it with."""

    username: str | None = None
    totp_type: str | None = None
    totp_identifier: str | None = None
    last_four: str | None = None
    brand: str | None = None
    secret_label: str | None = None


class CredentialAnswer(BaseModel):
    """A credential without its secrets."""

    credential_id: str
    organization_id: str
    name: str
    credential_type: Literal["password", "credit_card", "secret"]
    credential: ShownValue
    allowed_hosts: list[str] = []
    vault_type: str | None = None
    created_at: Timestamp
    modified_at: Timestamp
