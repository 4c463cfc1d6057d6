"""Browser profiles: the state of a browser, kept encrypted under a name for later runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.organization import folder_of, is_id
from skyvern_dagster.organizations.sealed import SealedRecords
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.process.clock import utc_now


class BrowserProfile(BaseModel):
    """What is known of a profile; its state is kept apart.

    Attributes:
        browser_profile_id: ``bp_...``.
        is_managed: Whether runs keep it up by themselves (``persist_browser_session``).
        workflow_permanent_id: The workflow that a managed one belongs to.
        created_at: Naive UTC, as all times here.
    """

    model_config = ConfigDict(frozen=True)

    browser_profile_id: str
    organization_id: str
    name: str
    description: str | None = None
    is_managed: bool = False
    workflow_permanent_id: str | None = None
    created_at: datetime
    modified_at: datetime


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    text: str = Field(repr=False)


class BrowserProfiles:
    """The profiles of all organizations, each seen by its own only.

    A state logs its holder in wherever the browser was logged in: it is kept like a password.

    Args:
        store: Where they lie, under ``organizations/<o_...>/``.
        secret: Encrypts them.
    """

    def __init__(self, store: ArtifactStore, secret: ServerSecret) -> None:
        self._records = SealedRecords(store, secret, "browser-profiles")

    def create(
        self, organization_id: str, name: str, state: str, description: str | None = None
    ) -> BrowserProfile:
        """Keeps a state as a new profile.

        Args:
            state: A browser state, as JSON.

        Raises:
            OrganizationError: There is no such organization.
        """
        now = utc_now()
        made = BrowserProfile(
            browser_profile_id=new_id("bp"),
            organization_id=organization_id,
            name=name,
            description=description,
            created_at=now,
            modified_at=now,
        )
        self._write(made, state)
        return made

    def get(self, organization_id: str, profile_id: str) -> BrowserProfile | None:
        """A profile of the organization; those of others are not there.

        Raises:
            OrganizationError: It can't be decrypted.
        """
        if not is_id(profile_id, "bp"):
            return None
        return self._records.read(_key(organization_id, profile_id), BrowserProfile)

    def list(self, organization_id: str) -> tuple[BrowserProfile, ...]:
        """The organization's profiles, newest first."""
        found = self._all(organization_id)
        return tuple(sorted(found, key=lambda each: each.created_at, reverse=True))

    def rename(
        self, organization_id: str, profile_id: str, name: str | None, description: str | None
    ) -> BrowserProfile:
        """Gives a profile another name or description; what is left out stays.

        Raises:
            OrganizationError: The organization has no such profile.
        """
        before = self._own(organization_id, profile_id)
        given = {"name": name, "description": description}
        changes = {field: text for field, text in given.items() if text is not None}
        after = before.model_copy(update={**changes, "modified_at": utc_now()})
        self._records.write(_key(organization_id, profile_id), after)
        return after

    def delete(self, organization_id: str, profile_id: str) -> None:
        """Removes a profile with its state.

        Raises:
            OrganizationError: The organization has no such profile.
        """
        self._own(organization_id, profile_id)
        self._records.delete(_state_key(organization_id, profile_id))
        self._records.delete(_key(organization_id, profile_id))

    def state(self, organization_id: str, profile_id: str) -> str | None:
        """A profile's state as JSON; ``None`` where there is no such profile.

        Raises:
            OrganizationError: It can't be decrypted.
        """
        if not is_id(profile_id, "bp"):
            return None
        kept = self._records.read(_state_key(organization_id, profile_id), _State)
        return None if kept is None else kept.text

    def keep(
        self, organization_id: str, profile_id: str, state: str, *, name: str, workflow: str
    ) -> None:
        """Puts another state in a profile's place; makes the profile of a workflow's runs.

        Args:
            name: Of a profile that is made.
            workflow: The permanent id of the workflow that one belongs to that is made.
        """
        now = utc_now()
        before = self.get(organization_id, profile_id) or BrowserProfile(
            browser_profile_id=profile_id,
            organization_id=organization_id,
            name=name,
            is_managed=True,
            workflow_permanent_id=workflow,
            created_at=now,
            modified_at=now,
        )
        self._write(before.model_copy(update={"modified_at": now}), state)

    def _write(self, profile: BrowserProfile, state: str) -> None:
        owner, profile_id = profile.organization_id, profile.browser_profile_id
        self._records.write(_state_key(owner, profile_id), _State(text=state))
        self._records.write(_key(owner, profile_id), profile)

    def _own(self, organization_id: str, profile_id: str) -> BrowserProfile:
        profile = self.get(organization_id, profile_id)
        if profile is None:
            raise OrganizationError(f"{organization_id} has no browser profile {profile_id!r}")
        return profile

    def _all(self, organization_id: str) -> Iterator[BrowserProfile]:
        for key in list(self._records.keys(f"{folder_of(organization_id)}/browser_profiles")):
            profile = self._records.read(key, BrowserProfile)
            if profile is not None:
                yield profile


def managed_id(organization_id: str, workflow_permanent_id: str, key: str) -> str:
    """The id of the profile that runs of a workflow keep up by themselves.

    Args:
        key: Tells apart runs that don't share a profile; empty where all do.
    """
    text = "\n".join((organization_id, workflow_permanent_id, key))
    digest = hashlib.sha256(text.encode()).digest()
    return f"bp_{int.from_bytes(digest[:8]) >> 1}"


def _key(organization_id: str, profile_id: str) -> str:
    return f"{folder_of(organization_id)}/browser_profiles/{profile_id}"


def _state_key(organization_id: str, profile_id: str) -> str:
    return f"{folder_of(organization_id)}/browser_profile_states/{profile_id}"
