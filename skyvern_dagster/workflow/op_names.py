"""Names that Dagster takes for ops and jobs."""

from __future__ import annotations

import hashlib
import keyword
import re
import unicodedata

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


def op_name(label: str) -> str:
    """The name of a block's op: its label, where Dagster takes that as a name.

    Otherwise the label's letters and digits, and a digest that tells it from others that have the
    same: two labels never come to one name, and a label always comes to the same.
    """
    is_name = re.fullmatch(r"[A-Za-z0-9_]+", label) is not None and len(label) <= LONGEST_LABEL
    if is_name and label not in RESERVED_OP_NAMES and not label.endswith(OWN_ENDINGS):
        return label
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")[: LONGEST_LABEL - 12]
    digest = hashlib.sha256(label.encode()).hexdigest()[:8]
    return f"{readable}__{digest}" if readable else f"block__{digest}"
