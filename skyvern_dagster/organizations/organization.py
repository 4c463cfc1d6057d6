"""Organizations: whose runs, keys and credentials are whose."""

from __future__ import annotations

import re

from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID as DEFAULT_ORGANIZATION_ID

_ID = re.compile(r"[a-z]+_[A-Za-z0-9]{1,40}")


def folder_of(organization_id: str) -> str:
    """The organization's folder in the artifact store.

    Raises:
        OrganizationError: This is no organization's id.
    """
    if not is_id(organization_id, "o"):
        raise OrganizationError(f"an organization's id looks like o_123, not {organization_id!r}")
    return f"organizations/{organization_id}"


def is_id(text: str, prefix: str) -> bool:
    """Whether a text is an id with this prefix; what is not is never made part of a key."""
    return bool(_ID.fullmatch(text)) and text.startswith(f"{prefix}_")
