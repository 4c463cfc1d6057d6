"""Schedules that clients make over REST, kept in artifacts until the code location reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError, WorkflowNotFoundError
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.run_secrets import RunSecrets, forget_schedule_secrets
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.process.clock import utc_now


class StoredSchedule(BaseModel):
    """When a workflow is to be run, and with which parameters.

    Attributes:
        workflow_schedule_id: ``wfs_...``.
        timezone: An IANA name.
        parameters: Checked; secrets among them are references.
        has_secrets: Whether there are secrets among them.
        created_at: Naive UTC timestamp.
    """

    model_config = ConfigDict(frozen=True)

    workflow_schedule_id: str
    organization_id: str
    workflow_permanent_id: str
    cron_expression: str
    timezone: str
    enabled: bool
    parameters: dict[str, Any]
    has_secrets: bool = False
    name: str | None = None
    description: str | None = None
    created_at: str
    modified_at: str

    @property
    def dagster_name(self) -> str:
        """The name of the Dagster schedule that it becomes."""
        return f"schedule_{self.workflow_schedule_id}"


@dataclass(frozen=True)
class ScheduleStore:
    """The schedules of all organizations; every question names one of them."""

    artifacts: ArtifactStore

    def add(
        self, organization_id: str, workflow_permanent_id: str, **fields: Any
    ) -> StoredSchedule:
        """Keeps a new schedule; ``fields`` are those of :class:`StoredSchedule`."""
        now = utc_now().isoformat()
        schedule = StoredSchedule(
            workflow_schedule_id=new_id("wfs"),
            organization_id=organization_id,
            workflow_permanent_id=workflow_permanent_id,
            created_at=now,
            modified_at=now,
            **fields,
        )
        return self._keep(schedule)

    def change(self, schedule: StoredSchedule, **fields: Any) -> StoredSchedule:
        """Keeps a schedule with other values."""
        return self._keep(
            schedule.model_copy(update={**fields, "modified_at": utc_now().isoformat()})
        )

    def get(self, organization_id: str, workflow_schedule_id: str) -> StoredSchedule:
        """A schedule.

        Raises:
            WorkflowNotFoundError: The organization has no such schedule.
        """
        key = _key(organization_id, workflow_schedule_id)
        is_id = workflow_schedule_id.startswith("wfs_") and workflow_schedule_id[4:].isdecimal()
        if not is_id or not self.artifacts.exists(key):
            raise WorkflowNotFoundError(f"Schedule not found {workflow_schedule_id}")
        return self._read(key)

    def of(self, organization_id: str) -> list[StoredSchedule]:
        """An organization's schedules, last made first."""
        keys = self.artifacts.keys(_folder(organization_id))
        schedules = [self._read(key) for key in keys]
        return sorted(schedules, key=lambda each: each.created_at, reverse=True)

    def secrets(
        self, schedule: StoredSchedule, secret: Callable[[], ServerSecret]
    ) -> dict[str, str]:
        """The secrets among the schedule's parameters, by the key of their reference.

        Raises:
            OrganizationError: They can't be decrypted.
        """
        if not schedule.has_secrets:
            return {}
        kept = RunSecrets(self.artifacts, secret())
        return kept.of_schedule(schedule.organization_id, schedule.workflow_schedule_id)

    def keep_secrets(
        self, schedule: StoredSchedule, secrets: Mapping[str, str], secret: ServerSecret
    ) -> None:
        """Keeps the secrets among the schedule's parameters."""
        kept = RunSecrets(self.artifacts, secret)
        kept.keep_for_schedule(schedule.organization_id, schedule.workflow_schedule_id, secrets)

    def everything(self) -> list[StoredSchedule]:
        """The schedules of all organizations, for the code location."""
        keys = list(self.artifacts.keys("organizations"))
        return [self._read(key) for key in keys if key.split("/")[2] == "schedules"]

    def delete(self, schedule: StoredSchedule) -> None:
        """Forgets a schedule, and its secrets."""
        self.artifacts.delete(_key(schedule.organization_id, schedule.workflow_schedule_id))
        if schedule.has_secrets:
            forget_schedule_secrets(
                self.artifacts, schedule.organization_id, schedule.workflow_schedule_id
            )

    def _keep(self, schedule: StoredSchedule) -> StoredSchedule:
        key = _key(schedule.organization_id, schedule.workflow_schedule_id)
        self.artifacts.write(key, schedule.model_dump_json(indent=2).encode())
        return schedule

    def _read(self, key: str) -> StoredSchedule:
        try:
            return StoredSchedule.model_validate_json(self.artifacts.read(key))
        except ValidationError as error:
            raise ArtifactError(f"the schedule {key!r} is damaged: {error}") from error


def _folder(organization_id: str) -> str:
    return f"organizations/{organization_id}/schedules"


def _key(organization_id: str, workflow_schedule_id: str) -> str:
    return f"{_folder(organization_id)}/{workflow_schedule_id}.json"
