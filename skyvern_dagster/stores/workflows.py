"""The workflow store: definitions by organization, permanent id and version, in artifacts.

What is created over REST lies here, and the files of a folder that was imported. A version is
never changed; an update adds one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import DefinitionError, WorkflowNotFoundError
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id, stable_id
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.workflow.loader import Workflow, load_text
from skyvern_dagster.workflow.op_names import clean_name

_DIGITS = 6
"""Of a version in its key, so that keys sort as versions up to 999,999."""


class StoredWorkflow(BaseModel):
    """One version of a workflow.

    Attributes:
        workflow_id: ``w_...``, of this version alone.
        name: Of the job that it is compiled to; the same in all versions.
        text: The definition as YAML.
        created_at: Naive UTC timestamp of the first version.
        modified_at: Naive UTC timestamp of this version.
        operator: Whether it is a file of the operator's folder, rather than made over REST.
        attributes: What an API client asked to be kept with it (``folder_id``, ``status``, ...).
    """

    model_config = ConfigDict(frozen=True)

    organization_id: str
    workflow_permanent_id: str
    workflow_id: str
    version: int
    name: str
    title: str
    text: str
    created_at: str
    modified_at: str
    deleted_at: str | None = None
    operator: bool = False
    attributes: dict[str, Any] = {}

    def load(self) -> Workflow:
        """The checked workflow.

        Raises:
            DefinitionError: A newer version of this package finds errors in it.
        """
        return _loaded(
            self.text,
            self.name,
            self.workflow_permanent_id,
            self.version,
            from_rest=not self.operator,
        )


@lru_cache(maxsize=16)
def _loaded(
    text: str, name: str, workflow_permanent_id: str, version: int, *, from_rest: bool
) -> Workflow:
    """A long one takes seconds, and is asked for with each of its runs."""
    return load_text(
        text,
        source=f"{workflow_permanent_id} version {version}",
        name=name,
        stored_id=workflow_permanent_id,
        version=version,
        from_rest=from_rest,
    )


@dataclass(frozen=True)
class WorkflowStore:
    """The workflows of all organizations; every question names one of them."""

    artifacts: ArtifactStore

    def create(
        self, organization_id: str, text: str, attributes: dict[str, Any] | None = None
    ) -> StoredWorkflow:
        """Stores a new workflow as version 1.

        Raises:
            DefinitionError: The definition has errors; the message lists all of them.
        """
        workflow_permanent_id = new_id("wpid")
        checked = _checked(text)
        title = checked.definition.title
        name = f"{_slug(title)}_{workflow_permanent_id[-8:]}"
        try:
            return self._add(organization_id, workflow_permanent_id, name, title, text, attributes)
        except FileExistsError:  # a repeated request has the same ids
            return self.get(organization_id, workflow_permanent_id, 1)

    def update(
        self,
        organization_id: str,
        workflow_permanent_id: str,
        text: str,
        attributes: dict[str, Any] | None = None,
    ) -> StoredWorkflow:
        """Stores the next version of a workflow.

        Raises:
            WorkflowNotFoundError: The organization has no such workflow.
            DefinitionError: As :meth:`create`.
        """
        title = _checked(text).definition.title
        return self._update(organization_id, workflow_permanent_id, text, title, attributes)

    def _update(
        self,
        organization_id: str,
        workflow_permanent_id: str,
        text: str,
        title: str,
        attributes: dict[str, Any] | None = None,
        *,
        operator: bool = False,
    ) -> StoredWorkflow:
        workflow_id = new_id("w")
        while True:
            newest = self.get(organization_id, workflow_permanent_id)
            if newest.workflow_id == workflow_id:  # a repeated request
                return newest
            try:
                return self._add(
                    organization_id,
                    workflow_permanent_id,
                    newest.name,
                    title,
                    text,
                    newest.attributes | (attributes or {}),
                    newest,
                    operator=operator,
                    workflow_id=workflow_id,
                )
            except FileExistsError:
                continue  # somebody else has just added this version: ours is the next one

    def get(
        self, organization_id: str, workflow_permanent_id: str, version: int | None = None
    ) -> StoredWorkflow:
        """A workflow's newest version, or a certain one.

        Raises:
            WorkflowNotFoundError: The organization has no such workflow or version.
        """
        versions = self._versions(organization_id, workflow_permanent_id)
        if not versions or self._is_deleted(organization_id, workflow_permanent_id):
            raise WorkflowNotFoundError(
                f"Workflow not found. workflow_permanent_id={workflow_permanent_id}"
            )
        wanted = versions[-1] if version is None else version
        if wanted not in versions:
            raise WorkflowNotFoundError(
                f"Workflow not found. workflow_permanent_id={workflow_permanent_id}, "
                f"version={wanted}; it has the versions {versions[0]} to {versions[-1]}"
            )
        key = _key(organization_id, workflow_permanent_id, wanted)
        return StoredWorkflow.model_validate_json(self.artifacts.read(key))

    def versions(self, organization_id: str, workflow_permanent_id: str) -> list[StoredWorkflow]:
        """All versions, newest first.

        Raises:
            WorkflowNotFoundError: The organization has no such workflow.
        """
        newest = self.get(organization_id, workflow_permanent_id)
        older = [
            self.get(organization_id, workflow_permanent_id, number)
            for number in reversed(self._versions(organization_id, workflow_permanent_id)[:-1])
        ]
        return [newest, *older]

    def newest(self, organization_id: str) -> list[StoredWorkflow]:
        """The newest version of each workflow of an organization, last created first."""
        prefix = f"{_folder(organization_id)}/"
        ids = {
            key.removeprefix(prefix).partition("/")[0]
            for key in self.artifacts.keys(_folder(organization_id))
        }
        kept = [each for each in ids if not self._is_deleted(organization_id, each)]
        workflows = [self.get(organization_id, each) for each in kept]
        return sorted(workflows, key=lambda each: (each.created_at, each.workflow_id), reverse=True)

    def everything(self) -> list[StoredWorkflow]:
        """The newest version of each workflow of all organizations, for the code location."""
        keys = self.artifacts.keys("organizations")
        organizations = {key.split("/")[1] for key in keys if key.split("/")[2] == "workflows"}
        return [each for owner in sorted(organizations) for each in self.newest(owner)]

    def delete(self, organization_id: str, workflow_permanent_id: str) -> None:
        """Takes a workflow out of all lists; runs that there were keep their definition.

        Raises:
            WorkflowNotFoundError: The organization has no such workflow.
        """
        self.get(organization_id, workflow_permanent_id)
        key = _deleted_key(organization_id, workflow_permanent_id)
        self.artifacts.write_json(key, {"deleted_at": utc_now().isoformat()})

    def import_folder(
        self, folder: Path, organization_id: str = DEFAULT_ORGANIZATION_ID
    ) -> list[StoredWorkflow]:
        """Stores the definitions (``*.yaml``, ``*.yml``) of a folder; changed ones as new versions.

        Raises:
            DefinitionError: One of them has errors; the message lists those of all files.
        """
        problems: list[str] = []
        stored: list[StoredWorkflow] = []
        for path in sorted(folder.glob("*.y*ml")):
            try:
                stored.append(self._import(path, organization_id))
            except DefinitionError as error:
                problems.append(str(error))
        if problems:
            raise DefinitionError("\n".join(problems))
        return stored

    def _import(self, path: Path, organization_id: str) -> StoredWorkflow:
        text = path.read_text(encoding="utf-8")
        checked = load_text(text, source=str(path), name=path.stem)
        workflow_permanent_id = stable_id("wpid", checked.name)
        self.artifacts.delete(_deleted_key(organization_id, workflow_permanent_id))
        if self._versions(organization_id, workflow_permanent_id):
            newest = self.get(organization_id, workflow_permanent_id)
            if newest.text == text and newest.operator:
                return newest
            title = checked.definition.title
            return self._update(organization_id, workflow_permanent_id, text, title, operator=True)
        return self._add(
            organization_id,
            workflow_permanent_id,
            checked.name,
            checked.definition.title,
            text,
            operator=True,
        )

    def _add(
        self,
        organization_id: str,
        workflow_permanent_id: str,
        name: str,
        title: str,
        text: str,
        attributes: dict[str, Any] | None = None,
        before: StoredWorkflow | None = None,
        *,
        operator: bool = False,
        workflow_id: str = "",
    ) -> StoredWorkflow:
        now = utc_now().isoformat()
        stored = StoredWorkflow(
            organization_id=organization_id,
            workflow_permanent_id=workflow_permanent_id,
            workflow_id=workflow_id or new_id("w"),
            version=before.version + 1 if before else 1,
            name=name,
            title=title,
            text=text,
            created_at=before.created_at if before else now,
            modified_at=now,
            operator=operator,
            attributes=attributes or {},
        )
        key = _key(organization_id, workflow_permanent_id, stored.version)
        if not self.artifacts.create(key, stored.model_dump_json(indent=2).encode()):
            raise FileExistsError(key)
        return stored

    def _versions(self, organization_id: str, workflow_permanent_id: str) -> list[int]:
        if not re.fullmatch(r"wpid_\w+", workflow_permanent_id, re.ASCII):
            return []
        folder = f"{_folder(organization_id)}/{workflow_permanent_id}"
        stems = [key.rpartition("/")[2].partition(".")[0] for key in self.artifacts.keys(folder)]
        return sorted(int(stem) for stem in stems if stem.isdecimal())

    def _is_deleted(self, organization_id: str, workflow_permanent_id: str) -> bool:
        return self.artifacts.exists(_deleted_key(organization_id, workflow_permanent_id))


def _checked(text: str) -> Workflow:
    return load_text(text, source="workflow", name="workflow", from_rest=True)


def _folder(organization_id: str) -> str:
    return f"organizations/{organization_id}/workflows"


def _key(organization_id: str, workflow_permanent_id: str, version: int) -> str:
    return f"{_folder(organization_id)}/{workflow_permanent_id}/{version:0{_DIGITS}}.json"


def _deleted_key(organization_id: str, workflow_permanent_id: str) -> str:
    return f"{_folder(organization_id)}/{workflow_permanent_id}/deleted.json"


def _slug(title: str) -> str:
    return clean_name(
        re.sub(r"\W+", "_", title.lower(), flags=re.ASCII).strip("_")[:40] or "workflow"
    )
