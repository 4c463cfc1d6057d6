"""What an organization has set for all of its runs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.process.clock import utc_now


class OrganizationSettings(BaseModel):
    """Kept in the artifact store, under the organization's folder."""

    model_config = ConfigDict(frozen=True)

    organization_name: str
    max_steps_per_run: int | None = None
    created_at: str
    modified_at: str


def read_settings(store: ArtifactStore, organization_id: str) -> OrganizationSettings:
    """The settings; those of an organization that has set nothing, where it hasn't.

    Raises:
        ArtifactError: They are damaged.
    """
    key = _key(organization_id)
    if not store.exists(key):
        began = "2026-01-01T00:00:00"
        return OrganizationSettings(
            organization_name=organization_id, created_at=began, modified_at=began
        )
    try:
        return OrganizationSettings.model_validate_json(store.read(key))
    except ValidationError as error:
        raise ArtifactError(f"the settings {key!r} are damaged: {error}") from error


def change_settings(
    store: ArtifactStore,
    organization_id: str,
    *,
    organization_name: str | None,
    max_steps_per_run: int | None,
) -> OrganizationSettings:
    """Sets what is given, and leaves the rest."""
    before = read_settings(store, organization_id)
    now = utc_now().isoformat()
    changed = OrganizationSettings(
        organization_name=organization_name or before.organization_name,
        max_steps_per_run=max_steps_per_run or before.max_steps_per_run,
        created_at=before.created_at,
        modified_at=now,
    )
    store.write(_key(organization_id), changed.model_dump_json(indent=2).encode())
    return changed


def _key(organization_id: str) -> str:
    return f"organizations/{organization_id}/settings.json"
