"""Resources whose defaults don't fill the launchpad.

Dagster's launchpad begins with every default of every resource that a job uses: some forty lines
below the two parameters that a person has come for. A field that may be set at launch is still
there to be set (the launchpad completes it), it just isn't written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    _Base = dg.ConfigurableResource[Any]
else:
    _Base = object


class HiddenDefaults(_Base):
    """Mixed into a ``ConfigurableResource``: its config has the same fields, without defaults.

    What isn't given at launch stays as the resource was made. The default of a field that was made
    of a ``dg.EnvVar`` stays: Dagster resolves it from there.
    """

    @property
    def _config_schema(self) -> Any:
        """What Dagster makes the run config's schema of (``ConfigurableResourceFactory``)."""
        given: Any = super()._config_schema.as_field()
        fields = {name: _hidden(field) for name, field in given.config_type.fields.items()}
        shape = dg.Shape(fields)  # type: ignore[no-untyped-call]
        if given.is_required:
            return dg.Field(shape)
        defaults = given.default_value if given.default_provided else {}
        kept = {name: value for name, value in defaults.items() if _has_variable(value)}
        return dg.Field(shape, is_required=False, default_value=kept)


def _hidden(field: Any) -> dg.Field:
    if field.is_required:
        return field  # type: ignore[no-any-return]
    return dg.Field(field.config_type, is_required=False, description=field.description)


def _has_variable(value: Any) -> bool:
    """Whether Dagster finds ``{"env": ...}`` in it."""
    match value:
        case dict():
            return "env" in value or any(map(_has_variable, value.values()))
        case list():
            return any(map(_has_variable, value))
        case _:
            return False
