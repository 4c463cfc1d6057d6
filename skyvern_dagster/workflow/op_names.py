"""Names that Dagster takes for ops and jobs."""

from __future__ import annotations

import keyword
import re

RESERVED_OP_NAMES = frozenset(
    {
        "context", "conf", "config", "meta", "arg_dict", "dict", "input_arg_dict",
        "output_arg_dict", "int", "str", "float", "bool", "input", "output", "type",
    }
    | set(keyword.kwlist)
    | {"start", "finish"}
)  # fmt: skip
"""What Dagster refuses as a name, and the two ops that every job has."""

OWN_ENDINGS = ("__items", "__collect")
"""Endings of the ops that the compiler adds to a loop's."""

LONGEST_LABEL = 100
"""Labels are parts of op names, tags and artifact keys."""


def clean_name(text: str) -> str:
    """A name that Dagster accepts for jobs and ops."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")
    return f"{name}_workflow" if name in RESERVED_OP_NAMES else name or "workflow"
