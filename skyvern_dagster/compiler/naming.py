"""Names of jobs and ops: labels, except for the few that Dagster keeps for itself."""

from __future__ import annotations

import keyword
from collections.abc import Collection

RESERVED_BY_DAGSTER = frozenset(
    {
        "context", "conf", "config", "meta", "arg_dict", "dict", "input_arg_dict",
        "output_arg_dict", "int", "str", "float", "bool", "input", "output", "type",
        *keyword.kwlist,
    }
)  # fmt: skip
"""Words that Dagster refuses as the name of anything; Skyvern knows no such limit."""


def safe_name(name: str, taken: Collection[str] = ()) -> str:
    """The name itself, or with underscores after it where Dagster would refuse it.

    Args:
        taken: Names of others, that it must not become.
    """
    if name not in RESERVED_BY_DAGSTER:
        return name
    while name in RESERVED_BY_DAGSTER or name in taken:
        name += "_"
    return name
