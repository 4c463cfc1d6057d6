"""Which secrets a run may use, by who made its definition and who gave its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from skyvern_dagster.credentials.sources import SecretSource

Trust = Literal["operator", "definition", "nothing"]
"""``operator``: definition and parameters are the operator's (a file, a component, a sensor).
``definition``: the definition is the operator's, the parameters came over REST. ``nothing``: the
definition came over REST."""


@dataclass(frozen=True)
class SecretAccess:
    """Where the secrets of one run come from.

    Attributes:
        defined: Knows the names that the definition itself holds.
        given: Knows the names that came as a parameter's value.
        run: The run's own secrets, by the key of their reference.
        trusted: Whether a secret of the server without hosts may be typed where the task began:
            whoever chose that site is the operator.
        defined_by_operator: Whether the definition is the operator's: a server that it sends a
            secret to is one that the operator chose.
    """

    defined: SecretSource
    given: SecretSource
    run: Mapping[str, str] = field(default_factory=dict, repr=False)
    trusted: bool = False
    defined_by_operator: bool = False

    @classmethod
    def of_operator(cls, source: SecretSource) -> SecretAccess:
        """For definitions and parameters of the operator."""
        return cls(source, source, trusted=True, defined_by_operator=True)
