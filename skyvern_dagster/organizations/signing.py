"""With which API key a request to an organization's servers is signed."""

from __future__ import annotations

from skyvern_dagster.errors import OutgoingError
from skyvern_dagster.organizations.api_keys import ApiKeys


def signing_key(keys: ApiKeys, organization_id: str, api_key_id: str | None) -> str:
    """The key of the run's request, else the organization's oldest usable one.

    Which key it has to be: docs/contract.md#signatures.

    Args:
        keys: The server's keys.
        organization_id: Whose run it is.
        api_key_id: The key that the run was asked for with.

    Raises:
        OutgoingError: The organization has no usable key.
        OrganizationError: The key can't be derived again.
    """
    own = keys.get(organization_id, api_key_id) if api_key_id else None
    if own is not None and own.is_usable:
        return keys.signing_token(own)
    usable = [key for key in keys.list(organization_id) if key.is_usable]
    if not usable:
        raise OutgoingError(
            f"organization {organization_id} has no usable API key to sign requests with: make "
            "one with `skyvern-dagster keys create`"
        )
    return keys.signing_token(usable[0])
