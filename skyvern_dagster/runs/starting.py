"""Starting a run that somebody asks for: checked, its records begun, launched with its tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from skyvern_dagster import tags
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.interpreted import TASK_JOB, WORKFLOW_JOB
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.execution.records import keep_run
from skyvern_dagster.execution.runner import new_scope
from skyvern_dagster.ids import new_id
from skyvern_dagster.moments import utc_now
from skyvern_dagster.organizations.run_secrets import RunSecrets, secret_name, without_secrets
from skyvern_dagster.run_request import RunKind, RunRequest, keep_request
from skyvern_dagster.runs.deployment import DagsterDeployment
from skyvern_dagster.runs.task_definition import task_workflow
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.values import check_parameters
from skyvern_dagster.workflow_store import StoredWorkflow

MAX_RUNTIME_TAG = "dagster/max_runtime"
"""Seconds after which Dagster's run monitoring ends a run (a documented tag)."""


@dataclass(frozen=True)
class Asked:
    """What comes with a request for a run, whatever is to be run.

    Attributes:
        max_seconds: After which the run is ended as ``timed_out``.
        body: The request's body, for answers that repeat it.
    """

    organization_id: str
    api_key_id: str | None = None
    title: str | None = None
    proxy_location: Any = None
    webhook_callback_url: str | None = None
    totp_verification_url: str | None = None
    totp_identifier: str | None = None
    max_steps: int | None = None
    max_seconds: int | None = None
    body: dict[str, Any] = field(default_factory=dict)
    retried_from: str | None = None


@dataclass(frozen=True)
class RunStarter:
    """Starts runs in a Dagster deployment.

    Attributes:
        secrets: Takes passwords and the like out of a task's payload.
    """

    deployment: DagsterDeployment
    store: ArtifactStore
    secrets: Callable[[], RunSecrets]

    def start_task(self, block: dict[str, Any], asked: Asked) -> RunRequest:
        """Starts a task by itself.

        Args:
            block: Fields of the task block.

        Raises:
            DefinitionError: A field doesn't fit.
            DeploymentError: Dagster can't be reached, or refused.
        """
        task_id = new_id("tsk")
        secrets: dict[str, str] = {}
        body = {
            **asked.body,
            "navigation_payload": without_secrets(asked.body.get("navigation_payload"), secrets),
        }
        names = {key: secret_name(task_id, key) for key in secrets}
        workflow, values = task_workflow(block, names)
        request = _request("task", task_id, replace(asked, body=body), workflow, None)
        if secrets:
            self.secrets().keep(task_id, secrets)
        self._keep(request, workflow, values)
        self._launch(TASK_JOB, {}, request, workflow, asked, str(block["url"]))
        return request

    def start_workflow(
        self, stored: StoredWorkflow, given: dict[str, Any], asked: Asked
    ) -> RunRequest:
        """Starts a stored workflow, as its compiled job where this version of it is loaded.

        Raises:
            ParameterError: The parameters don't fit the definition.
            DefinitionError: The stored definition has errors in this version of the package.
            DeploymentError: Dagster can't be reached, or refused.
        """
        refuse_environment(given)
        workflow = stored.load()
        parameters = check_parameters(workflow.definition, given)
        request = _request("workflow_run", new_id("wr"), asked, workflow, stored)
        self._keep(request, workflow, parameters)
        job, config = WORKFLOW_JOB, {}
        if self._is_loaded(stored):
            job, config = stored.name, run_config(parameters)
        site = next((value for value in parameters.values() if _is_address(value)), "")
        self._launch(job, config, request, workflow, asked, site)
        return request

    def _is_loaded(self, stored: StoredWorkflow) -> bool:
        loaded = self.deployment.job_tags(stored.name) or {}
        return (
            loaded.get(tags.WORKFLOW_PERMANENT_ID) == stored.workflow_permanent_id
            and loaded.get(tags.WORKFLOW_VERSION) == str(stored.version)
            and loaded.get(tags.ORGANIZATION_ID) == stored.organization_id
        )

    def _keep(self, request: RunRequest, workflow: Workflow, values: dict[str, Any]) -> None:
        """From here on there is an answer, however early the run's process may end."""
        scope = new_scope(workflow, values, request.run_id)
        scope = scope.model_copy(update={"created_at": request.created_at})
        keep_run(self.store, workflow, scope)
        keep_request(self.store, request)

    def _launch(
        self,
        job: str,
        config: dict[str, Any],
        request: RunRequest,
        workflow: Workflow,
        asked: Asked,
        url: str,
    ) -> None:
        run_tags = {
            tags.WORKFLOW_RUN_ID: request.run_id,
            tags.KIND: request.kind,
            tags.ORGANIZATION_ID: request.organization_id,
            tags.WORKFLOW: workflow.name,
            tags.WORKFLOW_PERMANENT_ID: workflow.workflow_permanent_id,
            tags.STATUS: "queued",
        }
        if request.workflow_version is not None:
            run_tags[tags.WORKFLOW_VERSION] = str(request.workflow_version)
        if request.webhook_callback_url:
            run_tags[tags.WEBHOOK] = "pending"
        if asked.max_seconds is not None:
            run_tags[MAX_RUNTIME_TAG] = str(asked.max_seconds)
        site = urlsplit(url).netloc.rpartition("@")[2]
        if site:
            run_tags[tags.SITE] = tags.short(site)
        self.deployment.launch(job, run_config=config, run_tags=run_tags)


def refuse_environment(value: Any, place: str = "parameters") -> None:
    """Dagster replaces ``{"env": NAME}`` in run config by the worker's environment variable.

    Raises:
        ParameterError: There is such a value, at any depth.
    """
    if isinstance(value, dict):
        if set(value) == {"env"}:
            raise ParameterError(
                f'{place} holds {{"env": ...}}, which Dagster would replace by an environment '
                "variable of the worker: give the value itself"
            )
        for key, each in value.items():
            refuse_environment(each, f"{place}.{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            refuse_environment(each, f"{place}[{index}]")


def _request(
    kind: RunKind, run_id: str, asked: Asked, workflow: Workflow, stored: StoredWorkflow | None
) -> RunRequest:
    definition = workflow.definition
    return RunRequest(
        run_id=run_id,
        kind=kind,
        organization_id=asked.organization_id,
        created_at=utc_now().isoformat(),
        api_key_id=asked.api_key_id,
        workflow_permanent_id=stored.workflow_permanent_id if stored else None,
        workflow_version=stored.version if stored else None,
        title=asked.title or definition.title,
        proxy_location=asked.proxy_location or definition.proxy_location,
        webhook_callback_url=asked.webhook_callback_url or definition.webhook_callback_url,
        totp_verification_url=asked.totp_verification_url or definition.totp_verification_url,
        totp_identifier=asked.totp_identifier or definition.totp_identifier,
        max_steps=asked.max_steps,
        body=asked.body,
        retried_from=asked.retried_from,
    )


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))
