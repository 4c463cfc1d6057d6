"""The parameter kinds of a definition, told apart by ``parameter_type``.

What each stands for in a run: docs/contract.md#parameters.
"""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, field_validator

from skyvern_dagster.addresses.site import is_host
from skyvern_dagster.credentials.secret_names import looks_secret
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.workflow.parameter import BaseParameter
from skyvern_dagster.workflow.vault_parameters import (
    AzureSecretParameter,
    AzureVaultCredentialParameter,
    BitwardenCreditCardDataParameter,
    BitwardenLoginCredentialParameter,
    BitwardenSensitiveInformationParameter,
    OnePasswordParameter,
    VaultParameter,
)

_LONGEST_SHOWN = 80
"""Characters of a value in a message: enough to know it by."""

PlainType = Literal["string", "integer", "float", "boolean", "file_url", "credential_id"]
ValueType = Literal[PlainType, "json"]
"""``workflow_parameter_type``."""

_MOST_DIGITS = 1000
"""Arbitrary, below the 4,300 digits from which Python refuses to read a number."""

_SECRET_TYPES = frozenset({"string", "integer", "float"})

RESERVED_KEYS = frozenset(
    {
        "current_item", "current_value", "current_index", "current_date", "workflow_title",
        "workflow_id", "workflow_permanent_id", "workflow_run_id", "workflow_run_outputs",
        "workflow_run_summary",
    }
)  # fmt: skip
"""Names that every template has anyway (docs/contract.md#names-in-texts)."""

EMPTY_NAMES = frozenset({"browser_session_id"})
"""Names of Skyvern's templates that say nothing here, and that a parameter may take."""


class WorkflowParameter(BaseParameter):
    """A value that whoever starts the run gives."""

    parameter_type: Literal["workflow"]
    workflow_parameter_type: ValueType = "string"
    default_value: Any = Field(
        default=None, description="Without one, whoever starts a run must give a value."
    )

    @property
    def required(self) -> bool:
        """Whether a run can't start without it."""
        return self.default_value is None

    @property
    def is_secret(self) -> bool:
        """Whether its values are put away: by its name it is a password or the like."""
        return self.workflow_parameter_type in _SECRET_TYPES and looks_secret(self.key)


class ContextParameter(BaseParameter):
    """A value taken out of another parameter, an output, or the current item of a loop."""

    parameter_type: Literal["context"]
    source_parameter_key: str = Field(
        description="The parameter, or `{label}_output`, that holds a value of this one's key."
    )


class AwsSecretParameter(BaseParameter):
    """A secret by name: the environment variable ``aws_key``, else AWS Secrets Manager.

    In a definition that came over REST: a name that the operator has granted.
    """

    parameter_type: Literal["aws_secret"]
    aws_key: str = Field(description="Name of the variable, and of the secret.")


class CredentialParameter(BaseParameter):
    """A login from a secret source."""

    inert_fields: ClassVar[frozenset[str]] = frozenset({"selection_strategy", "fallback_trigger"})

    parameter_type: Literal["credential"]
    credential_id: str | None = Field(
        default=None,
        description="A stored credential's id (cred_...), a name in the secret source, or the key "
        "of a parameter that gives one; this parameter's key when left out.",
    )
    credential_ids: list[str] = Field(
        default_factory=list, description="Further ones: the first that is there is taken."
    )
    fallback_credential_ids: list[str] = Field(
        default_factory=list, description="Those that are taken where none of these is there."
    )
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="Further hosts the login belongs to, for instance of a single sign-on. Only "
        "where it has no hosts of its own. Our extension.",
    )

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, hosts: list[str]) -> list[str]:
        for host in hosts:
            if not is_host(host):
                raise ValueError(
                    f"must be hosts such as login.example.com, without scheme and port: {host!r}"
                )
        return hosts


class OutputParameter(BaseParameter):
    """``{label}_output`` exists by itself: one that is written stands for nothing.

    Skyvern's API answers them along with the others.
    """

    model_config = ConfigDict(extra="ignore")

    parameter_type: Literal["output"]


Parameter = Annotated[
    WorkflowParameter
    | ContextParameter
    | AwsSecretParameter
    | CredentialParameter
    | VaultParameter
    | AzureSecretParameter
    | OutputParameter,
    Field(discriminator="parameter_type"),
]

PARAMETER_MODELS: dict[str, type[BaseModel]] = {
    "workflow": WorkflowParameter,
    "context": ContextParameter,
    "aws_secret": AwsSecretParameter,
    "credential": CredentialParameter,
    "bitwarden_login_credential": BitwardenLoginCredentialParameter,
    "bitwarden_sensitive_information": BitwardenSensitiveInformationParameter,
    "bitwarden_credit_card_data": BitwardenCreditCardDataParameter,
    "onepassword": OnePasswordParameter,
    "azure_vault_credential": AzureVaultCredentialParameter,
    "azure_secret": AzureSecretParameter,
    "output": OutputParameter,
}
"""``parameter_type`` -> the model of its fields."""

SECRET_KINDS = frozenset({"aws_secret", "azure_secret"})
"""``parameter_type`` of a single secret value."""

CREDENTIAL_KINDS = frozenset(PARAMETER_MODELS) - SECRET_KINDS - {"workflow", "context", "output"}
"""``parameter_type`` of what is typed into forms: a login, a card, an identity."""


def coerce(key: str, kind: ValueType, value: Any) -> Any:
    """A given value as the declared type.

    Text is read as the type (a command line gives nothing else); anything else must fit already.

    Raises:
        ParameterError: It doesn't fit.
    """
    if kind == "json":
        return _json(key, value)
    fitting = _fitting(kind, value)
    if fitting is None:
        shown = "" if looks_secret(key) else repr(value)
        shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 3]}..."
        raise ParameterError(
            f"parameter {key!r} must be {_ARTICLES[kind]}, not "
            f"{type(value).__name__} {shown}".rstrip()
        )
    return fitting


def _fitting(kind: PlainType, value: Any) -> str | int | float | bool | None:
    match kind:
        case "string" | "file_url" | "credential_id":
            return _text(value)
        case "integer":
            return _integer(value)
        case "float":
            return _number(value)
        case "boolean":
            return value if isinstance(value, bool) else _BOOLEANS.get(str(value).strip().lower())
        case _:
            assert_never(kind)


_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_ARTICLES: dict[PlainType, str] = {
    "string": "a text",
    "file_url": "a URL",
    "credential_id": "a credential's id",
    "integer": "a whole number",
    "float": "a number",
    "boolean": "true or false",
}


def _text(value: Any) -> str | None:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value if _is_unicode(value) else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else None


def _integer(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():  # as JSON of other languages writes it
        return int(value)
    if isinstance(value, str) and re.fullmatch(rf"\s*[+-]?\d{{1,{_MOST_DIGITS}}}\s*", value):
        return int(value)
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and "_" in value:  # Python's own way of writing numbers
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _json(key: str, value: Any) -> Any:
    try:
        content = json.loads(value) if isinstance(value, str) else value
        text = json.dumps(content, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ParameterError(f"parameter {key!r} must be JSON: {error}") from error
    if not _is_unicode(text):
        raise ParameterError(f"parameter {key!r} must be JSON: it holds half of a character")
    return json.loads(text)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
