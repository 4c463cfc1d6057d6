"""The parameter kinds of a definition, told apart by ``parameter_type`` (contract 3a)."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.errors import ParameterError

ValueType = Literal["string", "integer", "float", "boolean", "json", "file_url"]

RESERVED_KEYS = frozenset(
    {
        "current_item", "current_value", "current_index", "current_date", "workflow_title",
        "workflow_id", "workflow_permanent_id", "workflow_run_id", "workflow_run_outputs",
        "workflow_run_summary",
    }
)  # fmt: skip
"""Names that every template has anyway (contract 3c)."""


class _Parameter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="An identifier.")
    description: str | None = None


class WorkflowParameter(_Parameter):
    """A value that whoever starts the run gives."""

    parameter_type: Literal["workflow"]
    workflow_parameter_type: ValueType = "string"
    default_value: Any = None

    @property
    def required(self) -> bool:
        """Whether a run can't start without it."""
        return self.default_value is None


class ContextParameter(_Parameter):
    """A value taken out of another parameter, an output, or the current item of a loop."""

    parameter_type: Literal["context"]
    source_parameter_key: str


class AwsSecretParameter(_Parameter):
    """A secret by name: the environment variable ``aws_key``, else AWS Secrets Manager."""

    parameter_type: Literal["aws_secret"]
    aws_key: str


class CredentialParameter(_Parameter):
    """A login from a secret source."""

    parameter_type: Literal["credential"]
    credential_id: str | None = Field(
        default=None, description="Name in the secret source; the key when left out."
    )
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="Further hosts the login belongs to, for instance of a single sign-on. "
        "Our extension.",
    )


class OutputParameter(_Parameter):
    """``{label}_output`` exists by itself; writing one by hand is an error (contract 3a)."""

    parameter_type: Literal["output"]


Parameter = Annotated[
    WorkflowParameter
    | ContextParameter
    | AwsSecretParameter
    | CredentialParameter
    | OutputParameter,
    Field(discriminator="parameter_type"),
]

PARAMETER_TYPES = ("workflow", "context", "aws_secret", "credential", "output")


def coerce(key: str, kind: ValueType, value: Any) -> Any:
    """A given value as the declared type.

    Text is read as the type (a command line gives nothing else); anything else must fit already.

    Raises:
        ParameterError: It doesn't fit.
    """
    fitting: Any
    match kind:
        case "string" | "file_url":
            fitting = _text(value)
        case "integer":
            fitting = _integer(value)
        case "float":
            fitting = _number(value)
        case "boolean":
            fitting = (
                value if isinstance(value, bool) else _BOOLEANS.get(str(value).strip().lower())
            )
        case "json":
            return _json(key, value)
        case _:
            assert_never(kind)
    if fitting is None:
        raise ParameterError(
            f"parameter {key!r} must be {_ARTICLES[kind]}, not {type(value).__name__} {value!r}"
        )
    return fitting


_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_ARTICLES: dict[str, str] = {
    "string": "a text",
    "file_url": "a URL",
    "integer": "a whole number",
    "float": "a number",
    "boolean": "true or false",
}


def _text(value: Any) -> str | None:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else None


def _integer(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lstrip("+-").isdecimal():
        return int(value)
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _json(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ParameterError(f"parameter {key!r} must be JSON: {error}") from error
