"""Secrets that came with a request for a run: put away before anything else sees them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.organizations.sealed import SealedRecords, sealed_key
from skyvern_dagster.organizations.server_secret import ServerSecret


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    organization_id: str = ""
    values: dict[str, str] = Field(repr=False)


class RunSecrets:
    """The secrets of single runs and schedules, encrypted, beside their records.

    No definition and no parameter can name them: a run is given its own, by its id and its
    organization.

    Args:
        store: Where they lie, under ``runs/<run>/`` and ``organizations/<o_...>/schedules/``.
        secret: Encrypts them.
    """

    def __init__(self, store: ArtifactStore, secret: ServerSecret) -> None:
        self._records = SealedRecords(store, secret, "run-secrets")

    def keep(self, organization_id: str, run_id: str, values: Mapping[str, str]) -> None:
        """Keeps a run's secrets, by the key of their reference."""
        self._write(_of_run(run_id), organization_id, values)

    def values(self, organization_id: str, run_id: str) -> dict[str, str]:
        """The secrets of a run, by the key of their reference; none where it has none.

        Raises:
            OrganizationError: The run is another organization's, or they can't be decrypted.
        """
        return self._read(_of_run(run_id), organization_id)

    def keep_for_schedule(
        self, organization_id: str, schedule_id: str, values: Mapping[str, str]
    ) -> None:
        """Keeps the secrets of all runs of a schedule."""
        self._write(_of_schedule(organization_id, schedule_id), organization_id, values)

    def of_schedule(self, organization_id: str, schedule_id: str) -> dict[str, str]:
        """The secrets of a schedule's runs.

        Raises:
            OrganizationError: They can't be decrypted.
        """
        return self._read(_of_schedule(organization_id, schedule_id), organization_id)

    def _write(self, key: str, organization_id: str, values: Mapping[str, str]) -> None:
        record = _Values(organization_id=organization_id, values=dict(values))
        self._records.write(key, record)

    def _read(self, key: str, organization_id: str) -> dict[str, str]:
        secrets = self._records.read(key, _Values)
        if secrets is None:
            return {}
        if secrets.organization_id != organization_id:
            raise OrganizationError(f"the secrets {key!r} are not those of {organization_id}")
        return dict(secrets.values)


def run_secrets_exist(store: ArtifactStore, run_id: str) -> bool:
    """Whether a run has secrets of its own."""
    return store.exists(sealed_key(_of_run(run_id)))


def forget_schedule_secrets(store: ArtifactStore, organization_id: str, schedule_id: str) -> None:
    """Removes what was kept for a schedule's runs."""
    store.delete(sealed_key(_of_schedule(organization_id, schedule_id)))


def _of_run(run_id: str) -> str:
    return RunKeys(run_id).secrets


def _of_schedule(organization_id: str, schedule_id: str) -> str:
    return f"organizations/{organization_id}/schedule-secrets/{schedule_id}"
